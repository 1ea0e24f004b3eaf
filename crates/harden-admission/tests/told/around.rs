//! Objects around what intents show as bad and good: a few fields of them are others, as an API server would take it.
//! The same seed makes the same objects of an intent, whatever other intents there are.

#[path = "around/access.rs"]
mod access;
#[path = "around/containers.rs"]
mod containers;
#[path = "around/names.rs"]
mod names;
#[path = "around/network.rs"]
mod network;
#[path = "around/pods.rs"]
mod pods;

use harden_admission::Object;
use harden_core::intents::Intent;
use harden_core::object::objects;
use harden_yaml::documents;
use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// So many objects around the manifests of an intent.
pub(crate) fn around(intent: &Intent, count: usize, seed: u64) -> Vec<Value> {
    let own =
        intent.id.bytes().fold(seed, |seed, it| seed.wrapping_mul(31).wrapping_add(it.into()));
    let mut dice = Dice::new(own);
    let (bad, good) = (read(intent.bad()), read(intent.good()));
    let mut one = || {
        let mut object = if dice.chance(60) { bad.clone() } else { good.clone() };
        // Some edits undo others; few of them stay near the edge.
        for _ in 0..dice.below(6) {
            edit(&mut object, &mut dice);
        }
        finish(object, &mut dice)
    };
    (0..count).map(|_| one()).collect()
}

/// Whether an API server takes the object when it is created: ephemeral containers come later.
#[allow(dead_code, reason = "for those who ask a server")]
pub(crate) fn is_creatable(object: &Value) -> bool {
    pods::spec(object).is_none_or(|it| it["ephemeralContainers"].is_null())
}

/// A manifest as JSON.
pub(crate) fn read(manifest: &str) -> Value {
    let document = documents(manifest).next().unwrap();
    let object = objects(document.root()).next().unwrap();
    Object::written(&object).unwrap().json().clone()
}

fn edit(object: &mut Value, dice: &mut Dice) {
    match object["kind"].as_str().unwrap_or_default() {
        "Namespace" => names::edit_namespace(object, dice),
        "Service" => network::edit_service(object, dice),
        "Ingress" => network::edit_ingress(object, dice),
        "Role" | "ClusterRole" => access::edit_role(object, dice),
        "RoleBinding" | "ClusterRoleBinding" => access::edit_binding(object, dice),
        "PersistentVolumeClaim" => names::edit_claim(object, dice),
        _ if dice.chance(15) => names::edit_metadata(object, dice),
        _ => pods::edit(pods::spec_mut(object), dice),
    }
}

/// What the API server would refuse is made right, and pods are made by another kind.
fn finish(mut object: Value, dice: &mut Dice) -> Value {
    match object["kind"].as_str().unwrap_or_default() {
        "Ingress" => network::finish_ingress(object),
        "Role" | "ClusterRole" => access::finish_role(object, dice),
        "RoleBinding" | "ClusterRoleBinding" => access::finish_binding(object, dice),
        "PersistentVolumeClaim" if dice.chance(40) => names::in_template(&object),
        "Namespace" | "PersistentVolumeClaim" | "Service" => object,
        _ => {
            pods::repair(pods::spec_mut(&mut object));
            if dice.chance(60) { pods::wrap(&object, dice) } else { object }
        }
    }
}

/// The fields of an object, which becomes one if it is none.
fn fields(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = json!({});
    }
    value.as_object_mut().unwrap()
}

/// Sets a field to one of several values, or removes it; JSON's null stands for that.
fn set(value: &mut Value, key: &str, dice: &mut Dice, from: &[Value]) {
    match dice.pick(from).clone() {
        Value::Null => drop(fields(value).remove(key)),
        other => drop(fields(value).insert(key.to_owned(), other)),
    }
}

/// Some of several texts, in their order.
fn some(dice: &mut Dice, from: &[&str], percent: usize) -> Vec<String> {
    from.iter().filter(|_| dice.chance(percent)).map(|&it| it.to_owned()).collect()
}
