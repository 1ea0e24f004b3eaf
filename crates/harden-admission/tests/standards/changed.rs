//! What was there before, and what it becomes.

use harden_admission::User;
use harden_core::intents::{self, Exempt, Exemption, Policy};
use harden_core::kubernetes::{Level, MinorVersion};
use serde_json::{Value, json};

use super::judges::Judges;
use super::sound;
use crate::told::{Standing, WAYS, policy};

const NEWEST: MinorVersion = MinorVersion::NEWEST_KNOWN;

fn privileged() -> Value {
    let mut pod = sound();
    pod["spec"]["containers"][0]["securityContext"]["privileged"] = true.into();
    pod
}

fn deployment(pod: &Value) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": pod["metadata"], "spec": pod["spec"]}}})
}

#[test]
fn an_update_that_leaves_the_pod_as_it_is_passes() {
    for way in WAYS {
        let mut judges = Judges::new(way);
        let mut refuse =
            |old: &Value, new: &Value| judges.refuse(Level::Restricted, NEWEST, Some(old), new);
        let mut labelled = privileged();
        labelled["metadata"]["labels"] = json!({"app": "web"});
        labelled["metadata"]["finalizers"] = json!(["example.com/a"]);
        assert!(!refuse(&privileged(), &labelled), "{way:?}");
        let old = deployment(&privileged());
        let mut scaled = old.clone();
        scaled["spec"]["replicas"] = 3.into();
        assert!(!refuse(&old, &scaled), "{way:?}");
    }
}

#[test]
fn an_update_that_changes_the_pod_and_leaves_the_flaw_is_refused() {
    for way in WAYS {
        let mut judges = Judges::new(way);
        let mut refuse =
            |old: &Value, new: &Value| judges.refuse(Level::Restricted, NEWEST, Some(old), new);
        let mut newer = privileged();
        newer["spec"]["containers"][0]["image"] = "registry.example.com/web:2".into();
        assert!(refuse(&privileged(), &newer), "{way:?}");
        assert!(refuse(&deployment(&privileged()), &deployment(&newer)), "{way:?}");
        assert!(refuse(&sound(), &privileged()), "{way:?}");
        assert!(refuse(&deployment(&sound()), &deployment(&privileged())), "{way:?}");
    }
}

#[test]
fn an_update_that_mends_the_pod_passes() {
    for way in WAYS {
        let mut judges = Judges::new(way);
        assert!(
            !judges.refuse(Level::Restricted, NEWEST, Some(&privileged()), &sound()),
            "{way:?}"
        );
    }
}

#[test]
fn what_has_a_flaw_can_be_deleted() {
    for intent in intents::of_level(Level::Restricted, NEWEST) {
        for way in WAYS {
            let standing = Standing::new(&policy(intent, NEWEST).manifests(way.0, way.1).unwrap());
            for object in [privileged(), deployment(&privileged())] {
                assert!(!standing.refuses_deletion(&object), "{} {way:?}", intent.id);
            }
        }
    }
}

#[test]
fn users_and_groups_that_are_exempt_are_left_alone_and_nobody_else() {
    let intent = intents::find("privileged-container").unwrap();
    let exempt = |what| Exemption {
        what,
        reason: "builds nodes".to_owned(),
        until: None,
        intents: Vec::new(),
    };
    let exempt = vec![
        exempt(Exempt::User("o'brien".to_owned())),
        exempt(Exempt::Group("admins".to_owned())),
    ];
    for way in WAYS {
        let policy = Policy { exempt: exempt.clone(), ..policy(intent, NEWEST) };
        let standing = Standing::new(&policy.manifests(way.0, way.1).unwrap());
        let refuses = |name: &str, groups: &[&str]| {
            let groups: Vec<_> = groups.iter().map(|it| (*it).to_owned()).collect();
            standing.refuses_from(User::named(name, &groups), &privileged())
        };
        assert!(refuses("alice", &["admin", "o'brien"]), "{way:?}");
        assert!(refuses("admins", &[]), "{way:?}");
        assert!(!refuses("o'brien", &[]), "{way:?}");
        assert!(!refuses("alice", &["admins"]), "{way:?}");
    }
}

#[test]
fn an_update_of_annotations_alone_is_judged() {
    let with = |key: &str, value: &str| {
        let mut pod = sound();
        pod["metadata"]["annotations"] = json!({key: value});
        pod
    };
    let cases = [
        ("container.apparmor.security.beta.kubernetes.io/app", NEWEST),
        ("container.seccomp.security.alpha.kubernetes.io/app", MinorVersion(18)),
        ("seccomp.security.alpha.kubernetes.io/pod", MinorVersion(18)),
    ];
    for way in WAYS {
        let mut judges = Judges::new(way);
        for (key, version) in cases {
            let mut refuse =
                |old: &Value, new: &Value| judges.refuse(Level::Baseline, version, Some(old), new);
            let flawed = with(key, "unconfined");
            let sounder = with(key, "runtime/default");
            for old in [sound(), sounder.clone()] {
                assert!(refuse(&old, &flawed), "{way:?} {key}");
                assert!(refuse(&deployment(&old), &deployment(&flawed)), "{way:?} {key}");
            }
            assert!(!refuse(&flawed, &flawed), "{way:?} {key}");
            assert!(!refuse(&flawed, &sounder), "{way:?} {key}");
        }
    }
}
