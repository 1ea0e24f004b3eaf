//! AdmissionConfigurations with which the API server does not start.

use harden_yaml::Action;

use crate::kubernetes::Level;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-configuration-refused",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "the API server does not start with this admission configuration",
    why: "The file is read when the API server starts: one that is rejected takes the control \
          plane down at the next restart.",
    remedy: "correct what the server names",
    breaks: "",
    mend: Mend::Safe,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
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
      enforce: Baseline
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
    let Some(files) = reporter.files() else { return };
    let rejection = if let Some(own) = files.pod_security(object) {
        own.as_ref().err()
    } else {
        match files.admission(object, reporter.version()) {
            None => None,
            Some(Ok(configuration)) => {
                configuration.named_files().for_each(|it| reporter.name_file(it));
                for plugin in configuration.unjudged() {
                    reporter.leave(format!("the configuration of the admission plugin {plugin}"));
                }
                super::flag_ignored(&configuration.ignored, reporter);
                None
            }
            Some(Err(rejection)) => Some(rejection),
        }
    };
    let Some(rejection) = rejection else { return };
    super::reject(rejection, reporter, |place| {
        let is_level = matches!(place.key(), Some("enforce" | "audit" | "warn"));
        let written = place.as_str().filter(|_| is_level).unwrap_or_default();
        match written.to_ascii_lowercase().parse::<Level>() {
            Ok(level) => Some(Action::set(level.as_str())),
            Err(_) => None,
        }
    });
}
