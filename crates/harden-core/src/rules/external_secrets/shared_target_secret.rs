//! Secrets that several ExternalSecrets make.

use std::collections::BTreeMap;

use harden_yaml::Place;

use crate::external_secrets::{self, EXTERNAL_SECRET};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "shared-target-secret",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "two ExternalSecrets write a Secret that one of them owns",
    why: "The operator lets nobody but the owner write a Secret, whatever the creationPolicy of the \
          others, since 0.11: they fail, and the Secret stays without their keys. Of two owners \
          the first wins, which may be the other one after a restore.",
    remedy: "write all keys into one ExternalSecret, give each a target.name of its own, or let all of \
             them be creationPolicy: Merge into a Secret that nobody owns, or CreateOrMerge",
    breaks: "",
    mend: Mend::ByHand(
        "which of the ExternalSecrets writes the Secret, and where the others write",
    ),
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
  target:
    creationPolicy: CreateOrMerge
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
    creationPolicy: CreateOrMerge
  data:
  - secretKey: token
    remoteRef:
      key: team-a/app
      property: token
",
};

/// An ExternalSecret that writes a Secret.
struct Writer<'w, 'd> {
    object: &'w Object<'d>,
    /// Where it says which Secret.
    place: Place<'d>,
    owns: bool,
}

/// The file where no namespace is written, since what two files mean may be two; namespace and name.
type Target<'d> = (Option<usize>, &'d str, &'d str);

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut targets: BTreeMap<Target<'d>, BTreeMap<&str, Writer<'_, 'd>>> = BTreeMap::new();
    for object in world.of_kind(EXTERNAL_SECRET) {
        if let Some((target, writer)) = writer(object) {
            // The same object in two files is one object.
            targets.entry(target).or_default().entry(object.name()).or_insert(writer);
        }
    }
    for ((.., secret), writers) in targets {
        let Some((owner, _)) = writers.iter().find(|(_, it)| it.owns) else { continue };
        for (name, Writer { object, place, owns }) in &writers {
            if name == owner {
                continue;
            }
            let message = if *owns {
                format!("ExternalSecret {owner} owns Secret {secret}, too")
            } else {
                format!(
                    "ExternalSecret {owner} owns Secret {secret}, and the operator lets nobody else write it"
                )
            };
            reporter.flag_in(object, *place, message, None);
        }
    }
}

fn writer<'w, 'd>(object: &'w Object<'d>) -> Option<(Target<'d>, Writer<'w, 'd>)> {
    let target = object.place.at("spec").at("target");
    let owns = match target.at("creationPolicy").as_str() {
        None | Some("" | "Owner") => true,
        Some("Orphan" | "Merge" | "CreateOrMerge") => false,
        Some(_) => return None,
    };
    let manifest = target.at("manifest");
    let word = |key| manifest.at(key).as_str();
    let is_secret =
        !manifest.exists() || (word("apiVersion"), word("kind")) == (Some("v1"), Some("Secret"));
    if !is_secret || object.name().is_empty() {
        return None;
    }
    let named = target.at("name").as_str().filter(|it| !it.is_empty());
    let place = if named.is_some() { target } else { object.place.at("metadata") }.at("name");
    let namespace = object.namespace();
    let file = namespace.is_none().then_some(object.source);
    let key = (file, namespace.unwrap_or_default(), named.unwrap_or(object.name()));
    Some((key, Writer { object, place, owns }))
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
    }

    #[test]
    fn nobody_but_the_owner_writes_a_secret() {
        for policy in ["Merge", "CreateOrMerge", "Orphan", "Owner"] {
            let other = format!("name: x, creationPolicy: {policy}");
            assert_eq!(objects(&[("a", "x", ""), ("a", "z", &other)]), 1, "{policy}");
            assert_eq!(objects(&[("a", "z", &other), ("a", "x", "")]), 1, "{policy}");
        }
        let merge = "name: x, creationPolicy: Merge";
        assert_eq!(objects(&[("a", "y", merge), ("a", "z", merge)]), 0, "nobody owns it");
        assert_eq!(objects(&[("a", "x", ""), ("a", "z", "name: x, creationPolicy: None")]), 0);
        let map = "name: x, manifest: {apiVersion: v1, kind: ConfigMap}";
        assert_eq!(objects(&[("a", "x", ""), ("a", "z", map)]), 0);
        let secret = "name: x, manifest: {apiVersion: v1, kind: Secret}";
        assert_eq!(objects(&[("a", "x", ""), ("a", "z", secret)]), 1);
    }
}
