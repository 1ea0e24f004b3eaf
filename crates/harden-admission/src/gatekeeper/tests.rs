//! Templates and constraints, on small objects.

mod answers;
mod inventory;
mod refusals;
mod scope;

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::*;
use crate::User;

fn template(kind: &str, rego: &str) -> Value {
    json!({
        "apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate",
        "metadata": {"name": kind.to_lowercase()},
        "spec": {
            "crd": {"spec": {"names": {"kind": kind}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}],
        },
    })
}

fn constraint(kind: &str, spec: impl Into<Value>) -> Value {
    let spec: Value = spec.into();
    json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": kind, "metadata": {"name": "c"}, "spec": spec,
    })
}

const DENIES: &str = "package k\nviolation[{\"msg\": \"no\"}] { true }";

fn pod() -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "ns"},
        "spec": {"containers": [{"name": "a", "image": "nginx"}]},
    }))
}

/// What policies say of the Pod, and what is refused of them.
fn judge(policies: &[Value], cluster: &Cluster) -> (Vec<Answer>, Vec<Answer>) {
    let objects: Vec<Object> = policies.iter().cloned().map(Object::new).collect();
    assert!(objects.iter().all(Policies::takes));
    let policies = Policies::read(&objects, cluster);
    let request = Request {
        operation: Operation::Create,
        object: Some(pod()),
        old: None,
        subresource: String::new(),
        user: User { name: "alice".to_owned(), ..User::default() },
        is_dry_run: false,
        cluster,
    };
    (policies.validate(&request), policies.refused().to_vec())
}

fn cluster(objects: &[Value]) -> Cluster {
    let mut cluster = Cluster::new(MinorVersion(36));
    objects.iter().for_each(|it| cluster.add(Object::new(it.clone())));
    cluster
}

/// The verdict and the message of the only answer.
fn only(policies: &[Value]) -> (Verdict, String) {
    let (mut answers, refused) = judge(policies, &cluster(&[]));
    assert!(refused.iter().all(|it| it.verdict == Verdict::NotJudged), "{refused:?}");
    assert_eq!(answers.len(), 1, "{answers:?}");
    let answer = answers.remove(0);
    (answer.verdict, answer.message)
}
