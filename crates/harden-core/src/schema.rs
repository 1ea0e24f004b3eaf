//! What the API server would say of an object before it looks at what the fields mean: fields and
//! API versions that it does not have, values of the wrong type, and what it insists on.
//!
//! The types of every built-in kind of Kubernetes 1.25 to 1.37 are in one table; custom kinds are
//! read from their CustomResourceDefinitions.

mod built_in;
mod crds;
mod head;
mod hints;
mod limit;
mod meant;
mod own_labels;
mod patch;
mod removed;
mod scalar;
mod served;
mod similar;
mod structural;
mod table;
#[cfg(test)]
mod tests;
mod time;
mod validation;
mod walk;
mod words;

pub use crds::Crds;
pub use hints::{names_object, says_object};
pub use meant::{is_doubtful, meant};
pub use similar::similar;

use harden_yaml::{Action, Place};

use crate::kubernetes::MinorVersion;
use crate::object::Object;

/// One thing that the API server would reject or drop.
#[derive(Debug, Clone)]
pub struct Flaw<'d> {
    /// What is wrong.
    pub kind: FlawKind,
    /// Where: for a missing field the place where it belongs.
    pub place: Place<'d>,
    /// What is wrong, in one line without a full stop; the same for the same flaw elsewhere.
    pub message: String,
    /// What would mend it; `None` where that cannot be told.
    pub change: Option<Action>,
}

/// What can be wrong with the form of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FlawKind {
    /// No version of the API server has this field.
    UnknownField,
    /// Other versions of the API server have this field.
    FieldNotInVersion,
    /// The value cannot be decoded into the field.
    WrongType,
    /// The API server insists on a field that is not there or empty.
    MissingField,
    /// The value is of the right type, and the API server refuses it.
    InvalidValue,
    /// A quantity without a number, which the API server takes as zero.
    QuantityWithoutNumber,
    /// The API server does not serve this API version of a known kind.
    UnservedVersion,
    /// A group of Kubernetes has no such kind.
    UnknownKind,
    /// The object does not say what it is.
    Untyped,
}

/// Whether an object is of a kind that no Kubernetes has, so that only a CustomResourceDefinition can tell
/// what it is like.
pub fn is_custom(object: &Object<'_>) -> bool {
    !built_in::built_in().has_kind(object.group, object.kind)
}

/// Whether some Kubernetes has a kind in this API version.
pub fn is_built_in(group: &str, version: &str, kind: &str) -> bool {
    built_in::built_in().find(group, version, kind).is_some()
}

/// Whether Kubernetes has a kind of this name, in whatever group.
pub fn is_kind(kind: &str) -> bool {
    built_in::built_in().kinds.iter().any(|it| it.name == kind)
}

/// The kinds that some Kubernetes has, each with its group.
pub fn built_in_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    built_in::built_in().kinds.iter().map(|it| (it.group, it.name))
}

/// Whether a manifest is only part of an object, such as the patches of kustomize.
pub fn is_part(object: &Object<'_>) -> bool {
    patch::is_part(object)
}

/// Whether the API server can decode an object of which these are all flaws.
pub fn can_decode(flaws: &[Flaw<'_>]) -> bool {
    !flaws.iter().any(|it| it.kind == FlawKind::WrongType)
}

/// The flaws of an object in the order of its text, except that missing fields come after what is
/// written beside them. Kinds of groups that are not known are not checked.
pub fn check<'d>(object: &Object<'d>, version: MinorVersion, crds: &Crds) -> Vec<Flaw<'d>> {
    let target = built_in::clamp(version);
    let mut flaws = Vec::new();
    if object.is_guessed {
        flaws = meant::flaws(object, target);
        if !object.is_complete() {
            return flaws;
        }
    }
    if let Some(root) = served::resolve(object, target, crds, &mut flaws) {
        walk::check(object.place, &root, &mut flaws);
        own_labels::fill_in(object, &mut flaws);
        // The first flaw of a definition hides others, as wrong types do.
        if structural::is_definition(object) && flaws.is_empty() {
            flaws.extend(structural::first_flaw(object));
        }
        if patch::is_partial(object, &flaws) {
            flaws.retain(|it| it.kind != FlawKind::MissingField);
        }
    }
    if object.is_guessed {
        flaws.retain(|it| it.kind == FlawKind::Untyped || !meant::is_of_head(it, object));
    }
    flaws
}
