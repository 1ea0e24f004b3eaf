//! How whoever is in a pod reaches its node.

use harden_yaml::Place;

use crate::object::{PodTemplate, node_files};

/// How root in a container of a pod becomes root of its node, in words after the pod: "is privileged".
pub(super) fn of(pod: &PodTemplate<'_>) -> Option<String> {
    let spec = pod.spec;
    // Root of a user namespace is nobody on the node.
    if spec.at("hostUsers").as_bool() == Some(false) {
        return None;
    }
    let has_processes = spec.at("hostPID").as_bool() == Some(true);
    let lists = ["initContainers", "containers", "ephemeralContainers"];
    let mut containers = lists.into_iter().flat_map(|it| spec.at(it).items());
    containers.find_map(|it| of_container(spec, it, has_processes))
}

fn of_container(spec: Place<'_>, container: Place<'_>, has_processes: bool) -> Option<String> {
    let security = container.at("securityContext");
    if security.at("privileged").as_bool() == Some(true) {
        return Some("is privileged".to_owned());
    }
    let own = security.follow("windowsOptions.hostProcess");
    let process =
        if own.exists() { own } else { spec.follow("securityContext.windowsOptions.hostProcess") };
    if process.as_bool() == Some(true) {
        return Some("is a process of its node".to_owned());
    }
    let capabilities = security.follow("capabilities.add").items().filter_map(|it| it.as_str());
    for capability in capabilities.map(|it| it.strip_prefix("CAP_").unwrap_or(it)) {
        let is_enough = match capability {
            "ALL" | "SYS_ADMIN" | "SYS_MODULE" => true,
            "SYS_PTRACE" => has_processes,
            _ => false,
        };
        if is_enough {
            return Some(format!("has the capability {capability}"));
        }
    }
    let mut mounts = container.at("volumeMounts").items();
    mounts.find_map(|it| mounted(spec, it))
}

/// The file or directory of the node that a mount is of, if its node is reached by it.
fn mounted(spec: Place<'_>, mount: Place<'_>) -> Option<String> {
    let name = mount.at("name").as_str()?;
    let volume = spec.at("volumes").items().find(|it| it.at("name").as_str() == Some(name))?;
    let path = volume.follow("hostPath.path").as_str()?;
    let part = mount.at("subPath").as_str().filter(|it| !it.is_empty());
    let whole = part.map_or_else(|| path.to_owned(), |part| format!("{path}/{part}"));
    let path = node_files::normal(&whole);
    let is_writable = mount.at("readOnly").as_bool() != Some(true);
    let is_reached = node_files::is_runtime(&path)
        || node_files::holds_secrets(&path)
        || is_writable && node_files::steers_node(&path);
    is_reached.then(|| format!("mounts {path} of its node"))
}
