//! What objects are held to.

use crate::inventory::Context;
use crate::kubernetes::{Date, Level, MinorVersion};
use crate::lock::Lock;

/// What objects are held to.
#[derive(Debug, Clone, Copy)]
pub struct Target<'r> {
    /// The Pod Security level that pods are held to where no Namespace says otherwise.
    pub level: Level,
    /// The Kubernetes version that the objects are meant for.
    pub version: MinorVersion,
    /// The date, as far as it is known.
    pub today: Date,
    /// What objects of the input say for others.
    pub context: &'r Context,
    /// Whether the text is in a Helm chart, of which the coverage speaks as a whole.
    pub is_in_chart: bool,
    /// What was seen of images, where somebody looked.
    pub lock: Option<&'r Lock>,
}
