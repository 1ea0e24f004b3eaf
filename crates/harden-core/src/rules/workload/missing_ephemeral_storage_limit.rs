//! Containers that may fill their node's disk.

use super::silence::silences;
use crate::kubernetes::GroupKind;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-ephemeral-storage-limit",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "a container may fill the node's disk",
    why: "What a container writes to its root file system or to an emptyDir lies on the node's \
          disk. Unbounded, one container's temporary files fill it, and the kubelet evicts \
          whatever else runs there.",
    remedy: "set resources.limits.ephemeral-storage, or a sizeLimit on its emptyDirs and a \
          read-only root file system",
    breaks: "The pod is evicted when it writes more; measure before choosing the limit.",
    mend: Mend::ByHand("how much the container may write"),
    references: &[
        Reference::NsaCisa("Network separation and hardening: Resource policies"),
        Reference::Mitre("T1499"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/storage/ephemeral-storage/"),
    ],
    reads: &[GroupKind::LIMIT_RANGE],
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
    resources:
      requests:
        cpu: 250m
      limits:
        memory: 256Mi
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      requests:
        cpu: 250m
      limits:
        memory: 256Mi
        ephemeral-storage: 1Gi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let without = silences(workload, reporter.context(), |it| {
        it.storage_limit && !(it.is_whole && (it.memory_limit || it.cpu_request))
    });
    reporter.flag_containers(
        FLAW,
        without.iter().map(|(container, _)| {
            let limits = container.place().at("resources").at("limits");
            (*container, limits.at("ephemeral-storage"), None)
        }),
    );
}

/// What it says of a container.
pub(super) const FLAW: &str = "no limit to what it may write to the node's disk";

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

    const RESOURCES: &str = "resources: {requests: {cpu: 1}, limits: {memory: 1Gi}}";
    const READ_ONLY: &str = "resources: {requests: {cpu: 1}}, securityContext: {readOnlyRootFilesystem: true}, \
                             volumeMounts: [{name: tmp, mountPath: /tmp}]";

    #[test]
    fn a_container_that_writes_nowhere_needs_no_limit() {
        assert_eq!(says("", RESOURCES).len(), 1);
        assert!(says("", READ_ONLY).is_empty());
        for volume in
            ["configMap: {name: tmp}", "emptyDir: {medium: Memory}", "emptyDir: {sizeLimit: 1Gi}"]
        {
            let volumes = format!("volumes: [{{name: tmp, {volume}}}],");
            assert!(says(&volumes, READ_ONLY).is_empty(), "{volume}");
        }
        let volumes = "volumes: [{name: tmp, emptyDir: {}}],";
        assert_eq!(says(volumes, READ_ONLY).len(), 1);
        assert!(says(volumes, "securityContext: {readOnlyRootFilesystem: true}").is_empty());
        assert!(says("", "").is_empty(), "the rule about memory says it");
        assert_eq!(says("", "resources: {limits: {cpu: 1, ephemeral-storage: 0}}").len(), 1);
    }
}
