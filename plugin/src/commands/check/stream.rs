//! Lists in JSON that are too large to hold, such as what `kubectl get pods -A -o json` prints:
//! judged as they stream past.

mod items;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::Context as _;
use harden_core::check::{Checker, Draft, Provenance};
use harden_core::report::Incomplete;
use rayon::prelude::*;

use super::run::Run;
use items::{BATCH, Item, Items};

/// Files of more bytes than this are not read as a whole when they are JSON.
const LARGE: u64 = 16 << 20;

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
pub(super) fn judge(path: &Path, checker: &mut Checker, run: &mut Run) {
    let name = if path == Path::new("-") { "stdin".to_owned() } else { path.display().to_string() };
    let open = || File::open(path).context("failed to open it");
    let result = if path == Path::new("-") {
        judge_items(&name, io::stdin(), checker, run)
    } else {
        open()
            .map(|file| learn_items(file, checker, run))
            .and_then(|()| open())
            .and_then(|file| judge_items(&name, file, checker, run))
    };
    if let Err(error) = result {
        run.incomplete.push(Incomplete { what: name, why: format!("{error:#}") });
    }
}

/// Learns what the Namespaces of a file say, wherever they are in it.
fn learn_items(input: impl Read, checker: &mut Checker, run: &mut Run) {
    let mut items = Items::of(input);
    loop {
        let batch = items.next_batch();
        if batch.is_empty() {
            return;
        }
        learn(&batch, checker, run);
    }
}

/// Learns what the Namespaces among some items say; returns the names of these.
fn learn(batch: &[Item], checker: &mut Checker, run: &mut Run) -> BTreeSet<String> {
    let before = run.settings.namespaces.clone();
    let sources = batch.iter().map(|it| it.source(0));
    let names = sources.flat_map(|it| run.settings.namespaces.learn(&it)).collect();
    if run.settings.namespaces != before {
        *checker = Checker::new(run.settings.clone());
    }
    names
}

/// Reads the next items while those before them are judged.
fn judge_items(
    name: &str,
    input: impl Read + Send,
    checker: &mut Checker,
    run: &mut Run,
) -> anyhow::Result<()> {
    let mut items = Items::of(input);
    let mut batch = items.next_batch();
    let mut inhabited = BTreeSet::new();
    let mut late = BTreeSet::new();
    while !batch.is_empty() {
        let before = run.settings.namespaces.clone();
        for namespace in learn(&batch, checker, run) {
            let is_news = !before.agrees(&run.settings.namespaces, &namespace);
            if is_news && inhabited.contains(&namespace) {
                late.insert(namespace);
            }
        }
        let base = run.names.len();
        let (next, results) =
            rayon::join(|| items.next_batch(), || judge_batch(base, batch, checker));
        for (result, _) in &results {
            for namespace in result.remains.namespaces() {
                if !inhabited.contains(namespace) {
                    inhabited.insert(namespace.to_owned());
                }
            }
        }
        absorb(name, results, run);
        batch = next;
    }
    if !late.is_empty() {
        run.incomplete.push(Incomplete { what: name.to_owned(), why: too_late(&late) });
    }
    items.end()
}

/// Says whose pods were held to something else than their namespace says.
fn too_late(namespaces: &BTreeSet<String>) -> String {
    let shown: Vec<_> = namespaces.iter().take(5).map(String::as_str).collect();
    let more = match namespaces.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "pods of {}{more} come before their Namespace or LimitRange, and were judged without it: \
         name these first, as in `kubectl get namespaces,limitranges,pods -A -o json`",
        shown.join(", ")
    )
}

/// Judges some items in parallel, the first of which is the source numbered `base`. Of their texts,
/// only those stay that rules over all objects need.
fn judge_batch(
    base: usize,
    items: Vec<Item>,
    checker: &Checker,
) -> Vec<(Draft, Option<(String, Provenance)>)> {
    let numbered: Vec<_> = items.into_iter().enumerate().collect();
    let results = numbered.into_par_iter().with_min_len(BATCH / 8).map_init(
        || checker.session(),
        |session, (number, item)| {
            let judged = session.judge(&item.source(base + number));
            let kept = judged.remains.is_retained().then(|| item.into_parts());
            (judged, kept)
        },
    );
    results.collect()
}

fn absorb(name: &str, results: Vec<(Draft, Option<(String, Provenance)>)>, run: &mut Run) {
    for (result, kept) in results {
        let (text, origin) = kept.unzip();
        run.names.push(name.to_owned());
        run.texts.push(text);
        run.origins.push(origin);
        run.absorb(result);
    }
}
