//! Intents about an object beside others.

use harden_admission::{Object, User};
use harden_core::intents::{self as intent, Demand, Exempt, Exemption};
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use crate::told::asked::{Asked, read};
use crate::told::{WAYS, Way, policy};

/// Whether an object is refused beside others, which all ways that can tell say alike.
fn refused(id: &str, object: &Object, old: Option<&Object>, others: &[Object]) -> bool {
    let policy = policy(intent::find(id).unwrap(), MinorVersion::NEWEST_KNOWN);
    let said: Vec<(Way, bool)> = WAYS
        .into_iter()
        .filter_map(|way| Some((way, Asked::new(way, &policy, others)?.refuses(object, old))))
        .collect();
    assert_eq!(said.len(), 3, "{id}: {said:?}");
    assert!(said.iter().all(|it| it.1 == said[0].1), "{id}: {said:?} {}", object.json());
    said[0].1
}

fn ingress(namespace: &str, name: &str, rules: &Value) -> Object {
    Object::new(json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": name, "namespace": namespace}, "spec": {"rules": rules},
    }))
}

fn route(host: Option<&str>, paths: &[&str]) -> Value {
    let paths: Vec<_> = paths.iter().map(|it| json!({"path": it, "pathType": "Prefix"})).collect();
    let mut rule = json!({"http": {"paths": paths}});
    if let Some(host) = host {
        rule["host"] = host.into();
    }
    rule
}

fn pod() -> Object {
    Object::new(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "app", "image": "web"}]},
    }))
}

#[test]
fn the_api_servers_own_policies_cannot_see_others() {
    for it in intent::all().filter(|it| matches!(it.demand, Demand::Across(_))) {
        let policy = policy(it, MinorVersion::NEWEST_KNOWN);
        let Way(engine, kyverno) = WAYS[0];
        let unsaid = policy.manifests(engine, kyverno).unwrap_err().to_string();
        assert!(unsaid.contains("use kyverno or gatekeeper"), "{unsaid}");
    }
}

#[test]
fn what_is_shown_as_bad_is_refused_beside_what_is_shown_with_it() {
    for it in intent::all().filter(|it| matches!(it.demand, Demand::Across(_))) {
        for (text, is_refused) in [(it.bad(), true), (it.good(), false)] {
            let objects = read(text);
            let (object, others) = objects.split_last().unwrap();
            assert_eq!(refused(it.id, object, None, others), is_refused, "{}", it.id);
        }
    }
}

#[test]
fn an_ingress_is_refused_beside_its_twin_but_is_not_its_own() {
    let taken = ingress("team-b", "b", &json!([route(Some("a.example.com"), &["/", "/api"])]));
    let others = [taken.clone()];
    let is = |rules: Value| {
        refused("shared-ingress-host", &ingress("team-a", "a", &rules), None, &others)
    };
    assert!(is(json!([route(Some("a.example.com"), &["/api"])])));
    assert!(is(json!([
        route(Some("b.example.com"), &["/"]),
        route(Some("a.example.com"), &["/"])
    ])));
    assert!(!is(json!([route(Some("a.example.com"), &["/other"])])));
    assert!(!is(json!([route(Some("b.example.com"), &["/", "/api"])])));
    assert!(!is(json!([route(None, &["/", "/api"])])));
    // A host alone is all of its paths; a path that is not there is the first of all.
    assert!(is(json!([{"host": "a.example.com"}])));
    assert!(is(
        json!([{"host": "a.example.com", "http": {"paths": [{"pathType": "ImplementationSpecific"}]}}])
    ));
    assert!(!is(json!([])));
    let bare = Object::new(json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"generateName": "a-", "namespace": "team-a"}, "spec": {"defaultBackend": {"service": {"name": "a"}}},
    }));
    assert!(!refused("shared-ingress-host", &bare, None, &others));

    // The same name in another namespace is another Ingress; the same in this one is itself.
    let same = ingress("team-a", "b", &json!([route(Some("a.example.com"), &["/"])]));
    assert!(refused("shared-ingress-host", &same, None, &others));
    let changed = ingress("team-b", "b", &json!([route(Some("a.example.com"), &["/"])]));
    assert!(!refused("shared-ingress-host", &changed, Some(&taken), &others));
    // An Ingress that has a twin already may be labelled.
    let twins = [taken.clone(), same.clone()];
    let mut labelled = same.json().clone();
    labelled["metadata"]["labels"] = json!({"a": "b"});
    assert!(!refused("shared-ingress-host", &Object::new(labelled.clone()), Some(&same), &twins));
    labelled["spec"]["rules"][0]["http"]["paths"][0]["path"] = "/api".into();
    assert!(refused("shared-ingress-host", &Object::new(labelled), Some(&same), &twins));
}

