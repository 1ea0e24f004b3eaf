//! Files of the API server that do not say what they are.

use harden_yaml::{Action, Document, Place};

use crate::configuration;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::Safe,
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
        reporter.flag_document(root.at(missing), message, &types(root));
    }
}

/// Says what a file is that does not, as far as only one answer is left.
fn types<'d>(root: Place<'d>) -> Vec<(Place<'d>, Action)> {
    let text = |key| root.at(key).as_str().unwrap_or_default();
    let has = |list: &'d str, key: &'d str| root.at(list).items().any(|it| it.at(key).exists());
    let server = "apiserver.config.k8s.io/v1";
    let (api_version, kind) = match (text("apiVersion"), text("kind")) {
        ("", "EncryptionConfig") => ("v1", ""),
        ("", "EncryptionConfiguration" | "AdmissionConfiguration") => (server, ""),
        ("", "Policy") => ("audit.k8s.io/v1", ""),
        ("", "PodSecurityConfiguration") => ("pod-security.admission.config.k8s.io/v1", ""),
        ("", "") if has("resources", "providers") => (server, "EncryptionConfiguration"),
        ("", "") if has("rules", "level") => ("audit.k8s.io/v1", "Policy"),
        (it, "") if it == server && has("resources", "providers") => {
            ("", "EncryptionConfiguration")
        }
        (it, "") if it == server && has("plugins", "name") => ("", "AdmissionConfiguration"),
        (it, "") if it.starts_with("pod-security.admission.config.k8s.io/") => {
            ("", "PodSecurityConfiguration")
        }
        _ => return Vec::new(),
    };
    [("apiVersion", api_version), ("kind", kind)]
        .into_iter()
        .filter(|(_, it)| !it.is_empty())
        .map(|(key, it)| (root.at(key), Action::set(it)))
        .collect()
}
