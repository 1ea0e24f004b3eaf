//! What the API server refuses by the operating system of a pod.

use harden_yaml::Place;

use super::Pod;
use crate::validation::names::{self, Flaw};
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Pod;

/// What security contexts of pods have for Linux only.
const OF_LINUX_PODS: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];

/// What security contexts of containers have for Linux only.
const OF_LINUX_CONTAINERS: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

/// A pod by its operating system.
pub(super) fn check<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let of_pod = pod.spec.at("securityContext");
    host_process(pod, problems);
    let of_containers = pod.containers().map(|it| it.at("securityContext"));
    for options in of_containers.chain([of_pod]).map(|it| it.at("windowsOptions")) {
        problems.text(KIND, options.at("runAsUserName"), user_name);
        problems.text(ProblemKind::Name, options.at("gmsaCredentialSpecName"), names::subdomain);
    }
    match pod.spec.at("os").at("name").as_str() {
        Some("linux") => {
            let rule = "for a Linux pod";
            problems.forbidden(KIND, of_pod.at("windowsOptions"), rule);
            for context in pod.containers().map(|it| it.at("securityContext")) {
                problems.forbidden(KIND, context.at("windowsOptions"), rule);
            }
        }
        Some("windows") => of_windows(pod, of_pod, problems),
        _ => {}
    }
}

fn of_windows<'d>(pod: &Pod<'d>, of_pod: Place<'d>, problems: &mut Problems<'d>) {
    let rule = "for a Windows pod";
    for field in OF_LINUX_PODS {
        problems.forbidden(KIND, of_pod.at(field), rule);
    }
    if !of_pod.at("sysctls").is_empty() {
        problems.forbidden(KIND, of_pod.at("sysctls"), rule);
    }
    for field in ["hostUsers", "shareProcessNamespace"] {
        problems.forbidden(KIND, pod.spec.at(field), rule);
    }
    for field in ["hostPID", "hostIPC"].map(|it| pod.spec.at(it)) {
        if field.as_bool() == Some(true) {
            problems.forbidden(KIND, field, rule);
        }
    }
    for context in pod.containers().map(|it| it.at("securityContext")) {
        for field in OF_LINUX_CONTAINERS {
            problems.forbidden(KIND, context.at(field), rule);
        }
    }
}

/// Containers that are processes of the host: all or none, and on its network.
fn host_process<'d>(pod: &Pod<'d>, problems: &mut Problems<'d>) {
    let option =
        |holder: Place<'d>| holder.at("securityContext").at("windowsOptions").at("hostProcess");
    let of_pod = option(pod.spec).as_bool();
    let (mut all, mut on_host) = (0, 0);
    for container in pod.containers() {
        let own = option(container).as_bool();
        if let (Some(own), Some(of_pod)) = (own, of_pod)
            && own != of_pod
        {
            let rule = "must be as the pod says";
            problems.add(KIND, option(container), format!("`hostProcess` {rule}"));
        }
        all += 1;
        on_host += usize::from(own.or(of_pod) == Some(true));
    }
    if on_host == 0 {
        return;
    }
    if on_host != all {
        let message = "all containers of a pod must be HostProcess containers if one is";
        problems.add(KIND, pod.spec.at("containers"), message);
    }
    if pod.spec.at("hostNetwork").as_bool() != Some(true) {
        let message = "`hostNetwork` must be true for HostProcess containers";
        problems.add(KIND, pod.spec.at("hostNetwork"), message);
    }
}

/// The name of a user, after a domain and `\\` if there is one.
fn user_name(text: &str) -> Flaw {
    let (domain, user) = match text.split_once('\\') {
        Some((domain, user)) => (Some(domain), user),
        None => (None, text),
    };
    let is_forbidden = |character: char| "\"/\\:;|=,+*?<>@[]".contains(character);
    if text.is_empty() || user.is_empty() {
        Some("cannot be empty")
    } else if text.chars().any(char::is_control) {
        Some("cannot contain control characters")
    } else if user.len() > 104 || domain.is_some_and(|it| it.len() >= 256) {
        Some("must have a user of at most 104 and a domain of less than 256 characters")
    } else if user.chars().all(|it| matches!(it, '.' | ' ')) || user.chars().any(is_forbidden) {
        Some("must have a user without any of \"/\\:;|=,+*?<>@[] and not of dots and blanks only")
    } else if domain.is_some_and(|it| !is_domain(it)) {
        Some("must have a domain that is a NetBIOS or a DNS name")
    } else {
        None
    }
}

fn is_domain(text: &str) -> bool {
    let is_forbidden = |character: char| "\\/:*?\"<>|".contains(character);
    let is_net_bios = !text.starts_with('.')
        && (1..=15).contains(&text.chars().count())
        && !text.chars().any(is_forbidden);
    is_net_bios || (text.len() <= 253 && names::subdomain(&text.to_lowercase()).is_none())
}
