//! Resources that two rules name.

use rustc_hash::FxHashMap;

use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-repeated-resource",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "two rules name the same resource",
    why: "The server joins the providers of both rules: the first rule's first provider writes, \
          and the second rule only reads. Whoever wrote the second rule expects it to encrypt.",
    remedy: "name each resource in one rule",
    breaks: "",
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
- resources: [secrets]
  providers:
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
- resources: [configmaps]
  providers:
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let mut rules = FxHashMap::default();
    for (index, rule) in configuration.rules.iter().enumerate() {
        for resource in &rule.resources {
            let name = (resource.group, resource.resource);
            let first = *rules.entry(name).or_insert(index);
            if first < index {
                let message = format!(
                    "`{}` is written by resources[{first}] already: this rule only reads it",
                    resource.written
                );
                reporter.flag(resource.place, message, None);
            }
        }
    }
}
