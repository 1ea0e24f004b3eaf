//! Random audit policies, and random requests of several users that are sent to a real API server.

use std::fmt::Write as _;

use harden_core::simulate::audit::Request;
use harness::ControlPlane;
use http::Method;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    Admin,
    Alice,
    Bob,
    /// Somebody with a token that the server does not know.
    Nobody,
}

/// A request that is sent.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// What the server is told to call it in its log.
    pub(crate) id: String,
    pub(crate) user: User,
    /// What the server makes of it, without the user.
    pub(crate) request: Request,
    method: Method,
    uri: String,
    body: String,
}

/// Clients of the users.
pub(crate) struct Users {
    runtime: tokio::runtime::Runtime,
    clients: Vec<(User, Client)>,
}

impl Users {
    pub(crate) fn of(plane: &ControlPlane) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let users = [
            (User::Admin, "admin"),
            (User::Alice, "alice"),
            (User::Bob, "bob"),
            (User::Nobody, "bob"),
        ];
        let clients = runtime.block_on(async {
            let mut clients = Vec::new();
            for (user, context) in users {
                let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
                let options =
                    KubeConfigOptions { context: Some(context.to_owned()), ..Default::default() };
                let mut config =
                    Config::from_custom_kubeconfig(kubeconfig, &options).await.unwrap();
                if user == User::Nobody {
                    let unknown =
                        serde_json::from_str("{\"token\": \"nobody-knows-this-one\"}").unwrap();
                    config.auth_info = unknown;
                }
                clients.push((user, Client::try_from(config).unwrap()));
            }
            clients
        });
        Self { runtime, clients }
    }

    /// Sends requests, whatever the server answers.
    pub(crate) fn send(&self, all: &[Sent]) {
        self.runtime.block_on(async {
            for sent in all {
                let (_, client) = self.clients.iter().find(|it| it.0 == sent.user).unwrap();
                let request = http::Request::builder()
                    .method(sent.method.clone())
                    .uri(&sent.uri)
                    .header("Audit-ID", &sent.id)
                    .header("Content-Type", content_type(&sent.method))
                    .body(Body::from(sent.body.clone().into_bytes()))
                    .unwrap();
                let response = client.send(request).await.unwrap();
                let _ = response.into_body().collect_bytes().await;
            }
        });
    }
}

fn content_type(method: &Method) -> &'static str {
    if *method == Method::PATCH { "application/merge-patch+json" } else { "application/json" }
}

/// Random choices, the same everywhere for the same seed.
pub(crate) struct Choices {
    state: u64,
    count: u64,
}

const VERBS: [&str; 10] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "GET", "*"];
const RESOURCES: [(&str, &str); 7] = [
    ("", "pods"),
    ("", "secrets"),
    ("", "configmaps"),
    ("", "namespaces"),
    ("", "nodes"),
    ("apps", "deployments"),
    ("rbac.authorization.k8s.io", "clusterroles"),
];
const NAMESPACES: [&str; 3] = ["default", "kube-system", "shop"];
const NAMES: [&str; 3] = ["a", "b", "c"];
const PATHS: [&str; 8] = [
    "/api",
    "/apis",
    "/apis/apps/v1",
    "/version",
    "/healthz",
    "/livez/ping",
    "/metrics",
    "/nowhere",
];

