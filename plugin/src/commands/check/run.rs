//! Feeds what the options name to one check, and keeps what could not be read.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use harden_core::check::{Incomplete, Outcome, Settings, Survey};
use harden_core::source::Source;
use rayon::prelude::*;

use super::stream::{Stream, Waiting};
use super::{Options, sources};
use crate::input;

/// Something to read, whole or in passing.
enum Input<W> {
    Whole(Source<'static>),
    Passing(W),
}

/// What was found, and what was named and could not be read.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) outcome: Outcome<'static>,
    pub(super) errors: Vec<String>,
}

/// Reads and checks everything that the options name.
pub(super) fn check(options: &Options, settings: Settings) -> anyhow::Result<Checked> {
    let mut unread = Unread::default();
    let mut inputs = read(options, &mut unread);
    if let Some(folder) = &options.kustomize {
        let source = Source::new(folder.display().to_string(), kustomize(folder)?);
        inputs.push(Input::Whole(source));
    }
    let mut survey = Survey::new(settings);
    for path in &options.crd {
        survey.define(&input::read(&path.display().to_string())?);
    }
    let learn = |input| match input {
        Input::Whole(source) => {
            survey.learn(&source);
            Input::Whole(source)
        }
        Input::Passing(stream) => {
            Input::Passing(Stream::learn(stream, &mut survey, &mut unread.incomplete))
        }
    };
    let inputs: Vec<Input<Waiting>> = inputs.into_iter().map(learn).collect();
    let mut run = survey.end();
    let mut whole = Vec::new();
    for input in inputs {
        match input {
            Input::Whole(source) => whole.push(source),
            Input::Passing(waiting) => {
                run.judge(std::mem::take(&mut whole));
                waiting.judge(&mut run);
            }
        }
    }
    run.judge(whole);
    unread.incomplete.into_iter().for_each(|it| run.note(it));
    Ok(Checked { outcome: run.finish(), errors: unread.errors })
}

/// What could not be read.
#[derive(Debug, Default)]
struct Unread {
    /// What was named: errors.
    errors: Vec<String>,
    /// What was found in folders, and what broke off.
    incomplete: Vec<Incomplete>,
}

/// Reads the files that the options name, in their order.
fn read(options: &Options, unread: &mut Unread) -> Vec<Input<Stream>> {
    let files = sources::find(&options.filename, options.recursive);
    for (path, error) in files.unreadable {
        let (what, why) = (path.display().to_string(), error.to_string());
        unread.incomplete.push(Incomplete { what, why });
    }
    for folder in &files.without_manifests {
        let more = if options.recursive { "" } else { "; -R looks into its folders, too" };
        unread.errors.push(format!(
            "{}: no file in this folder ends in .yaml, .yml or .json{more}",
            folder.display()
        ));
    }
    let mut inputs = Vec::new();
    let read: Vec<_> = files.paths.par_iter().map(|it| read_one(it)).collect();
    for (path, input) in files.paths.iter().zip(read) {
        match input {
            Ok(input) => inputs.push(input),
            Err(why) if options.filename.contains(path) => {
                let name = path.display();
                unread.errors.push(if is_stdin(path) { why } else { format!("{name}: {why}") });
            }
            Err(why) => {
                unread.incomplete.push(Incomplete { what: path.display().to_string(), why });
            }
        }
    }
    inputs
}

/// Reads a file, or standard input for `-`; the error is a sentence.
fn read_one(path: &Path) -> Result<Input<Stream>, String> {
    let name = if is_stdin(path) { "stdin".to_owned() } else { path.display().to_string() };
    let name: Arc<str> = name.into();
    let text = if is_stdin(path) {
        match Stream::of_stdin(&name) {
            Ok(Err(stream)) => return Ok(Input::Passing(stream)),
            Ok(Ok(bytes)) => input::decode(bytes),
            Err(error) => Err(error.into()),
        }
    } else if let Some(stream) = Stream::of_file(&name, path) {
        return Ok(Input::Passing(stream));
    } else {
        input::read_path(path)
    };
    let text = text.map_err(|error| format!("{error:#}"))?;
    // Most often the command before the pipe failed, and nothing found would look sound.
    if is_stdin(path) && text.trim().is_empty() {
        return Err("standard input is empty".to_owned());
    }
    Ok(Input::Whole(Source::new(name, text)))
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// Has kubectl build a kustomization.
fn kustomize(folder: &Path) -> anyhow::Result<String> {
    let output = Command::new("kubectl").arg("kustomize").arg(folder).output();
    let output = output.context("failed to run kubectl, which builds kustomizations")?;
    if !output.status.success() {
        bail!(
            "kubectl kustomize {}: {}",
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("kubectl printed something other than text")
}
