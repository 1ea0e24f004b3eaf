//! Namespaces that let every pod in.

use super::{enforcing, is_namespace, labels};
use crate::object::Object;
use crate::pod_security::{LabelProblem, LabelProblemKind, Mode};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "missing-pod-security-labels",
    category: Category::Namespace,
    severity: Severity::Medium,
    level: None,
    summary: "a namespace enforces no Pod Security Standard",
    why: "Whoever may create a pod there may create a privileged one, and with it take over \
          the node; the API server lets everything in unless a label, or its own \
          configuration, says otherwise.",
    remedy: "label the namespace with pod-security.kubernetes.io/enforce and the level that its \
          pods meet",
    breaks: "New pods beyond the level are rejected; `kubectl label --dry-run=server` names those \
          that run now.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.2.1"),
        Reference::Owasp("K04"),
        Reference::Mitre("T1610"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/pod-security-admission/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
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
    if !is_namespace(object) {
        return;
    }
    let labels = labels(object);
    let enforce = labels.at(Mode::Enforce.level_label());
    // OpenShift labels namespaces itself.
    let sync = labels.at("security.openshift.io/scc.podSecurityLabelSync").as_str();
    if labels.get(Mode::Enforce.level_label()).is_some() || sync == Some("true") {
        return;
    }
    let newest = reporter.version();
    let is_misspelt = LabelProblem::all(labels, newest)
        .iter()
        .any(|it| it.kind == LabelProblemKind::Unknown { meant: Some("enforce") });
    if is_misspelt {
        return;
    }
    let others: Vec<_> = [Mode::Audit, Mode::Warn]
        .into_iter()
        .filter(|mode| labels.get(mode.level_label()).is_some())
        .map(|mode| mode.to_string())
        .collect();
    let message = if others.is_empty() {
        "no label says which pods are let in, so all are".to_owned()
    } else {
        format!("{} is labelled, but nothing is enforced", others.join(" and "))
    };
    let edits = enforcing(labels, reporter.level().as_str(), newest);
    if labels.exists() {
        reporter.flag_with(enforce, message, edits);
    } else {
        // Where the other flaws of a bare Namespace are.
        reporter.flag_from(object.place.at("metadata").at("name"), enforce, message, &edits);
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
    fn warnings_keep_nothing_out() {
        assert_eq!(namespace("a", ""), "no label says which pods are let in, so all are");
        assert_eq!(
            namespace("a", "@warn: restricted"),
            "warn is labelled, but nothing is enforced"
        );
        assert_eq!(
            namespace("a", "@warn: baseline, @audit: baseline"),
            "audit and warn is labelled, but nothing is enforced"
        );
        assert_eq!(namespace("a", "@enforce: baseline"), "");
        assert_eq!(namespace("a", "@enforce: privileged"), "", "that is a decision");
    }

    #[test]
    fn a_misspelt_label_is_another_flaw() {
        assert_eq!(namespace("a", "@enforced: restricted"), "");
        assert_ne!(namespace("a", "@enforce-version: v1.30"), "");
    }

    #[test]
    fn namespaces_of_the_system_are_its_own() {
        assert_eq!(namespace("kube-system", ""), "");
        assert_eq!(namespace("a", "security.openshift.io/scc.podSecurityLabelSync: 'true'"), "");
    }
}
