//! Pods that answer names themselves instead of asking DNS.

use harden_yaml::Action;

use super::containers::quoted;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "host-aliases",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "the pod's own hosts file overrides DNS",
    why: "Names written into the pod go on pointing where they were written to after the service \
          has moved or the address has passed to somebody else, and whoever may write the pod can \
          send the traffic of a trusted name anywhere.",
    remedy: "remove hostAliases, and let DNS or a Service without selectors answer",
    breaks: "Names that only the pod knew no longer resolve; add them to DNS or make a Service for \
          them first.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/tasks/network/customize-hosts-file-for-pods/"),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostAliases:
  - ip: 203.0.113.7
    hostnames: [payments.example.com]
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
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let aliases = workload.at("hostAliases");
    if aliases.is_empty() {
        return;
    }
    let names = aliases.items().flat_map(|it| it.at("hostnames").items());
    let names = quoted(names.filter_map(|it| it.as_str()));
    let message = format!("fixed addresses instead of DNS for {names}");
    reporter.flag(aliases, message, Some(Action::Remove));
}
