//! Services and claims that a ResourceQuota of their namespace rejects.

use harden_yaml::Place;

use crate::inventory::Admitted;
use crate::kubernetes::{GroupKind, Quantity};
use crate::object::{Object, node_ports, quantity};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::exceeded_quotas::ExceededQuotas;

const SERVICE: GroupKind = GroupKind::new("", "Service");
const CLAIM: GroupKind = GroupKind::new("", "PersistentVolumeClaim");
const STATEFUL_SET: GroupKind = GroupKind::new("apps", "StatefulSet");

pub(super) static RULE: Rule = Rule {
    id: "quota-rejects-object",
    category: Category::Namespace,
    severity: Severity::High,
    level: None,
    summary: "a ResourceQuota of the namespace admits no such Service or claim",
    why: "The API server rejects the object, even if nothing else is in the namespace. A Service of type \
          LoadBalancer counts as a load balancer, and each of its ports as a node port unless it sets \
          allocateLoadBalancerNodePorts to false. A StatefulSet is accepted, and waits for its claims.",
    remedy: "ask for less, or change the ResourceQuota",
    breaks: "",
    mend: Mend::ByHand("whether the object or the ResourceQuota is to change, and to what"),
    references: &[Reference::Page("https://kubernetes.io/docs/concepts/policy/resource-quotas/")],
    reads: &[GroupKind::RESOURCE_QUOTA, SERVICE, CLAIM, STATEFUL_SET],
    check: Check::World(check),
    bad: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    services.loadbalancers: \"0\"
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  type: LoadBalancer
  selector:
    app: web
  ports:
  - port: 443
",
    good: "\
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    services.loadbalancers: \"0\"
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    app: web
  ports:
  - port: 443
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    if world.of_kind(GroupKind::RESOURCE_QUOTA).is_empty() {
        return;
    }
    for object in world.of_kinds(&[SERVICE, CLAIM, STATEFUL_SET]) {
        // What has an identity was accepted.
        if object.place.at("metadata").at("uid").exists() {
            continue;
        }
        let around = reporter.context_of(object);
        let quotas = around.quotas(object.namespace().unwrap_or_default());
        let quotas: Vec<_> = quotas.filter_map(Admitted::without_scopes).collect();
        if quotas.is_empty() {
            continue;
        }
        for (what, uses) in uses(object) {
            for (resource, amount) in &uses {
                let exceeded = ExceededQuotas::between(&quotas, resource, None, amount);
                let Some(exceeded) = exceeded else { continue };
                let message = format!(
                    "{what} takes {amount} of {resource}, and {} in the whole namespace",
                    exceeded.in_words()
                );
                reporter.flag_in(object, object.place.at("metadata").at("name"), message, None);
            }
        }
    }
}

/// What an object, or each claim that it makes, uses of what quotas bound.
fn uses(object: &Object<'_>) -> Vec<(String, Vec<(String, Quantity)>)> {
    let spec = object.place.at("spec");
    if object.is_of(SERVICE) {
        vec![("it".to_owned(), of_service(spec))]
    } else if object.is_of(CLAIM) {
        vec![("it".to_owned(), of_claim(spec))]
    } else if spec.at("replicas").as_i64() == Some(0) {
        Vec::new()
    } else {
        let templates = spec.at("volumeClaimTemplates").items();
        let claims = templates.map(|it| {
            let name = it.at("metadata").at("name").as_str().unwrap_or_default();
            (format!("a claim `{name}`"), of_claim(it.at("spec")))
        });
        claims.collect()
    }
}

fn of_service(spec: Place<'_>) -> Vec<(String, Quantity)> {
    let count = |it: usize| Quantity::one().times(i64::try_from(it).unwrap_or(i64::MAX));
    let kind = spec.at("type").as_str().unwrap_or("ClusterIP");
    vec![
        ("services".to_owned(), count(1)),
        ("count/services".to_owned(), count(1)),
        ("services.loadbalancers".to_owned(), count(usize::from(kind == "LoadBalancer"))),
        ("services.nodeports".to_owned(), count(node_ports(spec))),
    ]
}

