//! Containers that may use all of their node's memory.

use super::silence::{IsMissing, silences, with_others};
use super::{missing_cpu_request, missing_ephemeral_storage_limit};
use crate::kubernetes::GroupKind;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "missing-memory-limit",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a container has no memory limit",
    why: "A leak, or a request made to cost memory, takes the node's memory until the kernel kills \
          processes there, and not necessarily this one's. Without a request as well, the pod is \
          also the first to be evicted. Of a container that states no resources at all, this rule names \
          all that is missing. A LimitRange among what is checked counts, though its one \
          value fits hardly everything in its namespace.",
    remedy: "set resources.limits.memory, and resources.requests.memory to the same or less",
    breaks: "The container is killed when it needs more; measure before choosing the limit.",
    mend: Mend::ByHand("how much memory the container needs at most"),
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
    let without = silences(workload, reporter.context(), |it| it.memory_limit);
    if without.is_empty() {
        return;
    }
    let has_request = !without.iter().any(|(_, it)| it.memory_request);
    let flaw = if has_request { "no memory limit" } else { "no memory limit, and no request" };
    let others: [(&str, IsMissing); 2] = [
        (missing_cpu_request::FLAW, |it| it.cpu_request),
        (missing_ephemeral_storage_limit::FLAW, |it| it.storage_limit),
    ];
    let flaw = with_others(flaw.to_owned(), &without, &others);
    reporter.flag_containers(
        &flaw,
        without.iter().map(|(container, _)| {
            let limits = container.place().at("resources").at("limits");
            (*container, limits.at("memory"), None)
        }),
    );
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
        let cpu = says("", "resources: {requests: {cpu: 1}}");
        assert_eq!(cpu, ["container `app`: no memory limit, and no request"]);
        assert_eq!(says("", "resources: {limits: {memory: 0}, requests: {memory: 1}}").len(), 1);
        let request = says("", "resources: {requests: {memory: 1Gi}}");
        assert_eq!(request, ["container `app`: no memory limit"]);
        assert!(says("", "resources: {limits: {memory: 1Gi}}").is_empty());
    }

    #[test]
    fn a_container_that_says_nothing_is_one_finding() {
        let all = "no memory limit, and no request; no CPU request; no limit to what it may write to the \
                   node's disk";
        for bare in [
            "",
            "resources: {}",
            "resources: null",
            "resources: {limits: {}, requests: null}",
            "resources: {claims: []}",
            "resources: {limits: {memory: null}}",
        ] {
            assert_eq!(says("", bare), [format!("container `app`: {all}")]);
        }
        assert_eq!(
            says("initContainers: [{name: init, image: web}],", ""),
            [
                "containers `init`, `app`: no memory limit, and no request; no CPU request of `app`; no limit \
              to what it may write to the node's disk of `app`"
            ]
        );
        let read_only = says(
            "resources: {requests: {cpu: 1}},",
            "securityContext: {readOnlyRootFilesystem: true}",
        );
        assert_eq!(read_only, ["container `app`: no memory limit, and no request"]);
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
    fn a_limit_range_that_gives_nothing_sets_none() {
        let says = |metadata: &str, limits: &str| {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web, namespace: a}}, spec: {{containers: \
                 [{{name: app, image: web}}]}}}}\n---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: b, \
                 namespace: a, {metadata}}}, spec: {{limits: {limits}}}}}\n"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(says("", "[{type: Container, default: {memory: 1Gi}}]"), 0);
        assert_eq!(says("", "[{type: Container, default: {memory: 0}}]"), 1);
        let undecodable = "generation: '1'";
        assert_eq!(says(undecodable, "[{type: Container, default: {memory: 1Gi}}]"), 1);
        assert_eq!(says("", "{type: Container, default: {memory: 1Gi}}"), 1);
    }

    #[test]
    fn containers_that_cannot_have_limits_need_none() {
        let debugger = "ephemeralContainers: [{name: debug, image: busybox}],";
        assert!(says(debugger, "resources: {limits: {memory: 1Gi}}").is_empty());
        let patch = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: app}]}}";
        assert!(messages(&RULE, patch).is_empty());
    }
}
