//! Secrets that several ExternalSecrets make.

use std::collections::BTreeMap;

use crate::external_secrets::{self, EXTERNAL_SECRET};
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "shared-target-secret",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "two ExternalSecrets own the same Secret",
    why: "Each of them takes the Secret for its own. The operator rejects the second, which stays \
          without its keys; which one that is depends on who came first, so it may be another one \
          after a restore.",
    remedy: "give each a target.name of its own, or make all but one creationPolicy: Merge",
    breaks: "",
    references: &[Reference::Page(
        "https://external-secrets.io/latest/guides/ownership-deletion-policy/",
    )],
    reads: external_secrets::KINDS,
    check: Check::World(check),
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
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app-extra
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  target:
    name: app
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
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: app-extra
  namespace: team-a
spec:
  refreshInterval: 1h0m0s
  secretStoreRef:
    kind: SecretStore
    name: vault
  target:
    name: app
    creationPolicy: Merge
  data:
  - secretKey: password
    remoteRef:
      key: team-a/app
      property: password
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut owners: BTreeMap<(Option<usize>, &str, &str), &str> = BTreeMap::new();
    for object in world.of_kind(EXTERNAL_SECRET) {
        let target = object.place.at("spec").at("target");
        let owns = matches!(target.at("creationPolicy").as_str(), None | Some("" | "Owner"));
        // Other kinds of target are told apart by their kinds, too.
        if !owns || target.at("manifest").exists() || object.name().is_empty() {
            continue;
        }
        let named = target.at("name").as_str().filter(|it| !it.is_empty());
        let namespace = object.namespace();
        // Without a namespace, what two files mean may be two.
        let file = namespace.is_none().then_some(object.source);
        let key = (file, namespace.unwrap_or_default(), named.unwrap_or(object.name()));
        match owners.get(&key) {
            // The same object in two files is one object.
            Some(owner) if *owner == object.name() => {}
            Some(owner) => {
                let place = if named.is_some() {
                    target.at("name")
                } else {
                    object.place.at("metadata").at("name")
                };
                let message = format!("ExternalSecret {owner} owns Secret {}, too", key.2);
                reporter.flag_in(object, place, message, None);
            }
            None => drop(owners.insert(key, object.name())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn objects(all: &[(&str, &str, &str)]) -> usize {
        let text: Vec<_> = all
            .iter()
            .map(|(namespace, name, target)| {
                format!(
                    "{{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{namespace: {namespace}, \
                     name: {name}}}, spec: {{target: {{{target}}}}}}}\n"
                )
            })
            .collect();
        messages(&RULE, &text.join("---\n")).len()
    }

    #[test]
    fn secrets_are_the_same_by_namespace_and_name() {
        assert_eq!(objects(&[("a", "x", ""), ("a", "z", "name: x")]), 1);
        assert_eq!(objects(&[("a", "x", ""), ("b", "z", "name: x")]), 0);
        assert_eq!(objects(&[("a", "x", ""), ("a", "x", "")]), 0);
        assert_eq!(objects(&[("a", "x", ""), ("a", "z", "name: x, creationPolicy: Merge")]), 0);
    }
}
