//! What a log shows to be used is granted, and nothing else.

use harden_core::finding::Severity;
use harden_core::generators::Verdict;
use harden_core::generators::role::Options;
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use serde_json::{Value, json};

use super::{event, findings, for_ann, get, made, rules_in, text, url, with};

#[test]
fn what_was_used_is_granted_where_it_was_used() {
    let events = [
        get("configmaps", "a", "app"),
        event("patch", "apps", "deployments", "a", "web"),
        event("get", "apps", "deployments/scale", "a", "web"),
        event("list", "", "pods", "b", ""),
        event("get", "", "pods", "b", "web-7d4b9c8f6-x2x4z"),
        event("get", "", "nodes", "", "worker"),
        url("/metrics", "get"),
        url("/apis/apps/v1", "get"),
    ];
    let generated = made(for_ann(), &events).unwrap();
    assert_eq!(
        rules_in(&generated, Some("a")),
        [
            "get  configmaps [\"app\"]",
            "patch apps deployments [\"web\"]",
            "get apps deployments/scale [\"web\"]"
        ]
        .map(|it| it.replace("  ", " "))
    );
    assert_eq!(rules_in(&generated, Some("b")), ["get/list pods"]);
    assert_eq!(rules_in(&generated, None), ["get nodes [\"worker\"]", "get /metrics"]);
    assert_eq!(generated.manifests.len(), 6, "each role has its binding");
    assert_eq!(generated.verdict, Verdict::Yes);
    assert!(generated.notes.iter().any(|it| it.contains("system:discovery: get /apis/apps/v1")));
    assert_eq!(findings(&generated, Severity::Low), Vec::<String>::new());
    let text = text(&generated);
    assert!(text.contains("# Used once at 2026-11-23T10:00:00.000000Z (audit.log:1, auditID 0d1c):\n# get /x/configmaps/app\n"), "{text}");
    assert!(!text.contains("hunter2"), "queries may hold secrets");
}

#[test]
fn names_are_kept_only_where_that_breaks_nothing() {
    let rules = |events: &[Value]| rules_in(&made(for_ann(), events).unwrap(), Some("a"));
    let create = event("create", "", "configmaps", "a", "app");
    assert_eq!(
        rules(std::slice::from_ref(&create)),
        ["create configmaps"],
        "the URL of a creation has no name"
    );
    assert_eq!(rules(&[create, get("configmaps", "a", "app")]), ["get/create configmaps"]);
    let list = event("list", "", "secrets", "a", "");
    assert_eq!(rules(&[list, get("secrets", "a", "s")]), ["get/list secrets"]);
    let watch = event("watch", "", "secrets", "a", "s");
    assert_eq!(rules(&[watch, get("secrets", "a", "s")]), ["get/watch secrets [\"s\"]"]);
    let delete = event("deletecollection", "", "secrets", "a", "");
    assert_eq!(rules(&[delete, get("secrets", "a", "s")]), ["get/deletecollection secrets"]);
    let many: Vec<_> = (0..9).map(|it| get("services", "a", &format!("s{it}x"))).collect();
    assert_eq!(rules(&many), ["get services"]);
    assert_eq!(rules(&many[1..]).len(), 1);
    assert!(rules(&many[1..])[0].contains("s8x"), "eight names are written");
    assert_eq!(rules(&[get("secrets", "a", "web-x2x4z")]), ["get secrets"], "a generated name");
    assert_eq!(
        rules(&[get("services/proxy", "a", "https:web:443")]),
        ["get services/proxy [\"https:web:443\"]"]
    );
    let token = event("create", "", "serviceaccounts/token", "a", "ci");
    assert_eq!(rules(&[token]), ["create serviceaccounts/token [\"ci\"]"]);
    let options = Options { max_names: 0, ..for_ann() };
    let none = made(options, &[get("secrets", "a", "s")]).unwrap();
    assert_eq!(rules_in(&none, Some("a")), ["get secrets"]);
}

