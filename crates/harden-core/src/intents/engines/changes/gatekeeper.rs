//! Gatekeeper's mutators: an Assign for each place.

use serde_json::json;

use super::why;
use crate::Manifest;
use crate::intents::change::{Change, Place, Unseen};
use crate::intents::engines::parts;
use crate::intents::exemption::Exempt;
use crate::intents::policy::{Policy, Unsaid};
use crate::kubernetes::Kind;

pub(super) fn write(policy: &Policy, change: &'static Change) -> Result<Vec<Manifest>, Unsaid> {
    parts::without(policy, "a mutator of Gatekeeper", |it| {
        !matches!(it, Exempt::Namespace(_) | Exempt::NamespacesOf(_))
    })?;
    let mut notes = Vec::new();
    for it in change.unless {
        match it.unseen {
            Unseen::Noted(note) => notes.push(note),
            Unseen::Unsaid(reason) => {
                return Err(Unsaid(format!("{reason}: use kubernetes or kyverno")));
            }
        }
    }
    let name = policy.name();
    let why = why(policy, change, &notes);
    let mut made: Vec<_> = match change.place {
        Place::Object(path) => vec![assign(policy, change, &name, &why, &path.join("."))],
        Place::Security(field) => [("", "containers"), ("-init", "initContainers")]
            .iter()
            .map(|(end, list)| {
                let location = format!("spec.{list}[name: *].securityContext.{field}");
                assign(policy, change, &format!("{name}{end}"), &why, &location)
            })
            .collect(),
    };
    made.iter_mut().for_each(|it| parts::annotate(&mut it.object, policy, &[]));
    Ok(made)
}

fn assign(policy: &Policy, change: &Change, name: &str, why: &str, location: &str) -> Manifest {
    let matched = parts::fields([
        ("scope", "Namespaced".into()),
        ("name", change.named.into()),
        ("excludedNamespaces", parts::wild_namespaces(policy).into()),
    ]);
    let kinds = policy.intent.target.resources().iter().map(|it| {
        let kinds: Vec<_> = it.names.iter().map(|(_, kind)| *kind).collect();
        json!({
            "groups": [it.group], "versions": [it.version], "kinds": kinds, "operations": it.operations,
        })
    });
    let spec = json!({
        "applyTo": kinds.collect::<Vec<_>>(),
        "match": matched,
        "location": location,
        "parameters": {
            "assign": {"value": (change.value)()},
            "pathTests": [{"subPath": location, "condition": "MustNotExist"}],
        },
    });
    Manifest::new(Kind::ASSIGN, None, name, why, json!({"spec": spec}))
}
