//! What a mounted directory or file of the node gives away.

use std::borrow::Cow;
use std::cell::LazyCell;

use harden_yaml::Place;
use rustc_hash::FxHashMap;

use super::containers::is_non_root;
use crate::object::node_files::{holds_secrets, is_runtime, normal, steers_node};
use crate::pod_security::Container;
use crate::rule::Workload;

/// A file or directory of the node that a container mounts.
#[derive(Debug, Clone)]
pub(super) struct HostMount<'w, 'd> {
    /// The container that mounts it.
    pub(super) container: &'w Container<'d>,
    /// The item of its `volumeMounts`.
    pub(super) mount: Place<'d>,
    /// The path on the node, as the kernel reads it.
    pub(super) path: Cow<'d, str>,
    /// What it gives away.
    pub(super) danger: Danger,
}

/// What a mounted path gives away; every mount is in one of these classes, so that it is reported
/// once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Danger {
    /// The socket of a container runtime, or the directory that holds it.
    Runtime,
    /// Root in the container takes over the node by what is there.
    Node,
    /// It can be written to.
    Writable,
    /// It can be read.
    Readable,
}

/// A container, and an item of its `volumeMounts`.
type Mount<'w, 'd> = (&'w Container<'d>, Place<'d>);

/// Visits every mount of the node's files, if there are any.
pub(super) fn visit<'w, 'd>(workload: &'w Workload<'d>, mut visit: impl FnMut(HostMount<'w, 'd>)) {
    let mounts = LazyCell::new(|| mounts(workload));
    for volume in workload.at("volumes").items() {
        let source = volume.at("hostPath");
        let (Some(path), Some(name)) = (source.at("path").as_str(), volume.at("name").as_str())
        else {
            continue;
        };
        for (container, mount) in mounts.get(name).into_iter().flatten().copied() {
            let path = mounted(path, mount);
            let danger = danger(workload, container, mount, source, &path);
            visit(HostMount { container, mount, path, danger });
        }
    }
}

/// What containers mount, by the names of the volumes.
fn mounts<'w, 'd>(workload: &'w Workload<'d>) -> FxHashMap<&'d str, Vec<Mount<'w, 'd>>> {
    let mut mounts: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for container in workload.containers() {
        for mount in container.place().at("volumeMounts").items() {
            if let Some(name) = mount.at("name").as_str() {
                mounts.entry(name).or_default().push((container, mount));
            }
        }
    }
    mounts
}

/// The file or directory that is mounted of a volume with this path: all of it, or what the mount names
/// below it. A path below that depends on variables is taken as far as it does not.
fn mounted<'d>(path: &'d str, mount: Place<'d>) -> Cow<'d, str> {
    let below = |key| mount.at(key).as_str().filter(|it| !it.is_empty());
    let part = below("subPath").or_else(|| {
        let expression = below("subPathExpr")?;
        let fixed = expression.split_once("$(").map(|(fixed, _)| fixed);
        fixed.map_or(Some(expression), |it| Some(it.rsplit_once('/')?.0))
    });
    part.map_or_else(|| normal(path), |part| normal(&format!("{path}/{part}")).into_owned().into())
}

fn danger(
    workload: &Workload<'_>,
    container: &Container<'_>,
    mount: Place<'_>,
    source: Place<'_>,
    path: &str,
) -> Danger {
    let is_writable = mount.at("readOnly").as_bool() != Some(true);
    // Read-only keeps nobody from using a device or a socket.
    let is_device = path.starts_with("/dev/")
        || matches!(source.at("type").as_str(), Some("Socket" | "CharDevice" | "BlockDevice"));
    if is_runtime(path) {
        Danger::Runtime
    } else if !is_non_root(workload, container)
        && (holds_secrets(path) || (is_writable && steers_node(path)))
    {
        Danger::Node
    } else if is_writable && !is_device {
        Danger::Writable
    } else {
        Danger::Readable
    }
}

#[cfg(test)]
mod tests {
    use crate::check::testing::messages;
    use crate::rule::Rule;
    use crate::rules::workload::{
        container_runtime_socket, sensitive_host_path, writable_host_path,
    };

