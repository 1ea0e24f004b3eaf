//! EncryptionConfigurations with which the API server does not start.

use harden_yaml::Action;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-configuration-refused",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "the API server does not start with this EncryptionConfiguration",
    why: "The file is read when the API server starts: one that is rejected takes the control \
          plane down at the next restart, often long after it was written. With automatic reload \
          the old configuration stays in force, and nothing but a metric and the server's log \
          says so.",
    remedy: "correct what the server names",
    breaks: "",
    mend: Mend::ByHand("what was to be written in place of what the server does not take"),
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
  - aescbc: {keys: [{name: key1, secret: <base64-key>}]}
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
    let file = reporter.files().and_then(|it| it.encryption(object, reporter.version()));
    let rejection = match file {
        None => return,
        Some(Ok(configuration)) => return super::flag_ignored(&configuration.ignored, reporter),
        Some(Err(rejection)) => rejection,
    };
    super::reject(rejection, reporter, |place| match place.path().as_str() {
        "kind" => Some(Action::set("EncryptionConfiguration")),
        "apiVersion" => Some(Action::set("apiserver.config.k8s.io/v1")),
        // Left out, it means v1.
        path if path.ends_with(".kms.apiVersion") => Some(Action::set("v2")),
        _ => None,
    });
}
