//! Policies and objects together, as `gator test` judges them.

use harden_core::kubernetes::MinorVersion;
use serde_json::json;

use crate::gatekeeper::Policies;
use crate::gatekeeper::constraint::Point;
use crate::gatekeeper::expansion::Made;
use crate::gatekeeper::matching::{Namespace, Source};
use crate::gatekeeper::mutation::Subject;
use crate::gatekeeper::review::Review;
use crate::{Answer, Cluster, Object, Verdict};

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
    if let Some(refused) = policies.refused().iter().find(|it| it.verdict == Verdict::Error) {
        return Err(format!("{}: {}", refused.policy, refused.message));
    }
    let mut answers = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let known = Known::of(&cluster, object);
        let review = Review::of_object(object, known.namespace(), Source::Original);
        let mut found = policies.review(&review, Point::Gator, None);
        let (changed, _) = made(&policies, object, known.namespace())?;
        found.extend(policies.implied(&review, &changed, Point::Gator));
        answers.extend(found.into_iter().map(|it| (index, it)));
    }
    Ok(answers)
}

/// What `gator expand` makes of the objects.
///
/// # Errors
///
/// It makes nothing: a mutator or an ExpansionTemplate is refused, or an object cannot be expanded.
pub fn expand(objects: &[Object], version: MinorVersion) -> Result<Vec<Object>, String> {
    let mut cluster = Cluster::new(version);
    objects.iter().for_each(|it| cluster.add(it.clone()));
    let policies = Policies::read(objects, &cluster);
    if let Some(refused) = policies.refused().iter().find(|it| it.verdict == Verdict::Error) {
        return Err(format!("{}: {}", refused.policy, refused.message));
    }
    let mut all = Vec::new();
    for object in objects {
        let (_, made) = made(&policies, object, Known::of(&cluster, object).namespace())?;
        all.extend(made.into_iter().map(|it| it.object));
    }
    Ok(all)
}

/// An object after the mutators, and what would be made of it.
fn made(
    policies: &Policies,
    object: &Object,
    namespace: Namespace<'_>,
) -> Result<(Object, Vec<Made>), String> {
    let subject = Subject { object, namespace, operation: None, source: Source::Original };
    let outcome = policies.mutators.apply(&subject);
    if let Some(message) = outcome.failure {
        return Err(format!("error mutating base resource {}: {message}", object.name()));
    }
    let changed = outcome.object.unwrap_or_else(|| object.clone());
    let made = policies.expansions.expand(&changed, namespace, &policies.mutators)?;
    Ok((changed, made))
}

/// The namespace of an object, as gator knows it.
struct Known(Option<Object>);

impl Known {
    fn of(cluster: &Cluster, object: &Object) -> Self {
        let name = object.namespace();
        Self(match cluster.get("", "Namespace", "", name) {
            Some(it) => Some(it.clone()),
            // Gator takes what is in no namespace for something in one without a name.
            None if name.is_empty() || name == "default" => Some(namespace(name)),
            None => None,
        })
    }

    fn namespace(&self) -> Namespace<'_> {
        self.0.as_ref().map_or(Namespace::Missing, Namespace::Known)
    }
}

/// A namespace of which only the name is known.
fn namespace(name: &str) -> Object {
    Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
}
