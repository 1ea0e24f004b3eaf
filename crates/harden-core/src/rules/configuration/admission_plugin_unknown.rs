//! Entries for plugins that do not exist.

use harden_yaml::Action;

use crate::configuration::admission::PLUGINS;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::rules::similar::is_misspelt;

pub(super) static RULE: Rule = Rule {
    id: "admission-plugin-unknown",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an AdmissionConfiguration configures a plugin that does not exist",
    why: "The API server looks the entry of a plugin up by its exact name and does not mind \
          entries that nobody asks for: it starts, says nothing, and the plugin runs without its \
          configuration. An enforced default of Pod Security is then none.",
    remedy: "write the name of the plugin exactly",
    breaks: "What the configuration says takes effect, for all namespaces at once.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
        ),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurityAdmission
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
    for plugin in configuration.plugins.iter().filter(|it| !it.is_known()) {
        let meant = PLUGINS.into_iter().find(|it| is_misspelt(plugin.name, it));
        // People know the plugin by the name of its feature.
        let meant = meant.or(plugin.name.starts_with("PodSecurity").then_some("PodSecurity"));
        let is_removed = plugin.name == "PodSecurityPolicy";
        let (hint, change) = match meant {
            _ if is_removed => (", which was removed in 1.25".to_owned(), None),
            Some(meant) => (format!(", did you mean `{meant}`?"), Some(Action::set(meant))),
            None => (String::new(), None),
        };
        let message = format!("nothing reads the configuration of `{}`{hint}", plugin.name);
        reporter.flag(plugin.place.at("name"), message, change);
    }
}
