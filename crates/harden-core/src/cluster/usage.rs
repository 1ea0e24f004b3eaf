//! What a namespace uses already, counted as ResourceQuota counts it.

use std::collections::BTreeMap;

use harden_yaml::Place;
use serde_json::Value;

use crate::kubernetes::Quantity;
use crate::object::{self, node_ports, quantity};

/// Amounts by the names that ResourceQuotas use.
///
/// See <https://kubernetes.io/docs/concepts/policy/resource-quotas/>.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage(BTreeMap<String, Quantity>);

/// A bound that is below what is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// The resource, as the quota names it.
    pub resource: String,
    /// What is used.
    pub used: Quantity,
    /// What the quota would allow.
    pub hard: Quantity,
}

impl Usage {
    /// Counts an object: a Pod, a Service or a PersistentVolumeClaim; others count nothing.
    pub fn add(&mut self, kind: &str, object: Place<'_>) {
        match kind {
            "Pod" => self.add_pod(object),
            "Service" => self.add_service(object),
            "PersistentVolumeClaim" => {
                self.count("persistentvolumeclaims", 1);
                if let Some(storage) = quantity(object.follow("spec.resources.requests.storage")) {
                    self.put("requests.storage", &storage);
                }
            }
            _ => {}
        }
    }

    /// Adds what others use.
    pub fn join(&mut self, other: &Self) {
        other.0.iter().for_each(|(resource, amount)| self.put(resource, amount));
    }

    /// The bounds of a ResourceQuota that are below what is used.
    pub fn beyond(&self, quota: &Value) -> Vec<Excess> {
        let hard = quota.pointer("/spec/hard").and_then(Value::as_object);
        hard.into_iter()
            .flatten()
            .filter_map(|(resource, hard)| {
                let (used, hard) = (self.0.get(resource)?, hard.as_str()?.parse().ok()?);
                (*used > hard).then(|| Excess {
                    resource: resource.clone(),
                    used: used.clone(),
                    hard,
                })
            })
            .collect()
    }

    fn add_pod(&mut self, pod: Place<'_>) {
        // Pods that ended hold nothing any more.
        if matches!(pod.follow("status.phase").as_str(), Some("Succeeded" | "Failed")) {
            return;
        }
        self.count("pods", 1);
        for side in ["requests", "limits"] {
            for resource in ["cpu", "memory", "ephemeral-storage"] {
                self.put(&format!("{side}.{resource}"), &pod_amount(pod, side, resource));
            }
        }
    }

    fn add_service(&mut self, service: Place<'_>) {
        self.count("services", 1);
        let kind = service.follow("spec.type").as_str().unwrap_or_default();
        if kind == "LoadBalancer" {
            self.count("services.loadbalancers", 1);
        }
        self.count("services.nodeports", node_ports(service.at("spec")));
    }

    fn count(&mut self, resource: &str, number: usize) {
        if let Ok(number) = number.to_string().parse() {
            self.put(resource, &number);
        }
    }

    /// Adds an amount of a resource, which is called as ResourceQuotas call it.
    pub fn put(&mut self, resource: &str, amount: &Quantity) {
        let sum = self.0.entry(resource.to_owned()).or_insert_with(Quantity::zero);
        *sum = sum.plus(amount);
    }
}

/// What the scheduler sets aside for a pod: what its containers take, and the overhead of its runtime.
fn pod_amount(pod: Place<'_>, side: &'static str, resource: &'static str) -> Quantity {
    let spec = pod.at("spec");
    let asked = |of: Place<'_>| quantity(of.at("resources").at(side).at(resource));
    if let Some(whole_pod) = asked(spec) {
        return whole_pod;
    }
    let containers = object::pod_amount(spec, asked).unwrap_or_else(Quantity::zero);
    let overhead = quantity(spec.at("overhead").at(resource));
    containers.plus(&overhead.unwrap_or_else(Quantity::zero))
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;
    use serde_json::json;

    use super::*;

    fn add(usage: &mut Usage, kind: &str, object: &Value) {
        usage.add(kind, Document::parse_json(&object.to_string()).root());
    }

    fn used(usage: &Usage, resource: &str) -> Option<String> {
        usage.0.get(resource).map(ToString::to_string)
    }

    #[test]
    fn a_pod_takes_the_most_that_it_ever_needs() {
        let mut usage = Usage::default();
        let cpu = |amount: &str| json!({"resources": {"requests": {"cpu": amount}}});
        let sidecar =
            json!({"restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}});
        add(
            &mut usage,
            "Pod",
            &json!({"spec": {"containers": [cpu("200m"), cpu("300m")], "initContainers": [sidecar, cpu("1")]}}),
        );
        assert_eq!(used(&usage, "requests.cpu").as_deref(), Some("1100m"));
        add(
            &mut usage,
            "Pod",
            &json!({"spec": {"containers": [cpu("5")]}, "status": {"phase": "Succeeded"}}),
        );
        assert_eq!(used(&usage, "pods").as_deref(), Some("1"));
    }

    #[test]
    fn what_is_beyond_the_quota_is_named() {
        let mut usage = Usage::default();
        add(
            &mut usage,
            "Service",
            &json!({"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}}),
        );
        let excess =
            usage.beyond(&json!({"spec": {"hard": {"services.nodeports": "0", "pods": "5"}}}));
        assert_eq!(excess.len(), 1);
        assert_eq!(excess[0].resource, "services.nodeports");
    }
}
