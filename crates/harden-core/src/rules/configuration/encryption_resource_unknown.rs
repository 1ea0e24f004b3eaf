//! Names of resources that do not exist.

use harden_yaml::Action;

use crate::configuration::encryption::{Resource, flaw, meant};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-resource-unknown",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an EncryptionConfiguration names a resource that does not exist",
    why: "The API server does not check the names: it starts, encrypts nothing by this entry, and \
          says nothing. `secret`, `core/secrets` and `secrets.v1` all leave every Secret in etcd \
          in plain.",
    remedy: "write the plural in lower case, and the group behind a dot: `secrets`, \
             `deployments.apps`",
    breaks: "Objects that were written before stay plain until they are written again.",
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
- resources: [secret]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix:///var/run/kms/vault.sock\"}
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
    let named = configuration.rules.iter().flat_map(|it| &it.resources);
    let version = reporter.version();
    let unknown: Vec<_> = named.filter_map(|it| Some((it, flaw(it.written, version)?))).collect();
    let said: Vec<_> =
        unknown.iter().map(|(it, flaw)| format!("`{}` {flaw}{}", it.written, hint(it))).collect();
    let spots = unknown.iter().map(|(resource, _)| {
        let change = meant(resource.written).map(Action::set);
        (resource.place, resource.written.to_owned(), change)
    });
    reporter.flag_all(format!("nothing is encrypted by this: {}", said.join(", ")), spots);
}

fn hint(resource: &Resource<'_>) -> String {
    meant(resource.written).map_or_else(String::new, |it| format!(", did you mean `{it}`?"))
}
