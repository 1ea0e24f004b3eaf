//! Rules whose first provider stores in plain.

use harden_yaml::Action;
use rustc_hash::FxHashMap;
use serde_json::json;

use crate::configuration::encryption::{
    EncryptionConfiguration, EncryptionRule, Provider, ProviderKind, Resource,
};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::WithThought,
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

/// Of each resource the first rule that names it, by its place in the file.
type Firsts<'d> = FxHashMap<(&'d str, &'d str), usize>;

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let for_secrets = configuration.rules_for("", "secrets");
    let firsts = firsts(configuration);
    for (index, rule) in configuration.rules.iter().enumerate() {
        let Some(writer) = rule.writer().filter(|it| it.kind == ProviderKind::Identity) else {
            continue;
        };
        let writes_secrets = for_secrets.first().is_some_and(|it| std::ptr::eq(*it, rule));
        let stored = if writes_secrets { vec!["secrets"] } else { written(rule, index, &firsts) };
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
        reporter.flag_with(writer.place, message, put_last(rule));
    }
}

/// Has `identity` read only, where what writes then is as good as any.
fn put_last<'d>(rule: &EncryptionRule<'d>) -> Edits<'d> {
    let plain = |it: &&Provider<'_>| it.kind == ProviderKind::Identity;
    let Some(next) = rule.providers.iter().find(|it| !plain(it)) else { return Vec::new() };
    if !matches!(next.kind, ProviderKind::Kms | ProviderKind::Secretbox) {
        return Vec::new();
    }
    // One that is further behind goes, too: as a repetition it may be taken out for another reason.
    let all = rule.providers.iter().filter(plain);
    let last = (rule.place.at("providers"), Action::Append(json!({ "identity": {} })));
    all.map(|it| (it.place, Action::Remove)).chain([last]).collect()
}

/// The resources that a rule writes, and does not merely read after an earlier one.
fn written<'d>(rule: &EncryptionRule<'d>, index: usize, firsts: &Firsts<'d>) -> Vec<&'d str> {
    let writes = |it: &&Resource<'d>| firsts.get(&(it.group, it.resource)) == Some(&index);
    rule.resources.iter().filter(writes).map(|it| it.written).collect()
}

/// The first rules by the groups and the resources that they name.
fn firsts<'d>(configuration: &EncryptionConfiguration<'d>) -> Firsts<'d> {
    let mut firsts = Firsts::default();
    for (index, rule) in configuration.rules.iter().enumerate() {
        for resource in &rule.resources {
            firsts.entry((resource.group, resource.resource)).or_insert(index);
        }
    }
    firsts
}
