//! Which requests a policy is about.

use serde_json::Value as Json;

use super::asked::Asked;
use crate::kubernetes::matching::{Match, Matching};
use crate::kubernetes::place::{Flaws, Place};

/// `matchConstraints` of a policy; none where there are none, which is about nothing.
#[derive(Debug)]
pub(super) struct Constraints(Option<Matching>);

impl Constraints {
    pub(super) fn read(json: Option<&Json>) -> Self {
        let Some(json) = json.filter(|it| !it.is_null()) else { return Self(None) };
        // Kyverno asks for the version that is sent, whatever `matchPolicy` says.
        let mut json = json.clone();
        if let Some(fields) = json.as_object_mut() {
            fields.insert("matchPolicy".to_owned(), "Exact".into());
        }
        Self(Some(Matching::read(&Place::root(&json), &mut Flaws::default())))
    }

    /// Whether a request is meant.
    pub(super) fn matches(&self, asked: &Asked<'_>) -> Match {
        match (&self.0, asked.selected) {
            (Some(matching), Some(facts)) => matching.matches(facts),
            _ => Match::No,
        }
    }
}
