//! What questions about files, a cluster or a snapshot have in common: the words of the command line for it.

use std::path::PathBuf;

use clap::ValueEnum;

use super::{Exclude, Inputs, Reach, Request, Whole, read_whole};
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;

/// What a question reads, and how its answer is written.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Asked<F: ValueEnum + Send + Sync + 'static> {
    /// File, folder, https:// address, or - for standard input to read in place of a cluster; repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) outputs: Outputs<F>,

    /// Exit as if all was read, when something was not
    #[arg(long, help_heading = "Exit code")]
    pub(crate) allow_incomplete: bool,

    #[command(flatten)]
    pub(crate) reach: Reach,

    #[command(flatten)]
    pub(crate) connection: Connection,
}

impl<F: ValueEnum + Send + Sync + 'static> Asked<F> {
    /// The same of what another connection leads to.
    #[cfg(feature = "live")]
    pub(crate) fn through(&self, connection: &Connection) -> Self {
        Self { connection: connection.clone(), ..self.clone() }
    }

    /// Whether files are read in place of a cluster.
    pub(crate) fn is_of_files(&self) -> bool {
        !self.filename.is_empty() || self.kustomize.is_some()
    }

    /// What the flags name.
    pub(crate) fn inputs(&self) -> Inputs {
        Inputs::of(self.filename.clone(), self.recursive, self.kustomize.clone())
    }

    /// How what is named is read.
    pub(crate) fn request<'r>(
        &self,
        inputs: &'r Inputs,
        names: &'r [PathBuf],
        exclude: &'r Exclude,
    ) -> Request<'r> {
        let timeout = self.connection.request_timeout;
        Request { names, timeout, ..Request::of(inputs, exclude) }
    }

    /// Reads the files.
    pub(crate) fn read_files(&self) -> anyhow::Result<Whole> {
        let (inputs, exclude) = (self.inputs(), Exclude::default());
        let names = inputs.names("ask about")?;
        Ok(read_whole(self.request(&inputs, &names, &exclude)))
    }
}
