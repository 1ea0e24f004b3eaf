//! Stores that are opened with keys that live on.

use crate::external_secrets::provider;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "static-store-credentials",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "a store is opened with credentials that do not expire",
    why: "Whoever reads that one Secret, in the cluster or in a backup, reads all that the store \
          gives, from anywhere, until somebody changes the key.",
    remedy: "use the provider's workload identity: a ServiceAccount whose tokens live for minutes",
    breaks: "The ServiceAccount must be known to the provider first: a role, a federated identity or \
          an auth method.",
    mend: Mend::ByHand("which identity of the provider the operator has"),
    references: &[
        Reference::Owasp("K03"),
        Reference::Mitre("T1552.007"),
        Reference::Page("https://external-secrets.io/latest/guides/security-best-practices/"),
    ],
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
    aws:
      service: SecretsManager
      region: eu-west-1
      auth:
        secretRef:
          accessKeyIDSecretRef:
            name: aws
            key: id
          secretAccessKeySecretRef:
            name: aws
            key: secret
",
    good: "\
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: store
  namespace: team-a
spec:
  provider:
    aws:
      service: SecretsManager
      region: eu-west-1
      auth:
        jwt:
          serviceAccountRef:
            name: eso-aws
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(provider) = provider(object) else { return };
    let found = FLAWS.iter().find_map(|(path, what)| {
        let place = provider.follow(path);
        place.exists().then_some((place, *what))
    });
    let Some((place, what)) = found else { return };
    // A session token says that the key is one of those that expire.
    if place.at("sessionTokenSecretRef").exists() {
        return;
    }
    reporter.flag(place, format!("the store is opened with {what}"), None);
}

/// Where such credentials are, and what they are. AppRole is left out: its secret ids may expire.
const FLAWS: &[(&str, &str)] = &[
    ("aws.auth.secretRef", "an access key"),
    ("azurekv.authSecretRef.clientSecret", "a client secret"),
    ("gcpsm.auth.secretRef", "the key of a Google service account"),
    ("kubernetes.auth.token", "a bearer token"),
    ("vault.auth.gcp.secretRef", "the key of a Google service account"),
    ("vault.auth.iam.secretRef", "an access key"),
    ("vault.auth.ldap", "a password"),
    ("vault.auth.tokenSecretRef", "a Vault token"),
    ("vault.auth.userPass", "a password"),
];

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn provider(text: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: external-secrets.io/v1, kind: ClusterSecretStore, spec: {{provider: {{{text}}}}}}}"
            ),
        )
    }

    #[test]
    fn workload_identity_is_no_flaw() {
        assert!(
            provider("azurekv: {authType: WorkloadIdentity, authSecretRef: {clientId: {name: a}}}")
                .is_empty()
        );
        assert!(provider("vault: {auth: {kubernetes: {role: a}}}").is_empty());
        assert!(provider("vault: {auth: {appRole: {secretRef: {name: a}}}}").is_empty());
        assert!(
            provider("aws: {auth: {secretRef: {sessionTokenSecretRef: {name: a}}}}").is_empty()
        );
    }

    #[test]
    fn what_is_used_is_named() {
        assert_eq!(
            provider("vault: {auth: {tokenSecretRef: {name: a}}}"),
            ["the store is opened with a Vault token"]
        );
    }
}
