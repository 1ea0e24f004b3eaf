//! SecretStores that refer to another namespace.

use harden_yaml::{Action, Place};

use crate::external_secrets::provider;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "store-reference-in-other-namespace",
    category: Category::ExternalSecrets,
    severity: Severity::High,
    level: None,
    summary: "a SecretStore refers to something in another namespace",
    why: "The operator rejects such a store, or a team would borrow the credentials of another; \
          nothing is fetched through it.",
    remedy: "leave the namespace out: a SecretStore refers to its own namespace only",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page("https://external-secrets.io/latest/api/secretstore/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: store
  namespace: team-a
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
kind: SecretStore
metadata:
  name: store
  namespace: team-a
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
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let (Some(provider), Some(own)) = (provider(object), object.namespace()) else { return };
    if object.kind != "SecretStore" {
        return;
    }
    // What proves who the operator is, and the CA; other fields called namespace are the provider's.
    for (name, block) in provider.entries() {
        for key in ["auth", "authRef", "authSecretRef", "serviceAccountRef", "caProvider", "server"]
        {
            visit(block.at(key), own, (name, key) == ("vault", "auth"), reporter);
        }
    }
}

/// Looks for references below a place: maps with a name and another namespace.
fn visit<'d>(place: Place<'d>, own: &str, is_vault_auth: bool, reporter: &mut Reporter<'_, 'd>) {
    if place.is_map() {
        let namespace = place.at("namespace");
        if let Some(text) = namespace.as_str()
            && !is_vault_auth
            && text != own
            && place.at("name").exists()
        {
            let message = format!("refers to namespace {text}, but the store is in {own}");
            reporter.flag(namespace, message, Some(Action::Remove));
        }
        place.entries().for_each(|(_, it)| visit(it, own, false, reporter));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn store(kind: &str, provider: &str) -> usize {
        let text = format!(
            "{{apiVersion: external-secrets.io/v1, kind: {kind}, metadata: {{name: a, namespace: team-a}}, \
             spec: {{provider: {{{provider}}}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn only_references_to_objects_are_meant() {
        let reference = "vault: {auth: {tokenSecretRef: {name: a, key: b, namespace: other}}}";
        assert_eq!(store("SecretStore", reference), 1);
        assert_eq!(store("ClusterSecretStore", reference), 0);
        assert_eq!(store("SecretStore", "vault: {namespace: admin, auth: {namespace: admin}}"), 0);
        assert_eq!(store("SecretStore", "kubernetes: {remoteNamespace: other}"), 0);
        assert_eq!(
            store(
                "SecretStore",
                "kubernetes: {auth: {serviceAccount: {name: a, namespace: team-a}}}"
            ),
            0
        );
        assert_eq!(
            store("SecretStore", "kubernetes: {server: {caProvider: {name: a, namespace: b}}}"),
            1
        );
    }
}
