//! What commands over manifests read, and by which rules they judge it.

mod against;
mod asked;
mod cluster;
mod config;
mod exclude;
mod git;
mod given;
mod inputs;
mod lock;
mod reach;
mod run;
mod seen;
mod selection;
mod sources;
mod spool;
mod stream;

pub(crate) use against::{Against, Judged, is_snapshot};
pub(crate) use asked::Asked;
pub(crate) use cluster::{check_listing, one_listed, sources as sources_of};
pub(crate) use config::{Config, Entry, File, RuleName};
pub(crate) use exclude::Exclude;
pub(crate) use given::Given;
pub(crate) use inputs::Inputs;
pub(crate) use reach::{Reach, Span};
pub(crate) use run::{Checked, Request, Whole, check, read_whole};
pub(crate) use seen::{Lack, Seen};
pub(crate) use selection::Selection;

use harden_core::finding::Severity;
use harden_core::report::{FORMATS, Format, Order};

use crate::commands::explain::severity;

/// The severity from which a finding fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Threshold(pub(crate) Option<Severity>);

/// Reads an order by its name.
pub(crate) fn order(text: &str) -> Result<Order, String> {
    Order::ALL
        .into_iter()
        .find(|it| it.name() == text)
        .ok_or_else(|| format!("must be one of {}", Order::ALL.map(Order::name).join(", ")))
}

/// Reads a format by its name.
pub(crate) fn format(text: &str) -> Result<Format, String> {
    Format::find(text).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|it| it.name).collect();
        format!("there is no such format; there are {}", names.join(", "))
    })
}

/// Reads the severity from which a finding fails the run.
pub(crate) fn threshold(text: &str) -> Result<Threshold, String> {
    if text == "never" {
        Ok(Threshold(None))
    } else {
        severity(text).map(|it| Threshold(Some(it))).map_err(|it| format!("{it}, never"))
    }
}
