//! Templates that refer to what is not fetched.

use std::collections::BTreeSet;

use crate::external_secrets::external_secret;
use crate::external_secrets::template;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "missing-template-key",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "a template refers to a key that is not fetched",
    why: "The operator stops at the template, and the Secret is neither made nor updated, however \
          sound the rest of it is.",
    remedy: "fetch the key in data, or mend its name in the template",
    breaks: "",
    mend: Mend::ByHand("which key the template means"),
    references: &[Reference::Page("https://external-secrets.io/latest/guides/templating/")],
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
    template:
      engineVersion: v2
      data:
        dsn: \"postgres://app:{{ .passwd }}@db:5432/app\"
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
    template:
      engineVersion: v2
      data:
        dsn: \"postgres://app:{{ .password }}@db:5432/app\"
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    let templates = spec.at("target").at("template").at("data");
    // What dataFrom brings is only known to the store.
    if templates.is_empty() || !spec.at("dataFrom").is_empty() {
        return;
    }
    let fetched: BTreeSet<&str> =
        spec.at("data").items().filter_map(|it| it.at("secretKey").as_str()).collect();
    for (_, place) in templates.entries() {
        let Some(text) = place.as_str() else { continue };
        let mut missing: Vec<_> = template::keys(text).collect();
        missing.retain(|it| !fetched.contains(it));
        missing.dedup();
        if let Some(key) = missing.first() {
            reporter.flag(
                place,
                format!("the template refers to `{key}`, which data does not fetch"),
                None,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn template(text: &str, more: &str) -> usize {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{target: {{template: {{data: \
             {{a: '{text}'}}}}}}, data: [{{secretKey: user}}, {{secretKey: tls.crt}}]{more}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn only_what_is_surely_missing_is_reported() {
        assert_eq!(template("{{ .user }}", ""), 0);
        assert_eq!(template("{{ .pass }}", ""), 1);
        assert_eq!(template("{{ .pass }}", ", dataFrom: [{extract: {key: a}}]"), 0);
        assert_eq!(template("{{ index . \"tls.crt\" }}", ""), 0);
        assert_eq!(template("plain", ""), 0);
    }
}
