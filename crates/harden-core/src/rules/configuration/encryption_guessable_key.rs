//! Keys that nobody drew at random.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-guessable-key",
    category: Category::Configuration,
    severity: Severity::Critical,
    level: None,
    summary: "a key was not drawn at random",
    why: "A phrase, a sample from documentation or a repeated pattern is found by trying; and \
          whoever copies etcd or a backup of it can try at leisure. Encryption with such a key is \
          as good as none.",
    remedy: "draw a key with `head -c 32 /dev/urandom | base64`, put it first, and write all \
             objects again",
    breaks: "Keep the old key behind the new one until all objects were written again, then \
             remove it.",
    mend: Mend::ByHand("a key that was drawn at random, and that nobody else has seen"),
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
- resources: [secrets]
  providers:
  - secretbox: {keys: [{name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}]}
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
    let providers = configuration.rules.iter().flat_map(|it| &it.providers);
    let keys = providers.flat_map(|it| &it.keys).filter(|it| it.is_guessable);
    for key in keys {
        let message = format!("key `{}` was not drawn at random and can be guessed", key.name);
        reporter.flag(key.place, message, None);
    }
}
