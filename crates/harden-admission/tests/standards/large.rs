//! Pods that are as large as the server takes them.

use harden_core::intents;
use harden_core::kubernetes::{Level, MinorVersion};
use serde_json::{Value, json};

use super::{container, sound};
use crate::told::{Said, Standing, WAYS, policy};

const NEWEST: MinorVersion = MinorVersion::NEWEST_KNOWN;

/// A pod near the 1.5 MiB that etcd stores.
fn large() -> Value {
    const COUNT: usize = 1000;
    let mut pod = sound();
    let containers = (0..COUNT).map(|it| {
        let mut container = container(&format!("{it:0>60}"));
        let ports = (0..4).map(|port| json!({"containerPort": 1024 + port}));
        container["ports"] = ports.collect();
        container
    });
    pod["spec"]["containers"] = containers.collect();
    let volumes = (0..COUNT).map(|it| json!({"name": format!("v{it}"), "emptyDir": {}}));
    pod["spec"]["volumes"] = volumes.collect();
    let annotations = (0..COUNT).map(|it| {
        let key = format!("container.apparmor.security.beta.kubernetes.io/{it:0>60}");
        (key, json!("runtime/default"))
    });
    pod["metadata"]["annotations"] = Value::Object(annotations.collect());
    pod
}

#[test]
fn a_pod_of_a_thousand_containers_is_judged_within_the_budget() {
    let large = large();
    // Only the last container differs, so that everything is compared and then judged.
    let mut before = large.clone();
    before["spec"]["containers"][999]["image"] = "registry.example.com/web:1".into();
    for intent in intents::of_level(Level::Restricted, NEWEST) {
        for way in WAYS {
            let manifests = policy(intent, NEWEST).manifests(way.0, way.1).unwrap();
            let standing = Standing::new(&manifests);
            assert!(!standing.refuses_update(&before, &large), "{} {way:?}", intent.id);
        }
    }
}

#[test]
fn a_thousand_containers_at_fault_are_more_than_a_message_names() {
    let mut pod = large();
    for container in pod["spec"]["containers"].as_array_mut().unwrap() {
        container["securityContext"]["privileged"] = true.into();
    }
    let intent = intents::find("privileged-container").unwrap();
    for way in WAYS {
        let standing = Standing::new(&policy(intent, NEWEST).manifests(way.0, way.1).unwrap());
        let Said::Refused(messages) = standing.say(standing.place(&pod), None) else { panic!() };
        assert!(messages[0].contains("privileged must not be true"), "{way:?}");
    }
}

#[test]
fn a_message_names_the_containers_at_fault_and_no_others() {
    let mut pod = sound();
    pod["spec"]["initContainers"] = json!([container("first"), container("second")]);
    for list in ["containers", "initContainers"] {
        pod["spec"][list][0]["securityContext"]["privileged"] = true.into();
    }
    let intent = intents::find("privileged-container").unwrap();
    for way in WAYS {
        let manifests = policy(intent, NEWEST).manifests(way.0, way.1).unwrap();
        let standing = Standing::new(&manifests);
        let Said::Refused(messages) = standing.say(standing.place(&pod), None) else { panic!() };
        assert!(messages[0].ends_with("privileged must not be true: app, first"), "{messages:?}");
    }
}
