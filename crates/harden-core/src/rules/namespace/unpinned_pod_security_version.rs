//! Pod Security levels whose meaning changes with upgrades.

use harden_yaml::Action;

use super::labels;
use crate::object::Object;
use crate::pod_security::{LabelProblem, LabelProblemKind, Mode};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unpinned-pod-security-version",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "a Pod Security level has no pinned version",
    why: "Without a version, or with latest, an upgrade of the API server may forbid what it \
          let in before: pods run until they are made anew, and are rejected then.",
    remedy: "pin the version of the cluster, and raise it after each upgrade",
    breaks: "",
    mend: Mend::Safe,
    references: &[
        Reference::Page("https://kubernetes.io/docs/concepts/security/pod-security-admission/"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-namespace-labels/",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: latest
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.37
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Namespace") {
        return;
    }
    let version = reporter.version();
    let (mut words, mut places) = (Vec::new(), Vec::new());
    for problem in LabelProblem::all(labels(object), version) {
        let (mode, word) = match problem.kind {
            LabelProblemKind::Latest { mode, is_written: true } => (mode, "is `latest`"),
            LabelProblemKind::Latest { mode, is_written: false } => (mode, "is missing"),
            LabelProblemKind::Unreleased(mode) => (mode, "is newer than the API server"),
            _ => continue,
        };
        // What is only noted or warned about keeps nothing from running.
        if mode == Mode::Enforce {
            words.push(format!("`{mode}-version` {word}"));
            places.push((problem.place, String::new(), Some(Action::set(version.to_string()))));
        }
    }
    if !places.is_empty() {
        reporter
            .flag_all(format!("{}, so its rules change with upgrades", words.join(", ")), places);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn namespace(name: &str, labels: &str) -> String {
        let prefix = "pod-security.kubernetes.io/";
        let labels: Vec<_> = labels
            .split(", ")
            .filter(|it| !it.is_empty())
            .map(|it| it.replace('@', prefix))
            .collect();
        let text = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {{{}}}}}}}",
            labels.join(", ")
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn no_version_is_the_latest() {
        assert_eq!(
            namespace("a", "@enforce: baseline"),
            "`enforce-version` is missing, so its rules change with upgrades"
        );
        assert_eq!(
            namespace("a", "@enforce: baseline, @enforce-version: latest"),
            "`enforce-version` is `latest`, so its rules change with upgrades"
        );
        assert_eq!(
            namespace("a", "@enforce: baseline, @enforce-version: v1.999"),
            "`enforce-version` is newer than the API server, so its rules change with upgrades"
        );
    }

    #[test]
    fn what_forbids_nothing_needs_no_version() {
        assert_eq!(namespace("a", "@enforce: privileged"), "");
        assert_eq!(
            namespace("a", "@enforce: baseline, @enforce-version: v1.30, @warn: restricted"),
            ""
        );
    }
}
