//! Texts that are read: files, streams, and the items of lists that are too large to hold.

mod charts;
mod homes;
mod nearest;
mod spot;
mod text;

pub use charts::{ChartPart, Charts};
pub use homes::{Folders, Homes, folder, is_one_tree};
pub use nearest::{Join, Nearest, folders};
pub use spot::Spot;
pub(crate) use text::may_hold;
pub use text::{Positions, Text};

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use harden_yaml::Position;

/// A text to read, and what it is called.
#[derive(Debug, Clone)]
pub struct Source<'t> {
    /// The path of the file with `/` between its parts, or what else it is called.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Cow<'t, str>,
    /// Where it was cut out, if it is a part of something larger. Such texts are not kept to show
    /// findings in.
    pub cut: Option<Cut>,
}

/// Where a text was cut out of a larger one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Where it begins there.
    pub start: Position,
    /// What an object is that does not say it, as items of typed lists need not; empty until the list says
    /// it, which may be at its end.
    pub list: Arc<OnceLock<ListKind>>,
}

/// What the items of a typed list are; both are empty where the list does not say it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListKind {
    /// Their `apiVersion`.
    pub api_version: String,
    /// Their kind.
    pub kind: String,
}

impl<'t> Source<'t> {
    /// A text of its own.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Cow<'t, str>>) -> Self {
        Self { name: name.into(), text: text.into(), cut: None }
    }

    /// An item of a list, cut out of a larger text.
    pub fn cut(name: Arc<str>, text: impl Into<Cow<'t, str>>, cut: Cut) -> Self {
        Self { name, text: text.into(), cut: Some(cut) }
    }

    /// The text as the source of this index.
    pub fn at(&self, index: usize) -> Text<'_> {
        Text::new(index, &self.name, &self.text, self.cut.as_ref())
    }
}
