//! Typed Secrets without the keys of their type.

use crate::external_secrets::external_secret;
use crate::kubernetes::TypedSecret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "incomplete-typed-secret",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "a typed Secret is made without the keys of its type",
    why: "The API server rejects a Secret of such a type without these keys, so the operator fetches \
          the values and can make nothing of them.",
    remedy: "fetch the keys that the type needs, or name them so in the template",
    breaks: "",
    mend: Mend::ByHand("where the keys that are missing come from"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/configuration/secret/#secret-types",
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
    template:
      type: kubernetes.io/tls
  data:
  - secretKey: certificate
    remoteRef:
      key: team-a/app
      property: certificate
  - secretKey: tls.key
    remoteRef:
      key: team-a/app
      property: key
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
      type: kubernetes.io/tls
  data:
  - secretKey: tls.crt
    remoteRef:
      key: team-a/app
      property: certificate
  - secretKey: tls.key
    remoteRef:
      key: team-a/app
      property: key
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(spec) = external_secret(object) else { return };
    let target = spec.at("target");
    let template = target.at("template");
    let place = template.at("type");
    let Some(typed) = place.as_str().and_then(TypedSecret::find) else { return };
    let own = matches!(target.at("creationPolicy").as_str(), None | Some("" | "Owner" | "Orphan"));
    let templates = template.at("data");
    let passes = templates.is_empty() || template.at("mergePolicy").as_str() == Some("Merge");
    // What else there may be is known to others: the store, a ConfigMap, the Secret that is there.
    let is_open = !own
        || !template.at("templateFrom").is_empty()
        || (passes && !spec.at("dataFrom").is_empty())
        || target.at("manifest").exists();
    if is_open {
        return;
    }
    let fetched =
        |key: &str| spec.at("data").items().any(|it| it.at("secretKey").as_str() == Some(key));
    let missing = typed.missing(|key| templates.get(key).is_some() || (passes && fetched(key)));
    if let Some(missing) = missing {
        reporter.flag(place, format!("a Secret of type {} must have {missing}", typed.name), None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn spec(spec: &str) -> usize {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{{spec}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn templates_name_keys_anew() {
        let docker = |template: &str| {
            spec(&format!(
                "target: {{template: {{type: kubernetes.io/dockerconfigjson, {template}}}}}, data: [{{secretKey: cfg}}]"
            ))
        };
        assert_eq!(docker(""), 1);
        assert_eq!(docker("data: {.dockerconfigjson: '{{ .cfg }}'}"), 0);
        assert_eq!(docker("data: {config: '{{ .cfg }}'}"), 1);
        assert_eq!(docker("templateFrom: [{literal: x}]"), 0);
    }

    #[test]
    fn what_others_bring_is_not_known() {
        assert_eq!(
            spec("target: {template: {type: kubernetes.io/tls}}, dataFrom: [{extract: {key: a}}]"),
            0
        );
        assert_eq!(
            spec(
                "target: {creationPolicy: Merge, template: {type: kubernetes.io/tls}}, data: [{secretKey: a}]"
            ),
            0
        );
        assert_eq!(
            spec(
                "target: {template: {type: kubernetes.io/basic-auth}}, data: [{secretKey: password}]"
            ),
            0
        );
    }
}