    /// Which of the rules report a mount.
    fn reports(path: &str, mount: &str, security: &str) -> Vec<&'static str> {
        reports_typed(path, "\"\"", mount, security)
    }

    fn reports_typed(path: &str, kind: &str, mount: &str, security: &str) -> Vec<&'static str> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: app, \
             image: web, securityContext: {{{security}}}, volumeMounts: [{{name: host, mountPath: /host\
             {mount}}}]}}], volumes: [{{name: host, hostPath: {{path: '{path}', type: {kind}}}}}]}}}}"
        );
        let rules: [&'static Rule; 3] = [
            &container_runtime_socket::RULE,
            &sensitive_host_path::RULE,
            &writable_host_path::RULE,
        ];
        rules.iter().filter(|it| !messages(it, &text).is_empty()).map(|it| it.id).collect()
    }

    #[test]
    fn sockets_of_runtimes_are_found_however_they_are_mounted() {
        for path in [
            "/var/run/docker.sock",
            "/run/containerd/containerd.sock",
            "/run/k3s/containerd/containerd.sock",
            "/var/run/crio/crio.sock",
            "/run/containerd/",
            r"\\.\pipe\docker_engine",
        ] {
            assert_eq!(reports(path, "", ""), ["container-runtime-socket"], "{path}");
            assert_eq!(
                reports(path, ", readOnly: true", ""),
                ["container-runtime-socket"],
                "{path}"
            );
        }
    }

    #[test]
    fn secrets_of_the_node_need_only_be_read() {
        for path in ["/", "/etc", "/etc/kubernetes/pki", "/var/lib/kubelet/", "/var/lib/etcd"] {
            assert_eq!(reports(path, "", ""), ["sensitive-host-path"], "{path}");
            assert_eq!(reports(path, ", readOnly: true", ""), ["sensitive-host-path"], "{path}");
        }
    }

    #[test]
    fn what_the_node_runs_must_be_writable_to_matter() {
        for path in ["/usr/local/bin", "/opt/cni/bin", "/etc/cron.d", "/proc", "/sys"] {
            assert_eq!(reports(path, "", ""), ["sensitive-host-path"], "{path}");
            assert!(reports(path, ", readOnly: true", "").is_empty(), "{path}");
        }
    }

    #[test]
    fn without_root_the_files_of_root_are_safe() {
        for security in ["runAsUser: 65534", "runAsNonRoot: true"] {
            assert!(reports("/", ", readOnly: true", security).is_empty());
            assert_eq!(reports("/", "", security), ["writable-host-path"]);
        }
        assert_eq!(reports("/", "", "runAsUser: 0"), ["sensitive-host-path"]);
    }

    #[test]
    fn other_files_must_not_be_writable() {
        for path in ["/srv/data", "/var/log", "/etc/localtime", "/var/lib/kubelet/plugins", "/etcd"]
        {
            assert_eq!(reports(path, "", ""), ["writable-host-path"], "{path}");
            assert!(reports(path, ", readOnly: true", "").is_empty(), "{path}");
        }
    }

    #[test]
    fn devices_and_sockets_are_used_read_only_just_as_well() {
        assert!(reports("/dev/fuse", "", "").is_empty());
        assert!(reports_typed("/run/agent.sock", "Socket", "", "").is_empty());
    }

    #[test]
    fn a_path_is_what_the_kernel_makes_of_it() {
        for path in [
            "//etc",
            "/./etc/.",
            "/etc///",
            "///",
            "/etc//kubernetes",
            "/root/./.ssh",
            "/var//run",
            "/proc/1/root",
            "/proc/self/root/proc/1/cwd/etc",
        ] {
            assert_eq!(reports(path, ", readOnly: true", ""), ["sensitive-host-path"], "{path}");
        }
        for path in ["///var/run/docker.sock", "/run/./containerd/", "//./pipe/docker_engine"] {
            assert_eq!(reports(path, "", ""), ["container-runtime-socket"], "{path}");
        }
        for path in ["/etc.d", "/...", "/proc/1/rooted", "etc"] {
            assert!(reports(path, ", readOnly: true", "").is_empty(), "{path}");
        }
    }

    #[test]
    fn a_part_of_a_volume_is_judged_by_itself() {
        let of = |path: &str, part: &str| reports(path, &format!(", readOnly: true, {part}"), "");
        assert!(of("/", "subPath: srv/data").is_empty());
        assert!(of("/", "subPathExpr: srv/$(NAME)").is_empty());
        assert_eq!(of("/", "subPath: etc/kubernetes/"), ["sensitive-host-path"]);
        assert_eq!(of("/", "subPath: ''"), ["sensitive-host-path"]);
        assert_eq!(of("/etc", "subPathExpr: $(NAME)"), ["sensitive-host-path"]);
        assert_eq!(of("/var", "subPathExpr: lib/etcd-$(NAME)"), ["sensitive-host-path"]);
        assert_eq!(of("/var", "subPath: run/docker.sock"), ["container-runtime-socket"]);
    }

    #[test]
    fn volumes_that_nobody_mounts_give_nothing_away() {
        let text = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: app, image: web}], \
                    volumes: [{name: host, hostPath: {path: /}}]}}";
        assert!(messages(&sensitive_host_path::RULE, text).is_empty());
    }
}
