//! A real API server takes what is written of intents for every engine, strictly, and judges objects that are made
//! around them as we do.
//!
//! `HARDEN_AROUND_SERVER` (20) says how many objects of each intent, and `HARDEN_CHANGED_SERVER` (20) of each that
//! changes objects.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![allow(dead_code, reason = "tests share what is random")]

#[path = "told/around.rs"]
mod around;
#[path = "changed/server.rs"]
mod changes;
#[path = "random/dice.rs"]
mod dice;
#[path = "changed/pods.rs"]
mod pods;
#[path = "random/server.rs"]
mod server;
mod told;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dice::{number, report, seed};
use harden_admission::conversion::convert;
use harden_admission::{Cluster, Object};
use harden_core::Manifest;
use harden_core::intents::{self as intent, Engine};
use harden_core::kubernetes::MinorVersion;
use harness::{Need, Options};
use serde_json::{Value, json};
use server::Server;
use told::{Standing, WAYS, Way, policy, refuses};

/// What a server says of one object under one policy.
type Said = BTreeMap<(usize, usize), Option<String>>;

#[test]
fn the_server_takes_the_policies_strictly_and_judges_objects_as_we_do() {
    let Some(server) = Server::start_with(&Options::default()) else { return };
    let count = usize::try_from(number("HARDEN_AROUND_SERVER").unwrap_or(20)).unwrap();
    server.make_namespace("team-a");
    // Before there is a policy, so that none is refused for another reason.
    let untaken: Vec<_> = intent::all()
        .map(|it| told(it, WAYS[0]))
        .filter(|it| !it.is_empty())
        .filter_map(|it| server.takes_strictly(&it).err())
        .collect();
    assert!(untaken.is_empty(), "{}", untaken.join("\n"));
    // What is changed and not refused has its own tests.
    let intents: Vec<_> =
        intent::all().filter(|it| matches!(it.demand, intent::Demand::Hold(_))).collect();
    let objects: Vec<Vec<Value>> = intents.iter().map(|it| objects(&server, it, count)).collect();

    let policies: Vec<Vec<Value>> = intents.iter().map(|it| told(it, WAYS[0])).collect();
    let stored: Vec<[Value; 2]> = policies.iter().enumerate().map(bound).collect();
    assert_eq!(server.store(&stored).into_iter().flatten().next(), None);
    let warnings = server.warnings(stored.len());
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));

    let (mut total, mut refused, mut wrong) = (0, 0, Vec::new());
    let few = intents.iter().zip(&objects).filter(|(_, of)| of.len() * 5 < count);
    let few: Vec<_> = few.map(|(intent, _)| intent.id).collect();
    assert!(few.is_empty(), "the server takes few objects of {few:?}");
    for (index, intent) in intents.iter().enumerate() {
        let asked: Vec<Value> =
            objects[index].iter().map(|it| server::labelled(it, index)).collect();
        let standing = Standing::new(&manifests(intent, WAYS[0]));
        for (object, theirs) in asked.iter().zip(server.created(&asked)) {
            let ours = refuses(standing.letter(&standing.sent(object)));
            let policy = format!("ValidatingAdmissionPolicy 'harden-{}'", intent.id);
            let is_told = theirs.as_ref().err().is_none_or(|it| it.contains(&policy));
            total += 1;
            refused += usize::from(ours);
            if ours != theirs.is_err() || !is_told {
                let theirs = theirs.err();
                wrong
                    .push(format!("{}: {object}\n  theirs {theirs:?}\n  ours   {ours}", intent.id));
            }
        }
    }
    let shown: Vec<&str> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {total} differ\n{}", wrong.len(), shown.join("\n"));
    let intents = intents.len();
    report(&format!("{intents} intents, {total} objects, {refused} refused, all as the server"));
}

