//! Roles that are made of logs, of manifests and of lists: what they grant, what they say, and that no rule of
//! check objects to them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::finding::Severity;
use harden_core::generators::role::{Options, Ready};
use harden_core::generators::{Generate, Generated, OptionError, Verdict};
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::platform::PlatformName;
use harden_core::{ManifestFormat, render, rules};
use serde_json::{Value, json};

const LOG: &str = "audit.log";

/// An event at the end of an allowed request.
fn event(verb: &str, group: &str, resource: &str, namespace: &str, name: &str) -> Value {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "stage": "ResponseComplete",
        "auditID": "0d1c", "requestURI": format!("/x/{resource}/{name}?token=hunter2"), "verb": verb,
        "user": {"username": "ann", "groups": ["dev", "system:authenticated"]},
        "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiGroup": group,
            "apiVersion": "v1", "subresource": subresource},
        "responseStatus": {"metadata": {}, "code": 200},
        "requestReceivedTimestamp": "2026-11-23T10:00:00.000000Z",
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""},
    })
}

fn get(resource: &str, namespace: &str, name: &str) -> Value {
    event("get", "", resource, namespace, name)
}

fn with(mut event: Value, pointer: &str, value: Value) -> Value {
    *event.pointer_mut(pointer).unwrap() = value;
    event
}

fn url(path: &str, verb: &str) -> Value {
    let mut event = with(get("", "", ""), "/requestURI", path.into());
    event.as_object_mut().unwrap().remove("objectRef");
    with(event, "/verb", verb.into())
}

fn for_ann() -> Options {
    Options { user: Some("ann".to_owned()), from_audit: vec![LOG.to_owned()], ..Options::default() }
}

fn made(mut options: Options, events: &[Value]) -> Result<Generated, OptionError> {
    let text: String = events.iter().map(|it| format!("{it}\n")).collect();
    options.read(LOG, &text)?;
    options.generate(&Facts::default())
}

/// The rules of a role, each as `verbs of resources [names]`, in the cluster or in a namespace.
fn rules_in(generated: &Generated, namespace: Option<&str>) -> Vec<String> {
    let words = |list: &Value| -> Vec<String> {
        list.as_array().into_iter().flatten().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let roles = generated.manifests.iter().filter(|it| it.kind.kind.ends_with("Role"));
    let entries = roles
        .filter(|it| it.namespace.as_deref() == namespace)
        .flat_map(|it| it.object["rules"].as_array().unwrap().clone());
    entries
        .map(|rule| {
            let group = words(&rule["apiGroups"]).join(",");
            let group = if group.is_empty() { String::new() } else { format!(" {group}") };
            let what = [words(&rule["resources"]), words(&rule["nonResourceURLs"])].concat();
            let names = words(&rule["resourceNames"]);
            let names = if names.is_empty() { String::new() } else { format!(" {names:?}") };
            format!("{}{group} {}{names}", words(&rule["verbs"]).join("/"), what.join(","))
        })
        .collect()
}

fn text(generated: &Generated) -> String {
    render(&generated.manifests, ManifestFormat::Yaml, true)
}

/// What check says of them, from this severity.
fn findings(generated: &Generated, from: Severity) -> Vec<String> {
    let text = text(generated);
    let outcome = check(Settings::new(rules::all()), [&*text]);
    assert_eq!(outcome.coverage.objects, generated.manifests.len());
    let found = outcome.findings.iter().filter(|it| it.about.severity >= from);
    found.map(|it| format!("{}: {}", it.about.id, it.message)).collect()
}

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
fn lines_that_are_no_events_are_said_and_hide_none() {
    let mut options = for_ann();
    let good = get("secrets", "a", "s");
    let list = json!({"kind": "EventList", "apiVersion": "audit.k8s.io/v1", "items": [get("services", "a", "s"), {"kind": "Pod"}]});
    let text = format!(
        "{good}\n\nno JSON\n[]\nnull\n{{\"kind\": \"Pod\"}}\n{list}\n{}",
        &good.to_string()[..100]
    );
    options.read(LOG, &text).unwrap();
    let generated = options.generate(&Facts::default()).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get secrets,services [\"s\"]"]);
    assert_eq!(generated.verdict, Verdict::Unknown);
    assert!(
        generated.notes.iter().any(|it| it.starts_with("6 lines are no events")),
        "{:?}",
        generated.notes
    );
}

