//! Intents that change objects.

mod pods;

use harden_admission::Object;
use harden_core::check::{Settings, check};
use harden_core::intents::{
    self as intent, Change, Demand, Engine, Exempt, Exemption, Intent, Mode,
};
use harden_core::kubernetes::MinorVersion;
use harden_core::rules;
use serde_json::{Map, Value, json};

use crate::dice::Dice;
use crate::told::asked::{Asked, read};
use crate::told::{WAYS, Way, policy};
use pods::{pod, random};

/// How many random pods each change is made of.
const PODS: usize = 300;

fn changes() -> impl Iterator<Item = (&'static Intent, &'static Change)> {
    intent::all().filter_map(|it| match it.demand {
        Demand::Change(change) => Some((it, change)),
        _ => None,
    })
}

/// Every engine that can make a change.
fn engines(intent: &'static Intent) -> Vec<(Way, Asked)> {
    let policy = policy(intent, MinorVersion::NEWEST_KNOWN);
    WAYS.into_iter().filter_map(|way| Some((way, Asked::new(way, &policy, &[])?))).collect()
}

/// What an engine makes of an object.
fn made(engine: &Asked, object: &Object) -> Object {
    Object::new(bare(engine.judge(object, None).object.unwrap().json()))
}

/// A pod without what the API server itself puts into those that its policies change.
fn bare(object: &Value) -> Value {
    const SET: [&str; 5] =
        ["serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "tolerations"];
    let mut object = object.clone();
    let Some(spec) = object.get_mut("spec").and_then(Value::as_object_mut) else { return object };
    spec.retain(|key, _| !SET.contains(&key.as_str()));
    drop_tokens(spec, "volumes");
    for list in ["containers", "initContainers"] {
        let all = spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten();
        all.filter_map(Value::as_object_mut).for_each(|it| drop_tokens(it, "volumeMounts"));
    }
    object
}

fn drop_tokens(of: &mut Map<String, Value>, list: &str) {
    let Some(all) = of.get_mut(list).and_then(Value::as_array_mut) else { return };
    all.retain(|it| !it["name"].as_str().unwrap().starts_with("kube-api-access-"));
    if all.is_empty() {
        of.remove(list);
    }
}

/// Whether all engines that can leave an object as it is.
fn stays(id: &str, object: &Value) -> bool {
    let engines = engines(intent::find(id).unwrap());
    let placed = engines[0].1.place(&Object::new(object.clone()));
    changed(id, object) == bare(placed.json())
}

/// What all engines that can make of an object, alike.
fn changed(id: &str, object: &Value) -> Value {
    let object = Object::new(object.clone());
    let made: Vec<_> = engines(intent::find(id).unwrap())
        .into_iter()
        .map(|(way, engine)| (way, made(&engine, &object).json().clone()))
        .collect();
    for (way, it) in &made {
        assert_eq!(it, &made[0].1, "{id} {way:?}");
    }
    made[0].1.clone()
}

#[test]
fn every_engine_makes_what_is_shown_as_good_and_makes_it_once() {
    for (intent, _) in changes() {
        let (bad, good) = (read(intent.bad()), read(intent.good()));
        for (way, engine) in engines(intent) {
            for (bad, good) in bad.iter().zip(&good) {
                let once = made(&engine, bad);
                assert_ne!(once.json(), &bare(engine.place(bad).json()), "{} {way:?}", intent.id);
                let good = bare(engine.place(good).json());
                assert_eq!(once.json(), &good, "{} {way:?}", intent.id);
                assert_eq!(made(&engine, &once).json(), once.json(), "{} {way:?}", intent.id);
            }
        }
    }
}

#[test]
fn what_is_changed_passes_what_it_makes_bearable() {
    for (intent, change) in changes() {
        assert!(!change.relieves.is_empty() && !change.breaks.is_empty(), "{}", intent.id);
        for id in change.relieves {
            let rule = rules::find(id).unwrap();
            for (way, engine) in engines(intent) {
                let mut text = String::new();
                for object in read(rule.bad).iter().chain(&read(intent.bad())) {
                    text.push_str("---\n");
                    text.push_str(&made(&engine, object).json().to_string());
                    text.push('\n');
                }
                let settings = || {
                    let mut settings = Settings::new([rule]);
                    settings.version = MinorVersion::NEWEST_KNOWN;
                    settings
                };
                assert!(!check(settings(), [rule.bad]).findings.is_empty(), "{id}");
                let found = check(settings(), [text.as_str()]).findings;
                assert!(found.is_empty(), "{} {way:?} {id}: {found:?}", intent.id);
                let Some(demand) = intent::find(id) else { continue };
                let engine = way.engine(&policy(demand, MinorVersion::NEWEST_KNOWN));
                if let Some(engine) =
                    engine.filter(|_| way.0 != Engine::Kubernetes || !text.is_empty())
                {
                    assert_eq!(engine.refuses(&text), Ok(false), "{} {way:?} {id}", intent.id);
                }
            }
        }
    }
}

#[test]
fn what_says_something_already_stays() {
    let said = json!({
        "hostUsers": true,
        "securityContext": {"seccompProfile": {"type": "Unconfined"}},
        "containers": [{"name": "a", "securityContext": {
            "allowPrivilegeEscalation": true, "capabilities": {"add": ["NET_ADMIN"]},
        }}],
        "initContainers": [{"name": "b", "securityContext": {
            "allowPrivilegeEscalation": false, "capabilities": {},
        }}],
    });
    let account = json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": "team-a"},
        "automountServiceAccountToken": true,
    });
    for (intent, _) in changes() {
        assert!(stays(intent.id, &pod(&said)), "{}", intent.id);
        assert!(stays(intent.id, &account), "{}", intent.id);
    }
    let mut other = account;
    other["metadata"]["name"] = "builder".into();
    drop(other.as_object_mut().unwrap().remove("automountServiceAccountToken"));
    assert!(stays("default-token", &other));
}

