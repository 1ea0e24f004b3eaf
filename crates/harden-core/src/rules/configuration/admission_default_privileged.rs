//! Pod Security that enforces nothing by default.

use harden_yaml::Action;

use crate::kubernetes::Level;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-default-privileged",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "namespaces without labels are held to no level of Pod Security",
    why: "Namespaces without labels are held to the defaults of the configuration. Where those \
          enforce nothing, every namespace that somebody forgets to label takes privileged pods.",
    remedy: "set defaults.enforce to baseline or restricted",
    breaks: "Pods that break the level are rejected in all namespaces without labels: set audit \
             and warn first, label or exempt the namespaces that need more, and enforce then.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
        ),
        Reference::Cis("5.2.1"),
        Reference::Owasp("K01"),
    ],
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
      warn: restricted
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
    let files = reporter.files();
    let configuration = files.and_then(|it| super::pod_security(object, it, reporter.version()));
    let Some(configuration) = configuration else { return };
    if configuration.defaults.enforce.level == Level::Privileged {
        let place = configuration.place.at("defaults").at("enforce");
        let message = "namespaces without labels are held to nothing";
        reporter.flag(place, message, Some(Action::set("baseline")));
    }
}
