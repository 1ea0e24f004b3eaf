//! Lists in JSON that are too large to hold, such as what `kubectl get pods -A -o json` prints:
//! judged as they stream past.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use anyhow::Context as _;
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
pub(super) fn judge(path: &Path, checker: &Checker, run: &mut Run, judged: &mut Vec<Judged>) {
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let result = if path == Path::new("-") {
        judge_items(&name, &mut io::stdin().lock(), checker, run, judged)
    } else {
        File::open(path)
            .context("failed to open it")
            .and_then(|file| judge_items(&name, &mut BufReader::new(file), checker, run, judged))
    };
    if let Err(error) = result {
        run.incomplete.push(Incomplete { what: name, why: format!("{error:#}") });
    }
}

fn judge_items(
    name: &str,
    input: &mut impl io::BufRead,
    checker: &Checker,
    run: &mut Run,
    judged: &mut Vec<Judged>,
) -> anyhow::Result<()> {
    let mut splitter = ListSplitter::new();
    let mut chunk = vec![0; 1 << 20];
    let mut batch = Vec::new();
    let mut items = 0;
    loop {
        let length = input.read(&mut chunk).context("it broke off")?;
        splitter
            .push(chunk.get(..length).unwrap_or_default())
            .map_err(|it| anyhow::anyhow!("{}", it.message()))?;
        while let Some(item) = splitter.next_item() {
            items += 1;
            batch.push(String::from_utf8(item).context("it is not UTF-8 text")?);
            if batch.len() == BATCH {
                judge_batch(name, std::mem::take(&mut batch), checker, run, judged);
            }
        }
        if length == 0 {
            break;
        }
    }
    judge_batch(name, batch, checker, run, judged);
    let rest = splitter.finish().map_err(|it| anyhow::anyhow!("{}", it.message()))?;
    if items == 0 {
        // No list, or an empty one: an object like others.
        judge_batch(name, vec![rest], checker, run, judged);
    }
    Ok(())
}

/// Judges some items in parallel. Of their texts, only those stay that rules over all objects need.
fn judge_batch(
    name: &str,
    items: Vec<String>,
    checker: &Checker,
    run: &mut Run,
    judged: &mut Vec<Judged>,
) {
    let base = run.names.len();
    let numbered: Vec<_> = items.into_iter().enumerate().collect();
    let results: Vec<_> = numbered
        .into_par_iter()
        .map(|(number, text)| {
            let judged = checker.judge(&SourceText::new(base + number, &text));
            let kept = judged.is_retained().then_some(text);
            (judged, kept)
        })
        .collect();
    for (result, text) in results {
        run.names.push(name.to_owned());
        run.texts.push(text);
        judged.push(result);
    }
}
