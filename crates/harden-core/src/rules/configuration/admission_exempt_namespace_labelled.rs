//! Namespaces whose labels are ignored because they are exempt.

use rustc_hash::FxHashMap;

use crate::configuration::admission::PodSecurityConfiguration;
use crate::kubernetes::GroupKind;
use crate::pod_security::Labels;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, ServerFiles, Severity, World};
use crate::simulate::pod_security::exempt_warning;

pub(super) static RULE: Rule = Rule {
    id: "admission-exempt-namespace-labelled",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "a namespace with Pod Security labels is exempt from Pod Security",
    why: "Exemptions of the API server's configuration come before labels: whatever level the \
          namespace says it enforces, every pod is let in there, and the server does not say so. \
          Whoever reads the labels believes in a protection that is not there.",
    remedy: "take the namespace out of the exemptions, or remove its labels",
    breaks: "Without the exemption, pods beyond the level of the labels are rejected when they are \
             created again.",
    mend: Mend::ByHand("whether the namespace is let off or held to its labels"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
        ),
        Reference::Owasp("K01"),
    ],
    reads: &[ADMISSION, POD_SECURITY, GroupKind::NAMESPACE],
    check: Check::World(check),
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
      namespaces: [kube-system, payments]
---
apiVersion: v1
kind: Namespace
metadata:
  name: payments
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.37
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
---
apiVersion: v1
kind: Namespace
metadata:
  name: payments
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/enforce-version: v1.37
",
};

const ADMISSION: GroupKind = GroupKind::new("apiserver.config.k8s.io", "AdmissionConfiguration");
const POD_SECURITY: GroupKind =
    GroupKind::new("pod-security.admission.config.k8s.io", "PodSecurityConfiguration");

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let objects = world.of_kinds(&[ADMISSION, POD_SECURITY]);
    let files: Vec<_> = objects.map(|it| (it, ServerFiles::default())).collect();
    // The first that exempts a namespace counts.
    let mut exempt: FxHashMap<&str, &PodSecurityConfiguration<'_>> = FxHashMap::default();
    for (object, files) in &files {
        if let Some(it) = super::pod_security(object, files, reporter.version()) {
            for name in it.namespaces.iter().filter_map(harden_yaml::Place::as_str) {
                exempt.entry(name).or_insert(it);
            }
        }
    }
    if exempt.is_empty() {
        return;
    }
    for namespace in world.of_kind(GroupKind::NAMESPACE) {
        let name = namespace.name();
        let Some(configuration) = exempt.get(name) else { continue };
        let labels = namespace.place.at("metadata").at("labels");
        let policy = Labels::read(labels, configuration.defaults);
        let warning = exempt_warning(name, &policy, configuration.defaults, namespace.place);
        if let Some(warning) = warning.filter(|_| policy.is_labelled) {
            reporter.flag_in(namespace, labels, warning, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const FILE: &str = "\
apiVersion: pod-security.admission.config.k8s.io/v1
kind: PodSecurityConfiguration
defaults: {enforce: baseline}
exemptions: {namespaces: [a]}
---
";

    fn with(labels: &str) -> Vec<String> {
        let namespace = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: {{{labels}}}}}}}"
        );
        messages(&RULE, &format!("{FILE}{namespace}"))
    }

    #[test]
    fn labels_that_would_change_something_are_named() {
        assert_eq!(
            with("pod-security.kubernetes.io/enforce: restricted"),
            [
                "namespace \"a\" is exempt from Pod Security, and the policy (enforce=restricted:latest) will be ignored"
            ]
        );
        assert!(with("team: a").is_empty());
        assert!(with("pod-security.kubernetes.io/enforce: privileged").is_empty());
        assert!(with("pod-security.kubernetes.io/audit: privileged").is_empty());
    }
}
