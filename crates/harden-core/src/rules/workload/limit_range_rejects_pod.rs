//! Pods that the LimitRange of their namespace rejects.

use std::collections::BTreeMap;

use super::containers::is_complete;
use crate::inventory::{Bounds, Demand};
use crate::kubernetes::{GroupKind, Quantity};
use crate::pod_security::ContainerKind;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "limit-range-rejects-pod",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "requests or limits are beyond the LimitRange of the namespace",
    why: "The API server rejects the pod. A workload is accepted all the same and stays without pods; \
          only its events say why. A container that sets no limit gets the default of the \
          LimitRange, and may not request more than that.",
    remedy: "set requests and limits that the LimitRange admits, or change the LimitRange",
    breaks: "",
    mend: Mend::ByHand("whether the pod or the LimitRange is to change, and to what"),
    references: &[Reference::Page("https://kubernetes.io/docs/concepts/policy/limit-range/")],
    reads: &[GroupKind::LIMIT_RANGE],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: LimitRange
metadata:
  name: limits
  namespace: team-a
spec:
  limits:
  - type: Container
    default:
      cpu: 200m
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: team-a
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      requests:
        cpu: 500m
",
    good: "\
apiVersion: v1
kind: LimitRange
metadata:
  name: limits
  namespace: team-a
spec:
  limits:
  - type: Container
    default:
      cpu: 200m
---
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: team-a
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    resources:
      requests:
        cpu: 500m
      limits:
        cpu: \"1\"
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let namespace = workload.object.namespace().unwrap_or_default();
    let Some(limits) = reporter.context().limits(namespace) else { return };
    for (resource, bounds) in &limits.container {
        let mut flaws: BTreeMap<String, Vec<_>> = BTreeMap::new();
        // LimitRanges do not hold for ephemeral containers.
        let containers = workload.containers().iter();
        for container in
            containers.filter(|it| it.kind != ContainerKind::Ephemeral && is_complete(it))
        {
            let resources = container.place().at("resources");
            if let Some((side, flaw)) =
                Demand::of_container(resources, resource, Some(bounds)).flaw(resource, bounds)
            {
                let field = resources.at(side).get(resource).unwrap_or(resources);
                flaws.entry(flaw).or_default().push((container, field, None));
            }
        }
        for (flaw, containers) in flaws {
            reporter.flag_containers(&flaw, containers);
        }
    }
    if workload.is_patch() {
        return;
    }
    for (resource, bounds) in &limits.pod {
        let taken =
            Demand::of_pod(workload.template.spec, resource, limits.container.get(resource));
        if let Some((_, flaw)) = taken.flaw(resource, bounds) {
            reporter.flag(workload.grip(), format!("the pod as a whole {flaw}"), None);
        }
    }
}

