//! The lines of a source that findings are about, fit to be shown.

use std::borrow::Cow;
use std::ops::Range;

use harden_yaml::Span;

use super::escape::{is_unprintable, printable};
use super::secrets::Secrets;
use crate::finding::{Finding, Spot};
use crate::secrecy;

/// What is shown of a longer line, in bytes before and after the spot.
const BEFORE: usize = 80;
const AFTER: usize = 160;

/// Spots are shown in one excerpt when they are this near, in lines and in bytes.
const NEAR: (u32, usize) = (6, 1200);

/// Consecutive lines of a source.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    /// The lines, joined by line feeds.
    pub(super) text: Cow<'a, str>,
    /// The number of the first line.
    pub(super) line: u32,
    /// Whether the first line is shown from its first column.
    pub(super) is_whole: bool,
    /// The spots, and where they are in the text; each ends on the line it begins on.
    pub(super) marks: Vec<(Range<usize>, &'a Spot)>,
}

/// The lines around the first of a finding's spots, spots that are near each other together.
pub(super) fn excerpts<'a>(
    text: &'a str,
    finding: &'a Finding,
    limit: usize,
    secrets: &Secrets,
) -> Vec<Excerpt<'a>> {
    let source = Source { text, index: finding.source, secrets };
    let mut spots: Vec<&Spot> = finding.spots.iter().take(limit).collect();
    spots.sort_by_key(|it| (it.span.start, it.span.end));
    // What several places share by an alias is shown once.
    let action = |it: &Spot| it.remedy.as_ref().map(|it| it.action.clone());
    spots.dedup_by(|it, known| it.span == known.span && action(it) == action(known));
    let is_near = |a: &&Spot, b: &&Spot| {
        b.start.line - a.start.line.min(b.start.line) <= NEAR.0
            && (b.span.start - a.span.start) as usize <= NEAR.1
    };
    let groups = spots.chunk_by(is_near);
    groups.filter_map(|group| excerpt(&source, group)).collect()
}

/// A source, as far as excerpts need it.
struct Source<'a, 's> {
    text: &'a str,
    /// Its place in the input.
    index: usize,
    secrets: &'s Secrets,
}

fn excerpt<'a>(source: &Source<'a, '_>, spots: &[&'a Spot]) -> Option<Excerpt<'a>> {
    let text = source.text;
    let (first, last) = (spots.first()?, spots.last()?);
    let from = first.span.start as usize;
    let to = (last.span.start as usize).max(from);
    if !text.is_char_boundary(from) || !text.is_char_boundary(to) {
        return None;
    }
    let (start, is_whole) = line_start(text, from);
    let (end, is_ended) = line_end(text, to);
    let range = start..end;
    let window = text.get(range.clone())?;
    let mut secrets = source.secrets.within(source.index, &range).to_vec();
    secrets.extend(secrecy::in_lines(text, &range));
    let is_simple = is_whole
        && is_ended
        && secrets.is_empty()
        && !window.contains(|c| c != '\n' && is_unprintable(c))
        && window.lines().all(|line| line.len() <= BEFORE + AFTER);
    if is_simple {
        let marks = spots.iter().map(|spot| {
            let at = spot.span.start as usize - start;
            let line = window.get(at..).unwrap_or_default();
            let rest = line.find('\n').unwrap_or(line.len());
            let length = (spot.span.end.saturating_sub(spot.span.start) as usize).min(rest);
            (at..at + length, *spot)
        });
        let marks = marks.collect();
        return Some(Excerpt {
            text: Cow::Borrowed(window),
            line: first.start.line,
            is_whole,
            marks,
        });
    }
    Some(rewritten(window, start, is_whole, is_ended, spots, &secrets))
}

/// Where the line of a byte begins, and whether that is the line's real beginning.
fn line_start(text: &str, at: usize) -> (usize, bool) {
    let mut limit = at.saturating_sub(BEFORE + AFTER);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let before = text.get(limit..at).unwrap_or_default();
    match before.rfind(['\n', '\r']) {
        Some(feed) => (limit + feed + 1, true),
        None if limit == 0 => (0, true),
        None => {
            let mut start = at - BEFORE;
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            (start, false)
        }
    }
}

/// Where the line of a byte ends, and whether that is the line's real end.
fn line_end(text: &str, at: usize) -> (usize, bool) {
    let mut limit = text.len().min(at + BEFORE + AFTER);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let after = text.get(at..limit).unwrap_or_default();
    match after.find(['\n', '\r']) {
        Some(feed) => (at + feed, true),
        None => (limit, limit == text.len()),
    }
}

