//! `snapshot`: writes what a cluster holds to a file, without secrets.

use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::reading::Span;
use crate::connection::Connection;
use crate::deliver::folder::{is_device, target, temporary};
use crate::listing::Listing;
use crate::snapshot::{self, Written};
use crate::terminal::{self, Exit};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Write to a file, readable by its owner only, what would go to standard output
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    output_file: Option<PathBuf>,

    /// Take in the values of ConfigMaps, but for the secrets in them
    #[arg(long, help_heading = "Output")]
    with_config_maps: bool,

    /// Exit as if all was read, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    span: Span,

    #[command(flatten)]
    connection: Connection,
}

pub(crate) fn run(options: &Options) -> super::Result {
    if options.output_file.is_none() && io::stdout().is_terminal() {
        bail!("a snapshot is not for a terminal: write a file with --output-file PATH");
    }
    if options.output_file.as_deref() == Some(Path::new("-")) {
        bail!("- is no file: leave --output-file out to write to standard output");
    }
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?;
    let listing = options.span.list(&options.connection, &now.to_string())?;
    let what = listing.origin.to_string();
    terminal::note(&format!("reading {what}"))?;
    let written = write(options, listing)?;
    for lack in &written.lacks {
        terminal::note(&format!("not in the snapshot: {lack}"))?;
    }
    if let Some(path) = &options.output_file {
        let (path, objects) = (path.display(), written.objects);
        terminal::note(&format!("wrote {path}: {objects} objects of {what}"))?;
    }
    let exit = if written.lacks.is_empty() { Exit::Done } else { Exit::Incomplete };
    Ok(exit.allowing(options.allow_incomplete))
}

fn write(options: &Options, listing: Listing) -> anyhow::Result<Written> {
    let write = |out: &mut dyn Write| {
        let mut out = BufWriter::with_capacity(1 << 16, out);
        snapshot::write(listing, options.with_config_maps, &mut out)
    };
    let Some(path) = &options.output_file else {
        return match write(&mut io::stdout().lock()) {
            // Whoever went away has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Written::default()),
            other => other.context("failed to write standard output"),
        };
    };
    let failed = || format!("failed to write {}", path.display());
    if is_device(path) {
        let mut file = std::fs::OpenOptions::new().write(true).open(path).with_context(failed)?;
        return write(&mut file).with_context(failed);
    }
    let path = target(path);
    if path.is_dir() {
        return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(failed);
    }
    let file = temporary(&path, &[], 0o600);
    // Whose name the temporary file has is of no use to anybody.
    let mut file = file.map_err(|it| io::Error::from(it.kind())).with_context(failed)?;
    let written = write(&mut file).with_context(failed)?;
    file.persist(&path).map_err(|it| it.error).with_context(failed)?;
    Ok(written)
}
