//! What fixing texts promises, looked at from outside: by the texts before and after, and by checks of both.

use std::collections::HashSet;
use std::sync::Arc;

use harden_core::check::{Outcome, Settings, Survey};
use harden_core::finding::Finding;
use harden_core::fix::{Choice, Existing, Fate, FixedText, Proof, ROUNDS, Why, fix, fix_in_rounds};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::lock::Lock;
use harden_core::rule::Rule;
use harden_core::source::Source;
use harden_yaml::{Document, Span, Splice, parse};

/// A text, and what it is called.
pub(crate) type Named = (String, String);

/// How texts are fixed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// The level that pods are held to.
    pub(crate) level: Level,
    /// Whether only what is safe is done.
    pub(crate) safe_only: bool,
}

/// The ways in which people fix.
pub(crate) const WAYS: [Way; 3] = [
    Way { level: Level::Restricted, safe_only: false },
    Way { level: Level::Restricted, safe_only: true },
    Way { level: Level::Baseline, safe_only: false },
];

/// Texts before and after, all that was said on the way, and what of it breaks a promise.
pub(crate) struct Told<'a> {
    pub(crate) before: &'a Outcome<'a>,
    pub(crate) fixed: &'a [FixedText],
    pub(crate) after: &'a Outcome<'a>,
    pub(crate) proof: &'a Proof,
    /// How texts are not what they should be.
    pub(crate) broken: Vec<String>,
    /// How findings are not what they should be.
    pub(crate) wrong: Vec<String>,
    /// How many findings are new of objects that no server would have taken before, or that cannot be mended
    /// as they are written.
    pub(crate) revealed: usize,
}

fn sources(texts: &[Named]) -> Vec<Source<'_>> {
    texts.iter().map(|(name, text)| Source::new(name.clone(), text.as_str())).collect()
}

/// Settings for rules, with the lock of the examples where one of them needs it.
pub(crate) fn settings(rules: impl IntoIterator<Item = &'static Rule>) -> Settings {
    let rules: Vec<_> = rules.into_iter().collect();
    let lock = rules.iter().find_map(|it| it.check.lock());
    let lock = lock.map(|it| Arc::new(Lock::read(it).unwrap()));
    Settings { lock, ..Settings::new(rules) }
}

