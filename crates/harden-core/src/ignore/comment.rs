//! `# harden: ignore[rule-id] reason` on a line, above it, or above the object.

use harden_yaml::Document;

use super::Ignore;
use crate::finding::IgnoredBy;
use crate::object::Object;

const MARK: &str = "harden: ignore[";

/// The ignoring comments of a document. One on a line of its own before the object's first key is
/// about the whole object; on a line of its own elsewhere it is about the next line; behind a value
/// it is about that line.
pub(super) fn read(
    source: usize,
    document: &Document<'_>,
    objects: &[Object<'_>],
    line_of: &dyn Fn(u32) -> u32,
) -> Vec<Ignore> {
    let mut ignores: Vec<Ignore> = Vec::new();
    for comment in document.comments() {
        let Some((rules, reason)) = parse(comment.text) else { continue };
        let line = line_of(comment.span.start);
        let whole = objects.iter().find(|object| {
            let first = object.place.entries().next().and_then(|(_, value)| value.key_span());
            comment.own_line && first.is_some_and(|key| comment.span.end <= key.start)
        });
        // Comments in a row are all about what follows the last of them.
        let line = if comment.own_line { next_line(document, line, line_of) } else { line };
        ignores.push(Ignore {
            source,
            object: whole.map(Object::reference),
            line: whole.is_none().then_some(line),
            container: None,
            rules,
            reason,
            by: IgnoredBy::Comment,
            entry: None,
        });
    }
    ignores
}

/// The first line after this one that holds more than a comment.
fn next_line(document: &Document<'_>, line: u32, line_of: &dyn Fn(u32) -> u32) -> u32 {
    let mut next = line + 1;
    for comment in document.comments().filter(|it| it.own_line) {
        if line_of(comment.span.start) == next {
            next += 1;
        }
    }
    next
}

fn parse(text: &str) -> Option<(Vec<String>, String)> {
    let (rules, reason) = text.strip_prefix(MARK)?.split_once(']')?;
    let rules = rules.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    Some((rules.collect(), reason.trim().to_owned()))
}
