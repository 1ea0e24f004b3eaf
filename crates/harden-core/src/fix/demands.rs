//! What the objects of a text take of what ResourceQuotas bound, namespace by namespace.

use std::collections::BTreeMap;

use harden_yaml::{Document, Place};
use serde_json::Value;

use crate::cluster::Usage;
use crate::generators::namespace::Hard;
use crate::inventory::Demand;
use crate::kubernetes::{GroupKind, Quantity};
use crate::object::{Copies, Object, copies, objects, quantity};

/// What a ResourceQuota bounds of pods.
const BOUNDED: [(&str, &str); 5] = [
    ("requests", "cpu"),
    ("requests", "memory"),
    ("limits", "memory"),
    ("requests", "ephemeral-storage"),
    ("limits", "ephemeral-storage"),
];

const AUTOSCALER: GroupKind = GroupKind::new("autoscaling", "HorizontalPodAutoscaler");

/// What the objects of each namespace take, by the namespaces as they are written.
pub(super) type ByNamespace = BTreeMap<String, Demands>;

/// What the objects of one namespace take.
#[derive(Debug, Clone, Default)]
pub(super) struct Demands {
    workloads: Vec<Pods>,
    /// How many pods an autoscaler may want of a workload, by its kind and name.
    scaled: Vec<(String, String, i64)>,
    /// What Services and claims take.
    others: Usage,
    /// What LimitRanges give to containers, such as `limits.memory`.
    given: BTreeMap<String, Quantity>,
    /// The highest request of a container that sets no limit, by resources.
    unlimited: BTreeMap<&'static str, Quantity>,
}

/// The pods of a workload.
#[derive(Debug, Clone)]
struct Pods {
    kind: String,
    name: String,
    number: Number,
    /// What one of them states, as [`BOUNDED`] has it, and how many of its containers state nothing.
    states: [(Option<Quantity>, i64); BOUNDED.len()],
    /// The sizes of the claims that each of them has.
    claims: Vec<Option<Quantity>>,
}

#[derive(Debug, Clone, Copy)]
enum Number {
    /// So many, and so many more during an update.
    Known(i64, i64),
    OnePerNode,
}

/// Why it is not known what pods take.
pub(super) enum Unknown {
    /// This workload has a pod on every node.
    Nodes(String),
    /// A pod states nothing, and no LimitRange gives it something.
    Silent,
}

/// What the objects of a text take.
pub(super) fn demands(text: &str) -> ByNamespace {
    let mut all = ByNamespace::new();
    for document in harden_yaml::documents(text).filter(Document::is_readable) {
        for object in objects(document.root()) {
            let namespace = object.namespace().unwrap_or_default();
            if let Some(known) = all.get_mut(namespace) {
                known.add(&object);
            } else {
                let mut new = Demands::default();
                new.add(&object);
                all.insert(namespace.to_owned(), new);
            }
        }
    }
    all
}

impl Demands {
    /// Whether anything makes pods.
    pub(super) fn has_pods(&self) -> bool {
        !self.workloads.is_empty()
    }

    /// Takes in what other objects of the namespace take.
    pub(super) fn join(&mut self, other: &Self) {
        self.workloads.extend(other.workloads.iter().cloned());
        self.scaled.extend(other.scaled.iter().cloned());
        self.others.join(&other.others);
        other.given.iter().for_each(|(name, it)| most(&mut self.given, name.clone(), it));
        other.unlimited.iter().for_each(|(name, it)| most(&mut self.unlimited, *name, it));
    }

    /// What a container without a limit has to get at least, so that it gets what it requests.
    pub(super) fn least_limits(&self) -> Vec<(String, Quantity)> {
        self.unlimited.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect()
    }

    /// Takes in what a LimitRange gives that is yet to be made.
    pub(super) fn give(&mut self, limit_range: &Value) {
        for (side, field) in [("requests", "defaultRequest"), ("limits", "default")] {
            let given = limit_range.pointer(&format!("/spec/limits/0/{field}"));
            for (resource, amount) in given.and_then(Value::as_object).into_iter().flatten() {
                if let Some(amount) = amount.as_str().and_then(|it| it.parse().ok()) {
                    most(&mut self.given, format!("{side}.{resource}"), &amount);
                }
            }
        }
    }

    /// What of a ResourceQuota is to be more, so that it admits what is there; twice of that, so that more fits.
    pub(super) fn beyond(&self, quota: &Value) -> Result<Vec<Hard>, Unknown> {
        let excess = self.usage()?.beyond(quota).into_iter();
        let wanted = excess.map(|it| {
            // What opens the namespace to the outside is no more than what is there.
            let times = if it.resource.starts_with("services.") { 1 } else { 2 };
            Hard { resource: it.resource, quantity: it.used.times(times) }
        });
        Ok(wanted.collect())
    }

