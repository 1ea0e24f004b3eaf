//! Images of which a different one may be there tomorrow.

use super::images::{self, MOVING, REFERENCE};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "mutable-image-tag",
    constraint: Kind::constraint("HardenMutableImageTag", "hardenmutableimagetag"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    images::validations(
        |image| {
            format!(
                "!{image}.matches({REFERENCE}) || {image}.contains('@') || {image}.matches(':[^/:]*$') && \
                 !{image}.matches({MOVING})"
            )
        },
        "the image must be named by the tag of a version",
    )
}
