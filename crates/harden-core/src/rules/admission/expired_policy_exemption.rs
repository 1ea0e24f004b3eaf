//! Exemptions of our own policies whose last day is over.

use crate::kubernetes::Date;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

/// What a policy says in its annotations of what it leaves alone, a line for each exemption:
/// `namespace legacy until 2027-01-31: moves to rootless images`.
pub const ANNOTATION: &str = "harden.kubectl.io/exemptions";

pub(super) static RULE: Rule = Rule {
    id: "expired-policy-exemption",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a policy leaves something alone whose time is over",
    why: "No engine of admission reads the date, so an exemption that was meant for some weeks holds until somebody \
          takes it out. What it leaves alone is let in all the while.",
    remedy: "mend what was left alone, and write the policy without the exemption",
    breaks: "What was left alone and is as it was is refused from then on.",
    mend: Mend::ByHand("whether what was left alone is mended"),
    references: &[Reference::Owasp("K04")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-ports
  annotations:
    harden.kubectl.io/exemptions: \"namespace legacy until 2020-06-30: moves to Ingress\"
spec:
  policyName: no-host-ports
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      matchExpressions:
      - {key: kubernetes.io/metadata.name, operator: NotIn, values: [legacy]}
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-ports
spec:
  policyName: no-host-ports
  validationActions: [Deny]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let place = object.place.at("metadata").at("annotations").at(ANNOTATION);
    let Some(text) = place.as_str() else { return };
    let today = reporter.today();
    for line in text.lines() {
        let Some((what, until)) = ending(line) else { continue };
        if until < today {
            reporter.flag(place, format!("the exemption of {what} was until {until}"), None);
        }
    }
}

/// What a line exempts, and until when; none where it does not end.
fn ending(line: &str) -> Option<(&str, Date)> {
    let (head, _reason) = line.split_once(": ")?;
    let (what, date) = head.rsplit_once(" until ")?;
    Some((what, date.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_in_a_reason_is_no_end() {
        let day = |text: &str| text.parse::<Date>().ok();
        assert_eq!(ending("user a until 2027-01-31: b").map(|it| it.1), day("2027-01-31"));
        let account = "user system:serviceaccount:a:b until 2027-01-31: c";
        assert_eq!(ending(account).map(|it| it.0), Some("user system:serviceaccount:a:b"));
        assert_eq!(ending("user a: stays until 2020-01-01: surely"), None);
        assert_eq!(ending("user a until soon: b"), None);
    }
}
