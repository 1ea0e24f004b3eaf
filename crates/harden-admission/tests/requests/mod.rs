//! Requests that are refused whatever they say. No other engine is asked here: neither Kyverno's command nor gator can
//! be told that a request connects, or that it is about a subresource. `tests/end-to-end/connections.rs` asks a real
//! API server.

use harden_admission::{Cluster, Object, Operation, Question, User, Verdict};
use harden_core::intents::{
    self as intent, Demand, Engine, Exempt, Exemption, Intent, KyvernoKind, Policy,
};
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use crate::told::{WAYS, Way, asked_by, compiled, policy};

/// How the API server sends a connection: the subresource by its options.
const CONNECTIONS: [&str; 3] = ["PodExecOptions", "PodAttachOptions", "PodPortForwardOptions"];

fn never() -> impl Iterator<Item = &'static Intent> {
    intent::all().filter(|it| matches!(it.demand, Demand::Never(_)))
}

fn ways() -> impl Iterator<Item = Way> {
    WAYS.into_iter().filter(|it| it.0 != Engine::Gatekeeper)
}

fn options(kind: &str) -> Value {
    json!({"apiVersion": "v1", "kind": kind})
}

fn pod() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "web", "image": "web"}]},
    })
}

fn debugged() -> Value {
    let mut pod = pod();
    pod["spec"]["ephemeralContainers"] = json!([{"name": "debugger", "image": "busybox"}]);
    pod
}

/// A request, as far as policies see it.
struct Sent {
    operation: Operation,
    object: Value,
    old: Option<Value>,
    subresource: Option<&'static str>,
}

impl Sent {
    fn connection(kind: &str) -> Self {
        Self { operation: Operation::Connect, object: options(kind), old: None, subresource: None }
    }

    fn addition() -> Self {
        Self {
            operation: Operation::Update,
            object: debugged(),
            old: Some(pod()),
            subresource: Some("ephemeralcontainers"),
        }
    }

    /// Whether a policy refuses it from somebody in a namespace.
    fn is_refused(&self, way: Way, policy: &Policy, user: User, namespace: &str) -> bool {
        let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        cluster.is_whole = true;
        for name in ["team-a", "legacy"] {
            let labels = json!({"kubernetes.io/metadata.name": name});
            let metadata = json!({"name": name, "labels": labels});
            let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
            cluster.add(Object::new(namespace));
        }
        let policies = compiled(&policy.manifests(way.0, way.1).unwrap(), &cluster);
        let question = Question {
            operation: Some(self.operation),
            namespace: namespace.to_owned(),
            ..asked_by(user)
        };
        let place = |it: &Value| question.place(Object::new(it.clone()), &cluster);
        let old = self.old.as_ref().map(place);
        let mut request = question.request(place(&self.object), old, &cluster).unwrap();
        if let Some(subresource) = self.subresource {
            subresource.clone_into(&mut request.subresource);
        }
        let answers = policies.judge(&request).answers;
        let is_unsaid = |verdict| matches!(verdict, Verdict::Error | Verdict::NotJudged);
        assert!(answers.iter().all(|it| !is_unsaid(it.verdict)), "{way:?} {answers:#?}");
        answers.iter().any(|it| it.verdict == Verdict::Fail)
    }
}

fn alice() -> User {
    User::named("alice", &["team-a".to_owned()])
}

/// Each intent with the requests that it refuses.
fn cases() -> Vec<(&'static Intent, Vec<Sent>)> {
    let find = |id| intent::find(id).unwrap();
    let connections = CONNECTIONS.iter().map(|it| Sent::connection(it)).collect();
    vec![(find("pod-access"), connections), (find("ephemeral-container"), vec![Sent::addition()])]
}

#[test]
fn every_such_request_is_refused_wherever_it_is_about() {
    let cases = cases();
    assert_eq!(cases.len(), never().count());
    for (intent, requests) in cases {
        for way in ways() {
            let policy = policy(intent, MinorVersion::NEWEST_KNOWN);
            for sent in &requests {
                for namespace in ["team-a", "legacy"] {
                    let is_refused = sent.is_refused(way, &policy, alice(), namespace);
                    assert!(is_refused, "{} {way:?} {}", intent.id, sent.object);
                }
            }
        }
    }
}

