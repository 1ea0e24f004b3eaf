//! Lists in JSON that are too large to hold, such as what `kubectl get pods -A -o json` prints:
//! judged as they stream past.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use harden_core::check::{Checker, Judged, SourceText};
use harden_core::report::Incomplete;
use harden_yaml::json::ListSplitter;
use rayon::prelude::*;

use super::run::Run;

/// Files of more bytes than this are not read as a whole when they are JSON.
const LARGE: u64 = 16 << 20;

/// How many items are judged at a time.
const BATCH: usize = 512;

/// Whether a source is better not read as a whole: standard input that begins as JSON does, or a
/// large file that does.
pub(super) fn is_stream(path: &Path) -> bool {
    if path == Path::new("-") {
        return begins_with_brace(&mut io::stdin().lock());
    }
    let large = std::fs::metadata(path).is_ok_and(|it| it.is_file() && it.len() > LARGE);
    large && File::open(path).is_ok_and(|file| begins_with_brace(&mut BufReader::new(file)))
}

/// Looks at the first bytes without taking them.
fn begins_with_brace(input: &mut impl io::BufRead) -> bool {
    input
        .fill_buf()
        .is_ok_and(|bytes| bytes.iter().find(|it| !it.is_ascii_whitespace()) == Some(&b'{'))
}

/// Judges a source item by item. What goes wrong is noted in the run.
pub(super) fn judge(path: &Path, checker: &Checker, run: &mut Run) {
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let result = if path == Path::new("-") {
        judge_items(&name, io::stdin(), checker, run)
    } else {
        File::open(path)
            .context("failed to open it")
            .and_then(|file| judge_items(&name, file, checker, run))
    };
    if let Err(error) = result {
        run.incomplete.push(Incomplete { what: name, why: format!("{error:#}") });
    }
}

/// Reads the next items while those before them are judged.
fn judge_items(
    name: &str,
    input: impl Read + Send,
    checker: &Checker,
    run: &mut Run,
) -> anyhow::Result<()> {
    let mut items =
        Items { input, splitter: ListSplitter::new(), chunk: vec![0; 1 << 20], ended: None };
    let mut batch = items.next_batch();
    let mut is_list = false;
    loop {
        if batch.is_empty() {
            break;
        }
        is_list = true;
        let base = run.names.len();
        let (next, results) =
            rayon::join(|| items.next_batch(), || judge_batch(base, batch, checker));
        absorb(name, results, run);
        batch = next;
    }
    items.ended.unwrap_or(Ok(()))?;
    let rest = items.splitter.finish().map_err(|it| anyhow!("{}", it.message()))?;
    if !is_list {
        // No list, or an empty one: an object like others.
        absorb(name, judge_batch(run.names.len(), vec![rest], checker), run);
    }
    Ok(())
}

/// The items of a list, as they are read.
struct Items<R> {
    input: R,
    splitter: ListSplitter,
    chunk: Vec<u8>,
    /// How it ended, once it has.
    ended: Option<anyhow::Result<()>>,
}

impl<R: Read> Items<R> {
    /// The next items; none at the end, and none behind something that cannot be read.
    fn next_batch(&mut self) -> Vec<String> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            let item = self.splitter.next_item().map(String::from_utf8);
            match (item, &self.ended) {
                (Some(Ok(item)), _) => batch.push(item),
                (Some(Err(error)), _) => {
                    self.ended = Some(Err(error).context("it is not UTF-8 text"));
                }
                (None, None) => self.ended = self.read().transpose(),
                (None, Some(_)) => break,
            }
        }
        batch
    }

    /// Reads on; `None` while there may be more.
    fn read(&mut self) -> anyhow::Result<Option<()>> {
        let length = self.input.read(&mut self.chunk).context("it broke off")?;
        let bytes = self.chunk.get(..length).unwrap_or_default();
        self.splitter.push(bytes).map_err(|it| anyhow!("{}", it.message()))?;
        Ok((length == 0).then_some(()))
    }
}

/// Judges some items in parallel, the first of which is the source numbered `base`. Of their texts,
/// only those stay that rules over all objects need.
fn judge_batch(
    base: usize,
    items: Vec<String>,
    checker: &Checker,
) -> Vec<(Judged, Option<String>)> {
    let numbered: Vec<_> = items.into_iter().enumerate().collect();
    let results = numbered.into_par_iter().with_min_len(BATCH / 8).map_init(
        || checker.session(),
        |session, (number, text)| {
            let judged = session.judge(&SourceText::new(base + number, &text));
            let kept = judged.remains.is_retained().then_some(text);
            (judged, kept)
        },
    );
    results.collect()
}

fn absorb(name: &str, results: Vec<(Judged, Option<String>)>, run: &mut Run) {
    for (result, text) in results {
        run.names.push(name.to_owned());
        run.texts.push(text);
        run.absorb(result);
    }
}
