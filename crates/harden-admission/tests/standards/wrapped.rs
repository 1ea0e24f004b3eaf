//! The flaws of pods in what makes pods, and in each list of containers.

use harden_core::kubernetes::{Level, MinorVersion};
use serde_json::{Value, json};

use super::fixtures;
use super::judges::Judges;
use super::{LEVELS, container, sound};
use crate::told::WAYS;

const NEWEST: MinorVersion = MinorVersion::NEWEST_KNOWN;

/// Kinds that make pods, with the pod in its place.
fn owners(pod: &Value) -> Vec<Value> {
    let template = json!({"metadata": pod["metadata"], "spec": pod["spec"]});
    let owner = |api_version: &str, kind: &str, spec: Value| {
        json!({"apiVersion": api_version, "kind": kind,
            "metadata": {"name": "web"}, "spec": spec})
    };
    let selected = json!({"selector": {"matchLabels": {"app": "web"}}, "template": template});
    vec![
        owner("apps/v1", "DaemonSet", selected.clone()),
        owner("apps/v1", "Deployment", selected.clone()),
        owner("apps/v1", "ReplicaSet", selected.clone()),
        owner("apps/v1", "StatefulSet", selected.clone()),
        owner("batch/v1", "Job", json!({"template": template})),
        owner(
            "batch/v1",
            "CronJob",
            json!({"schedule": "0 0 * * *", "jobTemplate": {"spec": {"template": template}}}),
        ),
        owner("v1", "ReplicationController", selected),
        json!({"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "web"}, "template": template}),
    ]
}

#[test]
fn what_makes_pods_is_judged_as_its_pods_are() {
    let Some((pods, cases)) = fixtures::upstream() else { return };
    for way in WAYS {
        let mut judges = Judges::new(way);
        let newest =
            cases.iter().filter(|it| it.version == NEWEST && it.level == Level::Restricted);
        let mut count = 0;
        for (index, case) in newest.enumerate() {
            // Each kind has its turn: all of them for all pods take long.
            for owner in owners(pods.get(case.pod)).into_iter().skip(index % 4).step_by(4) {
                let found = judges.refuse(case.level, case.version, None, &owner);
                assert_eq!(
                    found,
                    !case.checks.is_empty(),
                    "{way:?} {} {}",
                    case.name,
                    owner["kind"]
                );
                count += 1;
            }
        }
        assert!(count > 150, "{count}");
    }
}

#[test]
fn a_flaw_is_found_in_each_list_of_containers() {
    let Some((pods, cases)) = fixtures::upstream() else { return };
    for way in WAYS {
        let mut judges = Judges::new(way);
        for level in LEVELS {
            let of_level = cases.iter().filter(|it| it.version == NEWEST && it.level == level);
            for case in of_level {
                for list in ["initContainers", "ephemeralContainers"] {
                    let mut pod = pods.get(case.pod).clone();
                    let containers = pod["spec"]["containers"].as_array().unwrap().clone();
                    pod["spec"]["containers"] = json!([container("other")]);
                    pod["spec"][list] = containers.into();
                    if list == "initContainers" {
                        pod["spec"].as_object_mut().unwrap().remove("ephemeralContainers");
                    }
                    let found = judges.refuse(level, NEWEST, None, &pod);
                    let checks = fixtures::checks(level, NEWEST, &pod);
                    assert_eq!(found, !checks.is_empty(), "{way:?} {} {list}", case.name);
                }
            }
        }
        assert!(!judges.refuse(Level::Restricted, NEWEST, None, &sound()), "{way:?}");
    }
}
