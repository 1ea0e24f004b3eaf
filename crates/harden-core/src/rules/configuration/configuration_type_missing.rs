//! Files of the API server that do not say what they are.

use harden_yaml::Document;

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
    if document.is_rejected() {
        return;
    }
    let root = document.root();
    let text = |key| root.at(key).as_str().unwrap_or_default();
    let (kind, api_version) = (text("kind"), text("apiVersion"));
    let has =
        |list: &'static str, key: &'static str| root.at(list).items().any(|it| it.at(key).exists());
    let is_file = match (kind, api_version) {
        ("", "") => has("resources", "providers") || has("rules", "level"),
        ("", api_version) => {
            api_version.starts_with("apiserver.config.k8s.io/") && !has("rules", "level")
                || api_version.starts_with("pod-security.admission.config.k8s.io/")
        }
        ("EncryptionConfiguration" | "EncryptionConfig", "") => has("resources", "providers"),
        ("AdmissionConfiguration", "") => has("plugins", "name"),
        ("Policy", "") => has("rules", "level"),
        ("PodSecurityConfiguration", "") => true,
        _ => false,
    };
    if is_file {
        let missing = if api_version.is_empty() { "apiVersion" } else { "kind" };
        let message = format!("the API server would not start: {missing} is missing");
        reporter.flag_text(root.at(missing).grip(), message);
    }
}
