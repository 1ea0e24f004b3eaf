//! Containers that see each other's processes.

use harden_yaml::Action;

use super::containers::keeps_running;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "shared-process-namespace",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "the containers of the pod share their processes",
    why: "Each container can list and signal the processes of the others and, running as the same \
          user, read their environment and files through /proc, secrets included: a hole in a \
          sidecar is a hole in all of them.",
    remedy: "remove shareProcessNamespace",
    breaks: "Sidecars that signal or inspect the main process, such as reloaders and debuggers, \
          need it.",
    mend: Mend::WithThought,
    references: &[
        Reference::Mitre("T1057"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",
        ),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  shareProcessNamespace: true
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
  - name: sidecar
    image: registry.example.com/sidecar:2.0.1
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
  - name: sidecar
    image: registry.example.com/sidecar:2.0.1
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let field = workload.at("shareProcessNamespace");
    let several = || workload.containers().iter().filter(|it| keeps_running(it)).count() > 1;
    if field.as_bool() == Some(true) && several() {
        reporter.flag(field, "the containers see each other's processes", Some(Action::Remove));
    }
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
    fn a_container_alone_shares_with_nobody() {
        assert!(says("shareProcessNamespace: true,", "").is_empty());
        let init = "shareProcessNamespace: true, initContainers: [{name: init, image: init}],";
        assert!(says(init, "").is_empty());
        let sidecar = "shareProcessNamespace: true, \
                       initContainers: [{name: init, image: init, restartPolicy: Always}],";
        assert_eq!(says(sidecar, "").len(), 1);
    }
}
