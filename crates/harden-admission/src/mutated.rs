//! What mutations make of an object.

use crate::{Answer, Object};

/// What the mutations of one engine make of an object.
#[derive(Debug, Clone, Default)]
pub struct Mutated {
    /// What becomes of it; none where nothing changes it.
    pub object: Option<Object>,
    /// What the rules say: a pass where one changed it.
    pub answers: Vec<Answer>,
}