#[test]
fn other_requests_about_pods_are_let_through() {
    let [access, addition] = ["pod-access", "ephemeral-container"]
        .map(|it| policy(intent::find(it).unwrap(), MinorVersion::NEWEST_KNOWN));
    let others = [
        (&access, Sent::connection("PodProxyOptions")),
        (&access, Sent::connection("ServiceProxyOptions")),
        (
            &access,
            Sent { operation: Operation::Create, subresource: None, object: pod(), old: None },
        ),
        (&access, Sent::addition()),
        (&addition, Sent::connection("PodExecOptions")),
        (
            &addition,
            Sent { operation: Operation::Create, subresource: None, object: pod(), old: None },
        ),
        (&addition, Sent { subresource: None, ..Sent::addition() }),
        (&addition, Sent { subresource: Some("status"), ..Sent::addition() }),
    ];
    for way in ways() {
        for (policy, sent) in &others {
            let is_refused = sent.is_refused(way, policy, alice(), "team-a");
            assert!(!is_refused, "{} {way:?} {}", policy.intent.id, sent.object);
        }
    }
}

fn exempting(intent: &'static Intent, what: Exempt) -> Policy {
    let exemption =
        Exemption { what, reason: "because".to_owned(), until: None, intents: Vec::new() };
    Policy { exempt: vec![exemption], ..policy(intent, MinorVersion::NEWEST_KNOWN) }
}

#[test]
fn who_and_what_is_left_alone_may_do_it_and_nobody_else() {
    let group = |it: &str| User::named("bob", &[it.to_owned()]);
    for (intent, requests) in cases() {
        let broken = Policy {
            break_glass: vec!["on-call".to_owned()],
            ..policy(intent, MinorVersion::NEWEST_KNOWN)
        };
        let in_legacy = exempting(intent, Exempt::Namespace("legacy".parse().unwrap()));
        let by_bob = exempting(intent, Exempt::User("bob".to_owned()));
        let by_group = exempting(intent, Exempt::Group("on-call".to_owned()));
        for way in ways() {
            for sent in &requests {
                let about = format!("{} {way:?} {}", intent.id, sent.object);
                let asked = |policy: &Policy, user: User, namespace: &str| {
                    sent.is_refused(way, policy, user, namespace)
                };
                assert!(!asked(&in_legacy, alice(), "legacy"), "{about}");
                assert!(asked(&in_legacy, alice(), "team-a"), "{about}");
                assert!(!asked(&by_bob, group("a"), "team-a"), "{about}");
                assert!(asked(&by_bob, alice(), "team-a"), "{about}");
                for policy in [&by_group, &broken] {
                    assert!(!asked(policy, group("on-call"), "team-a"), "{about}");
                    assert!(asked(policy, group("on-call-2"), "team-a"), "{about}");
                    assert!(asked(policy, alice(), "team-a"), "{about}");
                }
            }
        }
    }
}

#[test]
fn what_a_request_does_not_say_is_no_exemption() {
    for intent in never() {
        let image = Exempt::Image("registry.example.com".parse().unwrap());
        let object = Exempt::Object {
            kind: "Pod".to_owned(),
            namespace: "a".to_owned(),
            name: "b".to_owned(),
        };
        for what in [image, object, Exempt::NamespacesOf("openshift-")] {
            for Way(engine, kyverno) in ways() {
                let why = exempting(intent, what.clone()).manifests(engine, kyverno).unwrap_err();
                assert!(why.0.contains("exempt a namespace in place of"), "{why}");
            }
        }
    }
}

#[test]
fn gatekeeper_which_is_not_asked_is_not_told() {
    for intent in never() {
        let policy = policy(intent, MinorVersion::NEWEST_KNOWN);
        let why = policy.manifests(Engine::Gatekeeper, KyvernoKind::default()).unwrap_err();
        assert!(why.0.starts_with("Gatekeeper is not asked about connections"), "{why}");
    }
}
