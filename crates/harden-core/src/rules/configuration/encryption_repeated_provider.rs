//! Providers that a rule has twice.

use harden_yaml::Action;

use crate::configuration::encryption::ProviderKind;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-repeated-provider",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "a rule has the same provider twice",
    why: "Only the first provider writes. A second one of the same kind in the same rule reads \
          what the first can read, or was meant to be a second key of the first; a copied one \
          hides which key is in use.",
    remedy: "put the keys into one provider, the one that writes first",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
  - identity: {}
  - identity: {}
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    for rule in &configuration.rules {
        for (index, provider) in rule.providers.iter().enumerate() {
            let mut earlier = rule.providers.iter().take(index);
            // Several KMS plugins are several services.
            let is_service = provider.kind == ProviderKind::Kms;
            if !is_service && earlier.any(|it| it.kind == provider.kind) {
                let message = format!("`{}` is a provider of this rule already", provider.kind);
                let is_identity = provider.kind == ProviderKind::Identity;
                let change = if is_identity { Some(Action::Remove) } else { None };
                reporter.flag(provider.place, message, change);
            }
        }
    }
}
