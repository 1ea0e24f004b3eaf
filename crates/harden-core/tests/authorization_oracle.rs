//! Roles and bindings grant what upstream's authorizer grants, through a binding that it names, and cover what it
//! says that they cover.
//!
//! `HARDEN_RANDOM_REQUESTS` sets how many random requests there are, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "authorization/random.rs"]
mod random;
#[allow(dead_code, reason = "pods are made elsewhere")]
#[path = "random_pods/random.rs"]
mod random_pods;
#[allow(dead_code, reason = "pods are counted elsewhere")]
#[path = "random_pods/settings.rs"]
mod settings;

use harden_core::rbac::authorization::{
    Authorization, Grant, Origin, Reader, Request, Role, Settings, User,
};
use harden_core::source::Source;
use harness::Oracle;
use random_pods::Random;
use serde_json::{Value, json};
use settings::{number, report, seed};

/// How many requests are made of the same roles and bindings.
const OF_EACH: u64 = 200;

fn count() -> u64 {
    let is_ci = std::env::var_os("CI").is_some_and(|it| it == "true");
    number("HARDEN_RANDOM_REQUESTS").unwrap_or(if is_ci { 200_000 } else { 40_000 })
}

fn read(objects: &[Value]) -> Authorization {
    let settings = Settings { origin: Origin::Cluster, namespace: "default".to_owned() };
    let mut reader = Reader::new(settings);
    for object in objects {
        reader.learn(&Source::new("cluster", object.to_string()));
    }
    reader.finish()
}

fn attributes(user: &User, request: &Request) -> Value {
    let who = json!({"user": user.name, "groups": user.groups, "verb": request.verb()});
    let more = match request {
        Request::Url { path, .. } => json!({"path": path, "isResourceRequest": false}),
        Request::Resource(it) => json!({
            "apiGroup": it.group, "resource": it.resource, "subresource": it.subresource,
            "name": it.name, "namespace": random::namespace_of(it), "isResourceRequest": true,
        }),
    };
    let (Value::Object(mut who), Value::Object(more)) = (who, more) else { unreachable!() };
    who.extend(more);
    Value::Object(who)
}

/// The reason as upstream says it.
fn reason(grant: &Grant<'_>) -> String {
    let (binding, subject) = (grant.binding, grant.subject);
    let name = match binding.namespace() {
        "" => binding.name().to_owned(),
        namespace => format!("{}/{namespace}", binding.name()),
    };
    let who = match subject.kind() {
        "ServiceAccount" => format!("{}/{}", subject.name(), subject.namespace()),
        _ => subject.name().to_owned(),
    };
    let (kind, role) = binding.role_ref();
    let (of, subject) = (binding.kind(), subject.kind());
    format!("RBAC: allowed by {of} {name:?} of {kind} {role:?} to {subject} {who:?}")
}

#[test]
fn random_requests_are_granted_as_upstream_grants_them() {
    let Some(mut oracle) = Oracle::for_test("rbac") else { return };
    let (count, seed) = (count(), seed());
    let mut random = Random::new(seed);
    let (mut granted, mut asked) = (0_u64, 0_u64);
    while asked < count {
        let odd = *random.pick(&[0, 20, 60]);
        let mut objects = random::objects(&mut random, "", odd);
        let cases: Vec<_> = (0..OF_EACH)
            .map(|number| match number % 3 {
                0 => (random::user(&mut random), random::request(&mut random)),
                _ => random::aimed(&mut random, &objects),
            })
            .collect();
        let requests: Vec<_> =
            cases.iter().map(|(user, request)| attributes(user, request)).collect();
        let answer = oracle.ask(&json!({"objects": objects, "requests": requests}));
        let answers = answer["answers"].as_array().unwrap_or_else(|| panic!("{answer}"));
        // The order is no matter.
        random.shuffle(&mut objects);
        let all = read(&objects);
        for ((user, request), theirs) in cases.iter().zip(answers) {
            let grants: Vec<_> = all.grants(user, request).collect();
            let about = || format!("seed {seed}: {user:?} {request:?}\n{}", json!(objects));
            assert_eq!(Some(!grants.is_empty()), theirs["allowed"].as_bool(), "{}", about());
            let holders = all.holders(request).filter(|it| {
                let login = it.subject.login();
                if it.subject.is_group() {
                    user.groups.iter().any(|it| it == login)
                } else {
                    user.name == login
                }
            });
            assert_eq!(!grants.is_empty(), holders.count() > 0, "{}", about());
            if !grants.is_empty() {
                granted += 1;
                let said: Vec<_> = grants.iter().map(reason).collect();
                let reason = theirs["reason"].as_str().unwrap();
                assert!(said.iter().any(|it| it == reason), "{reason}\n{said:?}\n{}", about());
            }
        }
        asked += OF_EACH;
    }
    report(&format!("seed {seed}: {asked} requests, {granted} of them granted"));
    assert!(granted > asked / 15, "{granted} of {asked} were granted, which tests little");
}

#[test]
fn random_rules_cover_what_upstream_has_them_cover() {
    let Some(mut oracle) = Oracle::for_test("rbac-covers") else { return };
    let (count, seed) = (count() / 20, seed());
    let mut random = Random::new(seed);
    let mut covered = 0_u64;
    for _ in 0..count {
        let odd = *random.pick(&[0, 20, 60]);
        let mut some = |least: u64| -> Vec<Value> {
            (0..least + random.below(3)).map(|_| random::rule(&mut random, false, odd)).collect()
        };
        let (owner, mut servant) = (some(1), some(0));
        // What is covered in part is more telling than what is not.
        servant.extend(owner.first().filter(|_| random.chance(70)).cloned());
        if !servant.is_empty() && random.chance(30) {
            servant.remove(0);
        }
        let theirs = oracle.ask(&json!({"owner": owner, "servant": servant}));
        let role = |name: &str, rules: &[Value]| {
            let version = format!("{}/v1", random::GROUP);
            json!({"apiVersion": version, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
        };
        let all = read(&[role("owner", &owner), role("servant", &servant)]);
        let rules =
            |name: &str| all.roles_named("", name).flat_map(Role::rules).collect::<Vec<_>>();
        let (owners, servants) = (rules("owner"), rules("servant"));
        let mut rights = servants.iter().flat_map(|it| it.rights());
        let ours = rights.all(|right| owners.iter().any(|it| it.covers(&right)));
        covered += u64::from(ours && !servants.is_empty());
        assert_eq!(
            Some(ours),
            theirs["covers"].as_bool(),
            "seed {seed}: {owner:?} {servant:?}: {theirs}"
        );
    }
    report(&format!("seed {seed}: {count} pairs of rules, {covered} of them covered"));
    assert!(covered > count / 20, "{covered} of {count} are covered, which tests little");
}
