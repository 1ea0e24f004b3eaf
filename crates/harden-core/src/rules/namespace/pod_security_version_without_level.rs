//! Pod Security versions that pin nothing.

use harden_yaml::{Action, Place};

use super::{enforcing, labels};
use crate::object::Object;
use crate::pod_security::{LabelProblem, LabelProblemKind, Mode};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "pod-security-version-without-level",
    category: Category::Namespace,
    severity: Severity::Medium,
    level: None,
    summary: "a Pod Security version stands without its level",
    why: "The version alone changes nothing: the level stays that of the API server, which \
          lets everything in by default.",
    remedy: "add the label with the level, or remove the one with the version",
    breaks: "Pods beyond the level are rejected from then on.",
    mend: Mend::WithThought,
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
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/audit-version: v1.37
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: baseline
    pod-security.kubernetes.io/audit: restricted
    pod-security.kubernetes.io/audit-version: v1.37
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Namespace") {
        return;
    }
    let labels = labels(object);
    for problem in LabelProblem::all(labels, reporter.version()) {
        if let LabelProblemKind::VersionWithoutLevel(mode) = problem.kind {
            let message = format!("`{mode}-version` changes nothing without `{mode}`");
            let edits = with_level(labels, mode, reporter);
            reporter.flag_with(problem.place, message, edits);
        }
    }
}

/// What gives the version a level: the one that pods are held to, or what is enforced if that is stricter.
fn with_level<'d>(labels: Place<'d>, mode: Mode, reporter: &Reporter<'_, 'd>) -> Edits<'d> {
    let level = reporter.level();
    if mode == Mode::Enforce {
        return enforcing(labels, level.as_str(), reporter.version());
    }
    let enforced = labels.at(Mode::Enforce.level_label()).as_str();
    let enforced = enforced.and_then(|it| it.parse().ok()).unwrap_or(level);
    vec![(labels.at(mode.level_label()), Action::set(level.max(enforced).as_str()))]
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
    fn warnings_that_follow_what_is_enforced_have_a_level() {
        assert_eq!(namespace("a", "@enforce: restricted, @warn-version: v1.30"), "");
        assert_eq!(
            namespace("a", "@enforce-version: v1.30"),
            "`enforce-version` changes nothing without `enforce`"
        );
    }
}
