//! PushSecrets that take the values with them.

use harden_yaml::Action;

use crate::external_secrets::push_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "push-secret-deletes-remote",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "deleting the PushSecret deletes the values in the store",
    why: "A namespace that is removed, or a tool that prunes what is not in Git, deletes the only \
          durable copy of the secret, and with it that of everyone else who reads it there.",
    remedy: "set deletionPolicy to None, and delete values in the store itself",
    breaks: "Values of Secrets that are gone stay in the store until somebody deletes them there.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://external-secrets.io/latest/api/pushsecret/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata:
  name: app
  namespace: team-a
spec:
  deletionPolicy: Delete
  secretStoreRefs:
  - kind: SecretStore
    name: vault
  selector:
    secret:
      name: app
  data:
  - match:
      secretKey: password
      remoteRef:
        remoteKey: team-a/app
        property: password
",
    good: "\
apiVersion: external-secrets.io/v1alpha1
kind: PushSecret
metadata:
  name: app
  namespace: team-a
spec:
  deletionPolicy: None
  secretStoreRefs:
  - kind: SecretStore
    name: vault
  selector:
    secret:
      name: app
  data:
  - match:
      secretKey: password
      remoteRef:
        remoteKey: team-a/app
        property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = push_secret(object) else { return };
    // What a generator made is nobody's only copy.
    if spec.at("selector").at("generatorRef").exists() {
        return;
    }
    let policy = spec.at("deletionPolicy");
    if policy.as_str() == Some("Delete") {
        reporter.flag(
            policy,
            "the values in the store go when this object goes",
            Some(Action::set("None")),
        );
    }
}