#[test]
fn each_container_is_changed_in_its_place() {
    let spec = json!({
        "containers": [
            {"name": "b", "securityContext": {"runAsNonRoot": true}},
            {"name": "a", "securityContext": {"privileged": true}},
            {"name": "c", "securityContext": {"capabilities": {"add": ["SYS_PTRACE"]}}},
            {"name": "d", "securityContext": {"capabilities": {"add": ["NET_BIND_SERVICE"]}}},
        ],
        "initContainers": [{"name": "z"}],
    });
    let made = changed("default-privilege-escalation", &pod(&spec));
    let of = |list: &str, index: usize| made["spec"][list][index]["securityContext"].clone();
    assert_eq!(
        of("containers", 0),
        json!({"runAsNonRoot": true, "allowPrivilegeEscalation": false})
    );
    assert_eq!(of("containers", 1), json!({"privileged": true}));
    assert_eq!(of("containers", 2), json!({"capabilities": {"add": ["SYS_PTRACE"]}}));
    assert_eq!(of("containers", 3)["allowPrivilegeEscalation"], json!(false));
    assert_eq!(of("initContainers", 0), json!({"allowPrivilegeEscalation": false}));
    let made = changed("default-capabilities", &pod(&spec));
    assert_eq!(
        made["spec"]["containers"][1]["securityContext"]["capabilities"],
        json!({"drop": ["ALL"]})
    );
    assert_eq!(
        made["spec"]["containers"][3]["securityContext"],
        spec["containers"][3]["securityContext"]
    );
}

#[test]
fn pods_that_cannot_have_it_stay() {
    let of = |fields: Value| {
        let mut spec = json!({"containers": [{"name": "a"}]});
        spec.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        pod(&spec)
    };
    for fields in [
        json!({"hostNetwork": true}),
        json!({"hostPID": true}),
        json!({"hostIPC": true}),
        json!({"os": {"name": "windows"}}),
        json!({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "v", "nfs": {"server": "s", "path": "/"}}]}),
        json!({"initContainers": [{"name": "b", "securityContext": {"privileged": true}}]}),
        json!({"containers": [{"name": "b", "volumeDevices": [{"name": "v", "devicePath": "/dev/a"}]}]}),
        json!({"containers": [{"name": "b", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}),
    ] {
        let pod = of(fields);
        assert!(stays("default-user-namespace", &pod), "{pod}");
    }
    let changed =
        changed("default-user-namespace", &of(json!({"hostNetwork": false, "volumes": []})));
    assert_eq!(changed["spec"]["hostUsers"], json!(false));
}

#[test]
fn pods_of_windows_stay_where_the_engine_can_see_that_they_are() {
    let pod = Object::new(pod(&json!({"os": {"name": "windows"}, "containers": [{"name": "a"}]})));
    for (intent, change) in changes() {
        let is_seen = |way: Way| way.0 != Engine::Gatekeeper;
        for (way, engine) in engines(intent).into_iter().filter(|it| is_seen(it.0)) {
            let placed = bare(engine.place(&pod).json());
            assert_eq!(made(&engine, &pod).json(), &placed, "{} {way:?}", intent.id);
        }
        let policy = policy(intent, MinorVersion::NEWEST_KNOWN);
        let Way(engine, kyverno) = WAYS[3];
        if let Ok(all) = policy.manifests(engine, kyverno) {
            let is_noted = all.iter().all(|it| it.why.contains("spec.os.name"));
            assert_eq!(is_noted, !change.unless.is_empty(), "{}", intent.id);
        }
    }
}

