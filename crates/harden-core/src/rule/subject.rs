//! What a rule is shown, as far as its findings need it.

use std::cell::OnceCell;

use harden_yaml::Place;
use rustc_hash::FxHashMap;

use super::{ServerFiles, Target, Workload};
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::schema::{self, Flaw, FlawKind};
use crate::source::Positions;
use crate::validation::{self, Problem};

/// Without one of these an object is no whole one, and what is not in it may be elsewhere.
const WHOLE: &[&str] = &["spec", "selector", "template", "jobTemplate", "schedule", "containers"];

/// What a rule is shown, as far as its findings need it.
#[derive(Clone, Copy)]
pub struct Subject<'r, 'd> {
    pub(super) text: &'r dyn Positions,
    /// The document of the text.
    pub(super) document: u32,
    pub(super) object: Option<&'r Object<'d>>,
    /// Whether places are left out where there is nothing.
    pub(super) is_patch: bool,
    answers: Option<&'r Answers<'d>>,
}

/// What is asked of an object once, and kept for all rules.
#[derive(Debug, Default)]
pub struct Answers<'d> {
    flaws: OnceCell<Vec<Flaw<'d>>>,
    problems: OnceCell<Vec<Problem<'d>>>,
    files: ServerFiles<'d>,
}

impl<'r, 'd> Subject<'r, 'd> {
    /// A document, by its place in a text.
    pub(crate) fn document(text: &'r dyn Positions, document: u32) -> Self {
        Self { text, document, object: None, is_patch: false, answers: None }
    }

    /// An object, and what is asked of it.
    pub(crate) fn object(
        text: &'r dyn Positions,
        object: &'r Object<'d>,
        answers: &'r Answers<'d>,
    ) -> Self {
        let it = Self::document(text, object.document);
        Self { object: Some(object), is_patch: object.is_patch(), answers: Some(answers), ..it }
    }

    /// A pod or pod template.
    pub(crate) fn workload(text: &'r dyn Positions, workload: &'r Workload<'d>) -> Self {
        let it = Self::document(text, workload.object.document);
        Self { object: Some(&workload.object), is_patch: workload.is_patch(), ..it }
    }

    /// From where the way to a place is told.
    pub(super) fn base(&self, place: Place<'d>) -> Place<'d> {
        let named = self.object.filter(|it| !it.kind.is_empty());
        named.map_or_else(|| place.document().root(), |it| it.place)
    }

    /// The files of the API server that the object may be.
    pub(super) fn files(&self) -> Option<&'r ServerFiles<'d>> {
        self.answers.map(|it| &it.files)
    }

    /// What the API server would reject or drop of the object.
    pub(super) fn flaws(&self, target: &Target<'_>) -> &'r [Flaw<'d>] {
        let (Some(object), Some(answers)) = (self.object, self.answers) else { return &[] };
        answers.flaws.get_or_init(|| {
            let around = target.context.around(self.text.name());
            around.flaws(object, target.version)
        })
    }

    /// What the API server would refuse of the object although its fields are right. Nothing where the object
    /// is no whole one.
    pub(super) fn problems(&self, target: &Target<'_>) -> &'r [Problem<'d>] {
        let (Some(object), Some(answers)) = (self.object, self.answers) else { return &[] };
        answers.problems.get_or_init(|| {
            let mut problems = validation::check(object, target.version);
            if problems.is_empty() {
                return problems;
            }
            let flaws = self.flaws(target);
            let is_of_whole = |it: &Flaw<'_>| {
                it.kind == FlawKind::MissingField
                    && it.place.key().is_some_and(|key| WHOLE.contains(&key))
            };
            if object.is_patch() || flaws.iter().any(is_of_whole) || schema::is_part(object) {
                return Vec::new();
            }
            if target.context.around(self.text.name()).may_move() {
                problems.retain(|it| !is_of_namespace(object, it.place));
            }
            // One finding for one value is enough.
            let mut said: FxHashMap<_, Vec<_>> = FxHashMap::default();
            for flaw in flaws {
                said.entry(flaw.place.extent().start).or_default().push(flaw.place);
            }
            let is_said = |place: Place<'_>| {
                let here = said.get(&place.extent().start);
                here.is_some_and(|it| it.iter().any(|said| said.is_at(&place)))
            };
            problems.retain(|it| !is_said(it.place));
            problems
        })
    }
}

/// Whether a place names the namespace of an object.
fn is_of_namespace(object: &Object<'_>, place: Place<'_>) -> bool {
    let metadata = object.place.at("metadata");
    let is_namespace = object.is_of(GroupKind::NAMESPACE);
    metadata.at("namespace").is_at(&place) || is_namespace && metadata.at("name").is_at(&place)
}
