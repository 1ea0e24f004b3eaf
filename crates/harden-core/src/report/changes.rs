//! The lines that mend findings, as a difference to what is there.

use super::excerpt::Excerpt;
use super::suggestion::{Additions, Suggestion, suggest};
use crate::finding::Spot;

/// How many places of what is shown together are shown changed.
const PLACES: usize = 3;

/// Lines around one place.
#[derive(Debug)]
pub(super) struct Hunk {
    line: u32,
    /// Whether what is there is replaced.
    is_replaced: bool,
    pub(super) lines: Vec<Line>,
}

/// A line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number, that of what is there for lines that go or stay.
    pub(super) number: u32,
    pub(super) sign: Sign,
    pub(super) text: String,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Stays,
    Goes,
    Comes,
}

/// What mends findings that are shown together, place by place; `found` are the excerpts of each. What they add
/// below one line is added together. `additions` knows what was shown before for the same object.
pub(super) fn hunks(
    found: &[Vec<Excerpt<'_>>],
    text: &str,
    additions: &mut Additions,
) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let excerpts = found.iter().flatten().filter(|it| it.is_whole);
    let marks =
        excerpts.flat_map(|it| it.marks.iter().map(move |(range, spot)| (it, range, *spot)));
    for (excerpt, range, spot) in marks {
        let Some((line, suggestion)) = suggested(excerpt, (range.start, range.end), text, spot)
        else {
            continue;
        };
        let (number, is_replaced) = (spot.start.line, matches!(suggestion, Suggestion::Replace(_)));
        let known = hunks.iter().position(|it| (it.line, it.is_replaced) == (number, is_replaced));
        if known.is_none() && hunks.len() == PLACES {
            continue;
        }
        let stays = || Line { number, sign: Sign::Stays, text: line.to_owned() };
        match (suggestion, known) {
            (Suggestion::Replace(_), Some(_)) => {}
            (Suggestion::Replace(with), None) => {
                let goes = Line { sign: Sign::Goes, ..stays() };
                let lines = vec![goes, Line { number, sign: Sign::Comes, text: with }];
                hunks.push(Hunk { line: number, is_replaced, lines });
            }
            (Suggestion::Add(lines), known) => {
                let shown = additions.take_in(number, &lines);
                if shown == lines.len() {
                    continue;
                }
                if known.is_none() {
                    hunks.push(Hunk { line: number, is_replaced, lines: vec![stays()] });
                }
                let at = known.unwrap_or(hunks.len() - 1);
                if let Some(hunk) = hunks.get_mut(at) {
                    hunk.add(&lines, shown);
                }
            }
        }
    }
    hunks
}

/// What a place becomes, with the line that it is on.
fn suggested<'e>(
    excerpt: &'e Excerpt<'_>,
    (start, end): (usize, usize),
    text: &str,
    spot: &Spot,
) -> Option<(&'e str, Suggestion)> {
    let from = excerpt.text.get(..start)?.rfind('\n').map_or(0, |feed| feed + 1);
    let line = excerpt.text.get(from..)?.lines().next().unwrap_or_default();
    // What was cut or masked is nothing to build on.
    if line.contains(['•', '…']) {
        return None;
    }
    let suggestion = suggest(line, (start - from, end - from), below(text, spot), spot)?;
    Some((line, suggestion))
}

impl Hunk {
    /// Adds lines below those that they belong to; the first of them are there already.
    fn add(&mut self, lines: &[String], shown: usize) {
        let mut block = 1..self.lines.len();
        for (index, line) in lines.iter().enumerate() {
            let mut those = self.lines.iter().enumerate().take(block.end).skip(block.start);
            if let Some((at, _)) = those.find(|(_, it)| it.text == *line) {
                block = at + 1..self.end_of(at);
                continue;
            }
            let rest = lines.iter().enumerate().skip(index);
            let rest = rest.map(|(index, line)| Line {
                number: 0,
                sign: if index < shown { Sign::Stays } else { Sign::Comes },
                text: line.clone(),
            });
            self.lines.splice(block.end..block.end, rest);
            break;
        }
        for (line, number) in self.lines.iter_mut().zip(self.line..) {
            line.number = number;
        }
    }

    /// Where what is below a line ends.
    fn end_of(&self, at: usize) -> usize {
        let indent = |line: &Line| line.text.len() - line.text.trim_start_matches(' ').len();
        let above = self.lines.get(at).map_or(0, indent);
        let below = self.lines.iter().skip(at + 1).take_while(|it| indent(it) > above);
        at + 1 + below.count()
    }
}

/// The beginning of the line below a spot's.
fn below<'t>(text: &'t str, spot: &Spot) -> &'t str {
    let rest = text.get(spot.span.end as usize..).unwrap_or_default();
    let next = rest.split_once('\n').map_or("", |(_, next)| next);
    let end = next.char_indices().take(200).find(|(_, c)| *c == '\n').map_or(200, |(at, _)| at);
    next.get(..end.min(next.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_below_one_line_is_added_together() {
        let stays = Line { number: 4, sign: Sign::Stays, text: "- name: app".to_owned() };
        let mut hunk = Hunk { line: 4, is_replaced: false, lines: vec![stays] };
        let mut add = |text: &str, shown| {
            let lines: Vec<_> = text.lines().map(str::to_owned).collect();
            hunk.add(&lines, shown);
        };
        add("  securityContext:\n    privileged: false", 1);
        add("  resources:\n    limits:\n      memory: 1Gi", 0);
        add("  securityContext:\n    capabilities:\n      drop: [ALL]", 1);
        add("  securityContext:\n    privileged: false", 2);
        let lines =
            hunk.lines.iter().map(|it| format!("{} {:?} {}\n", it.number, it.sign, it.text));
        assert_eq!(
            lines.collect::<String>(),
            "4 Stays - name: app\n5 Stays   securityContext:\n6 Comes     privileged: false\n\
             7 Comes     capabilities:\n8 Comes       drop: [ALL]\n9 Comes   resources:\n\
             10 Comes     limits:\n11 Comes       memory: 1Gi\n"
        );
    }
}