#[test]
fn templates_and_what_is_there_already_stay() {
    let template = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "p", "namespace": "team-a"},
        "spec": {"selector": {}, "template": {"spec": {"containers": [{"name": "a"}]}}},
    });
    let pod = Object::new(pod(&json!({"containers": [{"name": "a"}]})));
    for (intent, _) in changes() {
        assert!(stays(intent.id, &template), "{}", intent.id);
        for (way, engine) in engines(intent) {
            let after = engine.judge(&pod, Some(&pod)).object.unwrap();
            assert_eq!(after.json(), engine.place(&pod).json(), "{} {way:?}", intent.id);
        }
    }
}

#[test]
fn random_pods_become_the_same_in_every_engine() {
    let mut dice = Dice::new(23);
    let pods: Vec<_> = (0..PODS).map(|_| Object::new(random(&mut dice))).collect();
    for (intent, _) in changes() {
        let engines = engines(intent);
        let (mut is_changed, mut stays) = (0, 0);
        for pod in &pods {
            let all: Vec<_> = engines.iter().map(|(way, it)| (way, made(it, pod))).collect();
            for (way, it) in &all {
                let (was, first) = (pod.json(), all[0].1.json());
                assert_eq!(it.json(), first, "{} {way:?}: {was}", intent.id);
            }
            let twice = made(&engines[0].1, &all[0].1);
            assert_eq!(twice.json(), all[0].1.json(), "{}", intent.id);
            if all[0].1.json() == &bare(engines[0].1.place(pod).json()) {
                stays += 1;
            } else {
                is_changed += 1;
            }
        }
        if intent.id != "default-token" {
            assert!(is_changed > PODS / 10 && stays > 0, "{}: {is_changed} {stays}", intent.id);
        }
    }
}

#[test]
fn what_an_engine_cannot_leave_alone_it_does_not_change() {
    let exempt = |what: Exempt| Exemption {
        what,
        reason: "moves".to_owned(),
        until: None,
        intents: Vec::new(),
    };
    let old = Object::new(pod(
        &json!({"containers": [{"name": "a", "image": "registry.example.com/old:1"}]}),
    ));
    for what in [
        Exempt::Namespace("team-a".parse().unwrap()),
        Exempt::User("alice".to_owned()),
        Exempt::Image("registry.example.com/old".parse().unwrap()),
    ] {
        for (intent, _) in changes().filter(|it| it.0.id != "default-token") {
            let mut policy = policy(intent, MinorVersion::NEWEST_KNOWN);
            policy.exempt = vec![exempt(what.clone())];
            let engines = WAYS.into_iter().filter_map(|way| Asked::new(way, &policy, &[]));
            let mut count = 0;
            for engine in engines {
                count += 1;
                let placed = bare(engine.place(&old).json());
                assert_eq!(made(&engine, &old).json(), &placed, "{} {what:?}", intent.id);
            }
            assert!(count >= 2, "{} {what:?}", intent.id);
        }
    }
}

#[test]
fn older_servers_and_trials_are_told_in_a_sentence() {
    let intent = intent::find("default-seccomp").unwrap();
    let of = |version: u16, mode: Mode| {
        let mut policy = policy(intent, MinorVersion::NEWEST_KNOWN);
        (policy.version, policy.mode) = (MinorVersion(version), mode);
        let Way(engine, kyverno) = WAYS[0];
        policy.manifests(engine, kyverno)
    };
    let version = |it: u16| of(it, Mode::Deny).unwrap()[0].object["apiVersion"].clone();
    assert_eq!(version(36), json!("admissionregistration.k8s.io/v1"));
    assert_eq!(version(35), json!("admissionregistration.k8s.io/v1beta1"));
    assert!(of(35, Mode::Deny).unwrap()[0].why.contains("--runtime-config"));
    assert!(of(33, Mode::Deny).unwrap_err().to_string().contains("use kyverno or gatekeeper"));
    assert!(of(36, Mode::Audit).is_err() && of(36, Mode::Warn).is_err());
    let mut early =
        policy(intent::find("default-user-namespace").unwrap(), MinorVersion::NEWEST_KNOWN);
    early.version = MinorVersion(35);
    for Way(engine, kyverno) in WAYS {
        assert!(early.manifests(engine, kyverno).is_err());
    }
}
