//! Roles that an audit log shows to be needed, on the API server that wrote the log: they allow what was done,
//! and nothing of them can be spared.
//!
//! `HARDEN_RANDOM_SERIES` sets how many series of requests are tried, `HARDEN_RANDOM_REQUESTS` how long they are,
//! `HARDEN_RANDOM_SEED` which.

use std::path::Path;

use harness::{ControlPlane, Options};
use http::Method;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::{Value, json};

use crate::cluster::line_on;
use crate::requests::Choices;

const POLICY: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n\
    - {level: Request, resources: [{group: rbac.authorization.k8s.io}]}\n- {level: Metadata}\n";

/// A group that may do everything.
const MASTERS: &str = "workers";

fn start(folder: &Path) -> Option<ControlPlane> {
    let policy = folder.join("policy.yaml");
    std::fs::write(&policy, POLICY).unwrap();
    let plane = ControlPlane::for_test(&Options {
        audit_policy: Some(policy),
        audit_log: Some(folder.join("audit.log")),
        no_controllers: true,
        ..Options::default()
    })?;
    plane.kubectl_ok([
        "create",
        "clusterrolebinding",
        "workers",
        "--clusterrole=cluster-admin",
        "--group=workers",
    ]);
    Some(plane)
}

/// A request that somebody sends.
#[derive(Debug, Clone)]
struct Ask {
    method: Method,
    uri: String,
    kind: &'static str,
    body: Value,
}

const JSON: &str = "application/json";
const MERGE: &str = "application/merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

fn ask(method: Method, uri: impl Into<String>, kind: &'static str, body: Value) -> Ask {
    Ask { method, uri: uri.into(), kind, body }
}

fn read(uri: impl Into<String>) -> Ask {
    ask(Method::GET, uri, JSON, Value::Null)
}

/// One who asks the server by a context of the kubeconfig.
struct Asker {
    runtime: tokio::runtime::Runtime,
    client: Client,
}

impl Asker {
    fn of(plane: &ControlPlane, context: &str) -> Self {
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
    fn send(&self, whom: &[(&str, &str)], ask: &Ask) -> u16 {
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
    fn must(&self, ask: &Ask) {
        let status = self.send(&[], ask);
        assert!(status < 400 || status == 404, "{status} {ask:?}");
    }

    /// How many of several requests were forbidden to somebody who is in no group.
    fn forbidden(&self, user: &str, all: &[Ask]) -> Vec<Ask> {
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
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"}}),
        ),
    ]
}

/// Random requests in the namespaces of a series.
fn series(choices: &mut Choices, namespaces: &[String], count: usize) -> Vec<Ask> {
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
        _ if choices.chance(30) => ask(Method::DELETE, all, JSON, Value::Null),
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
fn reset(admin: &Asker, namespaces: &[String]) {
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

/// Roles as an administrator writes them over what is there.
fn put(admin: &Asker, roles: &[Value]) {
    for role in roles {
        let metadata = &role["metadata"];
        let name = metadata["name"].as_str().unwrap();
        let place = match metadata["namespace"].as_str() {
            Some(namespace) => format!("namespaces/{namespace}/roles/{name}"),
            None => format!("clusterroles/{name}"),
        };
        let uri = format!("/apis/rbac.authorization.k8s.io/v1/{place}");
        admin.must(&ask(Method::PUT, uri, JSON, role.clone()));
    }
}

/// The same roles with one thing less: a rule, a verb, a resource, a name or a path; each with what is gone.
fn lesser(roles: &[Value]) -> Vec<(String, Vec<Value>)> {
    let mut all = Vec::new();
    for (index, role) in roles.iter().enumerate() {
        let rules = role["rules"].as_array().unwrap();
        for (place, rule) in rules.iter().enumerate() {
            let mut without = roles.to_vec();
            without[index]["rules"].as_array_mut().unwrap().remove(place);
            all.push((format!("{rule}"), without));
            for key in ["verbs", "resources", "resourceNames", "nonResourceURLs"] {
                let items = rule[key].as_array().map_or(0, Vec::len);
                for item in (0..items).filter(|_| items > 1) {
                    let mut without = roles.to_vec();
                    let list = without[index]["rules"][place][key].as_array_mut().unwrap();
                    let gone = list.remove(item);
                    all.push((format!("{gone} of {key} of {rule}"), without));
                }
            }
        }
    }
    all
}

/// The roles that a log shows to be needed, applied, and as JSON.
fn apply(plane: &ControlPlane, folder: &Path, words: &str) -> Vec<Value> {
    let log = folder.join("audit.log");
    let words = format!("role --from-audit {} {words}", log.display());
    let printed = line_on(plane, &format!("{words} -o json")).ok();
    let list: Value = serde_json::from_str(&printed).unwrap();
    line_on(plane, &format!("{words} --apply")).ok();
    let items = list["items"].as_array().unwrap().clone();
    items.into_iter().filter(|it| it["kind"].as_str().unwrap().ends_with("Role")).collect()
}

#[test]
fn a_role_allows_what_was_done_and_nothing_of_it_can_be_spared() {
    let setting = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |value| value.parse().expect(name))
    };
    let seed = setting("HARDEN_RANDOM_SEED", 1);
    let count = setting("HARDEN_RANDOM_SERIES", 4);
    let length = usize::try_from(setting("HARDEN_RANDOM_REQUESTS", 25)).unwrap();
    eprintln!("seed {seed}: {count} series of {length} requests");
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start(folder.path()) else { return };
    let admin = Asker::of(&plane, "admin");
    let mut choices = Choices::new(seed);
    let mut spared = 0;
    for index in 0..count {
        let namespaces: Vec<String> = ["a", "b"].map(|it| format!("s{index}-{it}")).into();
        for name in &namespaces {
            plane.kubectl_ok(["create", "namespace", name]);
        }
        let user = format!("worker-{index}");
        let asks = series(&mut choices, &namespaces, length);
        let whom = [("Impersonate-User", user.as_str()), ("Impersonate-Group", MASTERS)];
        for it in &asks {
            let status = admin.send(&whom, it);
            assert!(!matches!(status, 401 | 403), "seed {seed}: {status} {it:?}");
        }
        reset(&admin, &namespaces);
        assert!(
            !admin.forbidden(&user, &asks).is_empty(),
            "seed {seed}: nobody was held to rights"
        );
        reset(&admin, &namespaces);
        let roles = apply(&plane, folder.path(), &format!("--user {user}"));
        // Rights come to the authorizer with some delay, and a series is replayed from its start.
        let replay = |wanted: bool| {
            let mut last = Vec::new();
            let found = (0..40).any(|_| {
                reset(&admin, &namespaces);
                last = admin.forbidden(&user, &asks);
                let is_so = last.is_empty() == wanted;
                if !is_so {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                is_so
            });
            (found, last)
        };
        let (is_enough, denied) = replay(true);
        assert!(is_enough, "seed {seed} series {index}: {denied:?}\n{roles:#?}");
        for (gone, without) in lesser(&roles) {
            put(&admin, &without);
            let (is_needed, _) = replay(false);
            assert!(
                is_needed,
                "seed {seed} series {index}: without {gone} all succeeds\n{asks:#?}"
            );
            spared += 1;
            put(&admin, &roles);
            let (is_enough, denied) = replay(true);
            assert!(is_enough, "seed {seed} series {index}: {denied:?} after {gone}");
        }
    }
    eprintln!("{spared} things less: each was missed");
    assert!(spared > 10 * count, "{spared}");
}