impl Choices {
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed.max(1).wrapping_mul(0x9E37_79B9_7F4A_7C15), count: 0 }
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        usize::try_from(self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % bound
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Up to three of several, as a YAML list.
    fn some(&mut self, from: &[&str]) -> String {
        let count = 1 + self.below(3);
        let list: Vec<String> = (0..count).map(|_| format!("{:?}", self.pick(from))).collect();
        format!("[{}]", list.join(", "))
    }

    /// A policy of many narrow rules.
    pub(crate) fn policy(&mut self) -> String {
        let mut text = String::from("apiVersion: audit.k8s.io/v1\nkind: Policy\n");
        if self.chance(50) {
            text.push_str("omitStages: [RequestReceived]\n");
        }
        text.push_str("rules:\n");
        for _ in 0..30 + self.below(20) {
            self.add_rule(&mut text);
        }
        if self.chance(70) {
            text.push_str("- level: Metadata\n");
        }
        text
    }

    fn add_rule(&mut self, text: &mut String) {
        let level = self.pick(&["None", "Metadata", "Request", "RequestResponse"]);
        let _ = writeln!(text, "- level: {level}");
        let mut criteria = 0;
        if self.chance(40) {
            let list = self.some(&["admin", "alice", "bob", "*", "system:anonymous"]);
            let _ = writeln!(text, "  users: {list}");
            criteria += 1;
        }
        if self.chance(20) {
            let list =
                self.some(&["dev-team", "system:masters", "system:authenticated", "nobody", "*"]);
            let _ = writeln!(text, "  userGroups: {list}");
        }
        if self.chance(60) {
            let list = self.some(&VERBS);
            let _ = writeln!(text, "  verbs: {list}");
            criteria += 1;
        }
        if self.chance(20) {
            let stages = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];
            let list = self.some(&stages);
            let _ = writeln!(text, "  omitStages: {list}");
        }
        if self.chance(15) {
            let urls = ["/api", "/api*", "/healthz*", "/livez/*", "/metrics", "/version", "/*"];
            let list = self.some(&urls);
            let _ = writeln!(text, "  nonResourceURLs: {list}");
            return;
        }
        if self.chance(30) {
            let list = self.some(&["default", "kube-system", "shop", "", "*", "a"]);
            let _ = writeln!(text, "  namespaces: {list}");
            criteria += 1;
        }
        // A rule with few criteria would take all requests from those below it.
        if criteria < 2 || self.chance(50) {
            text.push_str("  resources:\n");
            for _ in 0..=self.below(2) {
                self.add_resources(text);
            }
        }
    }

    fn add_resources(&mut self, text: &mut String) {
        let group = self.pick(&["", "", "", "apps", "rbac.authorization.k8s.io", "core", "*"]);
        let _ = writeln!(text, "  - group: {group:?}");
        if self.chance(85) {
            let list = self.some(&[
                "pods",
                "secrets",
                "configmaps",
                "namespaces",
                "nodes",
                "deployments",
                "clusterroles",
                "pods/*",
                "*/status",
                "pods/log",
                "pods/exec",
                "Pod",
                "*/*",
            ]);
            let _ = writeln!(text, "    resources: {list}");
            if self.chance(25) {
                let list = self.some(&NAMES);
                let _ = writeln!(text, "    resourceNames: {list}");
            }
        }
    }

    /// A request that a real API server understands; most are about objects that do not exist.
    pub(crate) fn request(&mut self) -> Sent {
        self.count += 1;
        let id = format!("sent-{}", self.count);
        let user = self.pick(&[
            User::Admin,
            User::Admin,
            User::Admin,
            User::Alice,
            User::Alice,
            User::Bob,
            User::Nobody,
        ]);
        if self.chance(15) {
            let path = self.pick(&PATHS);
            let (verb, method) = self.pick(&[
                ("get", Method::GET.as_str()),
                ("get", "GET"),
                ("post", "POST"),
                ("delete", "DELETE"),
            ]);
            let request =
                Request { verb: verb.to_owned(), path: path.to_owned(), ..Request::default() };
            let (uri, method) = (path.to_owned(), method.parse().unwrap());
            return Sent { id, user, request, method, uri, body: "{}".to_owned() };
        }
        self.resource_request(id, user)
    }

    fn resource_request(&mut self, id: String, user: User) -> Sent {
        let (group, resource) = self.pick(&RESOURCES);
        let is_namespaced = matches!(resource, "pods" | "secrets" | "configmaps" | "deployments");
        // A watch lasts a second.
        let verb = match self.pick(&VERBS[..8]) {
            "watch" if self.chance(80) => "list",
            verb => verb,
        };
        let is_named = matches!(verb, "get" | "update" | "patch" | "delete");
        let namespace = match is_namespaced {
            // Lists over all namespaces have none.
            true if matches!(verb, "list" | "watch") && self.chance(30) => "",
            true => self.pick(&NAMESPACES),
            false => "",
        };
        let name = if is_named { self.pick(&NAMES) } else { "" };
        let subresource = match (resource, verb) {
            ("pods", "get") => self.pick(&["", "log", "exec", "status"]),
            ("pods" | "deployments", "update" | "patch") => self.pick(&["", "status"]),
            _ => "",
        };
        let mut uri = match group {
            "" => "/api/v1".to_owned(),
            group => format!("/apis/{group}/v1"),
        };
        if !namespace.is_empty() {
            let _ = write!(uri, "/namespaces/{namespace}");
        }
        for part in [resource, name, subresource] {
            if !part.is_empty() {
                let _ = write!(uri, "/{part}");
            }
        }
        if verb == "watch" {
            uri.push_str("?watch=true&timeoutSeconds=1&resourceVersion=0");
        }
        let method = match verb {
            "create" => Method::POST,
            "update" => Method::PUT,
            "patch" => Method::PATCH,
            "delete" | "deletecollection" => Method::DELETE,
            _ => Method::GET,
        };
        let full = if subresource.is_empty() {
            resource.to_owned()
        } else {
            format!("{resource}/{subresource}")
        };
        let request = Request {
            verb: verb.to_owned(),
            resource: full,
            group: Some(group.to_owned()),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            ..Request::default()
        };
        // What is made has a name that the URL does not tell.
        let body = if verb == "create" {
            let name = self.pick(&NAMES);
            format!("{{\"metadata\":{{\"name\":\"{name}\"}}}}")
        } else {
            "{}".to_owned()
        };
        Sent { id, user, request, method, uri, body }
    }
}