#[test]
fn odd_fields_are_read_or_rejected_and_never_break_it() {
    for pointer in [
        "/objectRef",
        "/user",
        "/annotations",
        "/responseStatus",
        "/auditID",
        "/verb",
        "/requestURI",
        "/objectRef/name",
        "/objectRef/namespace",
        "/user/groups",
        "/user/username",
        "/stage",
        "/level",
    ] {
        for value in [Value::Null, json!(""), json!(7), json!([]), json!({}), json!(["a"])] {
            let odd = with(get("secrets", "a", "s"), pointer, value);
            let _ = made(for_ann(), &[odd, get("services", "b", "s")]).unwrap();
        }
    }
    let odd = with(get("secrets", "a", "s"), "/objectRef/name", "a\nb: c".into());
    let generated = made(for_ann(), &[with(odd, "/requestURI", "/x\n- evil".into())]).unwrap();
    assert!(text(&generated).contains("/x\u{fffd}- evil"), "a path stays in its comment");
    let slash =
        with(get("services/proxy", "a", "s"), "/objectRef/subresource", "proxy/metrics".into());
    let rules = rules_in(&made(for_ann(), &[slash]).unwrap(), Some("a"));
    assert_eq!(rules, ["get services/proxy/metrics [\"s\"]"]);
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

#[test]
fn a_log_without_the_user_makes_no_role() {
    let someone = Options { user: Some("zoe".to_owned()), ..for_ann() };
    let error = made(someone, &[get("secrets", "a", "s")]).unwrap_err();
    assert!(error.to_string().contains("none is of user zoe"), "{error}");
    assert_eq!(error.verdict, Verdict::Unknown);
    assert!(made(for_ann(), &[]).unwrap_err().to_string().contains("there is no audit event"));
    let error = made(for_ann(), &[url("/version", "get")]).unwrap_err();
    assert_eq!(error.verdict, Verdict::No, "{error}");
    for user in ["system:anonymous", "", " ann"] {
        let options = Options { user: Some(user.to_owned()), ..for_ann() };
        assert!(made(options, &[get("secrets", "a", "s")]).is_err(), "{user:?}");
    }
    let masters = Options { user: None, group: Some("system:masters".to_owned()), ..for_ann() };
    assert!(made(masters, &[get("secrets", "a", "s")]).is_err());
}

const EXISTING: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules: [{apiGroups: [''], resources: [secrets], resourceNames: [s], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: broad}
rules: [{apiGroups: ['', apps], resources: ['*'], verbs: [get, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: devs, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: broad}
subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: dev}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: lost, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: nowhere}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: ann}]
";

#[test]
fn a_role_that_grants_just_that_is_bound_instead() {
    let mut options = Options { filename: vec!["roles.yaml".to_owned()], ..for_ann() };
    options.read("roles.yaml", EXISTING).unwrap();
    let generated = made(options.clone(), &[get("secrets", "a", "s")]).unwrap();
    assert_eq!(generated.manifests.len(), 1);
    assert_eq!(generated.manifests[0].object["roleRef"]["name"], "reader");
    let more = made(options, &[get("secrets", "a", "s"), get("secrets", "a", "t")]).unwrap();
    assert_eq!(more.manifests.len(), 2);
}

#[test]
fn what_was_not_used_is_said_and_left_out() {
    let mut options =
        Options { filename: vec!["roles.yaml".to_owned()], unused: true, ..for_ann() };
    options.read("roles.yaml", EXISTING).unwrap();
    let events = [get("services", "a", "s"), event("list", "", "nodes", "", "")];
    let generated = made(options, &events).unwrap();
    assert_eq!(rules_in(&generated, Some("a")), ["get services [\"s\"]"]);
    assert_eq!(rules_in(&generated, None), Vec::<String>::new());
    let notes = generated.notes.join("\n");
    for said in [
        "less than 30 days",
        "RoleBinding a/devs gives ClusterRole broad: 1 of its 4 rights were used; not used were delete * and get/delete *.apps",
        "left out: list nodes",
        "Role nowhere (by RoleBinding a/lost)",
        "take away what it stands for: RoleBinding a/devs",
    ] {
        assert!(notes.contains(said), "{said}\n{notes}");
    }
    assert_eq!(generated.verdict, Verdict::Unknown, "a role is not there");
}

