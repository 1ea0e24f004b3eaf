//! What requests templates and constraints are about.

use harden_admission::conversion::Converted;
use harden_admission::{Action, Cluster, Object, Operation, Question, Request, User};
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::{policy, to_gatekeeper};
use crate::converted::engines::asked;
use crate::converted::objects;
use crate::converted::suites::actions;

fn object(api_version: &str, kind: &str, namespace: &str, name: &str, labels: &Value) -> Object {
    let mut metadata = json!({"name": name, "labels": labels});
    if !namespace.is_empty() {
        metadata["namespace"] = namespace.into();
    }
    Object::new(json!({"apiVersion": api_version, "kind": kind, "metadata": metadata}))
}

pub(super) fn cluster() -> Cluster {
    let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    cluster.is_whole = true;
    for name in ["a", "b", "kube-system"] {
        let labels = json!({"kubernetes.io/metadata.name": name, "team": name});
        cluster.add(object("v1", "Namespace", "", name, &labels));
    }
    cluster
}

/// Requests that differ in all that rules and selectors ask for.
pub(super) fn requests(cluster: &Cluster) -> Vec<Request<'_>> {
    let mut all = Vec::new();
    let kinds = [
        ("v1", "Pod", true),
        ("v1", "Service", true),
        ("v1", "Namespace", false),
        ("apps/v1", "Deployment", true),
        ("autoscaling/v1", "HorizontalPodAutoscaler", true),
        ("autoscaling/v2", "HorizontalPodAutoscaler", true),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", false),
        ("example.com/v1", "Thing", true),
    ];
    for (version, kind, is_namespaced) in kinds {
        for namespace in if is_namespaced { &["a", "kube-system"][..] } else { &[""] } {
            for labels in [json!({}), json!({"x": "1", "team": "a"})] {
                let new = object(version, kind, namespace, "bad", &labels);
                let old = object(version, kind, namespace, "bad", &json!({"x": "1", "team": "b"}));
                let ask = |operation, old: Option<&Object>| {
                    let question = Question {
                        operation: Some(operation),
                        user: User::named("alice", &[]),
                        namespace: String::new(),
                    };
                    question.request(new.clone(), old.cloned(), cluster)
                };
                all.extend(ask(Operation::Create, None));
                for subresource in ["", "ephemeralcontainers", "status", "scale"] {
                    if let Ok(mut it) = ask(Operation::Update, Some(&old)) {
                        subresource.clone_into(&mut it.subresource);
                        all.push(it);
                    }
                }
            }
        }
    }
    all
}

/// How many requests both policies refuse; they must be the same ones.
pub(super) fn refused(from: &[Object], made: &Converted) -> usize {
    let cluster = cluster();
    let says = [asked(from, &cluster), asked(&objects(made), &cluster)];
    let mut count = 0;
    for request in requests(&cluster) {
        // Gatekeeper is never asked about these.
        let part = request.subresource.as_str();
        let subject = request.subject().unwrap();
        let is_unasked = match subject.kind() {
            "Pod" => !matches!(part, "" | "ephemeralcontainers"),
            "Service" => !matches!(part, "" | "status"),
            _ => !part.is_empty(),
        };
        if is_unasked {
            continue;
        }
        let [theirs, ours] = says.each_ref().map(|it| it(&request));
        assert_eq!(
            actions(&ours),
            actions(&theirs),
            "{:?} {part} {} {}: {ours:?}\n{:?}",
            request.operation,
            subject.json(),
            request.old.is_some(),
            objects(made).iter().map(|it| it.json().to_string()).collect::<Vec<_>>(),
        );
        count += usize::from(actions(&ours).contains(&Action::Deny));
    }
    count
}

