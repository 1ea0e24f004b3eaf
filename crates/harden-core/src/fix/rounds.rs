//! Rounds of fixes: what others hid is mended once they are.

use std::ops::Range;

use harden_yaml::{Span, Splice};
use rustc_hash::FxHashSet;

use super::proof::key;
use super::{Choice, Fate, FixedText, Proof, fix};
use crate::check::Outcome;
use crate::finding::{Finding, Safety};
use crate::source::Source;

/// So many rounds at most follow the first.
pub const ROUNDS: usize = 3;

/// A finding that others hid until they were mended, and that was mended then.
#[derive(Debug, Clone, PartialEq)]
pub struct Hidden {
    /// The finding, in the text as it was with the fixes before its own.
    pub finding: Finding,
    /// Whether its fix can be done without a thought.
    pub safety: Safety,
    /// The splices of the text that its fix takes part in, by their places.
    pub splices: Vec<usize>,
}

/// Mends what was found, checks what came out, and mends what could only be found then, in so many rounds at most;
/// `then` is given what all of that came to, the last check, and what that proves.
///
/// A finding may hide a lesser one about the same thing, and of an object that no server would take not much is
/// known before it is one.
pub fn fix_in_rounds<R>(
    before: &Outcome<'_>,
    choice: &Choice<'_>,
    rounds: usize,
    check: &dyn for<'t> Fn(Vec<Source<'t>>) -> Outcome<'t>,
    then: impl FnOnce(&[FixedText], &Outcome<'_>, &Proof) -> R,
) -> R {
    go_on(before, fix(before, choice), choice, rounds, check, then)
}

fn go_on<R>(
    before: &Outcome<'_>,
    fixed: Vec<FixedText>,
    choice: &Choice<'_>,
    rounds: usize,
    check: &dyn for<'t> Fn(Vec<Source<'t>>) -> Outcome<'t>,
    then: impl FnOnce(&[FixedText], &Outcome<'_>, &Proof) -> R,
) -> R {
    let after = check(mended(before, &fixed));
    let proof = Proof::new(before, &after, &fixed);
    let more =
        if rounds == 0 { Vec::new() } else { hidden(before, (&fixed, &after), &proof, choice) };
    if more.is_empty() {
        return then(&fixed, &after, &proof);
    }
    drop(after);
    go_on(before, join(fixed, more), choice, rounds - 1, check, then)
}

/// All texts that were checked, those that were mended as they are now.
pub fn mended<'t>(before: &'t Outcome<'_>, fixed: &'t [FixedText]) -> Vec<Source<'t>> {
    let mut fixed = fixed.iter().peekable();
    let sources = before.sources.iter().enumerate();
    sources
        .map(|(place, record)| {
            let text = fixed.next_if(|it| it.source == place).map(|it| it.text.as_str());
            let text = text.or(record.text.as_deref()).unwrap_or_default();
            Source::new(record.name.clone(), text)
        })
        .collect()
}

