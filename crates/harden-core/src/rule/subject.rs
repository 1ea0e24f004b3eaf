//! What a rule is shown, as far as its findings need it.

use std::cell::OnceCell;

use harden_yaml::Place;

use super::{Target, Workload};
use crate::object::Object;
use crate::schema::Flaw;
use crate::source::Positions;

/// What a rule is shown, as far as its findings need it.
#[derive(Clone, Copy)]
pub struct Subject<'r, 'd> {
    pub(super) text: &'r dyn Positions,
    /// The document of the text.
    pub(super) document: u32,
    pub(super) object: Option<&'r Object<'d>>,
    /// Whether places are left out where there is nothing.
    pub(super) is_patch: bool,
    flaws: Option<&'r OnceCell<Vec<Flaw<'d>>>>,
}

impl<'r, 'd> Subject<'r, 'd> {
    /// A document, by its place in a text.
    pub(crate) fn document(text: &'r dyn Positions, document: u32) -> Self {
        Self { text, document, object: None, is_patch: false, flaws: None }
    }

    /// An object. What the schemas say of it is asked once, and kept in `flaws` for all rules.
    pub(crate) fn object(
        text: &'r dyn Positions,
        object: &'r Object<'d>,
        flaws: &'r OnceCell<Vec<Flaw<'d>>>,
    ) -> Self {
        let it = Self::document(text, object.document);
        Self { object: Some(object), flaws: Some(flaws), ..it }
    }

    /// A pod or pod template.
    pub(crate) fn workload(text: &'r dyn Positions, workload: &'r Workload<'d>) -> Self {
        let it = Self::document(text, workload.object.document);
        Self { object: Some(&workload.object), is_patch: workload.is_patch(), ..it }
    }

    /// From where the way to a place is told.
    pub(super) fn base(&self, place: Place<'d>) -> Place<'d> {
        self.object.map_or_else(|| place.document().root(), |it| it.place)
    }

    /// What the API server would reject or drop of the object.
    pub(super) fn flaws(&self, target: &Target<'_>) -> &'r [Flaw<'d>] {
        let (Some(object), Some(flaws)) = (self.object, self.flaws) else { return &[] };
        flaws.get_or_init(|| {
            let around = target.context.around(self.text.name());
            around.flaws(object, target.version)
        })
    }
}
