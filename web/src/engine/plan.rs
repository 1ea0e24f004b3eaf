//! What would mend findings, for the workbench to make.

use std::borrow::Cow;
use std::collections::BTreeSet;

use harden_core::finding::{Companion, Finding, Safety};
use harden_core::fix::{self, Choice, Existing, Fate, Plan};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::secrecy;
use harden_yaml::{Action, Edit};

use super::{Engine, key};
use crate::protocol;
use crate::protocol::engine::{Aim, Fixable, Planned};
use crate::protocol::plan::{Act, FilePlan, Step, Wanted, Wish};

impl Engine {
    /// What would mend findings of the last check; nothing for one that is not there.
    pub(super) fn plan(&self, aim: Aim) -> Planned {
        let Some((level, version)) = self.held_to() else { return Planned::default() };
        let findings = &self.last.findings;
        let (safe_only, only, key) = match aim {
            Aim::One(key) => (false, key::find(findings, &key), Some(key)),
            Aim::Safe => (true, None, None),
            Aim::Level => (false, None, None),
        };
        let wants = |_: usize, finding: &Finding| match (&key, safe_only) {
            (Some(_), _) => only.is_some_and(|it| std::ptr::eq(it, finding)),
            (None, true) => true,
            (None, false) => stands_between(finding, level),
        };
        // The workbench looks at what is there, which makes the objects.
        let existing = Existing::default();
        let choice = Choice { safe_only, wants: &wants, version, existing: &existing, user: None };
        let mut planned = Planned::default();
        let mut files = Vec::new();
        for (findings, first) in by_file(findings) {
            let plans = Plan::all(first, findings, &choice);
            let mut wishes: Vec<Wish> = Vec::new();
            for plan in plans {
                match plan.fate {
                    Fate::ByHand(decision) if key.is_some() => {
                        decision.clone_into(&mut planned.decision);
                    }
                    Fate::Made => {
                        if let (Safety::NeedsThought(why), Some(_)) = (&plan.safety, &key) {
                            planned.thought = why.clone().into_owned();
                        }
                        wishes.push(wish(plan));
                    }
                    _ => {}
                }
            }
            let file = findings.first().and_then(|it| self.last.files.get(it.source)).copied();
            if let Some(file) = file.filter(|_| !wishes.is_empty()) {
                let text = if key.is_some() { self.texts.of(file) } else { "" };
                let secret = secrecy::values(text).into_iter();
                let secret = secret.map(|it| (it.start, it.end)).collect();
                planned.files.push(file);
                files.push(FilePlan { file, wishes, secret });
            }
        }
        planned.plan = protocol::write(&files);
        planned.key = key;
        planned
    }

    /// What the last check held pods to.
    fn held_to(&self) -> Option<(Level, MinorVersion)> {
        self.incremental.as_ref().map(|it| (it.settings().level, it.settings().version))
    }
}

/// The findings of each file, and the place of the first of them.
fn by_file(findings: &[Finding]) -> impl Iterator<Item = (&[Finding], usize)> {
    let mut first = 0;
    findings.chunk_by(|one, other| one.source == other.source).map(move |findings| {
        let place = first;
        first += findings.len();
        (findings, place)
    })
}

/// Whether a finding is one of the Pod Security Standards, up to a level.
fn stands_between(finding: &Finding, level: Level) -> bool {
    finding.about.level.is_some_and(|it| it <= level)
}

/// What of findings can be mended.
pub(super) fn fixable(findings: &[Finding], level: Level) -> Fixable {
    let mut fixable = Fixable::default();
    let (mut thoughts, mut rules) = (0, BTreeSet::new());
    let counted = findings.iter().filter(|it| it.ignored.is_none());
    for finding in counted.filter(|it| fix::intention(it, false) == Fate::Made) {
        let (is_safe, stands) = (finding.safety() == Safety::Safe, stands_between(finding, level));
        fixable.safe += usize::from(is_safe);
        fixable.level += usize::from(stands);
        if stands && !is_safe {
            thoughts += 1;
            rules.insert(&*finding.about.id);
        }
    }
    if thoughts > 0 {
        let need = if thoughts == 1 { "needs" } else { "need" };
        fixable.thought = format!("{thoughts} of {} {need} thought", fixable.level);
    }
    fixable.rules = rules.into_iter().map(str::to_owned).collect();
    fixable
}

fn wish(plan: Plan) -> Wish {
    let change = |edit: Edit| Step {
        way: edit.pointer.steps().map(Cow::into_owned).collect(),
        act: act(edit.action),
    };
    Wish {
        finding: plan.finding,
        needs_thought: plan.safety != Safety::Safe,
        document: plan.document,
        changes: plan
            .changes
            .into_iter()
            .map(|(path, it)| (path.to_string(), it.edits.into_iter().map(change).collect()))
            .collect(),
        undecided: plan.undecided.iter().map(ToString::to_string).collect(),
        ignored: plan.ignored.iter().map(ToString::to_string).collect(),
        wanted: plan.wanted.map(wanted),
    }
}

fn wanted(wanted: fix::Wanted) -> Wanted {
    let place = |what: &Companion| Companion::ALL.iter().position(|it| it == what);
    let fix::Wanted { what, namespace, kind, name, version, goes_with_edits } = wanted;
    let what = what.iter().filter_map(place).collect();
    Wanted { what, namespace, kind, name, version: version.0, goes_with_edits }
}

fn act(action: Action) -> Act {
    match action {
        Action::Set(value) => Act::Set(value.to_string()),
        Action::Remove => Act::Remove,
        Action::Append(value) => Act::Append(value.to_string()),
        Action::Insert(index, value) => Act::Insert(index, value.to_string()),
        Action::Rename(name) => Act::Rename(name),
    }
}
