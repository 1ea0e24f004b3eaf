//! Which requests a policy is about.

use serde_json::Value as Json;

use crate::kubernetes::facts::Facts;
use crate::kubernetes::matching::{Match, Matching};
use crate::kubernetes::place::{Flaws, Place};
use crate::{Object, Request};

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
    pub(super) fn matches(&self, request: &Request<'_>) -> Match {
        let Some(matching) = &self.0 else { return Match::No };
        // To Kyverno's selectors, what is not there is an object without labels.
        let nothing = || Object::new(Json::Object(serde_json::Map::new()));
        let old = request.old.clone().or_else(|| Some(nothing()));
        let request = Request { old, ..request.clone() };
        Facts::of_any(&request).map_or(Match::No, |facts| matching.matches(&facts))
    }
}
