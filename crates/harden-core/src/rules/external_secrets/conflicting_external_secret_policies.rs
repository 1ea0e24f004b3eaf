//! Policies of an ExternalSecret that exclude each other.

use harden_yaml::Action;

use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "conflicting-external-secret-policies",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "creationPolicy and deletionPolicy exclude each other",
    why: "The operator's webhook rejects the object, and where the webhook is not installed the \
          Secret is never cleaned up as the policy says: it deletes only Secrets that it made \
          itself.",
    remedy: "set deletionPolicy to Retain, or creationPolicy to Owner",
    breaks: "",
    mend: Mend::Safe,
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
    creationPolicy: Merge
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
    creationPolicy: Merge
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
    let target = spec.at("target");
    let creation = target.at("creationPolicy").as_str().unwrap_or("Owner");
    let deletion = target.at("deletionPolicy");
    let why = match (creation, deletion.as_str()) {
        ("Merge" | "None" | "CreateOrMerge", Some("Delete")) => {
            "the operator deletes no Secret that is not its own"
        }
        ("None", Some("Merge")) => "there is no Secret whose keys could go",
        _ => return,
    };
    let text = deletion.as_str().unwrap_or_default();
    reporter.flag(
        deletion,
        format!("deletionPolicy: {text} does not go with creationPolicy: {creation}: {why}"),
        Some(Action::set("Retain")),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn the_combinations_are_those_of_the_operators_webhook() {
        for creation in ["Owner", "Orphan", "Merge", "None", "CreateOrMerge"] {
            for deletion in ["Delete", "Merge", "Retain"] {
                let text = format!(
                    "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{target: \
                     {{creationPolicy: {creation}, deletionPolicy: {deletion}}}}}}}"
                );
                let owns = matches!(creation, "Owner" | "Orphan");
                let rejected =
                    (deletion == "Delete" && !owns) || (deletion == "Merge" && creation == "None");
                assert_eq!(
                    messages(&RULE, &text).len(),
                    usize::from(rejected),
                    "{creation} {deletion}"
                );
            }
        }
    }
}
