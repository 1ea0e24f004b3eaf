//! What would mend an object, by the fixes of the rules for Pod Security.

use serde_json::Value;

use crate::check::{Outcome, Settings, Survey};
use crate::finding::Safety;
use crate::fix::patch::{Form, changes};
use crate::fix::{self, Choice, Existing, Fate, FixedText, ROUNDS};
use crate::kubernetes::{Level, MinorVersion};
use crate::object::Object;
use crate::rule::Check;
use crate::rules;
use crate::source::Source;

/// What would mend an object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mending {
    /// The JSON patch (RFC 6902) after which it holds as much as fixes achieve; none where no patch can.
    pub patch: Option<Value>,
    /// Whether the object meets the level after it.
    pub is_enough: bool,
    /// What may break by it, and what to do about that.
    pub thoughts: Vec<String>,
    /// What is left to decide by hand, and why.
    pub by_hand: Vec<String>,
}

/// What would bring an object to a level; `text` is the object alone. In a cluster it is mended by a patch.
pub(super) fn mend(
    object: &Object<'_>,
    (text, is_in_cluster): (&str, bool),
    level: Level,
    version: MinorVersion,
) -> Mending {
    let is_standing = |check: &Check| matches!(check, Check::PodSecurity(_));
    let settings = Settings {
        level,
        version,
        reads_ignores: false,
        ..Settings::new(rules::all().filter(|it| is_standing(&it.check)))
    };
    let before = judge(vec![Source::new("object", text)], settings.clone());
    let existing = Existing::in_outcome(&before);
    let choice =
        Choice { safe_only: false, wants: &|_, _| true, version, existing: &existing, user: None };
    fix::fix_in_rounds(
        &before,
        &choice,
        ROUNDS,
        &|it| judge(it, settings.clone()),
        |fixed, after, _| {
            let mut mending = read(level, &before, fixed, after);
            if is_in_cluster {
                mending.find_patch(object, &before, fixed);
            }
            mending
        },
    )
}

impl Mending {
    fn find_patch(&mut self, object: &Object<'_>, before: &Outcome<'_>, fixed: &[FixedText]) {
        if matches!((object.group, object.kind), ("", "Pod") | ("batch", "Job")) {
            let kind = object.kind;
            let why = "the API server takes no such change of one that is there: mend its manifest, delete it, and apply it anew";
            self.by_hand.insert(0, format!("this is a {kind}, and {why}"));
        } else {
            let changes = changes(before, fixed);
            match changes.changed.first().map(|it| it.patch(Form::Json6902)) {
                Some(Ok(patch)) => {
                    self.thoughts.extend(patch.notes);
                    self.patch = Some(patch.value);
                }
                Some(Err(why)) => self.by_hand.push(why),
                None => self.by_hand.extend(changes.refused),
            }
        }
    }
}

fn judge(sources: Vec<Source<'_>>, settings: Settings) -> Outcome<'_> {
    let mut survey = Survey::new(settings);
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    run.finish()
}

fn read(level: Level, before: &Outcome<'_>, fixed: &[FixedText], after: &Outcome<'_>) -> Mending {
    let mut mending = Mending::default();
    let pods = after.sources.iter().flat_map(|it| &it.pods);
    mending.is_enough = { pods }.all(|it| it.level.is_none_or(|it| it >= level));
    for proposal in fixed.iter().flat_map(|it| &it.proposals) {
        let id = before.findings.get(proposal.finding).map_or("", |it| &*it.about.id);
        let by_hand = &mut mending.by_hand;
        match &proposal.fate {
            Fate::ByHand(why) => by_hand.push(format!("{id}: {why}")),
            Fate::Partly(all) | Fate::Refused(all) => {
                by_hand.extend(all.iter().map(|it| format!("{id}: {}: {}", it.path, it.why)));
            }
            Fate::Made | Fate::Left => {}
        }
        if let (Safety::NeedsThought(why), false) = (&proposal.safety, proposal.splices.is_empty())
        {
            mending.thoughts.push(format!("{id}: {why}"));
        }
    }
    for sentences in [&mut mending.thoughts, &mut mending.by_hand] {
        sentences.sort();
        sentences.dedup();
    }
    mending
}
