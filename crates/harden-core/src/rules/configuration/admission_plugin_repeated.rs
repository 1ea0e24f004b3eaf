//! Entries for a plugin after its first.

use harden_yaml::Action;
use rustc_hash::FxHashMap;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-plugin-repeated",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an AdmissionConfiguration configures a plugin twice",
    why: "The API server takes the first entry of a name and never looks at another one: what the \
          second says has no effect, and nothing says so.",
    remedy: "keep one entry for each plugin",
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
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults:
      enforce: baseline
      enforce-version: v1.37
    exemptions:
      namespaces: [kube-system]
- name: PodSecurity
  path: pod-security.yaml
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
- name: EventRateLimit
  path: event-rate-limit.yaml
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(configuration) = super::admission(object, reporter) else { return };
    let mut names = FxHashMap::default();
    for (index, plugin) in configuration.plugins.iter().enumerate() {
        let first = *names.entry(plugin.name).or_insert(index);
        if first < index {
            let message = format!("plugins[{first}] configures `{}` already", plugin.name);
            reporter.flag(plugin.place, message, Some(Action::Remove));
        }
    }
}
