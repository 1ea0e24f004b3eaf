//! Workloads in namespaces that may use everything.

use serde_json::{Value, json};

use super::workloads::NEW;
use crate::finding::Severity;
use crate::intents::{Across, Demand, Intent, Own, Within, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "workload-without-quota",
    constraint: Kind::constraint("HardenWorkloadWithoutQuota", "hardenworkloadwithoutquota"),
    words: Words::Own(Own {
        category: Category::Namespace,
        severity: Severity::Low,
        summary: "a workload comes into a namespace without a ResourceQuota",
        why: "A mistake or an intruder there can use up the nodes, and make so many objects that the API server \
              suffers; everybody else shares both.",
        remedy: "add a ResourceQuota to the namespace before the first workload",
        references: &[
            Reference::NsaCisa("Network separation and hardening: resource policies"),
            Reference::Mitre("T1496"),
        ],
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
kind: ResourceQuota
metadata:
  name: pods
spec:
  hard:
    pods: \"10\"
---
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    }),
    parameters: &[],
    target: NEW,
    demand: Demand::Across(&Across {
        reads: Kind::RESOURCE_QUOTA,
        within: Within::Namespace,
        message: "the namespace must have a ResourceQuota",
        expression: "variables.others.size() > 0",
        validate,
        rego: "is_at_fault if count(others) == 0\n",
    }),
};

fn validate() -> Value {
    json!({"deny": {"conditions": {"any": [
        {"key": "{{ length(others) }}", "operator": "Equals", "value": 0},
    ]}}})
}
