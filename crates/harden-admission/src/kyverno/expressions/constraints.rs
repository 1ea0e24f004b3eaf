//! Which requests a policy is about.

use serde_json::Value as Json;

use super::asked::Asked;
use crate::kubernetes::matching::{Match, Matching};
use crate::kubernetes::place::{Flaws, Place};

/// `matchConstraints` of a policy.
#[derive(Debug)]
pub(super) struct Constraints {
    /// None where there are none, which is about nothing.
    matching: Option<Matching>,
    /// The resources that are named, if no others can be meant.
    resources: Option<Vec<String>>,
}

impl Constraints {
    pub(super) fn read(json: Option<&Json>) -> Self {
        let Some(json) = json.filter(|it| !it.is_null()) else {
            return Self { matching: None, resources: None };
        };
        // Kyverno asks for the version that is sent, whatever `matchPolicy` says.
        let mut json = json.clone();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("matchPolicy".to_owned(), "Exact".into());
        }
        let matching = Some(Matching::read(&Place::root(&json), &mut Flaws::default()));
        Self { matching, resources: resources(&json) }
    }

    /// Whether a request is meant.
    pub(super) fn matches(&self, asked: &Asked<'_>) -> Match {
        let (Some(matching), Some(facts)) = (&self.matching, asked.selected) else {
            return Match::No;
        };
        match &self.resources {
            Some(named) if !named.contains(&facts.resource.name) => Match::No,
            _ => matching.matches(facts),
        }
    }
}

/// The names of the resources, unless some are not named.
fn resources(constraints: &Json) -> Option<Vec<String>> {
    let rules = constraints.get("resourceRules").and_then(Json::as_array)?;
    let lists = rules.iter().map(|it| it.get("resources").and_then(Json::as_array));
    let mut names = Vec::new();
    for name in lists.collect::<Option<Vec<_>>>()?.into_iter().flatten() {
        let name = name.as_str()?.split('/').next()?;
        if name == "*" {
            return None;
        }
        names.push(name.to_owned());
    }
    (!rules.is_empty()).then_some(names)
}