fn judge(sources: Vec<Source<'_>>, settings: Settings) -> Outcome<'_> {
    let mut survey = Survey::new(settings);
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    run.finish()
}

/// Fixes all that can be fixed of texts that belong together, and shows what came of it.
pub(crate) fn fix_all<R>(
    texts: &[Named],
    rules: &[&'static Rule],
    way: Way,
    show: impl FnOnce(Told<'_>) -> R,
) -> R {
    fix_chosen(texts, rules, way, &|_| true, show)
}

/// The same of some findings.
pub(crate) fn fix_chosen<R>(
    texts: &[Named],
    rules: &[&'static Rule],
    way: Way,
    wants: &(dyn Fn(&Finding) -> bool + Sync),
    show: impl FnOnce(Told<'_>) -> R,
) -> R {
    let settings = Settings { level: way.level, ..settings(rules.iter().copied()) };
    let version = MinorVersion::NEWEST_KNOWN;
    let before = judge(sources(texts), settings.clone());
    let existing = Existing::in_outcome(&before);
    let choice = Choice {
        safe_only: way.safe_only,
        wants: &|_, it| wants(it),
        version,
        existing: &existing,
        user: None,
    };
    fix_in_rounds(
        &before,
        &choice,
        ROUNDS,
        &|it| judge(it, settings.clone()),
        |fixed, after, proof| {
            let edited = fixed.iter().filter_map(|it| {
                let (name, text) = &texts[it.source];
                edited(text, it).map(|what| format!("{name}: {what}"))
            });
            let broken = edited.collect();
            let (mut wrong, mut revealed) = (Vec::new(), 0);
            wrong.extend(proof.unmended.iter().map(|it| {
                format!("{}, was fixed, and is there", told(texts, &before.findings[*it]))
            }));
            let unborn = unborn(&before);
            // Who is bound to a role that is there after all, or named as he is, gets what the role allows.
            let is_bound = before.findings.iter().any(|it| {
                let object = it.object.as_ref().map_or("", |it| it.kind.as_str());
                it.about.category == "rbac" && object.ends_with("RoleBinding")
            });
            let again = fix(after, &choice);
            // What is found instead of something worse may be written so that nothing can mend it.
            let kept = again.iter().flat_map(|it| &it.proposals);
            let kept = kept.filter(|it| text_refusal(&it.fate).is_some()).map(|it| it.finding);
            let kept: HashSet<_> = kept.collect();
            for (number, finding) in proof.new.iter().map(|it| (it, &after.findings[*it])) {
                if unborn.contains(&place(finding))
                    || kept.contains(number)
                    || is_bound && finding.about.category == "rbac"
                {
                    revealed += 1;
                } else {
                    wrong.push(format!("{}, is new", told(texts, finding)));
                }
            }
            for again in again.iter().filter(|it| !it.splices.is_empty()) {
                let made = again.proposals.iter().filter(|it| !it.splices.is_empty());
                let made = made.map(|it| told(texts, &after.findings[it.finding]));
                wrong.extend(made.map(|it| format!("{it}, is fixed a second time")));
            }
            show(Told { before: &before, fixed, after, proof, broken, wrong, revealed })
        },
    )
}

/// The source, the document and the way to the object that a finding is about.
fn place(finding: &Finding) -> (usize, u32, String) {
    let pointer = finding.object.as_ref().map_or("", |it| it.pointer.as_str());
    (finding.source, finding.document, pointer.to_owned())
}

/// Objects that no server would have taken: not all is known of them before they are sound.
fn unborn(before: &Outcome<'_>) -> HashSet<(usize, u32, String)> {
    let refused = before
        .findings
        .iter()
        .filter(|it| it.about.category == "schema" || it.about.id == "ineffective-permission");
    refused.map(place).collect()
}

/// The rule of a finding, what it is about, and where it is.
fn told(texts: &[Named], finding: &Finding) -> String {
    let object = finding.object.as_ref().map(ToString::to_string).unwrap_or_default();
    let paths: Vec<_> = finding.spots.iter().map(|it| &*it.path).collect();
    let name = &texts[finding.source].0;
    format!("{} of {object} in {name}: {} at {paths:?}", finding.about.id, finding.message)
}

/// What is wrong with how a text was edited.
fn edited(text: &str, fixed: &FixedText) -> Option<String> {
    if let Err(problem) = only_splices(text, &fixed.splices, &fixed.text) {
        return Some(problem.to_owned());
    }
    let (before, after) = (parse(text), parse(&fixed.text));
    let added = companions(text, &fixed.splices).map_or(0, |it| parse(it.trim_start()).len());
    if before.len() + added != after.len() {
        return Some(format!("{} documents, {added} more, {}", before.len(), after.len()));
    }
    let (own, others) = after.split_at(before.len());
    if let Some(at) = before.iter().zip(own).position(|(old, new)| is_worse(old, new)) {
        return Some(format!("document {at} is not read any more"));
    }
    if others.iter().any(|it| it.is_rejected_by_strict() || it.is_empty()) {
        return Some("an object that was added is not read".to_owned());
    }
    // What is at the end of the last document may be ahead of the first that was added.
    let (kept, all) = (comments(&before), comments(&after));
    if kept != all[..kept.len().min(all.len())] || added == 0 && kept.len() != all.len() {
        return Some(format!("comments were {kept:?} and are {all:?}"));
    }
    let hidden = fixed.hidden.iter().flat_map(|it| &it.splices);
    let loose = fixed.proposals.iter().flat_map(|it| &it.splices).chain(hidden);
    let is_owned = |at: usize| loose.clone().any(|it| *it == at);
    (0..fixed.splices.len())
        .find(|it| !is_owned(*it))
        .map(|at| format!("nobody wants {:?}", fixed.splices[at]))
}

fn is_worse(old: &Document<'_>, new: &Document<'_>) -> bool {
    new.is_rejected() && !old.is_rejected()
        || new.is_rejected_by_strict() && !old.is_rejected_by_strict()
        || old.syntax() != new.syntax()
}

fn comments(documents: &[Document<'_>]) -> Vec<String> {
    documents.iter().flat_map(Document::comments).map(|it| it.text.to_owned()).collect()
}

/// Whether a text is another with splices in place, and equal to it byte for byte outside of them.
fn only_splices(before: &str, splices: &[Splice], after: &str) -> Result<(), &'static str> {
    let (mut old, mut new) = (before.as_bytes(), after.as_bytes());
    let mut done = 0;
    for Splice { span: Span { start, end }, with } in splices {
        let (start, end) = (*start as usize, *end as usize);
        if start < done || end < start {
            return Err("splices are not in order");
        }
        let kept = start - done;
        if old.len() < end - done || new.len() < kept || old[..kept] != new[..kept] {
            return Err("bytes ahead of a splice differ");
        }
        new = new[kept..].strip_prefix(with.as_bytes()).ok_or("a splice is not there")?;
        old = &old[end - done..];
        done = end;
    }
    if old == new { Ok(()) } else { Err("bytes behind the splices differ") }
}

/// The documents that were added behind all others: with an edit of what ends the text they are one splice.
fn companions<'s>(text: &str, splices: &'s [Splice]) -> Option<&'s str> {
    let last = splices.last().filter(|it| it.span.end as usize == text.len())?;
    let starts = last.with.match_indices("---\n").chain(last.with.match_indices("---\r\n"));
    let starts = starts.map(|(at, _)| at);
    let at = starts
        .filter(|at| last.with[..*at].is_empty() || last.with[..*at].ends_with('\n'))
        .min()?;
    Some(&last.with[at..])
}

/// Why a fix was not made because of how the text is written; none where it was made.
pub(crate) fn text_refusal(fate: &Fate) -> Option<String> {
    let (Fate::Partly(refused) | Fate::Refused(refused)) = fate else { return None };
    refused.iter().find_map(|it| match &it.why {
        Why::Text(refusal) => Some(format!("{refusal:?}")),
        _ => None,
    })
}