#[test]
fn what_a_policy_is_about_a_constraint_is_about() {
    let rule = |groups: Value, resources: Value| json!({"apiGroups": groups, "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"], "resources": resources});
    let selector = |key: &str, operator: &str| json!({"matchExpressions": [{"key": key, "operator": operator, "values": ["a", "b"]}]});
    let name = "kubernetes.io/metadata.name";
    for (index, constraints) in [
        json!({"resourceRules": [rule(json!([""]), json!(["pods"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))]}),
        json!({"resourceRules": [rule(json!(["", "apps"]), json!(["*"]))]}),
        json!({"resourceRules": [rule(json!([""]), json!(["pods", "pods/ephemeralcontainers"]))]}),
        json!({"resourceRules": [rule(json!([""]), json!(["services", "pods/ephemeralcontainers"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*", "pods/ephemeralcontainers"]))]}),
        json!({"resourceRules": [rule(json!(["example.com"]), json!(["things"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["things", "deployments"]))]}),
        json!({"resourceRules": [rule(json!([""]), json!(["pods"])), rule(json!(["example.com"]), json!(["things"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "excludeResourceRules": [rule(json!([""]), json!(["pods", "namespaces"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "excludeResourceRules": [rule(json!(["example.com"]), json!(["*"]))]}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "namespaceSelector": selector("team", "In")}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "namespaceSelector": selector("team", "NotIn")}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "namespaceSelector": selector(name, "In")}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "namespaceSelector": selector(name, "NotIn")}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "namespaceSelector": {"matchLabels": {name: "a", "team": "a"}}}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "objectSelector": {"matchLabels": {"x": "1"}}}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "objectSelector": {"matchLabels": {"x": "1"}}, "namespaceSelector": selector("team", "NotIn")}),
        json!({"resourceRules": [rule(json!(["*"]), json!(["*"]))], "objectSelector": {"matchExpressions": [{"key": "x", "operator": "DoesNotExist"}]}}),
    ]
    .into_iter()
    .enumerate()
    {
        let from = policy(|policy, _| {
            policy["spec"]["matchConstraints"] = constraints.clone();
            policy["spec"]["matchConstraints"]["matchPolicy"] = "Exact".into();
        });
        let made = to_gatekeeper(&from);
        assert!(made.lost.is_empty(), "{constraints}: {:?}", made.lost);
        assert!(refused(&from, &made) > 0, "{index} {constraints}");
    }
    for (key, value) in [
        ("scope", json!("Cluster")),
        ("scope", json!("Namespaced")),
        ("apiVersions", json!(["v1"])),
        ("resourceNames", json!(["bad"])),
        ("resourceNames", json!(["other"])),
        ("operations", json!(["CREATE"])),
        ("operations", json!(["UPDATE"])),
    ] {
        let from = policy(|policy, _| {
            let mut rule = rule(json!(["*"]), json!(["*"]));
            rule[key] = value.clone();
            policy["spec"]["matchConstraints"] =
                json!({"matchPolicy": "Exact", "resourceRules": [rule]});
        });
        let made = to_gatekeeper(&from);
        assert!(made.lost.is_empty(), "{key} {value}: {:?}", made.lost);
        assert_eq!(refused(&from, &made) == 0, value == json!(["other"]), "{key} {value}");
    }
}

#[test]
fn what_a_binding_narrows_is_kept() {
    for resources in [
        json!({"namespaceSelector": {"matchLabels": {"team": "a"}}}),
        json!({"objectSelector": {"matchLabels": {"x": "1"}}}),
        json!({"excludeResourceRules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": ["*"]}]}),
    ] {
        let from = policy(|policy, binding| {
            let constraints = &mut policy["spec"]["matchConstraints"];
            constraints["resourceRules"][0]["resources"] =
                json!(["pods", "services", "namespaces"]);
            constraints["objectSelector"] =
                json!({"matchExpressions": [{"key": "team", "operator": "Exists"}]});
            binding["spec"]["matchResources"] = resources.clone();
        });
        let made = to_gatekeeper(&from);
        assert!(made.lost.is_empty(), "{resources}: {:?}", made.lost);
        assert!(refused(&from, &made) > 0, "{resources}");
    }
}

#[test]
fn what_gatekeeper_is_not_asked_about_is_named_beside_the_rest() {
    let of = |change: &dyn Fn(&mut Value)| {
        let from = policy(|policy, _| change(policy));
        let made = to_gatekeeper(&from);
        assert!(refused(&from, &made) > 0);
        assert!(!made.lost.is_empty() && made.lost.iter().all(|it| it.is_part), "{:?}", made.lost);
        made.lost[0].at.clone()
    };
    let rules = "/spec/matchConstraints/resourceRules";
    let at = of(&|it| {
        it["spec"]["matchConstraints"]["resourceRules"][0]["operations"] =
            json!(["CREATE", "DELETE"]);
    });
    assert_eq!(at, format!("{rules}/0/operations"));
    let at =
        of(&|it| it["spec"]["matchConstraints"]["resourceRules"][0]["operations"] = json!(["*"]));
    assert_eq!(at, format!("{rules}/0/operations"));
    let at = of(&|it| {
        it["spec"]["matchConstraints"]["resourceRules"][0]["resources"] =
            json!(["pods", "pods/status"]);
    });
    assert_eq!(at, format!("{rules}/0/resources"));
    let at =
        of(&|it| it["spec"]["auditAnnotations"] = json!([{"key": "k", "valueExpression": "'v'"}]));
    assert_eq!(at, "/spec/auditAnnotations/0");
}
