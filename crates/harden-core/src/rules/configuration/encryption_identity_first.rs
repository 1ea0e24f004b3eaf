//! Rules whose first provider stores in plain.

use crate::configuration::encryption::{
    EncryptionConfiguration, EncryptionRule, ProviderKind, Resource,
};
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-identity-first",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "the first provider of a rule stores in plain",
    why: "The first provider writes, and the others only read. With `identity` first, everything \
          that is created or changed goes to etcd in plain, whatever stands behind it; whoever \
          reads etcd, its backups or its disk reads the Secrets.",
    remedy: "put an encrypting provider first and `identity` last",
    breaks: "Objects that were written before stay plain until they are written again.",
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/"),
        Reference::Cis("1.2.28"),
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
  - identity: {}
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
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
    let for_secrets = configuration.rules_for("", "secrets");
    for rule in &configuration.rules {
        let Some(writer) = rule.writer().filter(|it| it.kind == ProviderKind::Identity) else {
            continue;
        };
        let writes_secrets = for_secrets.first().is_some_and(|it| std::ptr::eq(*it, rule));
        let stored = if writes_secrets { vec!["secrets"] } else { written(&configuration, rule) };
        let other = rule.providers.iter().find(|it| it.kind != ProviderKind::Identity);
        // A rule with nothing but `identity` is how resources are left out on purpose.
        if stored.is_empty() || other.is_none() && !writes_secrets {
            continue;
        }
        let stored = stored.join(", ");
        let message = match other {
            Some(other) => {
                format!(
                    "new {stored} are stored in plain: `identity` comes before `{}`",
                    other.kind
                )
            }
            None => format!("{stored} are stored in plain: `identity` is the only provider"),
        };
        reporter.flag(writer.place, message, None);
    }
}

/// The resources that a rule writes, and does not merely read after an earlier one.
fn written<'d>(
    configuration: &EncryptionConfiguration<'d>,
    rule: &EncryptionRule<'d>,
) -> Vec<&'d str> {
    let writes = |it: &&Resource<'d>| {
        let rules = configuration.rules_for(it.group, it.resource);
        rules.first().is_some_and(|first| std::ptr::eq(*first, rule))
    };
    rule.resources.iter().filter(writes).map(|it| it.written).collect()
}
