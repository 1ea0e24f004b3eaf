//! What is read: the words of the command line for it.

use std::path::PathBuf;

use anyhow::bail;

use super::{Config, Exclude, File};

/// What is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Inputs {
    /// File, folder, https:// address, or - for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The same as PATH, repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    pub(crate) recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    pub(crate) kustomize: Option<PathBuf>,

    /// CustomResourceDefinitions to check custom objects against, repeatable
    #[arg(long, value_name = "FILE", help_heading = "Input")]
    pub(super) crd: Vec<PathBuf>,

    /// Files and folders to leave out, by a glob such as vendor or charts/**/test-*.yaml; repeatable
    #[arg(long, value_name = "GLOB", help_heading = "Input")]
    exclude: Vec<String>,
}

impl Inputs {
    /// What flags alone name, for commands whose words are no paths.
    pub(crate) fn of(filename: Vec<PathBuf>, recursive: bool, kustomize: Option<PathBuf>) -> Self {
        Self { filename, recursive, kustomize, ..Self::default() }
    }

    /// What is to be read, in the order of the command line: what has no flag comes first. `purpose` is what
    /// the command does with it.
    pub(crate) fn names(&self, purpose: &str) -> anyhow::Result<Vec<PathBuf>> {
        let names: Vec<_> = self.paths.iter().chain(&self.filename).cloned().collect();
        if names.is_empty() && self.kustomize.is_none() {
            bail!(
                "there is nothing to {purpose}: name a file, a folder, an https:// address or - with PATH or -f, \
                 or a kustomization with -k; the cluster of the current context is not read yet"
            );
        }
        Ok(names)
    }

    /// Whether nothing is named, so that a cluster is meant.
    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty() && self.filename.is_empty() && self.kustomize.is_none()
    }

    /// Files and folders that are left out: what the command line says, and what the file says.
    pub(crate) fn exclude(&self, file: &File) -> anyhow::Result<Exclude> {
        let here = std::env::current_dir()?;
        let of_file = file.config.exclude.iter().map(|it| it.0.as_str());
        Exclude::new([
            (here, self.exclude.iter().map(String::as_str).collect()),
            (file.folder.clone(), of_file.collect()),
        ])
    }

    /// Takes from the file what the command line does not say.
    pub(crate) fn fill(&mut self, config: &Config) {
        self.recursive |= config.recursive;
        if self.crd.is_empty() {
            self.crd.clone_from(&config.crd);
        }
    }
}
