//! Where generators over workloads read from: files, a kustomization, a snapshot or a cluster.

use std::path::PathBuf;

use anyhow::bail;

use crate::commands::reading::{self, Exclude, Inputs, Reach, Request, Whole};
use crate::connection::Connection;
use crate::terminal;

/// What is read, beside `--filename`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sources {
    /// The same as -f [default: the cluster, where nothing else says what is meant]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    #[command(flatten)]
    pub(super) reach: Reach,
}

impl Sources {
    /// The names of the files, those of `--filename` among them.
    pub(super) fn names(&self, by_flag: Vec<String>) -> Vec<PathBuf> {
        let by_flag = by_flag.into_iter().map(PathBuf::from);
        self.paths.iter().cloned().chain(by_flag).collect()
    }

    /// Whether files are read.
    pub(super) fn are_files(&self, names: &[PathBuf]) -> bool {
        !names.is_empty() || self.kustomize.is_some()
    }

    /// Reads the files.
    pub(super) fn read(&self, names: &[PathBuf], connection: &Connection) -> Whole {
        let inputs = Inputs::of(names.to_vec(), self.recursive, self.kustomize.clone());
        let (exclude, timeout) = (Exclude::default(), connection.request_timeout);
        reading::read_whole(Request { names, timeout, ..Request::of(&inputs, &exclude) })
    }
}

/// Says what is to be known beside what was read, unless something that was named is not there: then all of that.
pub(super) fn tell(errors: &[String], notes: &[String]) -> anyhow::Result<()> {
    if let Some((last, before)) = errors.split_last() {
        before.iter().try_for_each(|it| terminal::error(it))?;
        bail!("{last}");
    }
    notes.iter().try_for_each(|it| terminal::note(it))
}
