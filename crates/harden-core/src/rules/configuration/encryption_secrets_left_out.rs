//! EncryptionConfigurations that leave Secrets plain.

use harden_yaml::Action;

use crate::configuration::encryption::{EncryptionRule, ProviderKind};
use crate::configuration::{Existence, existence};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-secrets-left-out",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an EncryptionConfiguration does not cover Secrets",
    why: "What no rule names is stored in plain. A cluster with an EncryptionConfiguration is \
          taken to have its Secrets encrypted; here they are not.",
    remedy: "add `secrets` to a rule with an encrypting provider",
    breaks: "Secrets that were written before stay plain until they are written again.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"),
        Reference::Mitre("T1552"),
        Reference::Owasp("K03"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [configmaps]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
  - identity: {}
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets, configmaps]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let mut named = configuration.rules.iter().flat_map(|it| &it.resources);
    // A name that was meant to be `secrets` is another rule's finding.
    let is_misnamed = named.any(|it| {
        existence(it.group, it.resource) == Existence::Unknown && it.written.contains("secret")
    });
    if !is_misnamed && configuration.rules_for("", "secrets").is_empty() {
        let place = object.place.at("resources");
        let is_good = |it: &&EncryptionRule<'_>| {
            let writer = it.writer().map(|it| it.kind);
            matches!(writer, Some(ProviderKind::Kms | ProviderKind::Secretbox))
        };
        let mut good = configuration.rules.iter().filter(is_good);
        let only = good.next().filter(|_| good.next().is_none());
        let add =
            |it: &EncryptionRule<'d>| (it.place.at("resources"), Action::Append("secrets".into()));
        let message = "no rule covers Secrets: they are stored in plain";
        reporter.flag_with(place, message, only.map(add).into_iter().collect());
    }
}
