//! Who reaches whom, what a change opens and closes, which policies are for whom, and who could come and reach them.
//!
//! [`List`] says all connections, [`Changes`] what differs of them between two states, [`Selections`] the policies of
//! each workload, and [`Exposures`] what goes through with pods that are not there yet. Each hands over one row after the
//! other, and formats write it at once, so that memory does not grow with the number of connections. Drawings show what
//! is alike as one, and say what they leave out. [`crate::network::connectivity`] decides.

mod change;
mod coverage;
mod csv;
mod dot;
mod drawing;
mod end;
mod exposures;
mod focus;
mod json;
mod list;
mod map;
mod markdown;
mod mermaid;
mod names;
mod question;
mod selection;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use change::{Change, Changes};
pub use coverage::{Coverage, UNSEEN};
pub use csv::write_csv;
pub use drawing::{Drawing, draw};
pub use end::End;
pub use exposures::{Exposed, Exposures};
pub use focus::{Focus, Name, Nobody};
pub(super) use json::of_coverage;
pub use json::write_json;
pub use list::{Link, List};
pub use markdown::write_markdown;
pub use question::{
    Asked, Destination, Met, NoEnd, Unasked, Whom, question_to_json, question_to_text,
};
pub use selection::{Selection, Selections, Side};
pub use text::write_text;

use std::io;

use crate::network::connectivity::Policy;

/// What was answered.
#[derive(Debug)]
pub enum Answer<'n> {
    /// Who reaches whom.
    List(List<'n>),
    /// What a change opens and closes.
    Changes(Changes<'n>),
    /// Which policies are for whom.
    Selections(Selections<'n>),
    /// What goes through with pods that are not there yet.
    Exposures(Exposures<'n>),
}

/// A row of an answer.
#[derive(Debug)]
pub(super) enum Record<'r, 'n> {
    Link(&'r Link<'r>),
    Change(&'r Change<'r>),
    Selection(&'r Selection<'n>),
    Exposed(&'r Exposed<'r>),
}

impl<'n> Answer<'n> {
    /// Whether a change opens something.
    ///
    /// # Errors
    ///
    /// None; nothing is written.
    pub fn opens_something(&self) -> io::Result<bool> {
        let mut opens = false;
        if let Self::Changes(it) = self {
            it.each(&mut |it| {
                opens |= !it.opened().is_empty();
                Ok(())
            })?;
        }
        Ok(opens)
    }

    /// Hands over one row after the other.
    fn each(&self, take: &mut dyn FnMut(&Record<'_, '_>) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::List(it) => it.each(&mut |it| take(&Record::Link(it))),
            Self::Changes(it) => it.each(&mut |it| take(&Record::Change(it))),
            Self::Selections(it) => it.each(&mut |it| take(&Record::Selection(it))),
            Self::Exposures(it) => it.each(&mut |it| take(&Record::Exposed(it))),
        }
    }

    /// The workloads that came with a change, and those that went.
    fn workloads(&self) -> [Vec<String>; 2] {
        match self {
            Self::Changes(it) => it.workloads(),
            _ => [Vec::new(), Vec::new()],
        }
    }

    /// The policies that are for nobody, where policies are asked for.
    fn idle(&self) -> Vec<Policy<'n>> {
        match self {
            Self::Selections(it) => it.idle().collect(),
            _ => Vec::new(),
        }
    }

    /// What is said where there is no row.
    fn nothing(&self) -> &'static str {
        match self {
            Self::List(_) => "Nobody reaches anybody.",
            Self::Changes(_) => "Nothing is opened, and nothing is closed.",
            Self::Selections(_) => "There is no such workload.",
            Self::Exposures(_) => "Nobody who may come reaches any of them, or is reached by them.",
        }
    }
}
