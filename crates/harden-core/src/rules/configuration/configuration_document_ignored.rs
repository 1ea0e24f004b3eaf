//! Documents after the first in files of the API server.

use harden_yaml::{Document, documents};

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "configuration-document-ignored",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "a file for the API server holds a second document, which is not read",
    why: "The API server reads the first document of a configuration file and ignores the rest \
          without a word: a second policy, or rules that were appended after `---`, have no \
          effect.",
    remedy: "join the documents into one",
    breaks: "What the second document says takes effect.",
    mend: Mend::ByHand("how the two documents become one"),
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
---
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: None
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
    let Some(kind) = kind_of(document) else { return };
    let before = document.text().get(..document.span().start as usize).unwrap_or_default();
    let mut earlier = documents(before);
    if earlier.any(|it| kind_of(&it) == Some(kind)) {
        let message =
            format!("the API server does not read this {kind}: an earlier one is in the file");
        reporter.flag_text(document.root().at("kind").grip(), message);
    }
}

/// The kind of file, where a server reads one of it.
fn kind_of<'d>(document: &'d Document<'d>) -> Option<&'static str> {
    let root = document.root();
    let (kind, api_version) = (root.at("kind").as_str()?, root.at("apiVersion").as_str()?);
    match (kind, api_version.split('/').next()?) {
        ("Policy", "audit.k8s.io") => Some("audit policy"),
        ("EncryptionConfiguration", "apiserver.config.k8s.io") | ("EncryptionConfig", "v1") => {
            Some("EncryptionConfiguration")
        }
        ("AdmissionConfiguration", "apiserver.config.k8s.io") => Some("AdmissionConfiguration"),
        _ => None,
    }
}
