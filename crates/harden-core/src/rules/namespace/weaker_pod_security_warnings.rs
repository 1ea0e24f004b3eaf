//! Warnings that say less than what is rejected.

use harden_yaml::Action;

use super::labels;
use crate::kubernetes::Level;
use crate::object::Object;
use crate::pod_security::Mode;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "weaker-pod-security-warnings",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "a namespace warns about less than it enforces",
    why: "Only pods are rejected, Deployments and the like are taken: with a weaker warn or \
          audit level nobody hears that their pods will never be made.",
    remedy: "set warn and audit to the enforced level or a stricter one",
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
    pod-security.kubernetes.io/warn: baseline
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/warn: restricted
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Namespace") {
        return;
    }
    let labels = labels(object);
    let level = |mode: Mode| labels.at(mode.level_label()).as_str()?.parse::<Level>().ok();
    let Some(enforced) = level(Mode::Enforce) else { return };
    let weaker = [Mode::Audit, Mode::Warn]
        .into_iter()
        .filter_map(|mode| Some((mode, level(mode)?)))
        .filter(|(_, level)| *level < enforced);
    let (mut words, mut places) = (Vec::new(), Vec::new());
    for (mode, level) in weaker {
        words.push(format!("`{mode}: {level}`"));
        let change = Some(Action::set(enforced.as_str()));
        places.push((labels.at(mode.level_label()), String::new(), change));
    }
    let words = words.join(" and ");
    if !places.is_empty() {
        reporter.flag_all(format!("{words} say less than `enforce: {enforced}` rejects"), places);
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
    fn only_labels_that_are_written_are_weaker() {
        assert_eq!(namespace("a", "@enforce: restricted"), "");
        assert_eq!(namespace("a", "@enforce: baseline, @warn: restricted, @audit: baseline"), "");
        assert_eq!(
            namespace("a", "@enforce: baseline, @warn: privileged, @audit: privileged"),
            "`audit: privileged` and `warn: privileged` say less than `enforce: baseline` rejects"
        );
        assert_eq!(namespace("a", "@enforce: Baseline, @warn: privileged"), "");
    }
}