#[test]
fn a_policy_says_what_it_hides() {
    let policy = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n\
        - {level: None, verbs: [get, list], resources: [{resources: [configmaps]}]}\n\
        - {level: None, users: [bob]}\n\
        - {level: None, userGroups: [dev], resources: [{group: batch}], namespaces: [a]}\n\
        - {level: Metadata, omitStages: [ResponseStarted, ResponseComplete], nonResourceURLs: ['/metrics*']}\n\
        - {level: Metadata, resources: [{group: ''}]}\n";
    let mut options = Options { audit_policy: Some("policy.yaml".to_owned()), ..for_ann() };
    options.read("policy.yaml", policy).unwrap();
    let generated = made(options.clone(), &[get("secrets", "a", "s")]).unwrap();
    let notes = generated.notes.join("\n");
    for said in [
        "policy.yaml:4 rules[0] keeps get and list of configmaps out of the log",
        "rules[2] keeps every verb of everything of batch in a out of the log",
        "rules[3] keeps every verb of /metrics* out of the log",
        "what no rule of policy.yaml matches is not in the log",
    ] {
        assert!(notes.contains(said), "{said}\n{notes}");
    }
    assert!(!notes.contains("rules[1]"), "it is about somebody else\n{notes}");
    options.texts = harden_core::generators::role::Texts::default();
    options.read("policy.yaml", "rules: 7").unwrap();
    assert!(made(options, &[get("secrets", "a", "s")]).is_err());
}

const CHART: &str = "
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: web, namespace: a, labels: {app.kubernetes.io/managed-by: Helm}}}
- {apiVersion: example.com/v1, kind: Widget, metadata: {name: w, namespace: a}}
- {apiVersion: example.com/v1, kind: Gadget, metadata: {name: w, namespace: a}}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec: {group: example.com, scope: Namespaced, names: {kind: Widget, plural: widgets}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, namespace: a}
rules: [{apiGroups: [''], resources: [services], verbs: [watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: viewer, namespace: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
";

#[test]
fn whoever_applies_manifests_gets_what_that_takes() {
    let mut options = Options {
        for_manifests: vec!["chart.yaml".to_owned()],
        serviceaccount: Some("ci/deployer".parse().unwrap()),
        ..Options::default()
    };
    options.read("chart.yaml", CHART).unwrap();
    let generated = options.generate(&Facts::default()).unwrap();
    let rbac = "rbac.authorization.k8s.io";
    assert_eq!(
        rules_in(&generated, Some("a")),
        [
            "create configmaps".to_owned(),
            "get/patch configmaps [\"web\"]".to_owned(),
            "watch services".to_owned(),
            "create apps deployments".to_owned(),
            "get/patch apps deployments [\"web\"]".to_owned(),
            "create example.com widgets".to_owned(),
            "get/patch example.com widgets [\"w\"]".to_owned(),
            format!("bind {rbac} clusterroles [\"view\"]"),
            format!("create {rbac} rolebindings,roles"),
            format!("get/patch {rbac} rolebindings [\"viewer\", \"web\"]"),
            format!("get/patch {rbac} roles [\"web\"]"),
        ]
    );
    assert_eq!(
        rules_in(&generated, None),
        [
            "create apiextensions.k8s.io customresourcedefinitions",
            "get/patch apiextensions.k8s.io customresourcedefinitions [\"widgets.example.com\"]"
        ]
    );
    assert_eq!(generated.verdict, Verdict::Unknown, "nobody knows Gadget");
    let notes = generated.notes.join("\n");
    assert!(notes.contains("Gadget a/w (chart.yaml:"), "{notes}");
    assert!(notes.contains("helm itself"), "{notes}");
    assert!(
        text(&generated).contains("# For Deployment a/web (chart.yaml:5)."),
        "{}",
        text(&generated)
    );
}

#[test]
fn ready_made_roles_satisfy_every_rule() {
    let namespaces = || vec!["a".parse().unwrap(), "b".parse().unwrap()];
    for (ready, count) in
        [(Ready::ReadOnly, 4), (Ready::Deployer, 4), (Ready::Auditor, 2), (Ready::Ci, 4)]
    {
        for platform in [None, Some(PlatformName::Openshift)] {
            let options = Options {
                ready: Some(ready),
                platform,
                user: Some("ann".to_owned()),
                namespace: if ready == Ready::Auditor { Vec::new() } else { namespaces() },
                ..Options::default()
            };
            let generated = options.generate(&Facts::default()).unwrap();
            assert_eq!(generated.manifests.len(), count, "{ready:?}");
            assert!(!text(&generated).contains("secrets"), "{ready:?}");
            assert_eq!(findings(&generated, Severity::High), Vec::<String>::new(), "{ready:?}");
            eprintln!("{ready:?}: {:?}", findings(&generated, Severity::Low));
        }
    }
}
