//! Workloads in namespaces whose pods take connections from everywhere.

use serde_json::{Value, json};

use super::workloads::NEW;
use crate::finding::Severity;
use crate::intents::{Across, Demand, Intent, Own, Within, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "workload-without-network-policy",
    constraint: Kind::constraint(
        "HardenWorkloadWithoutNetworkPolicy",
        "hardenworkloadwithoutnetworkpolicy",
    ),
    words: Words::Own(Own {
        category: Category::Network,
        severity: Severity::Medium,
        summary: "a workload comes into a namespace that does not deny incoming traffic by default",
        why: "Every pod of the cluster may connect to every port of the pods that no policy selects, also to ports \
              that were never meant for others. A policy counts that selects all pods of the namespace and lets nothing \
              in from everywhere.",
        remedy: "add a NetworkPolicy with podSelector {} and policyTypes [Ingress] before the first workload",
        references: &[
            Reference::Cis("5.3.2"),
            Reference::NsaCisa("Network separation and hardening: network policies"),
            Reference::Mitre("T1046"),
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
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
spec:
  podSelector: {}
  policyTypes: [Ingress]
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
        reads: Kind::NETWORK_POLICY,
        within: Within::Namespace,
        message: "the namespace must have a NetworkPolicy that denies incoming traffic by default",
        expression: "variables.others.exists(p, \
                     p.spec.?podSelector.?matchLabels.orValue({}).size() == 0 && \
                     p.spec.?podSelector.?matchExpressions.orValue([]).size() == 0 && \
                     p.spec.?policyTypes.orValue(['Ingress']).exists(t, t == 'Ingress') && \
                     p.spec.?ingress.orValue([]).all(r, r.?from.orValue([]).size() > 0))",
        validate,
        rego: REGO,
    }),
};

const REGO: &str = "\
is_at_fault if not is_denied_by_default

is_denied_by_default if {
	some policy in others
	selector := object.get(policy.spec, \"podSelector\", {})
	count(object.get(selector, \"matchLabels\", {})) == 0
	count(object.get(selector, \"matchExpressions\", [])) == 0
	\"Ingress\" in object.get(policy.spec, \"policyTypes\", [\"Ingress\"])
	not is_open(policy)
}

is_open(policy) if {
	some rule in object.get(policy.spec, \"ingress\", [])
	count(object.get(rule, \"from\", [])) == 0
}
";

fn validate() -> Value {
    let denying = "length(others[?!(spec.podSelector.matchLabels) && !(spec.podSelector.matchExpressions) && \
                   contains(spec.policyTypes || ['Ingress'], 'Ingress') && !(spec.ingress[?!from])])";
    json!({"deny": {"conditions": {"any": [
        {"key": format!("{{{{ {denying} }}}}"), "operator": "Equals", "value": 0},
    ]}}})
}
