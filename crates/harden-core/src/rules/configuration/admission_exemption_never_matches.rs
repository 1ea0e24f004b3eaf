//! Exemptions that nobody has.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "admission-exemption-never-matches",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an exemption of Pod Security matches nobody",
    why: "Exemptions are compared as they are: names of groups and wildcards match no user. \
          Whoever relies on the exemption is rejected, and is then given a wider one.",
    remedy: "name the user: `system:serviceaccount:NAMESPACE:NAME` for a ServiceAccount",
    breaks: "The user is let off from now on.",
    mend: Mend::ByHand("which user is let off"),
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
      enforce: baseline
      enforce-version: v1.37
    exemptions:
      usernames: [\"system:serviceaccount:ci:*\"]
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
      usernames: [\"system:serviceaccount:ci:deployer\"]
",
};

const GROUPS: [&str; 4] =
    ["system:masters", "system:authenticated", "system:unauthenticated", "system:nodes"];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let files = reporter.files();
    let configuration = files.and_then(|it| super::pod_security(object, it, reporter.version()));
    let Some(configuration) = configuration else { return };
    for place in &configuration.usernames {
        let name = place.as_str().unwrap_or_default();
        let parts = name.split(':').count();
        let what = if name.contains('*') {
            "names are compared as they are, without wildcards"
        } else if GROUPS.contains(&name) || name.starts_with("system:serviceaccounts") {
            "it is the name of a group"
        } else if name.starts_with("system:serviceaccount:") && parts != 4 {
            "a ServiceAccount is called `system:serviceaccount:NAMESPACE:NAME`"
        } else {
            continue;
        };
        reporter.flag(*place, format!("`{name}` exempts nobody: {what}"), None);
    }
}
