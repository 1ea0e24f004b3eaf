//! Containers that may write to their own image's files.

use harden_yaml::Action;

use super::containers::{is_complete, is_windows};
use crate::pod_security::{Container, ContainerKind};
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "writable-root-file-system",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a container may write to its root file system",
    why: "Whoever gets into the container can replace its programs, change its configuration and \
          leave tools behind; with a read-only root they have to do without.",
    remedy: "set readOnlyRootFilesystem to true",
    breaks: "Programs that write to /tmp, caches or pid files fail; give them an emptyDir there.",
    references: &[
        Reference::NsaCisa("Pod security: Immutable container file systems"),
        Reference::Mitre("T1554"),
        Reference::Owasp("K01"),
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
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      readOnlyRootFilesystem: true
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if is_windows(workload) {
        return;
    }
    // A debugging container is there to bring tools along.
    let may_write = |it: &&Container<'d>| it.kind != ContainerKind::Ephemeral && is_complete(it);
    let writable = workload.containers().iter().filter(may_write).filter_map(|it| {
        let field = it.place().at("securityContext").at("readOnlyRootFilesystem");
        (field.as_bool() != Some(true)).then(|| (it, field, Some(Action::set(true))))
    });
    reporter.flag_containers("the root file system is writable", writable);
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
    fn only_true_is_read_only() {
        assert_eq!(says("", "").len(), 1);
        assert_eq!(says("", "securityContext: {readOnlyRootFilesystem: false}").len(), 1);
        assert_eq!(says("", "securityContext: {readOnlyRootFilesystem: 'true'}").len(), 1);
        assert_eq!(says("securityContext: {readOnlyRootFilesystem: true},", "").len(), 1);
    }

    #[test]
    fn containers_that_cannot_be_read_only_are_not_asked_for_it() {
        assert!(says("os: {name: windows},", "").is_empty());
        assert!(says("nodeSelector: {kubernetes.io/os: windows},", "").is_empty());
        let debugger = "ephemeralContainers: [{name: debug, image: busybox}],";
        assert!(says(debugger, "securityContext: {readOnlyRootFilesystem: true}").is_empty());
    }

    #[test]
    fn containers_are_one_finding() {
        let init = "initContainers: [{name: init, image: init}],";
        assert_eq!(says(init, ""), ["containers `init`, `app`: the root file system is writable"]);
    }
}
