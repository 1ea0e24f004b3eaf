//! API versions that the operator does not serve.

use harden_yaml::Action;

use crate::external_secrets::GROUP;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema::FlawKind;

pub(super) static RULE: Rule = Rule {
    id: "removed-external-secrets-version",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "the External Secrets Operator does not serve this API version",
    why: "ExternalSecret and the stores are served as v1 alone since release 0.17 of May 2025, \
          PushSecret as v1alpha1 alone. The object cannot be applied, and after an upgrade Secrets \
          quietly stop being refreshed.",
    remedy: "use external-secrets.io/v1, and v1alpha1 for PushSecret and ClusterPushSecret",
    breaks: "v1 dropped fields of v1beta1 that did nothing; strict validation names those that are \
          left over.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://external-secrets.io/latest/guides/v1beta1/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata:
  name: app
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
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
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if object.group != GROUP {
        return;
    }
    let served = match object.kind {
        "ExternalSecret" | "ClusterExternalSecret" | "SecretStore" | "ClusterSecretStore" => "v1",
        "PushSecret" | "ClusterPushSecret" => "v1alpha1",
        _ => return,
    };
    // With the operator's own definitions at hand, `unserved-api-version` knows better.
    let is_known = || reporter.flaws().iter().any(|it| it.kind == FlawKind::UnservedVersion);
    if object.version == served || is_known() {
        return;
    }
    reporter.flag(
        object.place.at("apiVersion"),
        format!("{} is served as {GROUP}/{served}, not {}", object.kind, object.version),
        Some(Action::set(format!("{GROUP}/{served}"))),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn push_secrets_have_another_version() {
        let of = |version: &str, kind: &str| {
            messages(&RULE, &format!("{{apiVersion: external-secrets.io/{version}, kind: {kind}}}"))
                .len()
        };
        assert_eq!(of("v1alpha1", "PushSecret"), 0);
        assert_eq!(of("v1", "PushSecret"), 1);
        assert_eq!(of("v1", "ClusterSecretStore"), 0);
        assert_eq!(of("v1alpha1", "SecretStore"), 1);
        assert_eq!(of("v1alpha1", "SomethingNew"), 0);
    }
}
