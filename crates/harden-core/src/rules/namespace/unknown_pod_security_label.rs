//! Pod Security labels that there are not.

use harden_yaml::{Action, Place};

use super::{labels, pinned};
use crate::kubernetes::{Level, MinorVersion};
use crate::object::Object;
use crate::pod_security::{LabelProblem, LabelProblemKind, Mode, PREFIX, Version};
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unknown-pod-security-label",
    category: Category::Namespace,
    severity: Severity::High,
    level: None,
    summary: "a label looks like one of Pod Security, but there is none of that name",
    why: "The API server takes the label and ignores it: what it seems to forbid is let in.",
    remedy: "use enforce, audit or warn, each with or without -version",
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
    pod-security.kubernetes.io/enforced: restricted
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
    for problem in LabelProblem::all(labels, reporter.version()) {
        let LabelProblemKind::Unknown { meant } = problem.kind else { continue };
        let key = problem.place.key().unwrap_or("");
        let hint = meant.map_or_else(String::new, |it| format!("; did you mean `{PREFIX}{it}`?"));
        let edits = renamed(labels, problem.place, meant, reporter.version());
        reporter.flag_with(
            problem.place,
            format!("the API server ignores `{key}`{hint}"),
            edits.unwrap_or_default(),
        );
    }
}

/// What gives the label the name that was meant; `None` where there is no such name, where a label has it, or
/// where the API server would refuse the value under it.
fn renamed<'d>(
    labels: Place<'d>,
    place: Place<'d>,
    meant: Option<&str>,
    newest: MinorVersion,
) -> Option<Edits<'d>> {
    let (meant, value) = (meant?, place.as_str()?);
    let all = Mode::ALL.into_iter().flat_map(|it| [it.level_label(), it.version_label()]);
    let label = all.into_iter().find(|it| it.strip_prefix(PREFIX) == Some(meant))?;
    let is_version = meant.ends_with("-version");
    let is_valid =
        if is_version { value.parse::<Version>().is_ok() } else { value.parse::<Level>().is_ok() };
    if !is_valid || labels.at(label).exists() {
        return None;
    }
    let mut edits = vec![(place, Action::Remove), (labels.at(label), Action::set(value))];
    if label == Mode::Enforce.level_label() {
        edits.extend(pinned(labels, newest));
    }
    Some(edits)
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
    fn what_was_meant_is_named_where_it_is_clear() {
        assert_eq!(
            namespace("a", "@enfroce: restricted"),
            "the API server ignores `pod-security.kubernetes.io/enfroce`; did you mean \
             `pod-security.kubernetes.io/enforce`?"
        );
        assert_eq!(
            namespace("a", "@level: restricted"),
            "the API server ignores `pod-security.kubernetes.io/level`"
        );
        assert_eq!(namespace("a", "@warn-version: latest, example.com/enforced: a"), "");
    }
}
