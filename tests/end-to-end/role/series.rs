//! Requests of a series, and one who sends them.

use harness::ControlPlane;
use http::Method;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use crate::requests::Choices;

/// A request that somebody sends.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) uri: String,
    kind: &'static str,
    body: Value,
}

pub(super) const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

pub(super) fn ask(method: Method, uri: impl Into<String>, kind: &'static str, body: Value) -> Ask {
    Ask { method, uri: uri.into(), kind, body }
}

pub(super) fn read(uri: impl Into<String>) -> Ask {
    ask(Method::GET, uri, JSON, Value::Null)
}

/// One who asks the server by a context of the kubeconfig.
pub(super) struct Asker {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Asker {
    pub(super) fn of(plane: &ControlPlane, context: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(async {
            let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
            let options =
                KubeConfigOptions { context: Some(context.to_owned()), ..Default::default() };
            let config = Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
            Client::try_from(config).unwrap()
        });
        Self { runtime, client }
    }

    /// The status of a request, as somebody else of some groups if they are named.
    pub(super) fn send(&self, whom: &[(&str, &str)], ask: &Ask) -> u16 {
        self.runtime.block_on(async {
            let mut request = http::Request::builder()
                .method(ask.method.clone())
                .uri(&ask.uri)
                .header("Content-Type", ask.kind);
            for (header, value) in whom {
                request = request.header(*header, *value);
            }
            let body = if ask.body.is_null() { Vec::new() } else { ask.body.to_string().into() };
            let response = self.client.send(request.body(Body::from(body)).unwrap()).await.unwrap();
            let status = response.status().as_u16();
            // A watch that is read to its end lasts a second.
            if !ask.uri.contains("watch=true") {
                let _ = response.into_body().collect_bytes().await;
            }
            status
        })
    }

    /// Does as the administrator what must go well.
    pub(super) fn must(&self, ask: &Ask) {
        let status = self.send(&[], ask);
        assert!(status < 400 || status == 404, "{status} {ask:?}");
    }

    /// How many of several requests were forbidden to somebody who is in no group.
    pub(super) fn forbidden(&self, user: &str, all: &[Ask]) -> Vec<Ask> {
        let whom = [("Impersonate-User", user)];
        all.iter().filter(|it| self.send(&whom, it) == 403).cloned().collect()
    }
}

/// The resources of a series, with their paths and the body of an object.
fn kinds() -> Vec<(&'static str, &'static str, Value)> {
    let pod = json!({"containers": [{"name": "a", "image": "a"}]});
    vec![
        ("/api/v1", "configmaps", json!({"apiVersion": "v1", "kind": "ConfigMap"})),
        ("/api/v1", "secrets", json!({"apiVersion": "v1", "kind": "Secret"})),
        ("/api/v1", "serviceaccounts", json!({"apiVersion": "v1", "kind": "ServiceAccount"})),
        ("/api/v1", "pods", json!({"apiVersion": "v1", "kind": "Pod", "spec": pod})),
        (
            "/apis/apps/v1",
            "deployments",
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "spec": {
                "selector": {"matchLabels": {"app": "a"}},
                "template": {"metadata": {"labels": {"app": "a"}}, "spec": pod},
            }}),
        ),
        (
            "/apis/rbac.authorization.k8s.io/v1",
            "roles",
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": [
                {"apiGroups": [""], "resources": ["services"], "resourceNames": ["a"], "verbs": ["get", "update"]}
            ]}),
        ),
        (
            "/apis/rbac.authorization.k8s.io/v1",
            "rolebindings",
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "system:kube-dns"}}),
        ),
    ]
}

/// Random requests in the namespaces of a series.
pub(super) fn series(choices: &mut Choices, namespaces: &[String], count: usize) -> Vec<Ask> {
    (0..count).map(|_| request(choices, namespaces)).collect()
}

fn request(choices: &mut Choices, namespaces: &[String]) -> Ask {
    if choices.chance(15) {
        return read(choices.pick(&[
            "/metrics",
            "/livez/ping",
            "/apis/apps/v1",
            "/healthz",
            "/api/v1/nodes",
            "/api/v1/nodes/a",
            "/api/v1/pods?limit=1",
            "/api/v1/services?limit=1",
            "/api/v1/persistentvolumes/b",
            "/apis/rbac.authorization.k8s.io/v1/clusterroles/system:node",
            "/apis/storage.k8s.io/v1/storageclasses?fieldSelector=metadata.name%3Da",
            "/apis/storage.k8s.io/v1/storageclasses?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Db",
        ]));
    }
    let kinds = kinds();
    let (path, resource, object) = &kinds[choices.below(kinds.len())];
    let namespace = &namespaces[choices.below(namespaces.len())];
    let name = choices.pick(&["a", "b", "c"]);
    let all = format!("{path}/namespaces/{namespace}/{resource}");
    let one = format!("{all}/{name}");
    let mut named = object.clone();
    named["metadata"] = json!({"name": name});
    if choices.chance(15) {
        return match *resource {
            "pods" => choices_of_pod(choices, &one, name),
            "deployments" => read(format!("{one}/scale")),
            "serviceaccounts" => {
                let body = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}});
                ask(Method::POST, format!("{one}/token"), JSON, body)
            }
            "configmaps" => {
                read(format!("{path}/namespaces/{namespace}/services/https:{name}:443/proxy/x"))
            }
            _ => read(one),
        };
    }
    let label = json!({"metadata": {"labels": {"a": "b"}}});
    match choices.below(9) {
        0 => read(one),
        1 => read(all),
        2 => read(format!("{all}?fieldSelector=metadata.name%3D{name}")),
        3 => ask(Method::POST, all, JSON, named),
        4 => ask(Method::PUT, one, JSON, named),
        5 => ask(Method::PATCH, one, MERGE, label),
        6 if *resource != "roles" => {
            ask(Method::PATCH, format!("{one}?fieldManager=me&force=true"), APPLY, named)
        }
        6 => ask(Method::POST, format!("{all}?dryRun=All"), JSON, named),
        7 => ask(Method::DELETE, one, JSON, Value::Null),
        // All roles and bindings would be those of the test itself, too.
        _ if choices.chance(30) && !path.contains("rbac") => {
            ask(Method::DELETE, all, JSON, Value::Null)
        }
        _ => read(one),
    }
}

fn choices_of_pod(choices: &mut Choices, one: &str, name: &str) -> Ask {
    match choices.below(3) {
        0 => read(format!("{one}/log")),
        1 => ask(
            Method::PATCH,
            format!("{one}/status"),
            MERGE,
            json!({"status": {"phase": "Running"}}),
        ),
        _ => {
            let body =
                json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name}});
            ask(Method::POST, format!("{one}/eviction"), JSON, body)
        }
    }
}

/// Takes away what a series made.
pub(super) fn reset(admin: &Asker, namespaces: &[String]) {
    for (path, resource, _) in kinds() {
        for namespace in namespaces {
            let uri = format!("{path}/namespaces/{namespace}/{resource}?gracePeriodSeconds=0");
            let body = json!({"gracePeriodSeconds": 0});
            let own = matches!(resource, "roles" | "rolebindings");
            if own {
                // The roles of the test itself stay.
                for name in ["a", "b", "c"] {
                    let uri = format!("{path}/namespaces/{namespace}/{resource}/{name}");
                    admin.must(&ask(Method::DELETE, uri, JSON, Value::Null));
                }
            } else {
                admin.must(&ask(Method::DELETE, uri, JSON, body));
            }
        }
    }
}
