//! ExternalSecrets that the operator rejects.

use harden_yaml::{Kind, Place};

use crate::external_secrets::external_secret;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-external-secret",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "the operator rejects the ExternalSecret",
    why: "The API server takes the object where the operator's webhook does not run, and the \
          Secret is never made or updated: what needs it does not start, or goes on with an old \
          value.",
    remedy: "say what is fetched, each by one way, and into what",
    breaks: "",
    mend: Mend::ByHand("what is fetched, and into what"),
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
    let Some(spec) = external_secret(object) else { return };
    let (data, data_from) = (spec.at("data"), spec.at("dataFrom"));
    if data.is_empty() && data_from.is_empty() {
        reporter.flag(data, "neither data nor dataFrom says what is fetched", None);
    }
    for item in data_from.items() {
        let has = |key: &'static str| item.at(key).exists();
        let generates = item.at("sourceRef").at("generatorRef").exists();
        let ways = [has("extract"), has("find"), generates].into_iter().filter(|it| *it).count();
        if ways > 1 {
            let message = "more than one of extract, find and a generator in one entry of dataFrom";
            reporter.flag(item, message, None);
        } else if ways == 0 && !has("sourceRef") {
            reporter.flag(item, "an entry of dataFrom says not what it fetches", None);
        }
    }
    template(spec.at("target"), reporter);
}

/// Templates must not make tokens that Kubernetes alone should make.
fn template<'d>(target: Place<'d>, reporter: &mut Reporter<'_, 'd>) {
    let template = target.at("template");
    let kind = template.at("type");
    let annotations = template.at("metadata").at("annotations");
    let is_account_token = kind.as_str() == Some("kubernetes.io/service-account-token");
    if kind.as_str() == Some("bootstrap.kubernetes.io/token") {
        reporter.flag(kind, "a template must not make bootstrap tokens", None);
    } else if is_account_token {
        // As validatePrivilegedTemplate does: what a template renders cannot be told before.
        let is_annotations =
            |it: &Place<'_>| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("annotations"));
        let rendered = template.at("templateFrom").items().map(|it| it.at("target"));
        let named = Some(annotations.at("kubernetes.io/service-account.name"));
        let named = named.filter(|it| it.kind() != Kind::Missing);
        let places: Vec<_> = named.into_iter().chain(rendered.filter(is_annotations)).collect();
        if !places.is_empty() {
            let places = [kind].into_iter().chain(places);
            reporter.flag_all(
                "a template must not make tokens of ServiceAccounts",
                places.map(|it| (it, String::new(), None)),
            );
        }
    }
    let manifest = target.at("manifest");
    let word = |key| manifest.at(key).as_str();
    if manifest.exists() && (word("apiVersion"), word("kind")) != (Some("v1"), Some("Secret")) {
        return;
    }
    for place in template.at("templateFrom").items().map(|it| it.at("target")) {
        let known = ["data", "annotations", "labels"];
        if let Some(text) = place.as_str()
            && !text.is_empty()
            && !known.contains(&text.to_ascii_lowercase().as_str())
        {
            let message = format!("templateFrom cannot write into `{text}` of a Secret");
            reporter.flag(place, message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn spec(spec: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, spec: {{{spec}}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn each_entry_fetches_in_one_way() {
        assert!(spec("dataFrom: [{extract: {key: a}}]").is_empty());
        assert!(
            spec("dataFrom: [{extract: {key: a}, sourceRef: {storeRef: {name: b}}}]").is_empty()
        );
        assert!(
            spec("dataFrom: [{sourceRef: {generatorRef: {kind: Password, name: a}}}]").is_empty()
        );
        assert_eq!(spec("dataFrom: [{extract: {key: a}, find: {path: b}}]").len(), 1);
        assert_eq!(spec("dataFrom: [{rewrite: []}]").len(), 1);
        assert_eq!(spec("data: [], dataFrom: null").len(), 1);
    }

    #[test]
    fn tokens_are_for_kubernetes_to_make() {
        let made =
            "data: [{secretKey: a}], target: {template: {type: bootstrap.kubernetes.io/token}}";
        assert_eq!(spec(made), ["a template must not make bootstrap tokens"]);
        let token = "data: [{secretKey: a}], target: {template: {type: kubernetes.io/service-account-token, \
                     metadata: {annotations: {kubernetes.io/service-account.name: x}}}}";
        assert_eq!(spec(token), ["a template must not make tokens of ServiceAccounts"]);
        let rendered = |kind: &str, target: &str| {
            spec(&format!(
                "data: [{{secretKey: a}}], target: {{template: {{type: {kind}, templateFrom: [{{{target}, \
                 literal: 'kubernetes.io/service-account.name: admin'}}]}}}}"
            ))
        };
        let token = "kubernetes.io/service-account-token";
        assert_eq!(rendered(token, "target: Annotations").len(), 1);
        assert_eq!(rendered(token, "target: annotations").len(), 1, "whatever the case");
        assert!(rendered(token, "target: Labels").is_empty());
        assert!(rendered(token, "target: Data").is_empty());
        assert!(rendered("Opaque", "target: Annotations").is_empty());
    }

    #[test]
    fn templates_write_into_the_known_parts_of_a_secret() {
        let template = |target: &str, more: &str| {
            spec(&format!(
                "data: [{{secretKey: a}}], target: {{{more} template: {{templateFrom: [{{target: {target}}}]}}}}"
            ))
        };
        assert!(template("Labels", "").is_empty());
        assert_eq!(template("metadata.ownerReferences", "").len(), 1);
        assert!(template("spec.config", "manifest: {apiVersion: v1, kind: ConfigMap},").is_empty());
        assert_eq!(template("type", "manifest: {apiVersion: v1, kind: Secret},").len(), 1);
    }
}
