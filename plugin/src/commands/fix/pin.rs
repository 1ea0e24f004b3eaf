//! `fix --pin`: digests behind the names of images, as the lock has them.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::bail;
use harden_core::check::{Outcome, Settings};
use harden_core::fix::{self, FixedText, NoPin, Unpinned};
use harden_core::lock::{Lock, Locked, NAME};

use super::options::PinFrom;
use super::{Format, Options, patch, print_texts, write};
use crate::commands;
use crate::commands::generate::machine;
use crate::commands::reading::{File, Whole};
use crate::registry::{self, Client, Fault, Store};
use crate::terminal::{self, Exit};

/// Rejects what no lock says, and what cannot be told of pins.
pub(super) fn reject_unpinnable(
    options: &Options,
    from: PinFrom,
    file: &File,
) -> anyhow::Result<()> {
    if file.lock.is_none() && from == PinFrom::Lock {
        bail!(
            "--pin writes what a lock has, and there is no {NAME}: name one with --lock, or ask registries with \
             --pin=registry"
        );
    }
    if options.outputs.formats().contains(&Format::Json) {
        bail!("--pin mends no findings, of which -o json tells: use -o text, -o yaml or --write");
    }
    Ok(())
}

/// Pins the images of all that was read.
pub(super) fn run(
    options: &Options,
    from: PinFrom,
    mut whole: Whole,
    file: &File,
) -> commands::Result {
    let lock = file.lock.clone().unwrap_or_default();
    let sources = std::mem::take(&mut whole.sources);
    let before = whole.check(sources, Settings::new([]));
    let (mut fixed, mut left) = pin(&before, &lock);
    let mut unanswered = Vec::new();
    if from == PinFrom::Registry {
        let timeout = options.connection.request_timeout;
        let (resolved, faults) = resolve(&left, timeout)?;
        let both = Lock::new(lock.images().iter().cloned().chain(resolved));
        (fixed, left) = pin(&before, &both);
        unanswered = faults;
    }
    for error in &whole.errors {
        terminal::error(error)?;
    }
    let mut exit = exit_of(&before, &whole, &left).allowing(options.allow_incomplete);
    if options.write {
        exit = exit.max(write::all(&before, &fixed)?);
    }
    if let Some(form) = options.patch {
        exit = exit.max(patch::run(options, form, &before, &fixed)?);
    } else if options.prints() {
        exit = exit.max(print_texts(options, &before, &fixed, &String::new)?);
    }
    if !options.is_quiet() {
        whole.notes.iter().try_for_each(|it| terminal::note(it))?;
        unanswered.iter().try_for_each(|it| terminal::note(it))?;
        for (name, unpinned) in &left {
            let at = unpinned.at;
            terminal::note(&format!("{name}:{}:{}: {unpinned}", at.line, at.column))?;
        }
        let count: usize = fixed.iter().map(|it| it.splices.len()).sum();
        let images = if count == 1 { "image" } else { "images" };
        terminal::note(&format!("{count} {images} pinned, {} left", left.len()))?;
    }
    Ok(exit)
}

/// What registries have now of the images that the lock does not have, and why some of them are not known.
fn resolve(
    left: &[(String, Unpinned)],
    timeout: Duration,
) -> anyhow::Result<(Vec<Locked>, Vec<String>)> {
    let wanted = left.iter().filter(|(_, it)| it.why == NoPin::Unknown && !it.image.contains('@'));
    let wanted: BTreeSet<_> = wanted.map(|(_, it)| it.image.clone()).collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let client = Client::of_machine(timeout, None).map_err(Fault::into_error)?;
    let resolved = registry::abreast(&wanted, |image| Store::of(image, &client)?.resolve());
    let today = machine::today()?;
    let (mut locked, mut faults) = (Vec::new(), Vec::new());
    for (image, resolved) in wanted.into_iter().zip(resolved) {
        match resolved {
            Ok(resolved) => locked.push(Locked {
                image,
                digest: resolved.digest.to_string(),
                verified: today,
                signers: Vec::new(),
                attestations: Vec::new(),
                config: None,
            }),
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    Ok((locked, faults))
}

/// The texts in which something is pinned, and what is not, each with the name of its source.
fn pin(before: &Outcome<'_>, lock: &Lock) -> (Vec<FixedText>, Vec<(String, Unpinned)>) {
    let (mut fixed, mut left) = (Vec::new(), Vec::new());
    for (source, record) in before.sources.iter().enumerate() {
        let Some(text) = record.text.as_deref() else { continue };
        let pinned = fix::pin(text, lock);
        left.extend(pinned.left.into_iter().map(|it| (record.name.to_string(), it)));
        fixed.push(FixedText {
            source,
            splices: pinned.splices,
            text: pinned.text,
            proposals: Vec::new(),
            hidden: Vec::new(),
        });
    }
    (fixed, left)
}

/// Errors come first, then what is missing.
fn exit_of(before: &Outcome<'_>, whole: &Whole, left: &[(String, Unpinned)]) -> Exit {
    if !whole.errors.is_empty() {
        Exit::Failed
    } else if before.is_incomplete() || !left.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}
