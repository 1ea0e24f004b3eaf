//! What intents ask beside other objects, and what they change.

use harden_core::intents::{self as intent, Demand, Intent};
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::dice::Dice;
use super::pods;
use super::records::{Question, Task};
use super::told::{WAYS, Way, policy};

/// Questions for each intent.
const QUESTIONS: u64 = 60;

/// Templates that look at other objects, with such.
pub(crate) fn across() -> Vec<Question> {
    let of = |intent: &'static Intent| {
        (0..QUESTIONS).map(move |seed| {
            let mut dice = Dice::new(seed);
            let mut objects = told(intent);
            objects.extend(["a", "b"].map(namespace));
            for number in 0..2 + dice.below(5) {
                let mut object = match dice.below(4) {
                    0 => pods::random(&mut dice),
                    1 => network_policy(&mut dice),
                    2 => quota(),
                    _ => ingress(&mut dice),
                };
                if intent.id == "shared-ingress-host" {
                    object = ingress(&mut dice);
                }
                object["metadata"] = json!({
                    "name": format!("o{number}"), "namespace": *dice.pick(&["a", "b"]),
                });
                objects.push(object);
            }
            Question { name: format!("{} {seed}", intent.id), task: Task::Test, objects }
        })
    };
    intent::all().filter(|it| matches!(it.demand, Demand::Across(_))).flat_map(of).collect()
}

/// Mutators, with a Deployment whose Pod they change.
pub(crate) fn changes() -> Vec<Question> {
    let of = |intent: &'static Intent| {
        (0..QUESTIONS).map(move |seed| {
            let mut dice = Dice::new(seed);
            let mut objects = told(intent);
            for it in &mut objects {
                // What is expanded is part of no operation.
                it["spec"]["applyTo"][0].as_object_mut().unwrap().remove("operations");
            }
            objects.push(namespace("a"));
            objects.push(json!({
                "apiVersion": "expansion.gatekeeper.sh/v1beta1", "kind": "ExpansionTemplate",
                "metadata": {"name": "e"},
                "spec": {
                    "applyTo": [{"groups": ["apps"], "versions": ["v1"], "kinds": ["Deployment"]}],
                    "templateSource": "spec.template",
                    "generatedGVK": {"group": "", "version": "v1", "kind": "Pod"},
                },
            }));
            let pod = pods::random(&mut dice);
            objects.push(json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "namespace": "a"},
                "spec": {"template": {"spec": pod["spec"]}},
            }));
            Question { name: format!("{} {seed}", intent.id), task: Task::Expand, objects }
        })
    };
    let is_of_pods =
        |it: &&Intent| matches!(it.demand, Demand::Change(_)) && it.id != "default-token";
    intent::all().filter(is_of_pods).flat_map(of).collect()
}

fn told(intent: &'static Intent) -> Vec<Value> {
    let Way(engine, kyverno) = WAYS[3];
    let made = policy(intent, MinorVersion::NEWEST_KNOWN).manifests(engine, kyverno);
    made.unwrap_or_default().into_iter().map(|it| it.object).collect()
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

fn ingress(dice: &mut Dice) -> Value {
    let rules = (0..dice.below(3)).map(|_| {
        let mut rule = json!({});
        if dice.chance(80) {
            rule["host"] =
                (*dice.pick(&["a.example.com", "b.example.com", "*.example.com"])).into();
        }
        if dice.chance(80) {
            let paths = (0..dice.below(3)).map(|_| {
                let mut path = json!({"pathType": "Prefix"});
                if dice.chance(80) {
                    path["path"] = (*dice.pick(&["/", "/a", "/b"])).into();
                }
                path
            });
            rule["http"] = json!({"paths": paths.collect::<Vec<_>>()});
        }
        rule
    });
    let rules: Vec<Value> = rules.collect();
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": {"rules": rules}})
}

fn network_policy(dice: &mut Dice) -> Value {
    let mut spec = json!({"podSelector": {}});
    if dice.chance(30) {
        spec["podSelector"] = json!({"matchLabels": {"a": "b"}});
    }
    if dice.chance(60) {
        spec["policyTypes"] = dice
            .pick(&[json!(["Ingress"]), json!(["Egress"]), json!(["Ingress", "Egress"])])
            .clone();
    }
    if dice.chance(40) {
        spec["ingress"] =
            dice.pick(&[json!([]), json!([{}]), json!([{"from": [{"podSelector": {}}]}])]).clone();
    }
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": spec})
}

fn quota() -> Value {
    json!({"apiVersion": "v1", "kind": "ResourceQuota", "spec": {"hard": {"pods": "1"}}})
}
