//! A real API server allows what roles and bindings are read to grant, with its own roles and with aggregated ones.
//!
//! `HARDEN_RANDOM_REVIEWS` sets how many random SubjectAccessReviews there are, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "nothing is created in all but storing it")]
#[path = "random_pods/proxy.rs"]
mod proxy;
#[path = "authorization/random.rs"]
mod random;
#[allow(dead_code, reason = "pods are made elsewhere")]
#[path = "random_pods/random.rs"]
mod random_pods;
#[allow(dead_code, reason = "pods are counted elsewhere")]
#[path = "random_pods/settings.rs"]
mod settings;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use harden_core::kubernetes::MinorVersion;
use harden_core::rbac::authorization::{
    Authorization, On, Origin, Reader, Request, ResourceRequest, Role, Rule, Scope, Settings, User,
};
use harden_core::source::Source;
use harness::{ControlPlane, eventually};
use proxy::Proxy;
use random_pods::Random;
use serde_json::{Value, json};
use settings::{number, report, seed};

fn count() -> u64 {
    let is_ci = std::env::var_os("CI").is_some_and(|it| it == "true");
    number("HARDEN_RANDOM_REVIEWS").unwrap_or(if is_ci { 5_000 } else { 1_500 })
}

fn read(origin: Origin, text: &str) -> Authorization {
    let mut reader = Reader::new(Settings { origin, namespace: "default".to_owned() });
    reader.learn(&Source::new("list.json", text));
    reader.finish()
}

/// What a rule allows, in words, and where.
fn rules(all: &Authorization, user: &User) -> BTreeSet<(String, String)> {
    let grants = all.rules_of(user);
    let each = grants.flat_map(|it| {
        let namespace = it.binding.namespace().to_owned();
        it.rule.rights().map(|right| (namespace.clone(), right.to_string())).collect::<Vec<_>>()
    });
    each.collect()
}

#[test]
fn a_new_cluster_has_what_is_assumed_of_it() {
    let Some(plane) = ControlPlane::shared() else { return };
    let kinds = "clusterroles,clusterrolebindings,roles,rolebindings";
    let text = plane.kubectl_ok(["get", kinds, "-A", "-o", "json"]);
    let stored = read(Origin::Cluster, &text);
    let assumed = read(Origin::Files(Some(MinorVersion::NEWEST_KNOWN)), "");
    let names = |all: &Authorization| {
        let bindings = all.bindings().filter(|it| !it.name().starts_with("random"));
        bindings.map(|it| format!("{it} {:?}", it.role_ref())).collect::<BTreeSet<_>>()
    };
    assert_eq!(names(&assumed), names(&stored));
    let roles = |all: &Authorization| {
        let roles = all.roles().filter(|it| !it.name().starts_with("random"));
        roles.map(|it| it.to_string()).collect::<BTreeSet<_>>()
    };
    assert_eq!(roles(&assumed), roles(&stored));
    for role in assumed.roles() {
        let rights = |all: &Authorization| {
            let same = all.roles_named(role.namespace(), role.name()).flat_map(Role::rules);
            let all = same.flat_map(Rule::rights).map(|it| it.to_string());
            all.collect::<BTreeSet<_>>()
        };
        assert_eq!(rights(&assumed), rights(&stored), "{role}");
    }
    for subject in stored.subjects().into_iter().filter(|it| it.name().starts_with("system:")) {
        let user =
            User { name: subject.login().to_owned(), groups: vec![subject.login().to_owned()] };
        assert_eq!(rules(&assumed, &user), rules(&stored, &user), "{subject}");
    }
}

