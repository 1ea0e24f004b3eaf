//! AES keys of less than 256 bits that write.

use crate::configuration::encryption::EncryptionRule;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-short-key",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "a key that encrypts is shorter than 32 bytes",
    why: "The API server takes AES keys of 16 and 24 bytes, and its own documentation asks for 32 \
          with AES-CBC. All other providers use 256 bits.",
    remedy: "add a key of 32 random bytes before this one",
    breaks: "Keep the old key behind the new one until all objects were written again.",
    mend: Mend::ByHand("a key that was drawn at random, and that nobody else has seen"),
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
  - aesgcm: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZg==}]}
  - identity: {}
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - aesgcm: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let writers = configuration.rules.iter().filter_map(EncryptionRule::writer);
    let short = writers.filter_map(|it| it.keys.first()).filter(|it| it.length < 32);
    for key in short {
        let message = format!("key `{}` has {} bytes instead of 32", key.name, key.length);
        reporter.flag(key.place, message, None);
    }
}
