//! Cluster-wide stores that every namespace may use.

use harden_yaml::Place;

use crate::external_secrets::GROUP;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "store-for-every-namespace",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "every namespace may read what a ClusterSecretStore can",
    why: "Whoever may make an ExternalSecret in any namespace has the operator fetch any secret \
          that the store can reach, those of other teams included; no right of the store itself \
          tells them apart.",
    remedy: "name the namespaces in spec.conditions, or use a SecretStore in each of them",
    breaks: "ExternalSecrets of namespaces that are not named are not refreshed any more.",
    mend: Mend::ByHand("which namespaces may use the store"),
    references: &[
        Reference::Owasp("K03"),
        Reference::Page("https://external-secrets.io/latest/guides/security-best-practices/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: store
spec:
  provider:
    vault:
      server: https://vault.vault.svc:8200
      path: secret
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
            namespace: external-secrets
",
    good: "\
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: store
spec:
  conditions:
  - namespaces: [team-a]
  provider:
    vault:
      server: https://vault.vault.svc:8200
      path: secret
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
            namespace: external-secrets
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is(GROUP, "ClusterSecretStore") {
        return;
    }
    let conditions = object.place.at("spec").at("conditions");
    if conditions.is_empty() {
        let message = "without conditions every namespace may use the store";
        return reporter.flag(conditions, message, None);
    }
    for condition in conditions.items() {
        if let Some(place) = matches_all(condition) {
            reporter.flag(place, "the condition holds for every namespace", None);
        }
    }
}

/// The part of a condition that every namespace meets; one part that is met is enough.
fn matches_all(condition: Place<'_>) -> Option<Place<'_>> {
    let selector = condition.at("namespaceSelector");
    let is_empty =
        selector.is_map() && selector.entries().all(|(_, it)| it.is_null() || it.is_empty());
    if is_empty {
        return Some(selector);
    }
    let mut expressions = condition.at("namespaceRegexes").items();
    expressions.find(|it| {
        let text = it.as_str().unwrap_or_default();
        let bare = text.strip_prefix('^').unwrap_or(text);
        let bare = bare.strip_suffix('$').unwrap_or(bare);
        matches!(bare, ".*" | ".+" | "(.*)" | "(.+)")
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn conditions(text: &str) -> usize {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: ClusterSecretStore, spec: {{conditions: {text}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn conditions_that_always_hold_are_none() {
        for open in [
            "[]",
            "null",
            "[{namespaceSelector: {}}]",
            "[{namespaceSelector: {matchLabels: {}}}]",
            "[{namespaceRegexes: ['^.*$']}]",
        ] {
            assert_eq!(conditions(open), 1, "{open}");
        }
        for closed in [
            "[{namespaces: [a]}]",
            "[{namespaceSelector: {matchLabels: {a: b}}}]",
            "[{namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}}]",
            "[{namespaceRegexes: ['^team-.*$']}]",
        ] {
            assert_eq!(conditions(closed), 0, "{closed}");
        }
    }
}