    fn usage(&self) -> Result<Usage, Unknown> {
        let mut usage = self.others.clone();
        for pods in &self.workloads {
            let Number::Known(wanted, surge) = pods.number else {
                return Err(Unknown::Nodes(format!("{} {}", pods.kind, pods.name)));
            };
            let scaled = self.scaled.iter();
            let scaled = scaled.filter(|it| it.0 == pods.kind && it.1 == pods.name);
            let number = scaled.fold(wanted, |most, it| most.max(it.2));
            // Most say how many more by a share of all.
            let surge = if wanted == 0 || number == wanted {
                surge
            } else {
                surge.saturating_mul(number) / wanted
            };
            let all = number.saturating_add(surge);
            usage.put("pods", &Quantity::one().times(all));
            for claim in &pods.claims {
                usage.put("persistentvolumeclaims", &Quantity::one().times(number));
                claim.iter().for_each(|it| usage.put("requests.storage", &it.times(number)));
            }
            for ((side, resource), (stated, silent)) in BOUNDED.iter().zip(&pods.states) {
                let name = format!("{side}.{resource}");
                let mut amount = stated.clone().unwrap_or_else(Quantity::zero);
                if *silent > 0 && all > 0 {
                    let given = self.given.get(&name).ok_or(Unknown::Silent)?;
                    amount = amount.plus(&given.times(*silent));
                }
                usage.put(&name, &amount.times(all));
            }
        }
        Ok(usage)
    }

    fn add(&mut self, object: &Object<'_>) {
        let spec = object.place.at("spec");
        let is_owned = !object.place.follow("metadata.ownerReferences").is_empty();
        if object.is_removal() || object.is_patch() || is_owned {
            return;
        }
        if object.group.is_empty() && matches!(object.kind, "Service" | "PersistentVolumeClaim") {
            self.others.add(object.kind, object.place);
        } else if object.is_of(GroupKind::LIMIT_RANGE) {
            self.add_gifts(spec);
        } else if object.is_of(AUTOSCALER) {
            let target = spec.at("scaleTargetRef");
            let [kind, name] =
                ["kind", "name"].map(|it| target.at(it).as_str().unwrap_or_default());
            let most = spec.at("maxReplicas").as_i64().unwrap_or_default();
            self.scaled.push((kind.to_owned(), name.to_owned(), most));
        } else {
            object.pods().into_iter().for_each(|it| self.add_pods(object, it.spec));
        }
    }

    fn add_gifts(&mut self, spec: Place<'_>) {
        let of_containers = |it: &Place<'_>| it.at("type").as_str() == Some("Container");
        for item in spec.at("limits").items().filter(of_containers) {
            for (side, field) in [("requests", "defaultRequest"), ("limits", "default")] {
                for (resource, amount) in item.at(field).entries() {
                    if let Some(amount) = quantity(amount) {
                        most(&mut self.given, format!("{side}.{resource}"), &amount);
                    }
                }
            }
        }
    }

    fn add_pods(&mut self, object: &Object<'_>, spec: Place<'_>) {
        let number = match copies(object) {
            Some(Copies { wanted, surge, .. }) => Number::Known(wanted, surge),
            None if object.is("apps", "DaemonSet") => Number::OnePerNode,
            None => Number::Known(object.place.at("spec").at("replicas").as_i64().unwrap_or(1), 0),
        };
        let containers = || {
            let lists = ["initContainers", "containers"].into_iter();
            lists.flat_map(move |it| spec.at(it).items()).map(|it| it.at("resources"))
        };
        let whole = spec.at("resources");
        let states = BOUNDED.map(|(side, resource)| {
            let pick = |it: Demand| if side == "limits" { it.limit } else { it.request };
            let of_container = |it| pick(Demand::of_container(it, resource, None));
            let silent = containers().filter(|it| of_container(*it).is_none()).count();
            let is_of_pod =
                whole.at(side).at(resource).exists() || whole.at("limits").at(resource).exists();
            let silent = if is_of_pod { 0 } else { i64::try_from(silent).unwrap_or(i64::MAX) };
            let overhead = quantity(spec.at("overhead").at(resource));
            let stated = pick(Demand::of_pod(spec, resource, None)).into_iter().chain(overhead);
            (stated.reduce(|one, other| one.plus(&other)), silent)
        });
        for resource in ["memory", "ephemeral-storage"] {
            for resources in containers() {
                let demand = Demand::of_container(resources, resource, None);
                if let (Some(request), None) = (&demand.request, &demand.limit) {
                    most(&mut self.unlimited, resource, request);
                }
            }
        }
        let templates = object.place.follow("spec.volumeClaimTemplates").items();
        let claims = templates.map(|it| quantity(it.follow("spec.resources.requests.storage")));
        self.workloads.push(Pods {
            kind: object.kind.to_owned(),
            name: object.name().to_owned(),
            number,
            states,
            claims: claims.collect(),
        });
    }
}

