//! `fix`: mends what the rules find, in the text that it is in.

mod interactive;
mod options;
mod patch;
mod pin;
mod write;

pub(crate) use options::{Format, Options};

use std::borrow::Cow;
use std::path::Path;

use harden_core::check::Outcome;
use harden_core::finding::Finding;
use harden_core::fix::{self, Choice, Existing, FixedText, Story};
use harden_core::secrecy;

use crate::commands;
use crate::commands::reading::{self, File, Request, Whole};
use crate::deliver::outputs;
use crate::terminal::{self, Exit};

pub(crate) fn run(options: &Options) -> commands::Result {
    let names = options.inputs.names("mend")?;
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut file = File::read(options.selection.config.as_deref())?
        .with_lock(options.selection.lock.as_deref())?;
    file.take_expired(today);
    let mut options = options.clone();
    options.fill(&file.config);
    options.outputs.check(&[])?;
    let version = options.connection.version(options.selection.kubernetes_version)?;
    let settings = options.selection.settings(&file, version)?;
    let exclude = options.inputs.exclude(&file)?;
    let timeout = options.connection.request_timeout;
    let request = Request { names: &names, timeout, ..Request::of(&options.inputs, &exclude) };
    if options.write {
        write::reject_unwritable(request)?;
    }
    patch::reject_undeliverable(&options)?;
    if let Some(from) = options.pin {
        pin::reject_unpinnable(&options, from, &file)?;
    }
    if options.interactive {
        interactive::reject_without_terminal(names.iter().any(|it| it == Path::new("-")))?;
    }
    let mut whole = reading::read_whole(request);
    if let Some(from) = options.pin {
        return pin::run(&options, from, whole, &file);
    }
    let sources = std::mem::take(&mut whole.sources);
    let before = whole.check(sources, settings.clone());
    let existing = Existing::in_outcome(&before);
    let (safe_only, user) = (options.safe_only, options.run_as_user);
    let any = Choice { safe_only, wants: &|_, _| true, version, existing: &existing, user };
    let chosen = if options.interactive { Some(interactive::choose(&before, &any)?) } else { None };
    let wants = |place: usize, _: &Finding| chosen.as_ref().is_none_or(|it| it.contains(&place));
    let choice = Choice { wants: &wants, ..any };
    // Who was asked of each fix wants no others.
    let rounds = if options.interactive { 0 } else { fix::ROUNDS };
    let exit = fix::fix_in_rounds(
        &before,
        &choice,
        rounds,
        &|it| whole.check(it, settings.clone()),
        |fixed, after, proof| {
            let level = options.selection.level;
            tell(&options, &whole, &Story { before: &before, fixed, after, proof, level })
        },
    );
    // The process ends, and taking a hundred thousand findings apart would only delay it.
    std::mem::forget(before);
    exit
}

/// Writes what was asked for, and says what it came to.
fn tell(options: &Options, whole: &Whole, story: &Story<'_, '_>) -> commands::Result {
    let mut exit = exit_of(story, whole).allowing(options.allow_incomplete);
    for error in &whole.errors {
        terminal::error(error)?;
    }
    if options.write {
        exit = exit.max(write::all(story.before, story.fixed)?);
    }
    if let Some(form) = options.patch {
        exit = exit.max(patch::run(options, form, story.before, story.fixed)?);
    } else if options.prints() {
        exit = exit.max(print(options, story)?);
    }
    if !options.is_quiet() {
        let incomplete = story
            .before
            .incomplete
            .iter()
            .map(|it| format!("not checked: {}: {}", it.what, it.why));
        let notes = whole.notes.iter().cloned().chain(incomplete);
        for note in notes.chain(story.sentences(options.is_verbose())) {
            terminal::note(&note)?;
        }
    }
    Ok(exit)
}

/// Errors come first, then what does not reach its level, then what is missing.
fn exit_of(story: &Story<'_, '_>, whole: &Whole) -> Exit {
    if !whole.errors.is_empty() {
        Exit::Failed
    } else if !story.reaches_level() {
        Exit::Found
    } else if story.before.is_incomplete() {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

fn print(options: &Options, story: &Story<'_, '_>) -> commands::Result {
    let json = || fix::to_json(story, env!("CARGO_PKG_VERSION"));
    print_texts(options, story.before, story.fixed, &json)
}

/// Prints texts that were changed, in every way that is asked for.
fn print_texts(
    options: &Options,
    before: &Outcome<'_>,
    fixed: &[FixedText],
    json: &dyn Fn() -> String,
) -> commands::Result {
    let mut open = options.outputs.open();
    let mut is_masked = false;
    for output in &mut open {
        let format = output.format;
        output.write(|out, colour| {
            let text = match format {
                Format::Text => {
                    let (text, masked) = diff(before, fixed, colour);
                    is_masked |= masked;
                    text
                }
                Format::Json => json(),
                Format::Yaml => stream(before, fixed),
            };
            out.write_all(text.as_bytes())
        });
    }
    if is_masked && !options.is_quiet() {
        terminal::note(
            "the diff masks what may be secret in lines that change, so it cannot be applied: use --write or -o yaml",
        )?;
    }
    outputs::finish(open)
}

/// What changes in every text, and whether something in it is masked.
fn diff(before: &Outcome<'_>, fixed: &[FixedText], colour: bool) -> (String, bool) {
    let (mut diff, mut is_masked) = (String::new(), false);
    for fixed in fixed.iter().filter(|it| !it.splices.is_empty()) {
        let Some(record) = before.sources.get(fixed.source) else { continue };
        let text = record.text.as_deref().unwrap_or_default();
        let hunks = fix::hunks(text, &fixed.splices, &secrecy::values(text), fix::CONTEXT);
        is_masked |= hunks.iter().any(|it| it.is_masked);
        diff.push_str(&fix::unified(&record.name, &hunks, colour));
    }
    (diff, is_masked)
}

/// All texts as one stream.
fn stream(before: &Outcome<'_>, fixed: &[FixedText]) -> String {
    let texts = fix::mended(before, fixed);
    let mut stream = String::new();
    for text in texts.iter().map(|it| &it.text).filter(|it| !it.is_empty()) {
        let begins = text.trim_start_matches('\u{feff}').starts_with("---");
        if !stream.is_empty() && !begins {
            stream.push_str("---\n");
        }
        let text: Cow<'_, str> = if stream.is_empty() {
            Cow::Borrowed(text)
        } else {
            text.trim_start_matches('\u{feff}').into()
        };
        stream.push_str(&text);
        if texts.len() > 1 && !stream.ends_with('\n') {
            stream.push('\n');
        }
    }
    stream
}
