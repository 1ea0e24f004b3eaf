//! Resources that two rules name.

use harden_yaml::Action;
use rustc_hash::FxHashMap;

use crate::configuration::encryption::{Provider, ProviderKind};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    let mut found = Vec::new();
    for (index, rule) in configuration.rules.iter().enumerate() {
        for resource in &rule.resources {
            let name = (resource.group, resource.resource);
            let first = *rules.entry(name).or_insert(index);
            if first < index {
                found.push((first, index, resource));
            }
        }
    }
    // What reads nothing that the first rule does not read can go: whole rules, where nothing is left of them.
    let can_go = |first: usize, index: usize| {
        let (Some(first), Some(rule)) =
            (configuration.rules.get(first), configuration.rules.get(index))
        else {
            return false;
        };
        let is_plain = |it: &Provider<'_>| it.kind == ProviderKind::Identity;
        rule.providers.iter().all(is_plain) && first.providers.iter().any(is_plain)
    };
    for (first, index, resource) in &found {
        let Some(rule) = configuration.rules.get(*index) else { continue };
        let of_rule = || found.iter().filter(|(_, it, _)| it == index);
        let edits = if !can_go(*first, *index) {
            Vec::new()
        } else if of_rule().count() < rule.resources.len() {
            vec![(resource.place, Action::Remove)]
        } else if of_rule().all(|(first, ..)| can_go(*first, *index)) {
            vec![(rule.place, Action::Remove)]
        } else {
            Vec::new()
        };
        let message = format!(
            "`{}` is written by resources[{first}] already: this rule only reads it",
            resource.written
        );
        reporter.flag_with(resource.place, message, edits);
    }
}
