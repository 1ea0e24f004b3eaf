//! Random roles, bindings and requests, out of words that are easily mistaken for each other.

use harden_core::rbac::authorization::{Request, ResourceRequest, Scope, User};
use serde_json::{Value, json};

use crate::random_pods::Random;

pub(crate) const GROUP: &str = "rbac.authorization.k8s.io";
pub(crate) const NAMESPACES: [&str; 3] = ["team", "prod", "system"];
const VERBS: [&str; 9] =
    ["get", "list", "create", "update", "*", "GET", "get*", "escalate", "deletecollection"];
const GROUPS: [&str; 6] = ["", "apps", "*", "core", "apps/v1", "rbac.authorization.k8s.io"];
const RESOURCES: [&str; 14] = [
    "pods",
    "pods/exec",
    "pods/*",
    "*/exec",
    "*",
    "*/*",
    "deployments",
    "deployments/scale",
    "*/scale",
    "secrets",
    "Pods",
    "pods/exec/more",
    "*/",
    "nodes",
];
const NAMES: [&str; 4] = ["a", "b", "*", "a*"];
const URLS: [&str; 10] =
    ["/", "/healthz", "/healthz/*", "/h*", "*", "/**", "healthz", "/version", "/*/x", "/healthz**"];
const USERS: [&str; 8] = [
    "ann",
    "bob",
    "system:masters",
    "dev",
    "system:serviceaccount:team:web",
    "system:serviceaccount:prod:web",
    "system:serviceaccount:team:web:x",
    "system:anonymous",
];
const OF_USERS: [&str; 7] = [
    "dev",
    "ann",
    "system:authenticated",
    "system:unauthenticated",
    "system:serviceaccounts",
    "system:serviceaccounts:team",
    "system:serviceaccounts:prod",
];

/// How odd objects are: `0` for what the API server takes.
pub(crate) type Oddity = u64;

fn some(random: &mut Random, words: &[&str], least: u64) -> Vec<String> {
    let count = least + random.below(3);
    (0..count).map(|_| (*random.pick(words)).to_owned()).collect()
}

pub(crate) fn rule(random: &mut Random, is_namespaced: bool, odd: Oddity) -> Value {
    let mut rule = json!({"verbs": some(random, &VERBS, 1)});
    if !is_namespaced && random.chance(25) {
        rule["nonResourceURLs"] = json!(some(random, &URLS, 1));
        if !random.chance(odd) {
            return rule;
        }
    }
    rule["apiGroups"] = json!(some(random, &GROUPS, 1));
    rule["resources"] = json!(some(random, &RESOURCES, 1));
    if random.chance(30) {
        rule["resourceNames"] = json!(some(random, &NAMES, 0));
    }
    for key in ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"] {
        if random.chance(odd / 4) {
            rule[key] = random.pick(&[json!(null), json!([]), json!([""]), json!([null])]).clone();
        }
    }
    rule
}

fn rules(random: &mut Random, is_namespaced: bool, odd: Oddity) -> Vec<Value> {
    (0..random.below(4)).map(|_| rule(random, is_namespaced, odd)).collect()
}

fn subject(random: &mut Random, is_cluster_wide: bool, odd: Oddity) -> Value {
    if random.chance(odd / 4) {
        return json!({"kind": random.pick(&["user", "Robot", ""]), "name": random.pick(&USERS)});
    }
    match random.below(3) {
        0 => json!({"kind": "User", "name": random.pick(&USERS), "apiGroup": GROUP}),
        1 => {
            let all = [&OF_USERS[..], &["system:masters"]].concat();
            json!({"kind": "Group", "name": random.pick(&all), "apiGroup": GROUP})
        }
        _ => {
            let name = random.pick(&["web", "default", "web.x"]);
            let mut account = json!({"kind": "ServiceAccount", "name": name});
            if (is_cluster_wide && !random.chance(odd)) || random.chance(60) {
                account["namespace"] = json!(random.pick(&NAMESPACES));
            }
            account
        }
    }
}

