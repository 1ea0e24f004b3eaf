//! Pod Security labels that the API server rejects.

use harden_yaml::Action;

use super::labels;
use crate::object::Object;
use crate::pod_security::{LabelProblem, LabelProblemKind, Labels, Policy};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-pod-security-label",
    category: Category::Namespace,
    severity: Severity::High,
    level: None,
    summary: "a Pod Security label has a value that the API server rejects",
    why: "The namespace is rejected as a whole. Where such a label is stored all the same, by \
          an older version or without admission, enforce falls to restricted and warn and \
          audit to nothing.",
    remedy: "use privileged, baseline or restricted for levels, and latest or v1.N for versions",
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
    pod-security.kubernetes.io/enforce: Restricted
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Namespace") {
        return;
    }
    let labels = labels(object);
    let rejected = Labels::read(labels, Policy::PRIVILEGED).invalid;
    for problem in LabelProblem::all(labels, reporter.version()) {
        let (LabelProblemKind::Invalid { meant } | LabelProblemKind::NotText { meant }) =
            problem.kind
        else {
            continue;
        };
        let words = rejected.iter().find(|it| it.place.grip() == problem.place.grip());
        let message = words.map_or_else(
            || {
                let (key, value) = (problem.place.key().unwrap_or(""), problem.place.source());
                format!("metadata.labels[{key}]: {value} is no string; quote it")
            },
            ToString::to_string,
        );
        let change = meant.map(Action::set);
        reporter.flag(problem.place, message, change);
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
    fn the_words_are_those_of_the_api_server() {
        assert_eq!(
            namespace("a", "@enforce: Restricted, @warn-version: '1.30'"),
            "metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"Restricted\": must be one \
             of privileged, baseline, restricted; metadata.labels[pod-security.kubernetes.io/warn-version]: \
             Invalid value: \"1.30\": must be \"latest\" or \"v1.x\""
        );
        assert_eq!(namespace("a", "@enforce: restricted, @enforce-version: v1.30"), "");
    }

    #[test]
    fn numbers_are_no_strings() {
        assert_eq!(
            namespace("a", "@enforce: restricted, @enforce-version: 1.30"),
            "metadata.labels[pod-security.kubernetes.io/enforce-version]: 1.30 is no string; quote it"
        );
    }
}