impl Demand {
    /// What of it is not admitted, and on which side. A request above a limit of its own is the flaw of
    /// another rule, so what is asked of both is asked of one.
    fn flaw(&self, resource: &str, bounds: &Bounds) -> Option<(&'static str, String)> {
        let Bounds { min, max, max_ratio, .. } = bounds;
        let request = self.request.as_ref();
        let requests = request.map_or_else(
            || format!("requests no {resource}"),
            |it| format!("requests {it} of {resource}"),
        );
        let limit = self.limit.as_ref();
        let limited = limit.map_or_else(
            || format!("has no limit of {resource}"),
            |it| format!("has a limit of {it} of {resource}"),
        );
        if let Some(given) = limit.filter(|it| self.is_limit_given && request > Some(*it)) {
            let flaw = format!("{requests}, and the LimitRange gives it a limit of {given}");
            return Some(("requests", flaw));
        }
        if let Some(min) = min.as_ref().filter(|it| request < Some(*it)) {
            let flaw = format!("{requests}, and the LimitRange asks for at least {min}");
            return Some(("requests", flaw));
        }
        if let Some(max) = max.as_ref().filter(|it| limit.is_none_or(|limit| limit > *it)) {
            let flaw = format!("{limited}, and the LimitRange admits at most {max}");
            return Some(("limits", flaw));
        }
        let ratio = max_ratio.as_ref()?;
        let is_within = limit.zip(request).is_some_and(|(limit, request)| {
            *limit != Quantity::zero() && limit.is_within(ratio, request)
        });
        (!is_within).then(|| {
            let flaw = format!(
                "{requests} and {limited}, and the LimitRange admits at most {ratio} times the request"
            );
            ("limits", flaw)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    /// What the rule says of a pod with this spec beside a LimitRange with this item.
    fn says(limit: &str, spec: &str) -> Vec<String> {
        let metadata = "metadata: {name: a, namespace: team}";
        let text = format!(
            "{{apiVersion: v1, kind: Pod, {metadata}, spec: {{{spec}}}}}\n---\napiVersion: v1\nkind: \
             LimitRange\n{metadata}\nspec: {{limits: [{{{limit}}}]}}\n"
        );
        messages(&RULE, &text)
    }

    fn container(resources: &str) -> String {
        format!("containers: [{{name: app, image: web, resources: {{{resources}}}}}]")
    }

    #[test]
    fn a_request_above_the_limit_that_is_given_is_rejected() {
        let of = |limit: &str| says(limit, &container("requests: {cpu: 500m}"));
        let rejected =
            ["container `app`: requests 500m of cpu, and the LimitRange gives it a limit of 200m"];
        assert_eq!(of("type: Container, default: {cpu: 200m}"), rejected);
        assert_eq!(of("type: Container, max: {cpu: 0.2}"), rejected);
        assert!(of("type: Container, default: {cpu: 500m, memory: 1Mi}").is_empty());
        assert!(of("type: Container, defaultRequest: {cpu: 200m}").is_empty());
        assert!(of("type: PersistentVolumeClaim, max: {cpu: 200m}").is_empty());
        let own_limit = container("requests: {cpu: 500m}, limits: {cpu: 500m}");
        assert!(says("type: Container, default: {cpu: 200m}", &own_limit).is_empty());
    }

    #[test]
    fn the_strictest_of_several_counts_in_every_order() {
        let metadata = "metadata: {name: a, namespace: team}";
        let range = |limit: &str| {
            format!(
                "{{apiVersion: v1, kind: LimitRange, {metadata}, spec: {{limits: [{{type: Container, {limit}}}]}}}}"
            )
        };
        let pod = format!(
            "{{apiVersion: v1, kind: Pod, {metadata}, spec: {{{}}}}}",
            container("requests: {cpu: 500m}")
        );
        let (lax, strict) = (range("max: {cpu: 1000m}"), range("default: {cpu: 0.2}"));
        let expected =
            ["container `app`: requests 500m of cpu, and the LimitRange gives it a limit of 200m"];
        for documents in [[&lax, &pod, &strict], [&strict, &lax, &pod]] {
            assert_eq!(messages(&RULE, &documents.map(String::as_str).join("\n---\n")), expected);
        }
        let elsewhere = strict.replace("team", "other");
        assert!(messages(&RULE, &[&*pod, &*elsewhere].join("\n---\n")).is_empty());
    }

    #[test]
    fn bounds_hold_for_what_is_stated_and_what_is_filled_in() {
        let limit = "type: Container, min: {cpu: 100m}, max: {cpu: 2}, default: {cpu: 1}, \
                     maxLimitRequestRatio: {cpu: 4}";
        let of = |resources: &str| says(limit, &container(resources));
        assert!(of("").is_empty());
        assert!(of("requests: {cpu: 250m}, limits: {cpu: 1}").is_empty());
        assert_eq!(
            of("requests: {cpu: 50m}"),
            ["container `app`: requests 50m of cpu, and the LimitRange asks for at least 100m"]
        );
        assert_eq!(
            of("limits: {cpu: 3}"),
            ["container `app`: has a limit of 3 of cpu, and the LimitRange admits at most 2"]
        );
        assert_eq!(
            of("requests: {cpu: 200m}"),
            [
                "container `app`: requests 200m of cpu and has a limit of 1 of cpu, and the LimitRange \
              admits at most 4 times the request"
            ]
        );
    }

    #[test]
    fn a_pod_is_held_to_its_bounds_as_a_whole() {
        let of = |spec: &str| says("type: Pod, max: {memory: 3Gi}", spec);
        let take = |name: &str, amount: &str, more: &str| {
            format!(
                "{{name: {name}, image: web, resources: {{limits: {{memory: {amount}}}}}{more}}}"
            )
        };
        let (one, two) = (take("one", "1Gi", ""), take("two", "2Gi", ""));
        assert!(of(&format!("containers: [{one}, {two}]")).is_empty());
        assert!(of(&format!("initContainers: [{two}], containers: [{one}, {two}]")).is_empty());
        let sidecar = take("sidecar", "1Gi", ", restartPolicy: Always");
        let rejected = [
            "the pod as a whole has a limit of 4Gi of memory, and the LimitRange admits at most 3Gi",
        ];
        assert_eq!(
            of(&format!("initContainers: [{sidecar}], containers: [{one}, {two}]")),
            rejected
        );
        let own = format!("resources: {{limits: {{memory: 3Gi}}}}, initContainers: [{sidecar}]");
        assert!(of(&format!("{own}, containers: [{one}, {two}]")).is_empty());
        assert_eq!(
            of("containers: [{name: app, image: web}]"),
            ["the pod as a whole has no limit of memory, and the LimitRange admits at most 3Gi"]
        );
    }

    #[test]
    fn what_others_complete_or_debug_is_not_judged() {
        let limit = "type: Container, default: {cpu: 200m}";
        let resources = "resources: {requests: {cpu: 500m}}";
        assert!(says(limit, &format!("containers: [{{name: app, {resources}}}]")).is_empty());
        let debugger = format!("ephemeralContainers: [{{name: debug, image: web, {resources}}}]");
        assert!(says(limit, &debugger).is_empty());
        assert!(says("type: Pod, max: {cpu: 1}", "containers: [{name: app}]").is_empty());
    }

    #[test]
    fn containers_that_start_a_pod_are_held_to_it_too() {
        let start = "initContainers: [{name: start, image: web, resources: {requests: {cpu: 1}}}]";
        let found = says("type: Container, default: {cpu: 200m}", start);
        assert_eq!(
            found,
            ["container `start`: requests 1 of cpu, and the LimitRange gives it a limit of 200m"]
        );
    }
}
