//! Namespaces that are labelled to let every pod in.

use super::{is_namespace, labels};
use crate::object::Object;
use crate::pod_security::Mode;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "privileged-namespace",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "a namespace lets privileged pods in",
    why: "Whoever may create a pod there may take over the node that it runs on: permissions \
          in this namespace are permissions on the cluster.",
    remedy: "enforce baseline, and keep the pods that need more in a namespace that few may use",
    breaks: "Drivers and agents that manage nodes are rejected at any other level.",
    mend: Mend::ByHand("whether pods there need more than baseline"),
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
  labels:
    pod-security.kubernetes.io/enforce: privileged
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: baseline
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !is_namespace(object) {
        return;
    }
    let enforce = labels(object).at(Mode::Enforce.level_label());
    if enforce.as_str() == Some("privileged") {
        reporter.flag(enforce, "enforce: privileged lets every pod in", None);
    }
}