/// ClusterRoles that are filled from others, some of which are filled in turn.
fn aggregated(random: &mut Random) -> Vec<Value> {
    let mut roles = Vec::new();
    for number in 0..8_u64 {
        let mut metadata = json!({"name": format!("random-aggregated{number}"), "labels": {}});
        for label in ["x", "y"] {
            if random.chance(40) {
                metadata["labels"][format!("random-{label}")] = json!(random.pick(&["1", "2", ""]));
            }
        }
        if random.chance(30) {
            let label = format!("{}/aggregate-to-view", random::GROUP);
            metadata["labels"][label] = json!("true");
        }
        let mut role = json!({
            "apiVersion": format!("{}/v1", random::GROUP), "kind": "ClusterRole", "metadata": metadata,
        });
        if number % 2 == 0 {
            role["rules"] = json!([random::rule(random, false, 0)]);
        } else {
            let selectors = (0..=random.below(2)).map(|_| {
                let key = format!("random-{}", random.pick(&["x", "y"]));
                match random.below(3) {
                    0 => json!({"matchLabels": {key: random.pick(&["1", "2"])}}),
                    1 => json!({"matchExpressions": [
                        {"key": key, "operator": "In", "values": ["1", ""]},
                        {"key": "random-x", "operator": random.pick(&["Exists", "DoesNotExist"])},
                    ]}),
                    _ => json!({"matchExpressions": [
                        {"key": "random-x", "operator": "Exists"},
                        {"key": key, "operator": "NotIn", "values": ["2"]},
                    ]}),
                }
            });
            role["aggregationRule"] =
                json!({"clusterRoleSelectors": selectors.collect::<Vec<_>>()});
        }
        roles.push(role);
        let subject = json!({"kind": "User", "name": format!("aggregated{number}"), "apiGroup": random::GROUP});
        let name = format!("random-aggregated{number}");
        roles.push(json!({
            "apiVersion": format!("{}/v1", random::GROUP), "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": random::GROUP, "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        }));
    }
    roles
}

fn review(proxy: &Proxy, user: &User, request: &Request) -> bool {
    let mut spec = json!({"user": user.name, "groups": user.groups});
    match request {
        Request::Url { verb, path } => {
            spec["nonResourceAttributes"] = json!({"verb": verb, "path": path});
        }
        Request::Resource(it) => {
            spec["resourceAttributes"] = json!({
                "verb": it.verb, "group": it.group, "resource": it.resource, "name": it.name,
                "subresource": it.subresource, "namespace": random::namespace_of(it),
            });
        }
    }
    let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec});
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let answer = proxy.post(path, &review.to_string());
    answer["status"]["allowed"].as_bool().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn random_reviews_allow_what_is_granted() {
    let Some(plane) = ControlPlane::shared() else { return };
    let (count, seed) = (count(), seed());
    let mut random = Random::new(seed);
    let mut objects: Vec<Value> = Vec::new();
    for name in random::NAMESPACES {
        objects.push(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
    }
    for world in 0..6 {
        objects.extend(random::objects(&mut random, &format!("random{world}-"), 0));
    }
    let of_rbac: Vec<Value> = objects.iter().skip(random::NAMESPACES.len()).cloned().collect();
    objects.extend(aggregated(&mut random));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string();
    let mut command = plane.kubectl(["apply", "--server-side", "-f", "-"]);
    let mut kubectl =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    kubectl.stdin.take().unwrap().write_all(list.as_bytes()).unwrap();
    let applied = kubectl.wait_with_output().unwrap();
    assert!(applied.status.success(), "seed {seed}: {}", String::from_utf8_lossy(&applied.stderr));

    let all = read(Origin::Files(Some(MinorVersion::NEWEST_KNOWN)), &list);
    assert!(all.refused().is_empty(), "seed {seed}: {:?}", all.refused());
    // The controller fills the roles, and the authorizer learns of them, in their own time.
    let users: Vec<User> =
        (0..8_u64).map(|it| User { name: format!("aggregated{it}"), groups: Vec::new() }).collect();
    let kinds = "clusterroles,clusterrolebindings,roles,rolebindings";
    eventually("what aggregated roles are filled with", || {
        let stored = read(Origin::Cluster, &plane.kubectl_ok(["get", kinds, "-A", "-o", "json"]));
        users.iter().all(|it| rules(&all, it) == rules(&stored, it)).then_some(())
    });
    let proxy = Proxy::start(plane);
    std::thread::sleep(std::time::Duration::from_secs(2));
    let (mut granted, mut asked) = (0_u64, 0_u64);
    while asked < count {
        let (user, request) = match asked % 4 {
            0 => (random::user(&mut random), random::request(&mut random)),
            1 => {
                let user = random.pick(&users).clone();
                let rules: Vec<_> = all.rules_of(&user).map(|it| it.rule).collect();
                let request = if rules.is_empty() {
                    random::request(&mut random)
                } else {
                    of_rule(&mut random, *random_rule(&rules, asked))
                };
                (user, request)
            }
            _ => random::aimed(&mut random, &of_rbac),
        };
        asked += 1;
        // Reviews have neither; what is asked without a user or a verb is refused as such.
        let is_odd = user.name.is_empty() && user.groups.is_empty();
        if is_odd {
            continue;
        }
        let ours = all.allows(&user, &request);
        let theirs = review(&proxy, &user, &request);
        assert_eq!(ours, theirs, "seed {seed}: {user:?} {request:?}");
        granted += u64::from(theirs);
    }
    report(&format!("seed {seed}: {asked} reviews, {granted} of them allowed"));
    assert!(granted > asked / 15, "{granted} of {asked} were allowed, which tests little");
}

fn random_rule<T>(rules: &[T], number: u64) -> &T {
    let length = u64::try_from(rules.len()).unwrap();
    &rules[usize::try_from(number / 4 % length).unwrap()]
}

/// A request that a rule allows, or nearly.
fn of_rule(random: &mut Random, rule: Rule<'_>) -> Request {
    let rights: Vec<_> = rule.rights().collect();
    let right = random.pick(&rights);
    let word = |it: &str| if it == "*" { "get".to_owned() } else { it.to_owned() };
    match right.on {
        On::Url(path) => Request::Url { verb: word(right.verb), path: path.replace('*', "more") },
        On::Resource { group, resource, name } => {
            let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
            Request::Resource(ResourceRequest {
                verb: word(right.verb),
                group: group.to_owned(),
                resource: if resource == "*" { "pods".to_owned() } else { resource.to_owned() },
                subresource: subresource.to_owned(),
                name: name.unwrap_or("").to_owned(),
                scope: if random.chance(50) {
                    Scope::Cluster
                } else {
                    Scope::Namespace("team".to_owned())
                },
            })
        }
    }
}
