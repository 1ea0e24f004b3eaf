//! Objects in a file of their own, which a later run writes again.

use std::path::Path;

use anyhow::Context as _;
use clap::ValueEnum as _;
use harden_core::generators::ObjectOutput;
use harden_core::{Manifest, ManifestFormat};

use super::Delivery;
use super::folder::{MARK, reject_foreign, replace};
use crate::commands;
use crate::terminal::{self, Exit};

/// Writes the objects to every file that is asked for, whatever becomes of the others.
pub(crate) fn write(manifests: &[Manifest], delivery: &Delivery, force: bool) -> commands::Result {
    let mut exit = Exit::Done;
    for file in &delivery.output_file {
        let format = file.format.as_ref().and_then(|it| ManifestFormat::from_str(it, false).ok());
        let output = format.map_or(delivery.output.output, |it| it);
        let output = ObjectOutput { output, ..delivery.output };
        if let Err(error) = write_one(output, manifests, &file.path, force) {
            terminal::error(&format!("{error:#}"))?;
            exit = Exit::Failed;
        }
    }
    Ok(exit)
}

fn write_one(
    output: ObjectOutput,
    manifests: &[Manifest],
    path: &Path,
    force: bool,
) -> anyhow::Result<()> {
    if !force {
        reject_foreign(path)?;
    }
    let mark = if output.output == ManifestFormat::Yaml { MARK } else { "" };
    let text = format!("{mark}{}", output.text(manifests));
    replace(path, text.as_bytes())
        .with_context(|| format!("failed to write {}", path.display()))?;
    terminal::note(&format!("wrote {}", path.display()))
}
