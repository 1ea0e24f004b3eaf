//! Workloads whose pods do not all fit into a ResourceQuota of their namespace.

use super::quotas::PodInNamespace;
use crate::kubernetes::GroupKind;
use crate::object::copies;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};
use crate::rules::exceeded_quotas::ExceededQuotas;

pub(super) static RULE: Rule = Rule {
    id: "workload-exceeds-quota",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "the pods of a workload take more than a ResourceQuota admits",
    why: "The API server rejects the pods that are too many, even if nothing else is in the namespace. A \
          Deployment starts a quarter more pods while it is updated unless it says otherwise; where \
          these do not fit, and none may be missing meanwhile, the update never ends.",
    remedy: "run fewer pods, lower what each takes or maxSurge, or raise the quota",
    breaks: "",
    mend: Mend::ByHand("whether to run less or to raise the ResourceQuota"),
    references: &[
        Reference::Page("https://kubernetes.io/docs/concepts/policy/resource-quotas/"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge",
        ),
    ],
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
    requests.memory: 4Gi
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  replicas: 4
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
        resources:
          requests:
            memory: 1Gi
",
    good: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    requests.memory: 5Gi
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  replicas: 4
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
        resources:
          requests:
            memory: 1Gi
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(pod) = PodInNamespace::of(workload, reporter) else { return };
    let Some(copies) = copies(&workload.object) else { return };
    let place = if copies.place.exists() { copies.place } else { workload.grip() };
    let with_surge = copies.wanted.saturating_add(copies.surge);
    for (resource, amount) in pod.uses() {
        // What does not admit one pod is the flaw of another rule.
        let mut fits = amount.clone();
        for (number, when) in [(copies.wanted, ""), (with_surge, " while it is updated")] {
            let all = amount.times(number);
            let quotas = ExceededQuotas::between(pod.quotas(), &resource, Some(&fits), &all);
            if let Some(quotas) = quotas {
                let flaw = format!(
                    "its {number} pods take {all} of {resource}{when}, and {} in the whole namespace",
                    quotas.in_words()
                );
                reporter.flag(place, flaw, None);
            }
            fits = fits.max(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(hard: &str, kind: &str, spec: &str) -> Vec<String> {
        let metadata = "metadata: {name: a, namespace: team}";
        let pod = "spec: {containers: [{name: app, image: web, resources: {limits: {cpu: 500m}}}]}";
        let text = format!(
            "{{apiVersion: apps/v1, kind: {kind}, {metadata}, spec: {{{spec} template: {{{pod}}}}}}}\n---\n\
             apiVersion: v1\nkind: ResourceQuota\n{metadata}\nspec: {{hard: {{{hard}}}}}\n"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn all_pods_count_and_those_of_an_update() {
        let of = |hard: &str| says(hard, "Deployment", "replicas: 3,");
        assert_eq!(
            of("limits.cpu: 1"),
            [
                "its 3 pods take 1500m of limits.cpu, and the ResourceQuota `a` admits 1 in the whole namespace"
            ]
        );
        assert_eq!(
            of("limits.cpu: 1500m"),
            [
                "its 4 pods take 2 of limits.cpu while it is updated, and the ResourceQuota `a` admits \
                 1500m in the whole namespace"
            ]
        );
        assert!(of("limits.cpu: 2, pods: 4").is_empty());
        assert_eq!(of("pods: 3").len(), 1);
        assert!(says("pods: 3", "StatefulSet", "replicas: 3,").is_empty());
        assert_eq!(says("pods: 2", "StatefulSet", "replicas: 3,").len(), 1);
        assert!(says("pods: 1", "DaemonSet", "").is_empty(), "as many as there are nodes");
    }

    #[test]
    fn where_no_pod_fits_another_rule_says_so() {
        assert!(says("limits.cpu: 100m", "Deployment", "replicas: 3,").is_empty());
        assert!(says("limits.cpu: 2", "Deployment", "replicas: 2147483647,").len() == 1);
    }
}
