//! Feeds what the options name to one check, and keeps what could not be read.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use harden_core::check::{Incomplete, Outcome, Settings, Survey};
use harden_core::object::{Object, objects};
use harden_core::source::Source;
use rayon::prelude::*;

use super::git::Export;
use super::stream::{Stream, Waiting};
use super::{Exclude, Inputs, sources};
use crate::input;
use crate::listing::Reached;
use crate::terminal;

/// Something to read, whole or in passing.
enum Input<W> {
    Whole(Source<'static>),
    Passing(W),
}

/// What was found, and what was named and is not there.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub(crate) outcome: Outcome<'static>,
    pub(crate) errors: Vec<String>,
    /// What the user should know of the way in.
    pub(crate) notes: Vec<String>,
    /// The cluster that was read, in words; none where files were.
    pub(crate) cluster: Option<String>,
    /// How far it was read.
    pub(crate) reached: Option<Reached>,
    /// Whether the user did not want to wait for the rest.
    pub(crate) is_interrupted: bool,
}

/// What is to be read, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'r> {
    pub(crate) inputs: &'r Inputs,
    /// What the inputs name, in their order.
    pub(crate) names: &'r [PathBuf],
    pub(crate) exclude: &'r Exclude,
    /// How long an address is waited for; zero is for ever.
    pub(crate) timeout: Duration,
    /// Where files are that are read as they were; `None` where they are read as they are.
    pub(crate) export: Option<&'r Export>,
}

impl<'r> Request<'r> {
    /// Reads nothing of its own, and waits for no address.
    pub(crate) fn of(inputs: &'r Inputs, exclude: &'r Exclude) -> Self {
        Self { inputs, names: &[], exclude, timeout: Duration::ZERO, export: None }
    }

    /// Where a path is that is called so.
    pub(crate) fn at<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        self.export.map_or(Cow::Borrowed(path), |it| it.at(path))
    }
}

/// Reads and checks everything that is named.
pub(crate) fn check(request: Request<'_>, settings: Settings) -> Checked {
    let mut unread = Unread::default();
    let mut notes = Vec::new();
    let mut inputs = read(request, read_one, &mut unread);
    inputs.extend(kustomized(request, &mut notes, &mut unread).map(Input::Whole));
    let mut survey = Survey::new(settings);
    for text in definitions(request, &mut unread) {
        survey.define(&text);
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
    let mut outcome = run.finish();
    outcome.coverage.excluded = unread.excluded;
    Checked { outcome, errors: unread.errors, notes, ..Checked::default() }
}

/// Everything that is named, held as texts, so that it can be checked more than once.
#[derive(Debug)]
pub(crate) struct Whole {
    pub(crate) sources: Vec<Source<'static>>,
    pub(crate) definitions: Vec<String>,
    pub(crate) incomplete: Vec<Incomplete>,
    excluded: usize,
    pub(crate) errors: Vec<String>,
    /// What the user should know of the way in.
    pub(crate) notes: Vec<String>,
}

/// Reads everything that is named, and holds it.
pub(crate) fn read_whole(request: Request<'_>) -> Whole {
    let mut unread = Unread::default();
    let mut notes = Vec::new();
    let mut sources = read(request, read_one_whole, &mut unread);
    sources.extend(kustomized(request, &mut notes, &mut unread));
    let definitions = definitions(request, &mut unread);
    let Unread { errors, incomplete, excluded } = unread;
    Whole { sources, definitions, incomplete, excluded, errors, notes }
}

impl Whole {
    /// What could not be read, with the texts that are broken, in the words of `check`, which knows charts and
    /// templates.
    pub(crate) fn lacks(&self, mut is_broken: impl FnMut(&Source<'_>) -> bool) -> Vec<Incomplete> {
        let broken: Vec<_> = self.sources.iter().filter(|it| is_broken(it)).cloned().collect();
        if broken.is_empty() {
            self.incomplete.clone()
        } else {
            self.check(broken, Settings::new([])).incomplete
        }
    }

    /// Checks texts in place of those that were read.
    pub(crate) fn check<'t>(&self, sources: Vec<Source<'t>>, settings: Settings) -> Outcome<'t> {
        let mut survey = Survey::new(settings);
        self.definitions.iter().for_each(|it| survey.define(it));
        sources.iter().for_each(|it| survey.learn(it));
        let mut run = survey.end();
        run.judge(sources);
        self.incomplete.iter().for_each(|it| run.note(it.clone()));
        let mut outcome = run.finish();
        outcome.coverage.excluded = self.excluded;
        outcome
    }
}

/// What kubectl builds of the kustomization that is named.
fn kustomized(
    request: Request<'_>,
    notes: &mut Vec<String>,
    unread: &mut Unread,
) -> Option<Source<'static>> {
    let folder = request.inputs.kustomize.as_deref()?;
    let name = folder.display().to_string();
    let place = request.at(folder);
    if !place.exists() {
        unread.miss(name, "there is no such folder");
        return None;
    }
    match kustomize(&place) {
        Ok(text) => {
            notes.extend(lost_ignores(&place));
            Some(Source::new(name, text))
        }
        Err(why) => {
            let why = request.export.map_or_else(|| why.clone(), |it| it.in_words(&why));
            unread.lack(name, &why);
            None
        }
    }
}

/// What could not be read.
#[derive(Debug, Default)]
struct Unread {
    /// What was named and is not there.
    errors: Vec<String>,
    /// All of it.
    incomplete: Vec<Incomplete>,
    /// How many files and folders were left out.
    excluded: usize,
}

impl Unread {
    /// Notes what is there and could not be read.
    fn lack(&mut self, what: String, why: &str) {
        self.incomplete.push(Incomplete { what, why: terminal::in_words(why) });
    }