#[test]
fn the_definitions_of_the_other_engines_take_every_policy_strictly() {
    let files = [
        "kyverno/config/crds/kyverno/kyverno.io_clusterpolicies.yaml",
        "kyverno/config/crds/policies.kyverno.io/policies.kyverno.io_validatingpolicies.yaml",
        "kyverno/config/crds/policies.kyverno.io/policies.kyverno.io_mutatingpolicies.yaml",
        "gatekeeper/config/crd/bases/constrainttemplate-customresourcedefinition.yaml",
        "gatekeeper/config/crd/bases/mutations.gatekeeper.sh_assign.yaml",
        "gatekeeper/config/crd/bases/syncset.gatekeeper.sh_syncsets.yaml",
    ];
    let Some(files) =
        files.map(|it| Need::Definitions.at(it)).into_iter().collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let Some(server) = Server::start_with(&Options { no_controllers: true, ..Options::default() })
    else {
        return;
    };
    server.define(&files.iter().flat_map(|it| read(it)).collect::<Vec<_>>());
    let mut taken = 0;
    for way in &WAYS[1..] {
        let mut all: Vec<Value> = intent::all().flat_map(|it| told(it, *way)).collect();
        if way.0 == Engine::Gatekeeper {
            all.extend(intent::all().flat_map(converted));
        }
        // Gatekeeper makes the definition of constraints of their template.
        let (constraints, policies): (Vec<Value>, Vec<Value>) = all
            .into_iter()
            .partition(|it| it["apiVersion"].as_str().unwrap().starts_with("constraints."));
        server.define(&policies.iter().filter_map(definition).collect::<Vec<_>>());
        for policies in [policies, constraints].iter().filter(|it| !it.is_empty()) {
            taken += policies.len();
            server.takes_strictly(policies).unwrap();
        }
    }
    report(&format!("{taken} policies of other engines, all taken strictly"));
}

/// Objects around an intent that the server takes.
fn objects(server: &Server, intent: &'static intent::Intent, count: usize) -> Vec<Value> {
    let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    let mut objects = around::around(intent, count, seed());
    objects.retain(around::is_creatable);
    for (index, object) in objects.iter_mut().enumerate() {
        object["metadata"]["name"] = format!("web-{index}").into();
        let is_in_one = {
            let object = Object::new(object.clone());
            cluster.resource(object.group(), object.kind()).is_namespaced
        };
        if is_in_one {
            object["metadata"]["namespace"] = "team-a".into();
        }
    }
    let stored = server.created(&objects);
    objects.into_iter().zip(stored).filter(|(_, stored)| stored.is_ok()).map(|it| it.0).collect()
}

/// What an engine is told of an intent.
fn told(intent: &'static intent::Intent, way: Way) -> Vec<Value> {
    manifests(intent, way).into_iter().map(|it| it.object).collect()
}

/// What Gatekeeper is told of the API server's own policies of an intent, by other names than those of its own.
fn converted(intent: &'static intent::Intent) -> Vec<Value> {
    let from = told(intent, WAYS[0]).into_iter().map(|mut it| {
        let name = format!("{}-converted", intent.id);
        if let Some(of) = it.pointer_mut("/spec/policyName") {
            *of = name.as_str().into();
        }
        it["metadata"]["name"] = name.into();
        Object::new(it)
    });
    let from: Vec<Object> = from.collect();
    // Gatekeeper is not asked about requests that enter pods.
    let is_left_out = matches!(intent.demand, intent::Demand::Change(_) | intent::Demand::Never(_));
    let made = convert(if is_left_out { &[] } else { &from }, Engine::Gatekeeper);
    assert!(made.lost.is_empty(), "{}: {:?}", intent.id, made.lost);
    made.manifests.into_iter().map(|it| it.object).collect()
}

fn manifests(intent: &'static intent::Intent, way: Way) -> Vec<Manifest> {
    policy(intent, MinorVersion::NEWEST_KNOWN).manifests(way.0, way.1).unwrap_or_default()
}

/// A policy with its binding, which is at work for the objects of its number alone.
fn bound((number, policies): (usize, &Vec<Value>)) -> [Value; 2] {
    let [policy, binding] = policies.as_slice() else { panic!("{policies:?}") };
    let mut binding = binding.clone();
    let labels = json!({"matchLabels": {"policy": format!("p{number}")}});
    let spec = binding["spec"].as_object_mut().unwrap();
    spec.entry("matchResources").or_insert_with(|| json!({}))["objectSelector"] = labels;
    [policy.clone(), binding]
}

/// The definition of the constraints of a template, as Gatekeeper makes it but for what matches.
fn definition(template: &Value) -> Option<Value> {
    let crd = template.pointer("/spec/crd/spec")?;
    let kind = crd["names"]["kind"].as_str()?;
    let plural = kind.to_lowercase();
    let group = "constraints.gatekeeper.sh";
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "enforcementAction": {"type": "string"},
        "match": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
        "parameters": crd["validation"]["openAPIV3Schema"],
    }}}});
    Some(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Cluster", "names": {"kind": kind, "plural": plural, "singular": plural},
            "versions": [
                {"name": "v1beta1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }))
}

fn read(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    let all = harden_yaml::documents(&text).filter_map(|it| it.to_json());
    all.map(|it| serde_json::from_str(&it).unwrap()).collect()
}