#[test]
fn only_what_was_allowed_is_granted_unless_the_log_cannot_tell() {
    let decided = |decision: &str| {
        with(
            get("secrets", "a", "s"),
            "/annotations/authorization.k8s.io~1decision",
            decision.into(),
        )
    };
    let plain = |code: i64| {
        let mut event = with(get("secrets", "a", "s"), "/responseStatus/code", code.into());
        event.as_object_mut().unwrap().remove("annotations");
        event
    };
    let other = get("services", "a", "s");
    let rules = |events: &[Value]| rules_in(&made(for_ann(), events).unwrap(), Some("a"));
    for allowed in [decided("allow"), plain(200), plain(404), plain(409)] {
        assert_eq!(rules(&[allowed, other.clone()]), ["get secrets,services [\"s\"]"]);
    }
    for denied in [decided("forbid"), plain(403)] {
        let events = [denied, other.clone()];
        let generated = made(for_ann(), &events).unwrap();
        assert_eq!(rules_in(&generated, Some("a")), ["get services [\"s\"]"]);
        assert!(
            generated
                .notes
                .iter()
                .any(|it| it.contains("not granted") && it.contains("get secrets in a"))
        );
        let all = made(Options { with_denied: true, ..for_ann() }, &events).unwrap();
        assert_eq!(rules_in(&all, Some("a")), ["get secrets,services [\"s\"]"]);
    }
    assert_eq!(
        rules(&[with(decided("allow"), "/responseStatus/code", 403.into())]).len(),
        1,
        "admission refused it"
    );
    let mut received = with(get("secrets", "a", "s"), "/stage", "RequestReceived".into());
    for key in ["annotations", "responseStatus"] {
        received.as_object_mut().unwrap().remove(key);
    }
    assert_eq!(rules(&[received.clone()]), ["get secrets [\"s\"]"], "nothing tells more");
    let both = made(for_ann(), &[received, other]).unwrap();
    assert_eq!(rules_in(&both, Some("a")), ["get services [\"s\"]"]);
    assert!(both.notes.iter().any(|it| it.contains("does not tell whether it was allowed")));
}

#[test]
fn who_acts_as_somebody_needs_that_and_nothing_of_theirs() {
    let acted = |name: &str, groups: &[&str]| {
        let mut event = get("secrets", "a", "s");
        let whom = json!({"username": name, "groups": groups, "extra": {"scopes": ["view"]}});
        event.as_object_mut().unwrap().insert("impersonatedUser".to_owned(), whom);
        event
    };
    let bob = acted("bob", &["ops", "system:authenticated"]);
    let generated = made(for_ann(), std::slice::from_ref(&bob)).unwrap();
    assert_eq!(
        rules_in(&generated, None),
        [
            "impersonate groups [\"ops\"]",
            "impersonate users [\"bob\"]",
            "impersonate authentication.k8s.io userextras/scopes [\"view\"]"
        ]
    );
    let for_bob = Options { user: Some("bob".to_owned()), ..for_ann() };
    let generated = made(for_bob, &[bob]).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get secrets [\"s\"]"]);
    let robot = "system:serviceaccount:ci:robot";
    let groups = ["system:serviceaccounts", "system:serviceaccounts:ci", "system:authenticated"];
    let event = acted(robot, &groups);
    let generated = made(for_ann(), std::slice::from_ref(&event)).unwrap();
    assert_eq!(rules_in(&generated, Some("ci")), ["impersonate serviceaccounts [\"robot\"]"]);
    for options in [
        Options { user: Some(robot.to_owned()), ..for_ann() },
        Options { user: None, serviceaccount: Some("ci/robot".parse().unwrap()), ..for_ann() },
        Options { user: None, group: Some("system:serviceaccounts:ci".to_owned()), ..for_ann() },
    ] {
        let generated = made(options, std::slice::from_ref(&event)).unwrap();
        assert_eq!(rules_in(&generated, Some("a")), ["get secrets [\"s\"]"]);
    }
}

