//! What a format of reports is: a value in a file of its own.

use std::fmt;
use std::io::{self, BufWriter, Write};

use super::{FORMATS, Order, Report};

/// How a report is written.
#[derive(Clone, Copy)]
pub struct Format {
    /// What the command line calls it.
    pub name: &'static str,
    /// What it is, in one line without a full stop.
    pub help: &'static str,
    /// What it orders findings by where nobody says otherwise.
    pub order: Order,
    /// What becomes of findings that an earlier check found, too.
    pub(super) unchanged: Unchanged,
    /// Writes a report, in colour if that is wanted and the format knows any.
    pub(super) write: fn(&Report<'_>, bool, &mut Out<'_>) -> io::Result<()>,
}

/// Whether a format shows findings that the earlier check found, too, with which a report is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unchanged {
    /// It does, and says of each what it is, or leaves it to its reader.
    Shown,
    /// It does when it is to show everything.
    WhenVerbose,
    /// It does not: it is about what a change brings.
    Hidden,
}

impl Unchanged {
    pub(super) fn is_hidden(self, is_verbose: bool) -> bool {
        match self {
            Self::Shown => false,
            Self::WhenVerbose => !is_verbose,
            Self::Hidden => true,
        }
    }
}

/// Where formats write to.
pub(super) type Out<'a> = BufWriter<&'a mut dyn Write>;

impl Format {
    /// The format of this name.
    pub fn find(name: &str) -> Option<Self> {
        FORMATS.iter().find(|it| it.name == name).copied()
    }
}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Format").field(&self.name).finish()
    }
}

#[cfg(feature = "cli")]
impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        FORMATS
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name).help(self.help))
    }
}
