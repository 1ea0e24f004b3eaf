//! Secrets that go when the store loses their values.

use harden_yaml::Action;

use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "external-secret-deletes-secret",
    category: Category::ExternalSecrets,
    severity: Severity::Low,
    level: None,
    summary: "the Secret is deleted when the store has its values no more",
    why: "A slip in the store, such as a path that is renamed or a right that makes things \
          invisible, takes the Secret from running workloads with the next refresh; those that \
          start after it do not start.",
    remedy: "set deletionPolicy to Retain, and delete the ExternalSecret when the Secret is to go",
    breaks: "Values that were deleted in the store stay in the cluster until the ExternalSecret is \
          deleted.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://external-secrets.io/latest/guides/ownership-deletion-policy/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  target:
    deletionPolicy: Delete
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
    good: "\
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  target:
    deletionPolicy: Retain
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    let policy = spec.at("target").at("deletionPolicy");
    if policy.as_str() == Some("Delete") {
        reporter.flag(
            policy,
            "the Secret goes as soon as the store has none of its values",
            Some(Action::set("Retain")),
        );
    }
}
