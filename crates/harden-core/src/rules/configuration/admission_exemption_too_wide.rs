//! Exemptions that let everybody off.

use harden_yaml::Action;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-exemption-too-wide",
    category: Category::Configuration,
    severity: Severity::High,
    level: None,
    summary: "an exemption of Pod Security lets everybody off",
    why: "Pods of Deployments and the like are created by the controllers of kube-system: \
          exempting such a controller exempts whoever may create a Deployment. Exempting \
          `default` lets off what is put nowhere in particular, and an exempt namespace's labels \
          are ignored.",
    remedy: "exempt namespaces of the platform only, and no controller",
    breaks: "Pods that were let off are rejected when they are created again.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/",
        ),
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
      enforce: baseline
      enforce-version: v1.37
    exemptions:
      usernames: [\"system:serviceaccount:kube-system:replicaset-controller\"]
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

const CONTROLLERS: [&str; 8] = [
    "cronjob-controller",
    "daemon-set-controller",
    "daemonset-controller",
    "deployment-controller",
    "job-controller",
    "replicaset-controller",
    "replication-controller",
    "statefulset-controller",
];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let files = reporter.files();
    let configuration = files.and_then(|it| super::pod_security(object, it, reporter.version()));
    let Some(configuration) = configuration else { return };
    for place in &configuration.usernames {
        let name = place.as_str().unwrap_or_default();
        let account = name.strip_prefix("system:serviceaccount:kube-system:");
        let is_controller = account.is_some_and(|it| CONTROLLERS.contains(&it));
        if is_controller || name == "system:kube-controller-manager" {
            let message = format!("`{name}` creates the pods of everybody's workloads");
            reporter.flag(*place, message, Some(Action::Remove));
        }
    }
    for place in configuration.namespaces.iter().filter(|it| it.as_str() == Some("default")) {
        let message = "namespace `default` is exempt, where whatever names no namespace goes";
        reporter.flag(*place, message, Some(Action::Remove));
    }
}
