//! Rules that write with AES-CBC.

use crate::configuration::encryption::{EncryptionRule, ProviderKind};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-unauthenticated",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "a rule encrypts with AES-CBC, which authenticates nothing",
    why: "AES-CBC keeps no one from changing what is stored and is open to padding oracles; the \
          Kubernetes documentation calls it weak and advises against it. CIS benchmarks accept it \
          all the same.",
    remedy: "use kms v2, or secretbox where no KMS is to be had",
    breaks: "Put the new provider first and keep `aescbc` behind it until all objects were \
             written again.",
    mend: Mend::ByHand("which other provider writes, with a key or a plugin of its own"),
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
  - aescbc: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
  - identity: {}
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let writers = configuration.rules.iter().filter_map(EncryptionRule::writer);
    let weak = writers.filter(|it| it.kind == ProviderKind::AesCbc);
    reporter.flag_all(
        "objects are written with `aescbc`, which authenticates nothing",
        weak.map(|it| (it.field(), String::new(), None)),
    );
}
