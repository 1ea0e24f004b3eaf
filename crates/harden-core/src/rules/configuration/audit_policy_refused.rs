//! Audit policies with which the API server does not start.

use harden_yaml::Action;

use crate::configuration::audit::AuditLevel;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-policy-refused",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "the API server does not start with this audit policy",
    why: "The policy is read when the API server starts: one that is rejected takes the control \
          plane down at the next restart.",
    remedy: "correct what the server names",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let file = reporter.files().and_then(|it| it.audit(object, reporter.version()));
    let Some(Err(rejection)) = file else { return };
    super::reject(rejection, reporter, |place| match place.path().as_str() {
        "kind" => Some(Action::set("Policy")),
        "apiVersion" => Some(Action::set("audit.k8s.io/v1")),
        _ if place.key() == Some("level") => {
            let written = place.as_str().unwrap_or_default();
            let mut levels = AuditLevel::ALL.into_iter();
            let meant = levels.find(|it| it.as_str().eq_ignore_ascii_case(written));
            meant.map(|it| Action::set(it.as_str()))
        }
        _ => None,
    });
}
