//! What fixes came to, in sentences.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::{Advice, Fate, FixedText, Hidden, Proof, Proposal};
use crate::check::Outcome;
use crate::finding::{Finding, Safety};
use crate::kubernetes::Level;

/// So many of one kind are named where not all are asked for.
const MOST: usize = 10;

/// A check, its fixes, and the check of what they made.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a, 't> {
    /// The check before.
    pub before: &'a Outcome<'t>,
    /// Its fixes.
    pub fixed: &'a [FixedText],
    /// The check after.
    pub after: &'a Outcome<'a>,
    /// What the one is to the other.
    pub proof: &'a Proof,
    /// The level that pods are to reach.
    pub level: Level,
}

/// How many fixes became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Made, and safe.
    pub safe: usize,
    /// Made, and in need of thought.
    pub thought: usize,
    /// Made at some spots of their findings.
    pub partly: usize,
    /// Not made.
    pub refused: usize,
    /// Left to a decision.
    pub by_hand: usize,
    /// Not asked for.
    pub left: usize,
}

impl Counts {
    /// Counts what became of all fixes.
    pub fn of(fixed: &[FixedText]) -> Self {
        let mut counts = Self::default();
        for proposal in fixed.iter().flat_map(|it| &it.proposals) {
            let count = match (&proposal.fate, &proposal.safety) {
                (Fate::Made, Safety::Safe) => &mut counts.safe,
                (Fate::Made, Safety::NeedsThought(_)) => &mut counts.thought,
                (Fate::Partly(_), _) => &mut counts.partly,
                (Fate::Refused(_), _) => &mut counts.refused,
                (Fate::ByHand(_), _) => &mut counts.by_hand,
                (Fate::Left, _) => &mut counts.left,
            };
            *count += 1;
        }
        counts
    }

    /// Made as a whole.
    pub fn made(&self) -> usize {
        self.safe + self.thought
    }

    /// All of them.
    pub fn all(&self) -> usize {
        self.made() + self.partly + self.refused + self.by_hand + self.left
    }
}

impl Story<'_, '_> {
    /// Whether every pod reaches the level.
    pub fn reaches_level(&self) -> bool {
        self.proof.below(self.level).next().is_none()
    }

    /// What became of everything, a sentence each; `all` names each fix that was not made, and each pod.
    pub fn sentences(&self, all: bool) -> Vec<String> {
        let counts = Counts::of(self.fixed);
        let mut sentences = vec![self.totals(&counts)];
        sentences.extend(self.hidden_totals());
        sentences.extend(self.thoughts());
        let most = if all { usize::MAX } else { MOST };
        let refused = self.proposals().filter_map(|(name, finding, it)| refusal(name, finding, it));
        shorten(refused.collect(), most, "more were not made", &mut sentences);
        sentences.extend(self.decisions());
        let unmended = self.proof.unmended.iter().filter_map(|it| self.before.findings.get(*it));
        let unmended = unmended.map(|it| {
            format!("{}: its fix was made, and it is there all the same", place(self.name(it), it))
        });
        shorten(unmended.collect(), most, "more are there all the same", &mut sentences);
        let new = self.proof.new.iter().filter_map(|it| self.after.findings.get(*it));
        let new = new.map(|it| {
            let name = self.after.sources.get(it.source).map_or("", |it| &it.name);
            format!("{}: it was not there before: {}", place(name, it), it.message)
        });
        shorten(new.collect(), most, "more were not there before", &mut sentences);
        let advice = self.advice().iter().map(Advice::sentence).collect();
        shorten(advice, most, "more are to be changed by hand", &mut sentences);
        self.levels(all, &mut sentences);
        sentences
    }

    /// How many findings are mended.
    fn totals(&self, counts: &Counts) -> String {
        let all = counts.all();
        if all == 0 {
            return "there is nothing to mend".to_owned();
        }
        let files = self.fixed.iter().filter(|it| !it.splices.is_empty()).count();
        let mut parts = Vec::new();
        for (count, what) in [(counts.safe, "safely"), (counts.thought, "in need of thought")] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        let how =
            if parts.is_empty() { String::new() } else { format!(", {}", parts.join(" and ")) };
        let mut text = format!(
            "{} of {all} {} mended in {files} {}{how}",
            counts.made(),
            if all == 1 { "finding is" } else { "findings are" },
            if files == 1 { "file" } else { "files" },
        );
        for (count, what) in [
            (counts.partly, "mended in part"),
            (counts.refused, "not mended"),
            (counts.by_hand, "left to a decision"),
            (counts.left, "left, in need of thought"),
        ] {
            if count > 0 {
                let _ = write!(text, "; {count} {what}");
            }
        }
        text
    }

    /// How many are mended that others hid.
    fn hidden_totals(&self) -> Option<String> {
        match self.hidden().count() {
            0 => None,
            1 => Some("1 finding that others hid is mended, too".to_owned()),
            count => Some(format!("{count} findings that others hid are mended, too")),
        }
    }