#[test]
fn what_follows_from_a_request_is_granted_with_it() {
    let applied =
        with(event("patch", "apps", "deployments", "a", "web"), "/responseStatus/code", 201.into());
    let generated = made(for_ann(), &[applied]).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["create/patch apps deployments"]);
    let exec = event("get", "", "pods/exec", "a", "web");
    let generated = made(for_ann(), std::slice::from_ref(&exec)).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get/create pods/exec"]);
    let older =
        Options { kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(34))), ..for_ann() };
    assert_eq!(rules_in(&made(older, &[exec]).unwrap(), Some("a")), ["get pods/exec"]);

    let rbac = "rbac.authorization.k8s.io";
    let mut binding = event("create", rbac, "rolebindings", "a", "b");
    let unlogged = made(for_ann(), &[binding.clone()]).unwrap();
    assert_eq!(rules_in(&unlogged, Some("a")), [format!("create {rbac} rolebindings")]);
    assert!(unlogged.notes.iter().any(|it| it.contains("no bodies")), "{:?}", unlogged.notes);
    let body = json!({"roleRef": {"kind": "ClusterRole", "name": "view"}});
    binding.as_object_mut().unwrap().insert("requestObject".to_owned(), body);
    assert_eq!(
        rules_in(&made(for_ann(), &[binding]).unwrap(), Some("a")),
        [format!("bind {rbac} clusterroles [\"view\"]"), format!("create {rbac} rolebindings")]
    );
    let mut role = event("create", rbac, "roles", "a", "r");
    let body = json!({"rules": [{"apiGroups": ["batch"], "resources": ["jobs"], "resourceNames": ["j"], "verbs": ["get"]}]});
    role.as_object_mut().unwrap().insert("requestObject".to_owned(), body);
    let generated = made(for_ann(), &[role]).unwrap();
    assert_eq!(
        rules_in(&generated, Some("a")),
        ["get batch jobs".to_owned(), format!("create {rbac} roles")]
    );
}

#[test]
fn many_namespaces_and_those_that_it_makes_are_granted_in_the_cluster() {
    let events: Vec<_> = (0..11).map(|it| get("secrets", &format!("n{it}"), "s")).collect();
    let generated = made(for_ann(), &events).unwrap();
    assert_eq!(rules_in(&generated, None), ["get secrets [\"s\"]"]);
    assert!(generated.notes.iter().any(|it| it.contains("11 namespaces")));
    assert_eq!(made(for_ann(), &events[1..]).unwrap().manifests.len(), 20);
    let wide = Options { cluster_role: true, ..for_ann() };
    assert_eq!(made(wide, &events[..2]).unwrap().manifests.len(), 2);
    let create = event("create", "", "namespaces", "", "n0");
    let generated = made(for_ann(), &[create, events[0].clone(), events[1].clone()]).unwrap();
    assert_eq!(rules_in(&generated, None), ["create namespaces", "get secrets [\"s\"]"]);
    assert_eq!(rules_in(&generated, Some("n1")), Vec::<String>::new(), "it may do so everywhere");
    let all = event("list", "", "pods", "", "");
    let generated = made(for_ann(), &[all, event("list", "", "pods", "a", "")]).unwrap();
    assert_eq!(generated.manifests.len(), 2, "what holds everywhere holds there");
}

#[test]
fn a_namespace_that_nobody_can_make_gets_no_role() {
    let log = [get("pods", "Shop: x\n- y", "a"), get("pods", "shop", "a")];
    let generated = made(for_ann(), &log).unwrap();
    assert_eq!(rules_in(&generated, Some("shop")), ["get pods"]);
    assert!(!text(&generated).contains("Shop"), "{}", text(&generated));
    assert!(generated.notes.iter().any(|it| it.contains("whose name none can have")));
    assert!(made(for_ann(), &log[..1]).is_err());
}
