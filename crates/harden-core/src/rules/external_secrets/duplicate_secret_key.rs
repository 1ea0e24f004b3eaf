//! Keys of a Secret that are fetched twice.

use std::collections::BTreeSet;

use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "duplicate-secret-key",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "two entries fetch the same key of the Secret",
    why: "Only the last one counts, which is hardly what was meant: the other value is fetched and \
          thrown away. The operator's webhook rejects it.",
    remedy: "give each entry a secretKey of its own",
    breaks: "",
    mend: Mend::ByHand("which of the two entries is meant, or what the key of the other is called"),
    references: &[Reference::Page("https://external-secrets.io/latest/api/externalsecret/")],
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
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
  - secretKey: password
    remoteRef:
      key: team-a/other
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
  - secretKey: other-password
    remoteRef:
      key: team-a/other
      property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    let data = spec.at("data");
    if data.len() < 2 {
        return;
    }
    let mut seen = BTreeSet::new();
    for place in data.items().map(|it| it.at("secretKey")) {
        if let Some(key) = place.as_str()
            && !seen.insert(key)
        {
            reporter.flag(place, format!("`{key}` is fetched by an entry above, too"), None);
        }
    }
}
