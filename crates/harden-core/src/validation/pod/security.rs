//! What the API server refuses of security contexts.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::{Pod, unique};
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Pod;

/// Parameters of the IPC namespace, beside all under `fs.mqueue.`.
const IPC: [&str; 10] = [
    "kernel.sem",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
    "kernel.shm_rmid_forced",
    "kernel.shm",
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.msg",
];

/// The security context of a pod, and the namespaces of the host that it shares.
pub(super) fn check_pod<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let context = pod.spec.at("securityContext");
    profiles(context, problems);
    let (is_network, is_ipc, is_pid) =
        (is_set(pod, "hostNetwork"), is_set(pod, "hostIPC"), is_set(pod, "hostPID"));
    let mut seen = FxHashSet::default();
    for parameter in context.at("sysctls").items() {
        let name = parameter.at("name");
        problems.optional_text(KIND, name, names::kernel_parameter);
        unique(name, &mut seen, problems);
        // Since then what the host would get is refused.
        let is_refused = problems.since(30);
        problems.text(KIND, name, |it| match namespace(it).filter(|_| is_refused) {
            Some("net") if is_network => Some("may not be set when `hostNetwork` is true"),
            Some("ipc") if is_ipc => Some("may not be set when `hostIPC` is true"),
            _ => None,
        });
    }
    if is_pid && is_set(pod, "shareProcessNamespace") {
        let place = pod.spec.at("shareProcessNamespace");
        problems.forbidden(KIND, place, "when `hostPID` is true");
    }
    // Before 1.33 the field is dropped.
    if problems.since(33) && !pod.has_host_users {
        for field in ["hostNetwork", "hostPID", "hostIPC"] {
            if is_set(pod, field) {
                problems.forbidden(KIND, pod.spec.at(field), "when `hostUsers` is false");
            }
        }
        for container in pod.containers().filter(|it| !it.at("volumeDevices").is_empty()) {
            if problems.since(35) {
                let devices = container.at("volumeDevices");
                problems.forbidden(KIND, devices, "when `hostUsers` is false");
            }
        }
    }
}

fn is_set(pod: &Pod<'_>, field: &'static str) -> bool {
    pod.spec.at(field).as_bool() == Some(true)
}

/// The security context of a container.
pub(super) fn check_container<'d>(
    pod: &Pod<'d>,
    container: Place<'d>,
    problems: &mut Problems<'d>,
) {
    let context = container.at("securityContext");
    if !context.is_map() {
        return;
    }
    profiles(context, problems);
    let escalation = context.at("allowPrivilegeEscalation");
    if escalation.as_bool() == Some(false) {
        let message = "`allowPrivilegeEscalation` cannot be false when";
        if context.at("privileged").as_bool() == Some(true) {
            problems.add(KIND, escalation, format!("{message} `privileged` is true"));
        }
        let mut added = context.at("capabilities").at("add").items();
        if added.any(|it| it.as_str() == Some("CAP_SYS_ADMIN")) {
            problems.add(KIND, escalation, format!("{message} `CAP_SYS_ADMIN` is added"));
        }
    }
    let proc = context.at("procMount");
    // Before 1.33 the field is dropped.
    if problems.since(33) && pod.has_host_users && proc.as_str() == Some("Unmasked") {
        problems.invalid(KIND, proc, "the pod must set `hostUsers` to false for it");
    }
}

/// The profiles of seccomp and AppArmor.
fn profiles<'d>(context: Place<'d>, problems: &mut Problems<'d>) {
    let seccomp = context.at("seccompProfile");
    profile(seccomp, problems);
    problems.text(KIND, seccomp.at("localhostProfile"), names::relative_path);
    // Before 1.30 there is no such field.
    if problems.since(30) {
        let app_armor = context.at("appArmorProfile");
        profile(app_armor, problems);
        let file = app_armor.at("localhostProfile");
        if app_armor.at("type").as_str() == Some("Localhost") && file.exists() {
            let is_missing = problems.required(KIND, file, "");
            problems.text(KIND, file, |it| {
                (!is_missing && it.trim() != it).then_some("must not be padded with whitespace")
            });
        }
    }
}

/// A profile: only one on the node has a file.
fn profile<'d>(profile: Place<'d>, problems: &mut Problems<'d>) {
    let file = profile.at("localhostProfile");
    let Some(form) = profile.at("type").as_str() else { return };
    if form != "Localhost" {
        problems.forbidden(KIND, file, "unless `type` is `Localhost`");
    } else if !file.exists() {
        problems.required(KIND, file, "when `type` is `Localhost`");
    }
}

/// The namespace of the kernel that a parameter belongs to, as far as pods share it with the host.
fn namespace(parameter: &str) -> Option<&'static str> {
    // With a slash first, dots and slashes change places.
    let dotted = match parameter.find(['.', '/']).map(|at| &parameter[at..=at]) {
        Some("/") => parameter.replace('/', "."),
        _ => parameter.to_owned(),
    };
    if dotted.starts_with("net.") {
        Some("net")
    } else if IPC.contains(&dotted.as_str()) || dotted.starts_with("fs.mqueue.") {
        Some("ipc")
    } else {
        None
    }
}
