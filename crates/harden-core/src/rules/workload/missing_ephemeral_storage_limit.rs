//! Containers that may fill their node's disk.

use super::containers::{is_bounded, is_complete, keeps_running};
use crate::kubernetes::GroupKind;
use crate::pod_security::Container;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

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
      limits:
        ephemeral-storage: 1Gi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if is_bounded(workload, reporter.context(), "limits", "ephemeral-storage") {
        return;
    }
    let without =
        workload.containers().iter().filter(|it| is_complete(it) && keeps_running(it)).filter_map(
            |it| {
                let field = it.place().at("resources").at("limits").at("ephemeral-storage");
                let may_fill = !field.exists() && writes_to_disk(workload, it);
                may_fill.then_some((it, field, None))
            },
        );
    reporter.flag_containers("no limit to what it may write to the node's disk", without);
}

/// Whether there is anything that the container can fill: its root file system, or an emptyDir on
/// disk without a size of its own.
fn writes_to_disk(workload: &Workload<'_>, container: &Container<'_>) -> bool {
    let root = container.place().at("securityContext").at("readOnlyRootFilesystem");
    root.as_bool() != Some(true)
        || workload.at("volumes").items().any(|volume| {
            let source = volume.at("emptyDir");
            source.exists()
                && source.at("medium").as_str() != Some("Memory")
                && !source.at("sizeLimit").exists()
                && container.place().at("volumeMounts").items().any(|mount| {
                    mount.at("name").as_str() == volume.at("name").as_str()
                        && mount.at("readOnly").as_bool() != Some(true)
                })
        })
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

    const READ_ONLY: &str = "securityContext: {readOnlyRootFilesystem: true}, \
                             volumeMounts: [{name: tmp, mountPath: /tmp}]";

    #[test]
    fn a_container_that_writes_nowhere_needs_no_limit() {
        assert_eq!(says("", "").len(), 1);
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
    }
}