    /// Notes what was named and is not there.
    fn miss(&mut self, what: String, why: &str) {
        self.errors.push(format!("{what}: {why}"));
        self.lack(what, why);
    }
}

/// The texts of the files that CustomResourceDefinitions are said to be in.
fn definitions(request: Request<'_>, unread: &mut Unread) -> Vec<String> {
    let paths = request.inputs.crd.iter();
    paths.filter_map(|it| definition(request, it, unread)).collect()
}

fn definition(request: Request<'_>, path: &Path, unread: &mut Unread) -> Option<String> {
    let name = name_of(path);
    let text = match input::read_path(&request.at(path), request.timeout) {
        Ok(text) => text,
        Err(error) => {
            let why = format!("{error:#}");
            if input::is_not_there(&error) {
                unread.miss(name, &why);
            } else {
                unread.lack(name, &why);
            }
            return None;
        }
    };
    let is_definition = |it: &Object<'_>| it.kind == "CustomResourceDefinition";
    let mut is_empty = true;
    for document in harden_yaml::documents(&text) {
        if document.is_rejected() {
            unread.lack(name.clone(), "a document could not be read");
        }
        is_empty &= !objects(document.root()).any(|it| is_definition(&it));
    }
    if is_empty {
        unread.lack(name, "there is no CustomResourceDefinition in it");
    }
    Some(text)
}

/// Reads the files that are named, in their order.
fn read<T: Send>(
    request: Request<'_>,
    read_one: impl Fn(Request<'_>, &Path) -> anyhow::Result<T> + Sync,
    unread: &mut Unread,
) -> Vec<T> {
    let Request { inputs: Inputs { recursive, .. }, names, .. } = request;
    let files = sources::find(request);
    unread.excluded = files.excluded;
    for (path, error) in files.unreadable {
        unread.lack(path.display().to_string(), &error.to_string());
    }
    for folder in &files.without_manifests {
        let more = if *recursive { "" } else { "; -R looks into its folders, too" };
        let why = format!("no file in this folder ends in .yaml, .yml or .json{more}");
        unread.lack(folder.display().to_string(), &why);
    }
    let mut inputs = Vec::new();
    let read: Vec<_> = files.paths.par_iter().map(|it| read_one(request, it)).collect();
    for (path, input) in files.paths.iter().zip(read) {
        match input {
            Ok(input) => inputs.push(input),
            Err(error) => {
                let is_named = names.contains(path);
                let (name, why) = (name_of(path), format!("{error:#}"));
                if is_named && input::is_not_there(&error) {
                    unread.miss(name, &why);
                } else {
                    unread.lack(name, &why);
                }
            }
        }
    }
    inputs
}

/// Reads a file, an address, or standard input for `-`.
fn read_one(request: Request<'_>, path: &Path) -> anyhow::Result<Input<Stream>> {
    let name: Arc<str> = name_of(path).into();
    let text = if is_stdin(path) {
        match Stream::of_stdin(&name) {
            Ok(Err(stream)) => return Ok(Input::Passing(stream)),
            Ok(Ok(bytes)) => input::decode(bytes),
            Err(error) => Err(error.into()),
        }
    } else if let Some(stream) = Stream::of_file(&name, &request.at(path)) {
        return Ok(Input::Passing(stream));
    } else {
        input::read_path(&request.at(path), request.timeout)
    }?;
    whole(path, name, text).map(Input::Whole)
}

/// The same, held as a whole whatever it is.
fn read_one_whole(request: Request<'_>, path: &Path) -> anyhow::Result<Source<'static>> {
    let text = input::read_path(&request.at(path), request.timeout)?;
    whole(path, name_of(path).into(), text)
}

fn whole(path: &Path, name: Arc<str>, text: String) -> anyhow::Result<Source<'static>> {
    // Most often the command before the pipe failed, and nothing found would look sound.
    if is_stdin(path) && text.trim().is_empty() {
        bail!("standard input is empty");
    }
    Ok(Source::new(name, text))
}

pub(super) fn name_of(path: &Path) -> String {
    if is_stdin(path) { "stdin".to_owned() } else { input::shown(path) }
}

pub(super) fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

/// A message without the name that it gives an alias: it may be a password that begins with `*`.
fn without_anchors(message: &str) -> String {
    let mut parts = message.split("unknown anchor '");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once('\'').map_or("", |(_, rest)| rest);
        text.extend(["unknown anchor", rest]);
    }
    text
}

/// A note on comments that ignore findings, which do not outlast building.
fn lost_ignores(folder: &Path) -> Option<String> {
    let (mut inputs, exclude) = (Inputs::default(), Exclude::default());
    inputs.recursive = true;
    let names = [folder.to_owned()];
    let files = sources::find(Request { names: &names, ..Request::of(&inputs, &exclude) }).paths;
    let has_one = |it: &&PathBuf| {
        input::read_path(it, Duration::ZERO).is_ok_and(|text| text.contains("harden: ignore["))
    };
    let file = files.iter().find(has_one)?;
    Some(format!(
        "{}: kustomize drops comments, so what they ignore counts: write annotations instead",
        file.display()
    ))
}

/// Has kubectl build a kustomization; the error is a sentence.
fn kustomize(folder: &Path) -> Result<String, String> {
    let output = Command::new("kubectl").arg("kustomize").arg(folder).output();
    let output = output
        .map_err(|error| format!("failed to run kubectl, which builds kustomizations: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("kubectl kustomize failed: {}", without_anchors(said.trim())));
    }
    String::from_utf8(output.stdout)
        .map_err(|_| "kubectl printed something other than text".to_owned())
}
