//! Containers that may use all of their node's memory.

use super::containers::{is_bounded, is_complete};
use crate::kubernetes::GroupKind;
use crate::pod_security::ContainerKind;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-memory-limit",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a container has no memory limit",
    why: "A leak, or a request made to cost memory, takes the node's memory until the kernel kills \
          processes there, and not necessarily this one's. Without a request as well, the pod is \
          also the first to be evicted. A LimitRange among what is checked counts, though its one \
          value fits hardly everything in its namespace.",
    remedy: "set resources.limits.memory, and resources.requests.memory to the same or less",
    breaks: "The container is killed when it needs more; measure before choosing the limit.",
    references: &[
        Reference::NsaCisa("Network separation and hardening: Resource policies"),
        Reference::Mitre("T1499"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
        ),
    ],
    reads: &[GroupKind::LIMIT_RANGE],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      limits:
        memory: 256Mi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if is_bounded(workload, reporter.context(), "limits", "memory") {
        return;
    }
    let mut has_request = true;
    let mut without = Vec::new();
    // Ephemeral containers cannot have limits.
    let containers = workload.containers().iter();
    for container in containers.filter(|it| it.kind != ContainerKind::Ephemeral && is_complete(it))
    {
        let resources = container.place().at("resources");
        let field = resources.at("limits").at("memory");
        if !field.exists() {
            has_request &= resources.at("requests").at("memory").exists();
            without.push((container, field, None));
        }
    }
    let flaw = if has_request { "no memory limit" } else { "no memory limit, and no request" };
    reporter.flag_containers(flaw, without);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    /// What the rule says of a pod with one container.
    fn says(pod: &str, container: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{pod} containers: \
             [{{name: app, image: web, {container}}}]}}}}"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn a_request_is_no_limit() {
        assert_eq!(says("", ""), ["container `app`: no memory limit, and no request"]);
        let request = says("", "resources: {requests: {memory: 1Gi}}");
        assert_eq!(request, ["container `app`: no memory limit"]);
        assert!(says("", "resources: {limits: {memory: 1Gi}}").is_empty());
    }

    #[test]
    fn the_pod_may_have_the_limit() {
        assert!(says("resources: {limits: {memory: 1Gi}},", "").is_empty());
        assert_eq!(says("resources: {requests: {memory: 1Gi}},", "").len(), 1);
    }

    #[test]
    fn a_limit_range_of_the_namespace_may_set_it() {
        let says = |namespace, default| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: a}}, spec: \
                 {{containers: [{{name: app, image: web}}]}}}}\n---\napiVersion: v1\nkind: \
                 LimitRange\nmetadata: {{name: b, namespace: {namespace}}}\nspec: {{limits: [{{type: \
                 Container, {default}: {{memory: 1Gi}}}}]}}\n"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(says("a", "default"), 0);
        assert_eq!(says("a", "max"), 0, "the API server makes it the default");
        assert_eq!([says("b", "default"), says("a", "defaultRequest"), says("a", "min")], [1; 3]);
    }

    #[test]
    fn containers_that_cannot_have_limits_need_none() {
        let debugger = "ephemeralContainers: [{name: debug, image: busybox}],";
        assert!(says(debugger, "resources: {limits: {memory: 1Gi}}").is_empty());
        let patch = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: app}]}}";
        assert!(messages(&RULE, patch).is_empty());
    }
}