/// Keeps the higher of two amounts.
fn most<K: Ord>(all: &mut BTreeMap<K, Quantity>, name: K, amount: &Quantity) {
    let known = all.entry(name).or_insert_with(|| amount.clone());
    if *known < *amount {
        known.clone_from(amount);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Existing, Wanted};
    use super::Unknown;
    use crate::finding::Companion;
    use crate::kubernetes::MinorVersion;

    fn quota(name: &str) -> Wanted {
        Wanted {
            what: vec![Companion::Quota, Companion::Limits],
            namespace: name.to_owned(),
            kind: "Namespace".to_owned(),
            name: name.to_owned(),
            version: MinorVersion::NEWEST_KNOWN,
            goes_with_edits: false,
        }
    }

    /// What the ResourceQuota admits that is made for a namespace, and the limits that a LimitRange gives.
    fn made(texts: &[&str]) -> (Value, Value) {
        let existing = Existing::of(texts.iter().copied());
        let made = quota("team").manifests(&existing);
        let part = |at: usize, path: &str| {
            made.get(at).and_then(|it| it.object.pointer(path)).cloned().unwrap_or_default()
        };
        (part(0, "/spec/hard"), part(1, "/spec/limits/0/default"))
    }

    fn workload(kind: &str, spec: &str, resources: &str) -> String {
        format!(
            "---\n{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, namespace: team}}, spec: {{{spec} \
             template: {{spec: {{containers: [{{name: app, image: web, resources: {{{resources}}}}}]}}}}}}}}\n"
        )
    }

    #[test]
    fn a_quota_admits_all_that_is_there_twice() {
        let one = workload("Deployment", "replicas: 4,", "requests: {memory: 1Gi}");
        let (hard, _) = made(&[&one]);
        assert_eq!(hard["requests.memory"], "10Gi", "with the pod of an update");
        assert_eq!((&hard["pods"], &hard["requests.cpu"]), (&"20".into(), &"2".into()));
        let (hard, _) = made(&[&one, &one.replace("web", "api")]);
        assert_eq!(hard["requests.memory"], "20Gi", "those of all files together");
        let (hard, _) = made(&[&one.replace("team", "other"), &workload("Deployment", "", "")]);
        assert_eq!(hard["requests.memory"], "4Gi", "what is elsewhere does not count");
        let (hard, _) = made(&[&workload("StatefulSet", "replicas: 30,", "")]);
        assert_eq!((&hard["pods"], &hard["limits.memory"]), (&"60".into(), &"60Gi".into()));
    }

    #[test]
    fn an_autoscaler_says_how_many_pods_there_may_be() {
        let scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: team}, spec: {maxReplicas: 40, scaleTargetRef: {kind: Deployment, name: web}}}\n";
        let (hard, _) = made(&[scaler, &workload("Deployment", "replicas: 2,", "")]);
        assert_eq!(hard["pods"], "120", "40, and as many more by a share as 1 is of 2");
    }

    #[test]
    fn services_and_claims_are_admitted() {
        let metadata = "metadata: {name: a, namespace: team}";
        let service = format!(
            "{{apiVersion: v1, kind: Service, {metadata}, spec: {{type: LoadBalancer, ports: [{{port: 80}}, {{port: 443}}]}}}}\n"
        );
        let (hard, _) = made(&[&service]);
        assert_eq!(hard["services.loadbalancers"], "1");
        assert_eq!(hard["services.nodeports"], "2");
        let claims = "replicas: 3, volumeClaimTemplates: [{metadata: {name: a}, spec: {resources: {requests: {storage: 100Gi}}}}],";
        let (hard, _) = made(&[&workload("StatefulSet", claims, "")]);
        assert_eq!(hard["requests.storage"], "600Gi");
    }

    #[test]
    fn a_limit_that_is_given_is_no_less_than_what_is_requested() {
        let (_, default) = made(&[&workload("Deployment", "", "requests: {memory: 3Gi}")]);
        assert_eq!(default["memory"], "3Gi");
        let stated = "requests: {memory: 3Gi}, limits: {memory: 3Gi}";
        let (_, default) = made(&[&workload("Deployment", "", stated)]);
        assert_eq!(default["memory"], "1Gi");
    }

    #[test]
    fn no_quota_is_made_where_nobody_knows_what_it_is_to_admit() {
        let text = workload("DaemonSet", "", "");
        assert_eq!(made(&[&text]), Default::default());
        let poor = "{apiVersion: v1, kind: LimitRange, metadata: {name: limits, namespace: team}, spec: {limits: [{type: Container, default: {cpu: 1}}]}}\n";
        let text = workload("Deployment", "", "");
        assert_eq!(made(&[poor, &text]), Default::default());
        let demands = Existing::of([poor, &text]).demands("team", None);
        assert!(matches!(demands.beyond(&Value::Null), Err(Unknown::Silent)));
    }
}
