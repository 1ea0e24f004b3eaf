//! Objects in a file of their own, which a later run writes again.

use std::path::Path;

use anyhow::Context as _;
use harden_core::generators::ObjectOutput;
use harden_core::{Manifest, ManifestFormat};

use super::folder::{MARK, reject_foreign, replace};
use super::{Delivery, outputs};
use crate::commands;
use crate::terminal;

/// Writes the objects to every file that is asked for, whatever becomes of the others.
pub(crate) fn write(manifests: &[Manifest], delivery: &Delivery, force: bool) -> commands::Result {
    outputs::each(&delivery.output_file, |file| {
        let output = file.format_or(&delivery.output.output);
        write_one(ObjectOutput { output, ..delivery.output }, manifests, &file.path, force)
    })
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