/// The fixes of what is only found now, and of what could not be mended before.
fn hidden(
    before: &Outcome<'_>,
    (fixed, after): (&[FixedText], &Outcome<'_>),
    proof: &Proof,
    choice: &Choice<'_>,
) -> Vec<FixedText> {
    // Further objects were added already.
    if !after.findings.iter().any(Finding::has_edits) {
        return Vec::new();
    }
    let new: FxHashSet<_> = proof.new.iter().copied().collect();
    let proposals = fixed.iter().flat_map(|it| &it.proposals);
    let open = proposals.filter(|it| !matches!(it.fate, Fate::Made | Fate::Left));
    let known = open.map(|it| it.finding).chain(proof.unmended.iter().copied());
    let known: FxHashSet<_> = known.filter_map(|it| before.findings.get(it)).map(key).collect();
    let wants = |place: usize, finding: &Finding| {
        finding.has_edits() && (new.contains(&place) || known.contains(&key(finding)))
    };
    let mut more = fix(after, &Choice { wants: &wants, ..*choice });
    for fixed in &mut more {
        let made = std::mem::take(&mut fixed.proposals);
        let made = made.into_iter().filter(|it| !it.splices.is_empty() && it.fate != Fate::Left);
        fixed.hidden = made
            .filter_map(|it| {
                let finding = after.findings.get(it.finding)?.clone();
                Some(Hidden { finding, safety: it.safety, splices: it.splices })
            })
            .collect();
    }
    more.retain(|it| !it.splices.is_empty());
    more
}

/// Puts a further round of fixes to those before it, as one of the texts as they were at first.
fn join(mut fixed: Vec<FixedText>, more: Vec<FixedText>) -> Vec<FixedText> {
    for more in more {
        match fixed.binary_search_by_key(&more.source, |it| it.source) {
            Ok(place) => {
                if let Some(fixed) = fixed.get_mut(place) {
                    fixed.take_in(more);
                }
            }
            Err(place) => fixed.insert(place, more),
        }
    }
    fixed
}

impl FixedText {
    fn take_in(&mut self, mut more: Self) {
        let Composed { splices, first, second } = compose(&self.text, &self.splices, &more.splices);
        let own = self.proposals.iter_mut().map(|it| &mut it.splices);
        own.chain(self.hidden.iter_mut().map(|it| &mut it.splices))
            .for_each(|it| renumber(it, &first));
        more.hidden.iter_mut().for_each(|it| renumber(&mut it.splices, &second));
        self.hidden.append(&mut more.hidden);
        (self.splices, self.text) = (splices, more.text);
    }
}

fn renumber(places: &mut Vec<usize>, new: &[usize]) {
    *places = places.iter().filter_map(|it| new.get(*it).copied()).collect();
    places.sort_unstable();
    places.dedup();
}

/// Splices of a text that do what two rounds of them did.
struct Composed {
    splices: Vec<Splice>,
    /// What became of those of the first round, by their places.
    first: Vec<usize>,
    /// And of the second.
    second: Vec<usize>,
}

/// Composes splices of a text with splices of what these made of it, which is in the `middle`.
fn compose(middle: &str, first: &[Splice], second: &[Splice]) -> Composed {
    let mut composed = Composed { splices: Vec::new(), first: Vec::new(), second: Vec::new() };
    let parts = parts(first);
    let (mut first, mut second) = (parts.iter().peekable(), second.iter().peekable());
    let (mut added, mut removed) = (0, 0);
    loop {
        let starts =
            [first.peek().map(|it| it.at.start), second.peek().map(|it| it.span.range().start)];
        let Some(start) = starts.into_iter().flatten().min() else { return composed };
        let place = composed.splices.len();
        let old_start = start + removed - added;
        let (mut end, mut done, mut with) = (start, start, String::new());
        loop {
            if let Some(part) = first.next_if(|it| it.at.start <= end) {
                end = end.max(part.at.end);
                (added, removed) = (part.added, part.removed);
                composed.first.push(place);
            } else if let Some(splice) = second.next_if(|it| it.span.range().start <= end) {
                let range = splice.span.range();
                with.push_str(middle.get(done..range.start).unwrap_or_default());
                with.push_str(&splice.with);
                (end, done) = (end.max(range.end), range.end);
                composed.second.push(place);
            } else {
                break;
            }
        }
        with.push_str(middle.get(done..end).unwrap_or_default());
        composed.splices.push(Splice { span: Span::new(old_start, end + removed - added), with });
    }
}

/// What a splice wrote, in the text that came out.
struct Part {
    at: Range<usize>,
    /// How many bytes were added up to its end, and how many were removed.
    added: usize,
    removed: usize,
}

fn parts(splices: &[Splice]) -> Vec<Part> {
    let (mut added, mut removed) = (0, 0);
    let parts = splices.iter().map(|Splice { span, with }| {
        let old = span.range();
        let start = old.start + added - removed;
        added += with.len();
        removed += old.len();
        Part { at: start..start + with.len(), added, removed }
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use harden_yaml::{Span, Splice, splice};

    use super::compose;

    fn splices(all: &[(usize, usize, &str)]) -> Vec<Splice> {
        let splice = |(start, end, with): &(usize, usize, &str)| Splice {
            span: Span::new(*start, *end),
            with: (*with).to_owned(),
        };
        all.iter().map(splice).collect()
    }

    /// The composed splices, after a look at whether they do the same.
    fn composed(
        first: &[(usize, usize, &str)],
        second: &[(usize, usize, &str)],
    ) -> (Vec<Splice>, Vec<usize>, Vec<usize>) {
        let (text, first, second) = ("0123456789", splices(first), splices(second));
        let middle = splice(text, &first);
        let composed = compose(&middle, &first, &second);
        assert_eq!(splice(text, &composed.splices), splice(&middle, &second));
        (composed.splices, composed.first, composed.second)
    }

    #[test]
    fn splices_far_from_each_other_stay_apart() {
        let (all, first, second) =
            composed(&[(2, 3, "abc"), (9, 9, "z")], &[(0, 1, ""), (8, 9, "xy")]);
        assert_eq!(all, splices(&[(0, 1, ""), (2, 3, "abc"), (6, 7, "xy"), (9, 9, "z")]));
        assert_eq!((first, second), (vec![1, 3], vec![0, 2]));
    }

    #[test]
    fn splices_of_what_was_spliced_are_one_with_it() {
        let (all, first, second) =
            composed(&[(2, 3, "abc"), (5, 7, "")], &[(3, 4, "B"), (5, 8, "!")]);
        assert_eq!(all, splices(&[(2, 8, "aBc!")]));
        assert_eq!((first, second), (vec![0, 0], vec![0, 0]));
        let (all, ..) = composed(&[(2, 2, "ab")], &[(4, 4, "c")]);
        assert_eq!(all, splices(&[(2, 2, "abc")]));
        let (all, ..) = composed(&[(2, 2, "ab")], &[(1, 5, "")]);
        assert_eq!(all, splices(&[(1, 3, "")]));
    }

    #[test]
    fn all_pairs_of_splices_do_what_they_did_one_after_the_other() {
        let some = || {
            let ends = (0..=6).flat_map(|start| (start..=7).map(move |end| (start, end)));
            ends.flat_map(|(start, end)| ["", "a", "bcd"].map(|with| (start, end, with)))
        };
        for one in some() {
            for other in some() {
                let first = [one, (8, 9, "tail")];
                if other.1 <= splice("0123456789", &splices(&first)).len() {
                    composed(&first, &[other]);
                }
            }
        }
    }
}
