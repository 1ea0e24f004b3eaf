//! Policies and objects together, as `gator test` judges them.

use harden_core::kubernetes::MinorVersion;
use serde_json::json;

use crate::gatekeeper::Policies;
use crate::gatekeeper::constraint::Point;
use crate::gatekeeper::matching::{Namespace, Source};
use crate::gatekeeper::mutation::Subject;
use crate::gatekeeper::review::Review;
use crate::{Answer, Cluster, Object};

/// What `gator test` says of each object, by its number in the list. All of them are the inventory.
///
/// # Errors
///
/// It says nothing but that one policy is refused, or that one object cannot be expanded.
pub fn test(objects: &[Object], version: MinorVersion) -> Result<Vec<(usize, Answer)>, String> {
    let mut cluster = Cluster::new(version);
    cluster.is_whole = true;
    objects.iter().for_each(|it| cluster.add(it.clone()));
    let policies = Policies::read(objects, &cluster);
    if let Some(refused) = policies.refused().first() {
        return Err(format!("{}: {}", refused.policy, refused.message));
    }
    let mut answers = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let name = object.namespace();
        let (nameless, default) = (namespace(""), namespace("default"));
        // Gator takes what is in no namespace for something in one without a name.
        let namespace = match cluster.get("", "Namespace", "", name) {
            Some(it) => Namespace::Known(it),
            None if name.is_empty() => Namespace::Known(&nameless),
            None if name == "default" => Namespace::Known(&default),
            None => Namespace::Missing,
        };
        let review = Review::of_object(object, namespace, Source::Original);
        let mut found = policies.review(&review, Point::Gator, None);
        let subject = Subject { object, namespace, operation: None, source: Source::Original };
        let outcome = policies.mutators.apply(&subject);
        if let Some(message) = outcome.failure {
            return Err(format!("error mutating base resource {}: {message}", object.name()));
        }
        let changed = outcome.object.as_ref().unwrap_or(object);
        policies.expansions.expand(changed, namespace, &policies.mutators)?;
        found.extend(policies.implied(&review, changed, Point::Gator));
        answers.extend(found.into_iter().map(|it| (index, it)));
    }
    Ok(answers)
}

/// A namespace of which only the name is known.
fn namespace(name: &str) -> Object {
    Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
}
