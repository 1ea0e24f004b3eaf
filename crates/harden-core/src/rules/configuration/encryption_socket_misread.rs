//! KMS endpoints of which the API server uses less than is written.

use harden_yaml::Action;

use crate::configuration::encryption::dialled;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "encryption-socket-misread",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "the API server looks for the socket of a KMS plugin elsewhere than is written",
    why: "The endpoint is a URL, and only its path is used. In `unix://run/kms/vault.sock` the \
          first part is a host, which is dropped: the server takes the file, looks for \
          `/kms/vault.sock`, and can neither write nor read what the plugin is to encrypt.",
    remedy: "write three slashes before the absolute path of the socket: `unix:///run/kms/vault.sock`",
    breaks: "Nothing that works now: the plugin is not reached.",
    mend: Mend::Safe,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/administer-cluster/kms-provider/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets]
  providers:
  - kms: {apiVersion: v2, name: vault, endpoint: \"unix://var/run/kms/vault.sock\"}
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

/// The address that two slashes before a path can only mean.
fn meant(endpoint: &str) -> Option<String> {
    let path = endpoint.strip_prefix("unix://")?;
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || b"/-_.".contains(&it);
    let is_path = path.starts_with(|it: char| it.is_ascii_alphanumeric())
        && path.contains('/')
        && !path.ends_with('/')
        && path.bytes().all(is_plain);
    Some(format!("unix:///{path}")).filter(|it| is_path && dialled(it).is_ok())
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::encryption(object, reporter) else { return };
    let providers = configuration.rules.iter().flat_map(|it| &it.providers);
    for kms in providers.filter_map(|it| it.kms) {
        let Err(path) = dialled(kms.endpoint) else { continue };
        let message = if path.trim_matches('/').is_empty() {
            format!("`{}` names no socket", kms.endpoint)
        } else {
            format!("of `{}` only `{path}` is used", kms.endpoint)
        };
        reporter.flag(kms.place.at("endpoint"), message, meant(kms.endpoint).map(Action::set));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_of_an_endpoint_counts() {
        assert_eq!(dialled("unix:///run/a.sock"), Ok("/run/a.sock"));
        assert_eq!(dialled("UNIX:/run/a.sock"), Ok("/run/a.sock"));
        assert_eq!(dialled("unix:///@vault"), Ok("/@vault"), "an abstract socket");
        assert_eq!(dialled("unix://run/a.sock"), Err("/a.sock"));
        assert_eq!(dialled("unix:run/a.sock"), Err(""), "not a path, but opaque data");
        assert_eq!(dialled("unix:///run/a.sock?x"), Err("/run/a.sock"));
        assert_eq!(dialled("unix:///run/a.sock#x"), Err("/run/a.sock"));
        for nothing in ["unix://", "unix:", "unix:///", "unix://host"] {
            assert!(dialled(nothing).is_err(), "{nothing}");
        }
        assert_eq!(RULE.category, Category::Configuration);
    }
}
