//! Names of keys that do not tell which key wrote.

use rustc_hash::FxHashSet;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-key-name-ambiguous",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "the name of a key does not tell which key wrote an object",
    why: "etcd holds the name of the key before each value, up to a colon. Two keys of one name \
          are tried in turn, and AES-CBC, which authenticates nothing, may read with the wrong \
          one; and nobody can tell from etcd whether an old key is still needed.",
    remedy: "give every key of a provider a name of its own, without a colon",
    breaks: "Objects that were written under the old name are not read under a new one: keep the \
             old entry behind the new one until they were written again.",
    mend: Mend::ByHand("under which name objects were written with each key"),
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
  - secretbox:
      keys:
      - {name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}
      - {name: key1, secret: ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=}
  - identity: {}
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - secretbox:
      keys:
      - {name: key1, secret: MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=}
      - {name: key2, secret: ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=}
  - identity: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let providers = configuration.rules.iter().flat_map(|it| &it.providers);
    for provider in providers {
        let mut seen = FxHashSet::default();
        for key in &provider.keys {
            let place = key.place.at("name");
            if !seen.insert(key.name) {
                let message = format!("two keys of one provider are called `{}`", key.name);
                reporter.flag(place, message, None);
            } else if key.name.contains(':') {
                let message = format!("key name `{}` holds a colon, which ends names", key.name);
                reporter.flag(place, message, None);
            }
        }
    }
}
