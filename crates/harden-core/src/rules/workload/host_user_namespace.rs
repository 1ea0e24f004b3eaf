//! Pods whose root is the node's root.

use harden_yaml::{Action, Place};

use super::containers::{is_complete, is_windows};
use crate::kubernetes::MinorVersion;
use crate::pod_security::Container;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "host-user-namespace",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "the pod shares the node's user namespace",
    why: "Users of the container are the same numbers on the node: root that breaks out is root \
          there. In a user namespace of its own the pod's users are nobody outside, which has \
          taken the sting out of most escapes of the last years. Few clusters are ready for it, so \
          this rule runs only where it is asked for: by `--rule`, or by a severity in \
          `.kubectl-harden.yaml`.",
    remedy: "set hostUsers to false",
    breaks: "It needs Linux 6.3 and a runtime that supports it, and volumes whose file system can \
          map users, which NFS cannot. Pods with hostNetwork, hostPID or hostIPC cannot have it.",
    mend: Mend::WithThought,
    references: &[
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/"),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

/// The first version in which user namespaces are generally available.
const SINCE: MinorVersion = MinorVersion(36);

/// Volumes on file systems that cannot map users.
const UNMAPPED: [&str; 4] = ["azureFile", "cephfs", "glusterfs", "nfs"];

/// Capabilities over what has no namespace of its own, so that they are worth nothing in a user namespace.
const OF_NODE: [&str; 12] = [
    "ALL",
    "BPF",
    "IPC_LOCK",
    "MAC_ADMIN",
    "PERFMON",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_RAWIO",
    "SYS_TIME",
];

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let field = workload.at("hostUsers");
    if reporter.version() >= SINCE && field.as_bool() != Some(false) && can_map(workload) {
        reporter.flag(field, "users of the pod are users of the node", Some(Action::set(false)));
    }
}

/// Whether the API server and the kubelet would take the pod with a user namespace of its own.
fn can_map(workload: &Workload<'_>) -> bool {
    let is_true = |key| workload.at(key).as_bool() == Some(true);
    let shares_host = is_true("hostNetwork") || is_true("hostPID") || is_true("hostIPC");
    let containers = workload.containers();
    let is_mappable = |container: &Container<'_>| {
        container.security.privileged != Some(true)
            && container.place().at("volumeDevices").is_empty()
            && !container.place().follow("securityContext.capabilities.add").items().any(is_of_node)
    };
    let is_unmapped = |volume: Place<'_>| UNMAPPED.iter().any(|it| volume.at(it).exists());
    !shares_host
        && !is_windows(workload)
        && containers.iter().any(is_complete)
        && containers.iter().all(is_mappable)
        && !workload.at("volumes").items().any(is_unmapped)
}

fn is_of_node(capability: Place<'_>) -> bool {
    let name = capability.as_str().unwrap_or_default();
    OF_NODE.contains(&name.strip_prefix("CAP_").unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    /// What the rule says of a pod with one container.
    fn says(pod: &str, container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{pod} containers: \
             [{{name: app, image: web, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn pods_that_cannot_have_a_namespace_of_their_own_need_none() {
        assert_eq!(says("", "").len(), 1);
        assert_eq!(says("hostUsers: true,", "").len(), 1);
        for pod in
            ["hostNetwork: true,", "hostPID: true,", "hostIPC: true,", "os: {name: windows},"]
        {
            assert!(says(pod, "").is_empty(), "{pod}");
        }
        assert!(says("", "securityContext: {privileged: true}").is_empty());
        let adds =
            |it: &str| says("", &format!("securityContext: {{capabilities: {{add: [{it}]}}}}"));
        assert!(adds("NET_RAW, SYS_ADMIN").is_empty());
        assert!(adds("CAP_BPF").is_empty());
        assert_eq!(adds("NET_BIND_SERVICE, CHOWN").len(), 1);
        assert!(says("volumes: [{name: a, nfs: {server: a, path: /}}],", "").is_empty());
    }

    #[test]
    fn clusters_that_do_not_have_it_are_not_asked_for_it() {
        use crate::check::{Settings, check};

        let version = MinorVersion(35);
        let settings = Settings { version, ..Settings::new([&RULE]) };
        assert!(check(settings, [RULE.bad]).findings.is_empty());
    }
}