fn of_claim(spec: Place<'_>) -> Vec<(String, Quantity)> {
    let one = Quantity::one;
    let mut uses = vec![
        ("persistentvolumeclaims".to_owned(), one()),
        ("count/persistentvolumeclaims".to_owned(), one()),
    ];
    let storage = quantity(spec.follow("resources.requests.storage"));
    let class = spec.at("storageClassName").as_str().filter(|it| !it.is_empty());
    let of_class =
        |resource: &str| Some(format!("{}.storageclass.storage.k8s.io/{resource}", class?));
    uses.extend(of_class("persistentvolumeclaims").map(|it| (it, one())));
    if let Some(storage) = storage {
        uses.extend(of_class("requests.storage").map(|it| (it, storage.clone())));
        uses.push(("requests.storage".to_owned(), storage));
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;
    use crate::check::{Settings, Survey};
    use crate::source::Source;

    fn says(hard: &str, kind: &str, spec: &str) -> Vec<String> {
        let metadata = "metadata: {name: a, namespace: team}";
        let group = if kind == "StatefulSet" { "apps/v1" } else { "v1" };
        let text = format!(
            "{{apiVersion: {group}, kind: {kind}, {metadata}, spec: {{{spec}}}}}\n---\n{{apiVersion: v1, kind: \
             ResourceQuota, {metadata}, spec: {{hard: {{{hard}}}}}}}\n"
        );
        messages(&RULE, &text)
    }

    #[test]
    fn services_count_by_their_type_and_ports() {
        let two = "ports: [{port: 80}, {port: 443, nodePort: 30443}]";
        let of = |hard: &str, spec: &str| says(hard, "Service", &format!("{spec} {two}")).len();
        assert_eq!(of("services.loadbalancers: 0", "type: LoadBalancer,"), 1);
        assert_eq!(of("services.loadbalancers: 1", "type: LoadBalancer,"), 0);
        assert_eq!(of("services.loadbalancers: 0", "type: NodePort,"), 0);
        assert_eq!(of("services.nodeports: 1", "type: NodePort,"), 1);
        assert_eq!(of("services.nodeports: 1", "type: LoadBalancer,"), 1);
        let none = "type: LoadBalancer, allocateLoadBalancerNodePorts: false,";
        assert_eq!([of("services.nodeports: 1", none), of("services.nodeports: 0", none)], [0, 1]);
        assert_eq!(of("services.nodeports: 0, services.loadbalancers: 0, pods: 0", ""), 0);
        assert_eq!([of("services: 0", ""), of("count/services: 0", "")], [1, 1]);
    }

    #[test]
    fn claims_count_by_their_size_and_class() {
        let claim = "storageClassName: fast, resources: {requests: {storage: 10Gi}}";
        assert_eq!(
            says("requests.storage: 5Gi", "PersistentVolumeClaim", claim),
            [
                "it takes 10Gi of requests.storage, and the ResourceQuota `a` admits 5Gi in the whole namespace"
            ]
        );
        let of = |hard: &str| says(hard, "PersistentVolumeClaim", claim).len();
        assert_eq!(of("persistentvolumeclaims: 1, requests.storage: 10Gi"), 0);
        assert_eq!(of("fast.storageclass.storage.k8s.io/requests.storage: 1Gi"), 1);
        assert_eq!(of("slow.storageclass.storage.k8s.io/requests.storage: 1Gi"), 0);
        assert_eq!(of("fast.storageclass.storage.k8s.io/persistentvolumeclaims: 0"), 1);
        let set =
            format!("volumeClaimTemplates: [{{metadata: {{name: data}}, spec: {{{claim}}}}}]");
        assert_eq!(says("requests.storage: 5Gi", "StatefulSet", &set).len(), 1);
        assert!(
            says("requests.storage: 5Gi", "StatefulSet", &format!("replicas: 0, {set}")).is_empty()
        );
    }

    #[test]
    fn the_nearest_quota_counts() {
        let (quota, service) = RULE.bad.split_once("---\n").unwrap();
        let ample = quota.replace('0', "1");
        let sources = [("a/quota.yaml", &*ample), ("a/web.yaml", service), ("b/quota.yaml", quota)];
        let count = |sources: &[(&'static str, &str)]| {
            let sources: Vec<_> =
                sources.iter().map(|(name, text)| Source::new(*name, *text)).collect();
            let mut survey = Survey::new(Settings::new([&RULE]));
            sources.iter().for_each(|it| survey.learn(it));
            let mut run = survey.end();
            run.judge(sources);
            run.finish().findings.len()
        };
        assert_eq!(count(&sources), 0);
        assert_eq!(count(sources.get(1..).unwrap()), 1);
    }

    #[test]
    fn what_is_elsewhere_or_accepted_is_not_rejected() {
        let live = RULE.bad.replace("  name: web\n", "  name: web\n  uid: a\n");
        assert!(messages(&RULE, &live).is_empty());
        assert!(messages(&RULE, &RULE.bad.replacen("team-a", "other", 1)).is_empty());
    }
}
