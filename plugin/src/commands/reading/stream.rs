//! Lists in JSON that are too large to hold, such as what `kubectl get pods -A -o json` prints: looked at as
//! they pass, and judged when they pass again.

mod items;

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek as _};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use harden_core::check::{Incomplete, Run, Survey};
use harden_core::source::{ListKind, Source};

use super::spool::{Replay, Spool};
use crate::input;
use crate::terminal::in_words;
use items::Items;

/// Texts of more bytes than this are not held when they are JSON.
const LARGE: u64 = 16 << 20;

/// A text that is not held as a whole.
#[derive(Debug)]
pub(super) enum Stream {
    /// A file, which is read twice.
    File(Arc<str>, File),
    /// What comes but once, and the first part of it.
    Once(Arc<str>, Vec<u8>),
}

/// A stream that was looked at, and waits to be judged.
#[derive(Debug)]
pub(super) enum Waiting {
    File(Arc<str>, File, io::Result<Metadata>, BTreeMap<usize, ListKind>),
    Spool(Spool),
}

impl Stream {
    /// A file that is better not held as a whole; `None` for others, and for what cannot be opened.
    pub(super) fn of_file(name: &Arc<str>, path: &Path) -> Option<Self> {
        let large = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > LARGE);
        let mut file = File::open(path).ok().filter(|_| large)?;
        let mut first = [0; 512];
        let length = file.read(&mut first).ok()?;
        file.rewind().ok()?;
        let is_json = begins_with_brace(first.get(..length)?);
        is_json.then(|| Self::File(Arc::clone(name), file))
    }

    /// Standard input: what it holds, or the stream that it is.
    pub(super) fn of_stdin(name: &Arc<str>) -> io::Result<Result<Vec<u8>, Self>> {
        let mut stdin = io::stdin().lock();
        let mut bytes = Vec::new();
        stdin.by_ref().take(LARGE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGE {
            if begins_with_brace(&bytes) {
                return Ok(Err(Self::Once(Arc::clone(name), bytes)));
            }
            input::read_rest(&mut bytes, stdin)?;
        }
        Ok(Ok(bytes))
    }

    /// Looks at all of it. What goes wrong is noted.
    pub(super) fn learn(self, survey: &mut Survey, notes: &mut Vec<Incomplete>) -> Waiting {
        match self {
            Self::File(name, mut file) => {
                let before = file.metadata();
                let mut items = Items::of(Arc::clone(&name), &file);
                let mut learn = |batch: Vec<Source<'static>>| {
                    batch.iter().for_each(|it| survey.learn(it));
                };
                each_batch(&mut items, &mut learn);
                let late = items.late().clone();
                if !late.is_empty() && file.rewind().is_ok() {
                    // What goes wrong goes wrong again when it is judged.
                    each_batch(&mut Items::again(Arc::clone(&name), &file, late.clone()), learn);
                }
                Waiting::File(name, file, before, late)
            }
            Self::Once(name, first) => {
                let mut spool = Spool::new(Arc::clone(&name));
                let mut items = Items::of(Arc::clone(&name), first.chain(io::stdin()));
                each_batch(&mut items, |batch| {
                    batch.iter().for_each(|it| survey.learn(it));
                    spool.push(&batch);
                });
                if !items.late().is_empty() {
                    let waiting = spool.again().flatten().flatten();
                    waiting.for_each(|it| survey.learn(&it));
                }
                if spool.loss().is_some() {
                    survey.note_gap();
                }
                let why = items.end().err().map(|error| format!("{error:#}"));
                let whys = why.into_iter().chain(spool.loss());
                notes.extend(
                    whys.map(|why| Incomplete { what: name.to_string(), why: in_words(&why) }),
                );
                Waiting::Spool(spool)
            }
        }
    }
}

impl Waiting {
    /// Judges it item by item. What goes wrong is noted in the run.
    pub(super) fn judge(self, run: &mut Run<'_>) {
        let (name, result) = match self {
            Self::File(name, file, before, late) => {
                let result = judge_file(&name, file, before, late, run);
                (name, result)
            }
            Self::Spool(spool) => {
                let name = spool.name();
                (name, judge_spool(spool, run))
            }
        };
        if let Err(error) = result {
            run.note(Incomplete { what: name.to_string(), why: in_words(&format!("{error:#}")) });
        }
    }
}

