//! Files of the API server that do not say what they are.

use harden_yaml::Document;

use crate::configuration;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "configuration-type-missing",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a file for the API server lacks apiVersion or kind",
    why: "The API server rejects a file that does not say what it is, and does not start; for an \
          EncryptionConfiguration its message prints the whole file into the log, keys included.",
    remedy: "add apiVersion and kind",
    breaks: "",
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"),
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
    ],
    reads: &[],
    check: Check::Document(check),
    bad: "\
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    let root = document.root();
    if let Some(missing) = configuration::missing_type(root).filter(|_| !document.is_rejected()) {
        let message = format!("the API server would not start: {missing} is missing");
        reporter.flag_text(root.at(missing).grip(), message);
    }
}