#[test]
fn a_catch_all_has_its_twin_in_another() {
    let others = [ingress("team-b", "b", &json!([route(None, &["/"])]))];
    let own = ingress("team-a", "a", &json!([route(None, &["/"])]));
    assert!(refused("shared-ingress-host", &own, None, &others));
}

#[test]
fn only_a_policy_that_denies_by_default_is_a_companion() {
    let is = |namespace: &str, spec: Value| {
        let companion = Object::new(json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "a", "namespace": namespace}, "spec": spec,
        }));
        refused("workload-without-network-policy", &pod(), None, &[companion])
    };
    let from = json!([{"from": [{"podSelector": {}}]}]);
    assert!(!is("team-a", json!({"podSelector": {}, "policyTypes": ["Ingress"]})));
    assert!(!is(
        "team-a",
        json!({"podSelector": {}, "policyTypes": ["Egress", "Ingress"], "ingress": from})
    ));
    assert!(!is("team-a", json!({"podSelector": {}})));
    assert!(is("team-b", json!({"podSelector": {}, "policyTypes": ["Ingress"]})));
    assert!(is("team-a", json!({"podSelector": {}, "policyTypes": ["Egress"]})));
    assert!(is(
        "team-a",
        json!({"podSelector": {"matchLabels": {"a": "b"}}, "policyTypes": ["Ingress"]})
    ));
    assert!(is(
        "team-a",
        json!({"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}})
    ));
    assert!(is("team-a", json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{}]})));
    assert!(is(
        "team-a",
        json!({"podSelector": {}, "ingress": [{"from": [], "ports": [{"port": 80}]}]})
    ));
}

#[test]
fn a_quota_counts_in_its_own_namespace_and_for_what_is_new() {
    let quota = |namespace: &str| {
        Object::new(json!({
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "a", "namespace": namespace},
            "spec": {"hard": {"pods": "1"}},
        }))
    };
    assert!(!refused("workload-without-quota", &pod(), None, &[quota("team-a")]));
    assert!(refused("workload-without-quota", &pod(), None, &[quota("team-b")]));
    assert!(!refused("workload-without-quota", &pod(), Some(&pod()), &[]));
}

#[test]
fn what_is_deleted_is_let_go() {
    for it in intent::all().filter(|it| matches!(it.demand, Demand::Across(_))) {
        let objects = read(it.bad());
        let (object, others) = objects.split_last().unwrap();
        let policy = policy(it, MinorVersion::NEWEST_KNOWN);
        for way in WAYS {
            let Some(asked) = Asked::new(way, &policy, others) else { continue };
            assert!(!asked.deleting().refuses(object, None), "{} {way:?}", it.id);
        }
    }
}

#[test]
fn who_is_exempt_may_do_it_everywhere() {
    let who = |what: Exempt| Exemption {
        what,
        reason: "moves".to_owned(),
        until: None,
        intents: Vec::new(),
    };
    let group = [String::from("admins")];
    let cases = [
        (who(Exempt::User("bob".to_owned())), Vec::new()),
        (who(Exempt::Group("admins".to_owned())), Vec::new()),
        (who(Exempt::Namespace("team-a".parse().unwrap())), Vec::new()),
        (who(Exempt::User("nobody".to_owned())), group.to_vec()),
    ];
    for it in intent::all().filter(|it| matches!(it.demand, Demand::Across(_))) {
        let objects = read(it.bad());
        let (object, others) = objects.split_last().unwrap();
        for (exemption, glass) in &cases {
            let mut policy = policy(it, MinorVersion::NEWEST_KNOWN);
            policy.exempt = vec![exemption.clone()];
            policy.break_glass.clone_from(glass);
            for way in WAYS {
                let user = User::named("bob", &group);
                let Some(asked) = Asked::requested(way, &policy, others, user) else { continue };
                assert!(!asked.refuses(object, None), "{} {way:?} {exemption:?}", it.id);
                if !matches!(exemption.what, Exempt::Namespace(_)) {
                    let asked = Asked::new(way, &policy, others).unwrap();
                    assert!(asked.refuses(object, None), "{} {way:?} {exemption:?}", it.id);
                }
            }
        }
    }
}
