//! Every way of becoming somebody else that needs no node, on a real API server: the step succeeds with the rights
//! of its edge, and is refused without any one of them.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "escalation/steps.rs"]
mod steps;

use std::io::Write as _;
use std::process::Stdio;

use harden_core::escalation::{self, At, Edge, From, Place, Proof, Right, When};
use harness::{ControlPlane, eventually};
use serde_json::{Value, json};
use steps::{Request, SETTING, steps};

/// What the API server answers to a request.
struct Answered {
    is_done: bool,
    words: String,
}

impl Answered {
    fn is_refused(&self) -> bool {
        !self.is_done && self.words.to_lowercase().contains("forbidden")
    }
}

/// Somebody with some of the rights of an edge: a ServiceAccount of a name of its own.
struct Prover<'p> {
    plane: &'p ControlPlane,
    name: String,
    kubeconfig: tempfile::NamedTempFile,
}

impl<'p> Prover<'p> {
    fn new(plane: &'p ControlPlane, edge: &Edge, without: Option<usize>) -> Self {
        let case = without.map_or("all".to_owned(), |it| it.to_string());
        let name = format!("{}-{case}", edge.id);
        plane.apply(&manifests(edge, &name, without));
        let token = plane.kubectl_ok(["create", "token", "-n", "provers", &name]);
        let cluster =
            plane.kubectl_ok(["config", "view", "--raw", "-o", "jsonpath={.clusters[0].cluster}"]);
        let cluster: Value = serde_json::from_str(&cluster).unwrap();
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "it", "cluster": cluster}],
            "users": [{"name": "it", "user": {"token": token.trim()}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "current-context": "it",
        });
        let mut kubeconfig = tempfile::NamedTempFile::new().unwrap();
        kubeconfig.write_all(config.to_string().as_bytes()).unwrap();
        Self { plane, name, kubeconfig }
    }

    fn send(&self, request: &Request) -> Answered {
        let path = request.path.replace("NAME", &self.name);
        let mut words: Vec<&str> = request.flags.clone();
        words.extend(match request.verb {
            "POST" => vec!["create", "--raw", &path, "-f", "-"],
            "PUT" => vec!["replace", "--raw", &path, "-f", "-"],
            _ => vec!["get", "--raw", &path],
        });
        let mut command = self.plane.kubectl(words);
        command.env("KUBECONFIG", self.kubeconfig.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let body = (request.body)(self.plane).replace("NAME", &self.name);
        child.stdin.take().unwrap().write_all(body.as_bytes()).ok();
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        Answered { is_done: output.status.success() || request.is_enough(&words), words }
    }

    /// The first request that is not done.
    fn take(&self, edge: &Edge) -> Result<(), Answered> {
        for request in steps(edge.id) {
            let answered = self.send(&request);
            if !answered.is_done {
                return Err(answered);
            }
        }
        Ok(())
    }
}

/// A ServiceAccount, with a role and a binding for each right but one.
fn manifests(edge: &Edge, name: &str, without: Option<usize>) -> String {
    let mut objects = vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "provers"}}),
    ];
    let bound = |kind: &str, role: &str, metadata: Value| {
        json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": kind,
            "metadata": metadata,
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role, "name": metadata["name"]},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "provers"}],
        })
    };
    let kept = edge.rights.iter().enumerate().filter(|(it, _)| Some(*it) != without);
    for (number, right) in kept {
        let is_everywhere = edge.place == Place::Cluster || right.at == At::Cluster;
        // The role that is written into is called as its holder.
        let own = if number == 0 || without == Some(0) {
            name.to_owned()
        } else {
            format!("{name}-{number}")
        };
        let (role, binding, metadata) = if is_everywhere {
            ("ClusterRole", "ClusterRoleBinding", json!({"name": own}))
        } else {
            ("Role", "RoleBinding", json!({"name": own, "namespace": "shop"}))
        };
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": role,
            "metadata": metadata,
            "rules": [rule(edge, right)],
        }));
        objects.push(bound(binding, role, metadata));
    }
    if edge.when == When::Aggregated {
        let sum = format!("{name}-sum");
        objects.push(json!({
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": sum},
            "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"for": name}}]},
            "rules": [],
        }));
        objects.push(bound("ClusterRoleBinding", "ClusterRole", json!({"name": sum})));
    }
    objects.iter().map(|it| format!("---\n{it}\n")).collect()
}

fn rule(edge: &Edge, right: &Right) -> Value {
    let (group, resource) = right.of[0];
    let mut rule =
        json!({"verbs": [right.verbs[0]], "apiGroups": [group], "resources": [resource]});
    if edge.when == When::Account {
        rule["resourceNames"] = json!(["known"]);
    }
    rule
}

#[test]
fn every_step_succeeds_with_the_rights_and_is_refused_without_one() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(SETTING);
    eventually("the accounts of the namespaces", || {
        let mut command = plane.kubectl(["get", "serviceaccount", "default", "-n", "shop"]);
        command.output().unwrap().status.success().then_some(())
    });
    let is_proved = |it: &&Edge| {
        it.from == From::Holder && matches!(it.proof, Proof::Server | Proof::Beginning(_))
    };
    let (mut proved, mut wrong) = (0, Vec::new());
    for edge in escalation::edges().filter(is_proved) {
        // What is granted is known to the server a moment later.
        let whole = Prover::new(plane, edge, None);
        let mut last = None;
        let is_taken = (0..20).any(|_| match whole.take(edge) {
            Ok(()) => true,
            Err(answered) => {
                last = Some(answered.words);
                std::thread::sleep(std::time::Duration::from_millis(250));
                false
            }
        });
        plane.apply(SETTING);
        if !is_taken {
            wrong.push(format!("{} with its rights: {}", edge.id, last.unwrap_or_default()));
            continue;
        }
        for (number, right) in edge.rights.iter().enumerate() {
            let lacking = Prover::new(plane, edge, Some(number));
            std::thread::sleep(std::time::Duration::from_millis(300));
            match lacking.take(edge) {
                Err(answered) if answered.is_refused() => {}
                Err(answered) => {
                    wrong.push(format!("{} without {right}: {}", edge.id, answered.words));
                }
                Ok(()) => wrong.push(format!("{} succeeds without {right}", edge.id)),
            }
            plane.apply(SETTING);
        }
        proved += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(proved > 25, "only {proved} were tried");
}
