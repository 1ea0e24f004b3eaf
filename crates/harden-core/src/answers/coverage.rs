//! What each answer says of what was read.

use std::fmt;

use serde_json::{Value, json};

use crate::check::{Incomplete, Listed};
use crate::rbac::authorization::Authorization;

/// What was read of a cluster, kind by kind, for JSON.
pub(super) fn listed(all: &[Listed]) -> Value {
    all.iter()
        .map(|it| json!({"resource": it.resource, "objects": it.objects, "command": it.command}))
        .collect()
}

/// What could not be read, and why, for JSON.
pub(super) fn incomplete(all: &[Incomplete]) -> Value {
    all.iter().map(|it| json!({"what": it.what, "why": it.why})).collect()
}

/// What of roles and bindings is not as it would be in a cluster, in sentences.
pub(super) fn remarks(all: &Authorization) -> Vec<String> {
    let refused = all.refused().iter().map(|it| {
        let name = match it.namespace.as_str() {
            "" => it.name.clone(),
            namespace => format!("{namespace}/{}", it.name),
        };
        let place = it.line.map_or_else(String::new, |line| format!(":{line}"));
        format!(
            "{} `{name}` grants nothing, as the API server refuses it: {} ({}{place})",
            it.kind, it.why, it.source
        )
    });
    let mut remarks: Vec<String> = refused.collect();
    let doubles: Vec<_> = all.doubles().map(|it| format!("`{it}`")).collect();
    if !doubles.is_empty() {
        remarks.push(format!(
            "this is not one cluster: there are several of {}; a binding gives the role that is nearest in the \
             tree of files, and the answer is over all",
            listing(&doubles)
        ));
    }
    remarks
}

/// What texts could not say: documents that could not be read, and patches, by the names of their sources.
pub(super) fn unread<'a>(
    broken: impl Iterator<Item = (&'a str, usize)>,
    skipped: impl Iterator<Item = (&'a str, usize)>,
) -> impl Iterator<Item = Incomplete> {
    let broken = broken.map(|(source, count)| {
        let documents = counted(count, "document", "documents");
        (source, format!("{documents} could not be read"))
    });
    let skipped = skipped.map(|(source, count)| {
        let patches = counted(count, "patch says", "patches say");
        (source, format!("{patches} nothing without what it is laid over"))
    });
    broken.chain(skipped).map(|(what, why)| Incomplete { what: what.to_owned(), why })
}

/// A number with the word for what it counts.
pub(super) fn counted(
    count: impl TryInto<u64> + fmt::Display + Copy,
    one: &str,
    several: &str,
) -> String {
    let is_one = matches!(count.try_into(), Ok(1));
    format!("{count} {}", if is_one { one } else { several })
}

/// The first few of several.
pub(super) fn listing(all: &[String]) -> String {
    let shown: Vec<_> = all.iter().take(3).map(String::as_str).collect();
    match all.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
