//! What of a report is shown, and how much is said beside it.

use super::{Against, Summary};
use crate::check::Compared;

/// What of a report is shown, and how much is said beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct View<'a> {
    /// The numbers of all findings, where some are left out of the report.
    pub all: Option<Summary>,
    /// What a baseline hides.
    pub compared: Option<Compared>,
    /// What it is compared with; its findings have a status then.
    pub against: Option<Against<'a>>,
    /// The cluster that was read, in words; none where files were read.
    pub cluster: Option<&'a str>,
    /// The namespace of it that was read; none where all were, or files.
    pub namespace: Option<&'a str>,
    /// Whether reports for a cluster have what is ignored, too; of files they always have.
    pub with_ignored: bool,
    /// The file that settings come from.
    pub settings_file: Option<&'a str>,
    /// Whether text shows findings and what is incomplete only.
    pub is_quiet: bool,
    /// Whether text shows every finding with its lines, however many there are.
    pub is_verbose: bool,
}
