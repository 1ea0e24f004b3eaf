//! Vault paths that have /data in them twice.

use harden_yaml::{Action, Place};

use crate::external_secrets::{self, EXTERNAL_SECRET, GROUP, provider};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "vault-path-with-data",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "a Vault path spells out the /data that the operator adds",
    why: "With version 2 of the KV engine the operator adds /data to the path itself. Spelt out at \
          another place than right behind the mount it is there twice: the operator asks for a \
          path that does not exist, and the Secret is not made.",
    remedy: "use the mount alone as path and the key as vault kv get -mount=MOUNT takes it",
    breaks: "A secret whose own name begins with data/ is no longer found.",
    mend: Mend::WithThought,
    references: &[Reference::Page("https://external-secrets.io/latest/provider/hashicorp-vault/")],
    reads: external_secrets::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: vault
  namespace: team-a
spec:
  provider:
    vault:
      server: https://vault.vault.svc:8200
      path: kv
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
---
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
      key: data/team-a/app
      property: password
",
    good: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: vault
  namespace: team-a
spec:
  provider:
    vault:
      server: https://vault.vault.svc:8200
      path: kv
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: team-a
          serviceAccountRef:
            name: eso-vault
---
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

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for store in world.of_kinds(external_secrets::KINDS).filter(|it| version_2(it).is_some()) {
        let path = store.place.follow("spec.provider.vault.path");
        if let Some(mount) =
            path.as_str().and_then(|it| it.trim_end_matches('/').strip_suffix("/data"))
        {
            let message = "the operator adds /data to this path a second time";
            reporter.flag_in(store, path, message, Some(Action::set(mount)));
        }
    }
    for object in world.of_kind(EXTERNAL_SECRET) {
        let spec = object.place.at("spec");
        let places = || {
            let data = spec.at("data").items().map(|it| (it, it.at("remoteRef").at("key")));
            let from = spec.at("dataFrom").items().map(|it| (it, it.at("extract").at("key")));
            data.chain(from)
        };
        for (entry, place) in places() {
            let Some(key) = place.as_str().filter(|it| it.contains("data/")) else { continue };
            let own = entry.at("sourceRef").at("storeRef");
            let reference = if own.exists() { own } else { spec.at("secretStoreRef") };
            let Some(mount) = mount(world, object, reference) else { continue };
            if let Some(read) = misread(mount, key) {
                let message = format!("`{key}` is read from {read}");
                let change = meant(mount, key).map(Action::set);
                reporter.flag_in(object, place, message, change);
            }
        }
    }
}

/// The Vault of a store, if its engine is version 2.
fn version_2<'d>(store: &Object<'d>) -> Option<Place<'d>> {
    let vault = provider(store)?.at("vault");
    (vault.is_map() && matches!(vault.at("version").as_str(), None | Some("" | "v2")))
        .then_some(vault)
}

/// The mount of the store that is referred to, if it is among the objects.
fn mount<'d>(world: &World<'d>, object: &Object<'d>, reference: Place<'d>) -> Option<&'d str> {
    let kind = reference.at("kind").as_str().filter(|it| !it.is_empty()).unwrap_or("SecretStore");
    let name = reference.at("name").as_str()?;
    let store = world.of_kinds(external_secrets::KINDS).find(|it| {
        it.group == GROUP
            && it.kind == kind
            && it.name() == name
            && (kind == "ClusterSecretStore" || it.namespace() == object.namespace())
    })?;
    version_2(store)?.at("path").as_str().filter(|it| !it.is_empty())
}

/// The key as the operator takes it, where only `data/` is too much in it.
fn meant<'k>(mount: &str, key: &'k str) -> Option<&'k str> {
    let rest = key.strip_prefix(mount).and_then(|it| it.strip_prefix('/'));
    let rest = rest.map_or(key, |it| it.strip_prefix("data/").unwrap_or(it));
    let meant = rest.strip_prefix("data/")?;
    (!meant.is_empty() && misread(mount, meant).is_none()).then_some(meant)
}

/// Where the operator looks for a key, if that is not what was meant.
fn misread(mount: &str, key: &str) -> Option<String> {
    // A store path that ends in /data is the store's flaw.
    let rest = match key.strip_prefix(mount).and_then(|it| it.strip_prefix('/')) {
        Some(rest) => rest.strip_prefix("data/").unwrap_or(rest),
        None => key,
    };
    let second = rest.split_once('/').map_or("", |(_, rest)| rest);
    (rest.starts_with("data/") || second.starts_with("data/"))
        .then(|| format!("{mount}/data/{rest}"))
}

#[cfg(test)]
mod tests {
    use super::{RULE, meant, misread};
    use crate::check::testing::messages;

    #[test]
    fn keys_are_read_as_the_operator_reads_them() {
        assert_eq!(misread("secret", "app"), None);
        assert_eq!(misread("secret", "secret/app"), None);
        assert_eq!(misread("secret", "secret/data/app"), None);
        assert_eq!(misread("kv", "secret/data/app").as_deref(), Some("kv/data/secret/data/app"));
        assert_eq!(misread("secret", "data/app").as_deref(), Some("secret/data/data/app"));
        assert_eq!(misread("secret", "team-a/app/data/x"), None);
    }

    #[test]
    fn a_key_loses_what_is_too_much_in_it_and_nothing_else() {
        for (mount, key, expected) in [
            ("kv", "data/team-a/app", Some("team-a/app")),
            ("kv", "kv/data/data/app", Some("app")),
            // These name another mount, or nothing.
            ("kv", "secret/data/app", None),
            ("kv", "data/", None),
            ("kv", "data/data/app", None),
        ] {
            assert_eq!(meant(mount, key), expected, "{key}");
        }
    }

    fn store(vault: &str, key: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: external-secrets.io/v1, kind: SecretStore, metadata: {{name: v, namespace: a}}, \
                 spec: {{provider: {{vault: {{{vault}}}}}}}}}\n---\n\
                 {{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {{name: e, namespace: a}}, \
                 spec: {{secretStoreRef: {{name: v}}, data: [{{remoteRef: {{key: {key}}}}}]}}}}"
            ),
        )
    }

    #[test]
    fn version_1_has_no_data_in_its_paths() {
        assert!(store("path: kv, version: v1", "data/app").is_empty());
        assert_eq!(store("path: kv", "data/app"), ["`data/app` is read from kv/data/data/app"]);
        assert_eq!(store("path: kv/data", "app").len(), 1);
    }

    #[test]
    fn without_a_path_the_key_says_it_all() {
        assert!(store("version: v2", "secret/data/app").is_empty());
    }
}