fn judge_file(
    name: &Arc<str>,
    mut file: File,
    before: io::Result<Metadata>,
    late: BTreeMap<usize, ListKind>,
    run: &mut Run<'_>,
) -> anyhow::Result<()> {
    let stamp = |it: &Metadata| (it.len(), it.modified().ok());
    file.rewind().context("failed to read it again")?;
    let items = Items::again(Arc::clone(name), &file, late);
    judge_batches(items, Items::next_batch, run).end()?;
    let (before, after) = (before?, file.metadata()?);
    if stamp(&before) != stamp(&after) {
        bail!("it changed while it was read");
    }
    Ok(())
}

fn judge_spool(spool: Spool, run: &mut Run<'_>) -> anyhow::Result<()> {
    let mut lost = Ok(());
    let next = |blocks: &mut Replay| {
        let block = blocks.next().unwrap_or_else(|| Ok(Vec::new()));
        block.unwrap_or_else(|error| {
            lost = Err(error);
            Vec::new()
        })
    };
    judge_batches(spool.replay(), next, run);
    lost.context("failed to read its temporary file")
}

/// Judges batches until one is empty, each while the next is read; returns where they came from.
fn judge_batches<T: Send>(
    mut from: T,
    mut next: impl FnMut(&mut T) -> Vec<Source<'static>> + Send,
    run: &mut Run<'_>,
) -> T {
    let mut batch = next(&mut from);
    while !batch.is_empty() {
        (batch, ()) = rayon::join(|| next(&mut from), || run.judge(batch));
    }
    from
}

/// Hands out the items batch by batch, each while the next is read.
fn each_batch<R: Read + Send>(
    items: &mut Items<R>,
    mut take: impl FnMut(Vec<Source<'static>>) + Send,
) {
    let mut batch = items.next_batch();
    while !batch.is_empty() {
        (batch, ()) = rayon::join(|| items.next_batch(), || take(batch));
    }
}

/// Whether the first bytes are those of an object in JSON.
fn begins_with_brace(bytes: &[u8]) -> bool {
    bytes.iter().find(|it| !it.is_ascii_whitespace()) == Some(&b'{')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::io::{Seek as _, SeekFrom, Write as _};

    use harden_core::check::Settings;
    use harden_core::rules;

    use super::*;

    const LIST: &str = r#"{"kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod"}]}"#;

    /// What is noted of a file that `change` befalls between the two looks at it.
    fn notes(text: &str, change: impl FnOnce(&mut File)) -> Vec<String> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let stream = Stream::File("list.json".into(), File::open(file.path()).unwrap());
        let mut survey = Survey::new(Settings::new(rules::all()));
        let waiting = stream.learn(&mut survey, &mut Vec::new());
        change(file.as_file_mut());
        let mut run = survey.end();
        waiting.judge(&mut run);
        let outcome = run.finish();
        outcome.incomplete.into_iter().map(|it| format!("{}: {}", it.what, it.why)).collect()
    }

    #[test]
    fn a_file_that_changes_between_two_looks_is_named() {
        assert!(notes(LIST, |_| {}).is_empty());
        let changed = ["list.json: it changed while it was read"];
        assert_eq!(notes(LIST, |file| file.write_all(b"\n").unwrap()), changed);
        let replaced = notes(LIST, |file| {
            file.seek(SeekFrom::Start(0)).unwrap();
            file.write_all(LIST.replace("Pod", "Job").as_bytes()).unwrap();
        });
        assert_eq!(replaced, changed);
    }

    #[test]
    fn a_file_that_breaks_off_is_named_once() {
        let broken = LIST.get(..LIST.len() - 4).unwrap();
        let noted = notes(broken, |_| {});
        assert_eq!(noted.len(), 1, "{noted:?}");
        assert!(noted.iter().all(|it| it.starts_with("list.json: ")), "{noted:?}");
    }
}