    /// What may break by what was made, a sentence for each rule.
    fn thoughts(&self) -> Vec<String> {
        // So many things that are known of images are said of a rule.
        const MOST: usize = 3;
        let mut rules: BTreeMap<&str, (usize, &str, BTreeSet<&str>)> = BTreeMap::new();
        let made = self.proposals().filter_map(|(_, finding, it)| {
            let is_made = matches!(it.fate, Fate::Made | Fate::Partly(_));
            is_made.then_some((finding, &it.safety))
        });
        for (finding, safety) in made.chain(self.hidden().map(|(_, it)| (&it.finding, &it.safety)))
        {
            if let Safety::NeedsThought(thought) = safety {
                let (count, why, known) = rules.entry(&finding.about.id).or_default();
                *count += 1;
                *why = &finding.about.breaks;
                let special = thought.strip_suffix(&*finding.about.breaks).map(str::trim);
                known.extend(special.filter(|it| !it.is_empty()));
            }
        }
        let sentence = |(id, (count, why, known)): (&str, (usize, &str, BTreeSet<&str>))| {
            let known: String = known.iter().take(MOST).map(|it| format!(" {it}")).collect();
            format!("{id}, mended {}, needs thought: {why}{known}", times(count))
        };
        rules.into_iter().map(sentence).collect()
    }

    /// What takes a decision, a sentence for each rule.
    fn decisions(&self) -> Vec<String> {
        let mut rules: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for (_, finding, proposal) in self.proposals() {
            if let Fate::ByHand(decision) = proposal.fate {
                *rules.entry((&finding.about.id, decision)).or_default() += 1;
            }
        }
        let sentence = |((id, decision), count): ((&str, &str), usize)| {
            format!("{id}, found {}, is left to you: {decision}", times(count))
        };
        rules.into_iter().map(sentence).collect()
    }

    /// The levels of pods: in numbers, and each that does not reach what was asked for.
    fn levels(&self, all: bool, sentences: &mut Vec<String>) {
        let levels = &self.proof.levels;
        if levels.is_empty() {
            return;
        }
        let asked = self.level;
        let reach = |level: fn(&super::LevelChange) -> Level| {
            levels.iter().filter(|it| level(it) >= asked).count()
        };
        let (before, after) = (reach(|it| it.before), reach(|it| it.after));
        let workloads = if levels.len() == 1 { "workload" } else { "workloads" };
        sentences.push(format!(
            "{after} of {} {workloads} {} {asked}, {before} before",
            levels.len(),
            if after == 1 || levels.len() == 1 { "reaches" } else { "reach" },
        ));
        let shown = levels.iter().filter(|it| all || it.after < asked);
        let shown = shown.map(|it| {
            let (file, object, before, after) = (&it.file, &it.object, it.before, it.after);
            if before == after {
                format!("{file}: {object} is {after} as before")
            } else {
                format!("{file}: {object} was {before} and is {after}")
            }
        });
        let most = if all { usize::MAX } else { MOST };
        shorten(shown.collect(), most, "more do not reach it", sentences);
    }

    /// All fixes, with the name of their text and their finding.
    pub fn proposals(&self) -> impl Iterator<Item = (&str, &Finding, &Proposal)> {
        let proposals = self.fixed.iter().flat_map(|it| &it.proposals);
        proposals.filter_map(|it| {
            let finding = self.before.findings.get(it.finding)?;
            Some((self.name(finding), finding, it))
        })
    }

    /// What was mended that others hid, with the name of its text.
    pub fn hidden(&self) -> impl Iterator<Item = (&str, &Hidden)> {
        let hidden = self.fixed.iter().flat_map(|it| &it.hidden);
        hidden.map(|it| (self.name(&it.finding), it))
    }

    fn name(&self, finding: &Finding) -> &str {
        self.before.sources.get(finding.source).map_or("", |it| &it.name)
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        _ => format!("{count} times"),
    }
}

/// `deploy.yaml:12: privileged-container of Deployment team-a/web`.
fn place(name: &str, finding: &Finding) -> String {
    let line = finding.spots.first().map_or(1, |it| it.start.line);
    let of = finding.object.as_ref().map_or_else(String::new, |it| format!(" of {it}"));
    format!("{name}:{line}: {}{of}", finding.about.id)
}

/// Why a fix was not made, or not everywhere.
fn refusal(name: &str, finding: &Finding, proposal: &Proposal) -> Option<String> {
    let (how, refused) = match &proposal.fate {
        Fate::Partly(refused) => ("mended in part", refused),
        Fate::Refused(refused) => ("not mended", refused),
        _ => return None,
    };
    let first = refused.first()?;
    let at = if first.path.is_empty() { String::new() } else { format!("{}: ", first.path) };
    let more = match refused.len() {
        1 => String::new(),
        count => format!(" (and at {} more places)", count - 1),
    };
    Some(format!("{} is {how}: {at}{}{more}", place(name, finding), first.why))
}

/// Adds the first sentences of many, and how many more there are.
fn shorten(sentences: Vec<String>, most: usize, more: &str, into: &mut Vec<String>) {
    let left = sentences.len().saturating_sub(most);
    into.extend(sentences.into_iter().take(most));
    if left > 0 {
        into.push(format!("{left} {more}; -v names them"));
    }
}
