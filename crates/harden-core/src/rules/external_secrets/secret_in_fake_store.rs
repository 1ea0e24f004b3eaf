//! Stores whose values are in their own manifest.

use harden_yaml::Place;

use crate::external_secrets::provider;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "secret-in-fake-store",
    category: Category::ExternalSecrets,
    severity: Severity::Medium,
    level: None,
    summary: "a store keeps its values in its own manifest",
    why: "SecretStores are no Secrets: RBAC, audit and encryption at rest treat them as plain \
          configuration, so that everyone who may list stores reads the values, and Git keeps \
          them.",
    remedy: "use a real store, or keep the fake one to tests with values that are worth nothing",
    breaks: "",
    mend: Mend::ByHand("where the real values are kept"),
    references: &[
        Reference::Cis("5.4.2"),
        Reference::Owasp("K03"),
        Reference::Page("https://external-secrets.io/latest/provider/fake/"),
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
    fake:
      data:
      - key: team-a/app
        value: violet-anchor-meadow
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
    let Some(provider) = provider(object) else { return };
    let values = provider.at("fake").at("data").items().map(|it| it.at("value"));
    reporter.flag_all(
        "the fake provider keeps values in plain text",
        values.filter(Place::exists).map(|it| (it, String::new(), None)),
    );
}
