//! Webhooks for which the API server waits as long as it can.

use harden_yaml::Action;

use crate::admission::webhooks;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "slow-webhook",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "the API server waits half a minute for a webhook",
    why: "While a webhook does not answer, every request that it is asked about waits. Two that take 30 seconds \
          use up the minute that the API server has for a request, so that leases and nodes are not updated \
          and the cluster comes to a stop.",
    remedy: "set timeoutSeconds to 10 or less",
    breaks: "A webhook that takes longer to answer fails, which failurePolicy decides on.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: policies
webhooks:
- name: policies.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  timeoutSeconds: 30
  clientConfig:
    service:
      name: policies
      namespace: policies
      path: /validate
  rules:
  - apiGroups: [\"\"]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: policies
webhooks:
- name: policies.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  timeoutSeconds: 10
  clientConfig:
    service:
      name: policies
      namespace: policies
      path: /validate
  rules:
  - apiGroups: [\"\"]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
",
};

/// As long as the API server waits at most.
const MOST: i64 = 30;

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for webhook in webhooks(object) {
        let timeout = webhook.at("timeoutSeconds");
        if timeout.as_i64() == Some(MOST) {
            let message = "every request waits up to 30 seconds for an answer";
            reporter.flag(timeout, message, Some(Action::set(10)));
        }
    }
}
