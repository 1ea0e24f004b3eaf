//! Files that an entry names beside its own configuration.

use harden_yaml::Action;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-path-ignored",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an AdmissionConfiguration names a file that is not read",
    why: "An entry with `configuration` never opens the file of its `path`: what is written there \
          has no effect, and nothing says so.",
    remedy: "keep one of `configuration` and `path`",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  path: pod-security.yaml
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults:
      enforce: baseline
      enforce-version: v1.37
    exemptions:
      namespaces: [kube-system]
",
    good: "\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults:
      enforce: baseline
      enforce-version: v1.37
    exemptions:
      namespaces: [kube-system]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::admission(object, reporter) else { return };
    for plugin in &configuration.plugins {
        let path = plugin.path.as_str().unwrap_or_default();
        if !path.is_empty() && plugin.configuration.exists() {
            let message = format!("`{path}` is not read: `configuration` wins over `path`");
            reporter.flag(plugin.path, message, Some(Action::Remove));
        }
    }
}
