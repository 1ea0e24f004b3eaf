//! Pods that a ResourceQuota of their namespace rejects.

use super::quotas::PodInNamespace;
use crate::kubernetes::GroupKind;
use crate::object::copies;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};
use crate::rules::exceeded_quotas::{self, ExceededQuotas};

pub(super) static RULE: Rule = Rule {
    id: "quota-rejects-pod",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "a ResourceQuota of the namespace admits no such pod",
    why: "The API server rejects the pod. A workload is accepted all the same and stays without pods; \
          only its events say why. Where a quota bounds CPU or memory, every container must state it, \
          those that start the pod included, or get it from a LimitRange.",
    remedy: "state what the quota asks for, let a LimitRange give it, or change the ResourceQuota",
    breaks: "",
    mend: Mend::ByHand("whether the pod or the ResourceQuota is to change, and to what"),
    references: &[Reference::Page("https://kubernetes.io/docs/concepts/policy/resource-quotas/")],
    reads: &[GroupKind::LIMIT_RANGE, GroupKind::RESOURCE_QUOTA],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    limits.memory: 4Gi
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
",
    good: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    limits.memory: 4Gi
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
      limits:
        memory: 256Mi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(pod) = PodInNamespace::of(workload, reporter) else { return };
    if copies(&workload.object).is_some_and(|it| it.wanted == 0) {
        return;
    }
    for silence in pod.silent() {
        let (quotas, are_several) = exceeded_quotas::named(&silence.quotas);
        let flaw = format!(
            "sets no {}, and {quotas} {} every container for it",
            silence.lacks.join(", "),
            if are_several { "ask" } else { "asks" }
        );
        let places = silence.containers.into_iter();
        reporter.flag_containers(&flaw, places.map(|it| (it, it.place().at("resources"), None)));
    }
    for (resource, amount) in pod.uses() {
        let exceeded = ExceededQuotas::between(pod.quotas(), &resource, None, &amount);
        let Some(exceeded) = exceeded else { continue };
        let flaw = format!(
            "one pod takes {} of {resource}, and {} in the whole namespace",
            amount.plain(),
            exceeded.in_words()
        );
        reporter.flag(workload.grip(), flaw, None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;
    use crate::check::{Settings, check};
    use crate::kubernetes::MinorVersion;

    const METADATA: &str = "metadata: {name: a, namespace: team}";

    fn text(quota: &str, pod: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Pod, {METADATA}, spec: {{{pod}}}}}\n---\napiVersion: v1\nkind: \
             ResourceQuota\n{METADATA}\nspec: {{{quota}}}\n"
        )
    }

    /// What the rule says of a pod with this spec beside a quota with this spec.
    fn says(quota: &str, pod: &str) -> Vec<String> {
        messages(&RULE, &text(quota, pod))
    }

    fn container(resources: &str) -> String {
        format!("containers: [{{name: app, image: web, resources: {{{resources}}}}}]")
    }

    #[test]
    fn every_container_states_what_a_quota_asks_for() {
        let quota = "hard: {limits.cpu: 4, memory: 4Gi}";
        let of = |resources: &str| says(quota, &container(resources));
        assert_eq!(
            of(""),
            [
                "container `app`: sets no limits.cpu, memory, and the ResourceQuota `a` asks every container for it"
            ]
        );
        assert!(of("limits: {cpu: 1, memory: 1Gi}").is_empty(), "limits are requests, too");
        assert_eq!(of("requests: {cpu: 1, memory: 1Gi}").len(), 1);
        assert_eq!(of("limits: {cpu: 1}, requests: {cpu: 1, memory: x}").len(), 1);
        let start = format!(
            "initContainers: [{{name: start, image: web}}], {}",
            container("limits: {cpu: 1, memory: 1Gi}")
        );
        assert_eq!(
            says(quota, &start),
            [
                "container `start`: sets no limits.cpu, memory, and the ResourceQuota `a` asks every container for it"
            ]
        );
        let debug = start.replace("initContainers", "ephemeralContainers");
        assert!(says(quota, &debug).is_empty());
        assert!(
            says(
                "hard: {pods: 5, requests.ephemeral-storage: 1Gi, requests.example.com/gpu: 1}",
                &container("")
            )
            .is_empty()
        );
    }

    #[test]
    fn a_limit_range_or_the_pod_may_state_it() {
        let quota = "hard: {limits.cpu: 4}";
        let with = |limit: &str| {
            let range = format!(
                "\n---\napiVersion: v1\nkind: LimitRange\n{METADATA}\nspec: {{limits: [{{type: Container, {limit}}}]}}\n"
            );
            messages(&RULE, &(text(quota, &container("")) + &range)).len()
        };
        assert_eq!(with("default: {cpu: 1}"), 0);
        assert_eq!(with("max: {cpu: 1}"), 0);
        assert_eq!(with("defaultRequest: {cpu: 1}"), 1);
        let pod = format!("resources: {{limits: {{cpu: 1}}}}, {}", container(""));
        assert!(says(quota, &pod).is_empty());
        let old = Settings { version: MinorVersion(33), ..Settings::new([&RULE]) };
        assert_eq!(check(old, [text(quota, &pod).as_str()]).findings.len(), 1);
    }

    #[test]
    fn one_pod_may_be_more_than_there_is() {
        let of = |hard: &str, pod: &str| says(&format!("hard: {{{hard}}}"), pod);
        let two = "containers: [{name: a, image: i, resources: {limits: {cpu: 1, memory: 1Gi}}}, \
                   {name: b, image: i, resources: {limits: {cpu: 1500m, memory: 1Gi}}}]";
        assert_eq!(
            of("cpu: 2", two),
            [
                "one pod takes 2500m of cpu, and the ResourceQuota `a` admits 2 in the whole namespace"
            ]
        );
        assert!(
            of("cpu: 2500m, limits.memory: 2Gi, requests.memory: 2Gi, pods: 1", two).is_empty()
        );
        assert_eq!(of("limits.memory: 2047Mi", two).len(), 1);
        assert_eq!(of("pods: 0", two).len(), 1);
        assert_eq!(of("count/pods: 0", two).len(), 1);
        assert!(of("services: 0, count/jobs.batch: 0, requests.storage: 0", two).is_empty());
        let gpu = container("limits: {example.com/gpu: 2}");
        assert_eq!(of("requests.example.com/gpu: 1", &gpu).len(), 1);
        let overhead = format!("overhead: {{cpu: 1}}, {two}");
        assert_eq!(of("requests.cpu: 3", &overhead).len(), 1);
    }

    #[test]
    fn several_quotas_are_one_flaw_that_names_the_tightest() {
        let of = |quotas: &[&str]| {
            let quotas: String = quotas
                .iter()
                .enumerate()
                .map(|(number, hard)| {
                    format!(
                        "---\n{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: q-{number}, namespace: team}}, \
                         spec: {{hard: {{{hard}}}}}}}\n"
                    )
                })
                .collect();
            let pod = container("requests: {cpu: 4}");
            messages(
                &RULE,
                &format!("{{apiVersion: v1, kind: Pod, {METADATA}, spec: {{{pod}}}}}\n{quotas}"),
            )
        };
        let takes = |quotas: &str| {
            [format!(
                "one pod takes 4 of cpu, and the ResourceQuotas {quotas} in the whole namespace"
            )]
        };
        assert_eq!(
            of(&["cpu: 2", "cpu: 4", "cpu: 1"]),
            takes("`q-2` (1) and `q-0` (2) admit less")
        );
        assert_eq!(
            of(&["cpu: 3", "cpu: 2", "cpu: 3"]),
            takes("`q-1` (2), `q-0` (3) and `q-2` (3) admit less")
        );
        assert_eq!(
            of(&["cpu: 3", "cpu: 2", "cpu: 3", "cpu: 1", "cpu: 3500m"]),
            takes("`q-3` (1), `q-1` (2), `q-0` (3) and 2 more admit less")
        );
        let asks =
            |quotas: &str| format!("container `app`: sets no {quotas} every container for it");
        assert_eq!(
            of(&[
                "limits.cpu: 9",
                "limits.cpu: 9",
                "limits.cpu: 9, memory: 1Gi",
                "memory: 1Gi, cpu: 9"
            ]),
            [
                asks("memory, and the ResourceQuota `q-3` asks"),
                asks("limits.cpu, and the ResourceQuotas `q-0` and `q-1` ask"),
                asks("limits.cpu, memory, and the ResourceQuota `q-2` asks"),
            ]
        );
    }

    #[test]
    fn a_quota_with_scopes_is_for_the_pods_in_them() {
        let of = |scope: &str, pod: &str| says(&format!("hard: {{pods: 0}}, {scope}"), pod).len();
        let (bare, bound) = (container(""), container("requests: {cpu: 1}"));
        assert_eq!([of("scopes: [BestEffort]", &bare), of("scopes: [BestEffort]", &bound)], [1, 0]);
        assert_eq!(
            [of("scopes: [NotBestEffort]", &bare), of("scopes: [NotBestEffort]", &bound)],
            [0, 1]
        );
        let ends = format!("activeDeadlineSeconds: 60, {bare}");
        assert_eq!(
            [of("scopes: [Terminating]", &bare), of("scopes: [Terminating]", &ends)],
            [0, 1]
        );
        assert_eq!(
            [of("scopes: [NotTerminating]", &bare), of("scopes: [NotTerminating]", &ends)],
            [1, 0]
        );
        let class = |operator: &str| {
            let scope = format!(
                "scopeSelector: {{matchExpressions: [{{scopeName: PriorityClass, operator: {operator}}}]}}"
            );
            let pods = ["", "priorityClassName: high, ", "priorityClassName: low, "];
            pods.map(|it| of(&scope, &format!("{it}{bare}")))
        };
        assert_eq!(class("Exists"), [0, 1, 1]);
        assert_eq!(class("In, values: [high]"), [0, 1, 0]);
        assert_eq!(class("NotIn, values: [high]"), [0, 0, 1]);
        assert_eq!(of("scopes: [Unknown]", &bare), 0);
    }

    #[test]
    fn what_is_not_made_or_not_whole_is_not_judged() {
        let quota = "hard: {limits.cpu: 4}";
        let patch = "containers: [{name: app}]";
        assert!(says(quota, patch).is_empty());
        let none = text(quota, "").replace("kind: Pod", "kind: ReplicaSet").replace(
            "spec: {}",
            "spec: {replicas: 0, template: {spec: {containers: [{name: app, image: web}]}}}",
        );
        assert!(messages(&RULE, &none.replacen("v1", "apps/v1", 1)).is_empty());
        let one = none.replacen("v1", "apps/v1", 1).replace("replicas: 0", "replicas: 1");
        assert_eq!(messages(&RULE, &one).len(), 1);
        let elsewhere = text(quota, &container("")).replacen("team", "other", 1);
        assert!(messages(&RULE, &elsewhere).is_empty());
        for hard in ["null", "[]", "{limits.cpu: null}", "{limits.cpu: many}", "4"] {
            assert!(says(&format!("hard: {hard}"), &container("")).is_empty(), "{hard}");
        }
    }
}
