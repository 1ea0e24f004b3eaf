//! Rules that write with AES-GCM.

use crate::configuration::encryption::{EncryptionRule, ProviderKind};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-nonce-reuse",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "a rule encrypts with AES-GCM, whose key wears out",
    why: "The nonce is random, so that a key must be replaced before 200,000 writes; a busy \
          cluster gets there in days. After that two writes may share a nonce, which gives away \
          their contents and the means to forge more.",
    remedy: "use kms v2 or secretbox, or rotate the key automatically",
    breaks: "Put the new provider first and keep `aesgcm` behind it until all objects were \
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
  - aesgcm: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
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
    let weak = writers.filter(|it| it.kind == ProviderKind::AesGcm);
    reporter.flag_all(
        "objects are written with `aesgcm`, whose key lasts for 200,000 writes",
        weak.map(|it| (it.field(), String::new(), None)),
    );
}