/// An excerpt that cannot be shown as it is: lines are too long, or hold what must not be shown.
fn rewritten<'a>(
    window: &str,
    start: usize,
    is_whole: bool,
    is_ended: bool,
    spots: &[&'a Spot],
    secrets: &[Span],
) -> Excerpt<'a> {
    let mut text = String::with_capacity(window.len() + 8);
    let mut marks: Vec<(Range<usize>, &Spot)> =
        spots.iter().map(|spot| (usize::MAX..usize::MAX, *spot)).collect();
    let mut hides = false;
    if !is_whole {
        text.push('…');
    }
    let mut chars = window.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let offset = start + at;
        for (mark, spot) in &mut marks {
            if mark.start == usize::MAX && offset >= spot.span.start as usize {
                *mark = text.len()..text.len();
            }
        }
        match c {
            '\r' if chars.peek().is_some_and(|(_, next)| *next == '\n') => continue,
            '\n' | '\r' => {
                text.push('\n');
                hides = false;
                continue;
            }
            '\u{feff}' => continue,
            _ => {}
        }
        let is_secret = secrets.iter().any(|it| it.range().contains(&offset));
        // A key stands for its value, which follows it on the line.
        hides |= c == ':' && secrets.iter().any(|it| it.end as usize == offset);
        text.push(if (is_secret || (hides && c != ':')) && !c.is_whitespace() {
            '•'
        } else {
            printable(c)
        });
        for (mark, spot) in &mut marks {
            let is_same_line = text.get(mark.start..).is_some_and(|it| !it.contains('\n'));
            if is_same_line && offset < spot.span.end as usize {
                mark.end = text.len();
            }
        }
    }
    if !is_ended {
        text.push('…');
    }
    for (mark, _) in &mut marks {
        *mark = mark.start.min(text.len())..mark.end.min(text.len());
    }
    Excerpt {
        text: Cow::Owned(text),
        line: spots.first().map_or(1, |it| it.start.line),
        is_whole,
        marks,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use std::sync::Arc;

    use harden_yaml::{Lines, Pointer};

    use super::*;
    use crate::finding::{About, Mend, ObjectReference, Severity};

    fn spot(text: &str, marked: &str) -> Spot {
        let start = text.find(marked).unwrap();
        let span = Span::new(start, start + marked.len());
        let lines = Lines::new(text);
        Spot {
            span,
            start: lines.position(span.start),
            end: lines.position(span.end),
            path: "".into(),
            label: "".into(),
            remedy: None,
        }
    }

    fn about() -> Arc<About> {
        Arc::new(About {
            id: "flaw".into(),
            category: "workload".into(),
            severity: Severity::Low,
            level: None,
            title: "".into(),
            why: "".into(),
            remedy: "".into(),
            breaks: "".into(),
            mend: Mend::Safe,
            references: Vec::new(),
            example: None,
        })
    }

    fn shown(text: &str, marked: &[&str], secret: Option<&str>) -> Vec<(String, Vec<String>)> {
        let finding = Finding {
            about: about(),
            message: "".into(),
            source: 0,
            document: 0,
            object: Some(Arc::new(ObjectReference {
                api_version: "v1".to_owned(),
                kind: "Pod".to_owned(),
                namespace: String::new(),
                name: String::new(),
                pointer: Pointer::default(),
                uid: String::new(),
            })),
            spots: marked.iter().map(|it| spot(text, it)).collect(),
            ignored: None,
            status: None,
        };
        let spans = secret.map(|it| (0, vec![spot(text, it).span])).into_iter().collect();
        excerpts(text, &finding, 10, &Secrets::new(spans))
            .into_iter()
            .map(|it| {
                let marks = it.marks.iter().map(|(range, _)| it.text[range.clone()].to_owned());
                (it.text.to_string(), marks.collect())
            })
            .collect()
    }

    #[test]
    fn what_places_share_by_an_alias_is_shown_once() {
        let text = "a: &a 1\nb: *a\n";
        let shown = shown(text, &["a", "a"], None);
        assert_eq!(shown, [("a: &a 1".to_owned(), vec!["a".to_owned()])]);
    }

    #[test]
    fn near_spots_share_an_excerpt_and_far_ones_do_not() {
        let text = "a: 1\nb: 2\n\n\n\n\n\n\n\n\n\nc: 3\n";
        let shown = shown(text, &["c", "a", "b"], None);
        assert_eq!(
            shown,
            [
                ("a: 1\nb: 2".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
                ("c: 3".to_owned(), vec!["c".to_owned()])
            ]
        );
    }

    #[test]
    fn secrets_are_masked_wherever_they_would_be_shown() {
        let text = "- name: TOKEN\n  value: hunter2 # old\n";
        assert_eq!(shown(text, &["hunter2"], Some("hunter2"))[0].0, "  value: ••••••• # old");
        assert_eq!(shown(text, &["value"], Some("hunter2"))[0].0, "  value: ••••••• # old");
        assert_eq!(shown(text, &["hunter2"], Some("hunter2"))[0].1, ["•••••••"]);
        let text = "data:\n  token: aGk= x\n";
        assert_eq!(shown(text, &["token"], Some("token"))[0].0, "  •••••: •••• •");
    }

    #[test]
    fn long_lines_are_cut_around_the_spot() {
        let text = format!("{{{}\"privileged\":true{}}}", "ü".repeat(4000), " ".repeat(4000));
        let shown = shown(&text, &["true"], None);
        assert!(shown[0].0.len() < 400, "{}", shown[0].0.len());
        assert!(shown[0].0.starts_with('…') && shown[0].0.ends_with('…'));
        assert_eq!(shown[0].1, ["true"]);
    }

    #[test]
    fn spots_over_several_lines_end_with_their_first() {
        assert_eq!(
            shown("a: |\r\n  b\r\n", &["|\r\n  b"], None),
            [("a: |".to_owned(), vec!["|".to_owned()])]
        );
        assert_eq!(
            shown("a: |\n  b\n", &["|\n  b"], None),
            [("a: |".to_owned(), vec!["|".to_owned()])]
        );
    }
}
