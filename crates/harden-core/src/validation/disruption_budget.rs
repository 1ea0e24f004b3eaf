//! What the API server refuses of PodDisruptionBudgets.

use super::problem::{ProblemKind, Problems};
use super::selector;
use crate::object::Object;

pub(super) fn check<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    selector::check(spec.at("selector"), problems);
    if spec.at("minAvailable").exists() {
        let rule = "beside `minAvailable`";
        problems.forbidden(ProblemKind::Object, spec.at("maxUnavailable"), rule);
    }
}