/// A cluster's worth of roles and bindings: no two roles of a name, and names that more than one kind has.
pub(crate) fn objects(random: &mut Random, prefix: &str, odd: Oddity) -> Vec<Value> {
    let version = format!("{GROUP}/v1");
    let mut objects = Vec::new();
    let names = ["r", "s", "t", "r:s"].map(|it| format!("{prefix}{it}"));
    for name in &names {
        for namespace in NAMESPACES {
            if random.chance(40) {
                let metadata = json!({"name": name, "namespace": namespace});
                let rules = rules(random, true, odd);
                objects.push(json!({"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules}));
            }
        }
        if random.chance(70) {
            let rules = rules(random, false, odd);
            objects.push(json!({"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}));
        }
    }
    for number in 0..random.below(12) {
        let is_cluster_wide = random.chance(35);
        let mut metadata = json!({"name": format!("{prefix}b{number}")});
        let kind = if is_cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
        if !is_cluster_wide {
            metadata["namespace"] = json!(random.pick(&NAMESPACES));
        }
        let of = if is_cluster_wide && !random.chance(odd) || random.chance(50) {
            "ClusterRole"
        } else {
            "Role"
        };
        let count = random.below(4);
        let subjects: Vec<_> = (0..count).map(|_| subject(random, is_cluster_wide, odd)).collect();
        let role = json!({"apiGroup": GROUP, "kind": of, "name": random.pick(&names)});
        objects.push(json!({
            "apiVersion": version, "kind": kind, "metadata": metadata, "roleRef": role, "subjects": subjects,
        }));
    }
    objects
}

/// Somebody who asks, with groups that follow from the name, and others.
pub(crate) fn user(random: &mut Random) -> User {
    let user = User::named(*random.pick(&USERS));
    if random.chance(60) {
        return user;
    }
    user.with_groups([(*random.pick(&OF_USERS)).to_owned()])
}

pub(crate) fn request(random: &mut Random) -> Request {
    let verb = (*random.pick(&VERBS)).to_owned();
    if random.chance(15) {
        let paths = ["/", "/healthz", "/healthz/etcd", "/version", "/h", "/x/x", "healthz"];
        return Request::Url { verb, path: (*random.pick(&paths)).to_owned() };
    }
    let resources = ["pods", "deployments", "secrets", "nodes", "Pods", "*"];
    let scope = match *random.pick(&["", "team", "prod", "system", "other"]) {
        "" => Scope::Cluster,
        name => Scope::Namespace(name.to_owned()),
    };
    Request::Resource(ResourceRequest {
        verb,
        group: (*random.pick(&GROUPS)).to_owned(),
        resource: (*random.pick(&resources)).to_owned(),
        subresource: (*random.pick(&["", "", "", "exec", "scale", "*", "exec/more"])).to_owned(),
        name: (*random.pick(&["", "a", "b", "*", "ab"])).to_owned(),
        scope,
    })
}

pub(crate) fn namespace_of(request: &ResourceRequest) -> &str {
    match &request.scope {
        Scope::Namespace(name) => name,
        Scope::Cluster | Scope::Anywhere => "",
    }
}

/// Somebody whom a binding names, and what the role of it nearly or just allows.
pub(crate) fn aimed(random: &mut Random, objects: &[Value]) -> (User, Request) {
    let (user, request) = (user(random), request(random));
    let bindings: Vec<_> = objects.iter().filter(|it| it["roleRef"].is_object()).collect();
    if bindings.is_empty() {
        return (user, request);
    }
    let binding = *random.pick(&bindings);
    let namespace = binding["metadata"]["namespace"].as_str().unwrap_or("");
    let subjects = binding["subjects"].as_array().unwrap();
    let user = if subjects.is_empty() { user } else { login(random.pick(subjects), namespace) };
    let of = &binding["roleRef"];
    let target = objects.iter().find(|it| {
        it["kind"] == of["kind"]
            && it["metadata"]["name"] == of["name"]
            && (it["kind"] == "ClusterRole" || it["metadata"]["namespace"] == namespace)
    });
    let rules = target.and_then(|it| it["rules"].as_array()).filter(|it| !it.is_empty());
    let Some(rules) = rules else { return (user, request) };
    let rule = random.pick(rules).clone();
    let mut word = |key: &str, other: &str| {
        let words = rule[key].as_array().filter(|it| !it.is_empty());
        let word = words.map(|it| random.pick(it).as_str().unwrap_or("").to_owned());
        word.filter(|it| it != "*" && !random.chance(10)).unwrap_or_else(|| other.to_owned())
    };
    let verb = word("verbs", request.verb());
    let request = match request {
        Request::Url { .. } | Request::Resource(_) if rule["nonResourceURLs"].is_array() => {
            let path = word("nonResourceURLs", "/x");
            Request::Url { verb, path: path.replace('*', "more") }
        }
        Request::Resource(it) => {
            let path = word("resources", &it.path());
            let (resource, subresource) = path.split_once('/').unwrap_or((&path, ""));
            let resource = if resource == "*" { it.resource.clone() } else { resource.to_owned() };
            Request::Resource(ResourceRequest {
                verb,
                group: word("apiGroups", &it.group),
                resource,
                subresource: subresource.to_owned(),
                name: word("resourceNames", &it.name),
                scope: match namespace {
                    "" => it.scope,
                    name => Scope::Namespace(name.to_owned()),
                },
            })
        }
        other @ Request::Url { .. } => other,
    };
    (user, request)
}

/// Whoever a subject is for.
fn login(subject: &Value, namespace: &str) -> User {
    let name = subject["name"].as_str().unwrap_or("");
    match subject["kind"].as_str() {
        Some("ServiceAccount") => {
            User::account(subject["namespace"].as_str().unwrap_or(namespace), name)
        }
        Some("Group") => User::named("somebody").with_groups([name.to_owned()]),
        _ => User::named(name),
    }
}
