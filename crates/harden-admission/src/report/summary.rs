//! What all answers come to.

use std::collections::BTreeMap;

use super::{Outcome, Position, Subject, Told, Written};
use crate::{Answer, Needs, Object, Verdict};

/// What all answers come to.
#[derive(Debug, Default)]
pub struct Summary {
    /// How many policies were asked, those that are not in force included.
    pub policies: usize,
    /// Objects that were judged, by what becomes of them.
    pub admitted: usize,
    /// Those that a policy refuses.
    pub refused: usize,
    /// Those of which nobody can say.
    pub unknown: usize,
    /// What was not read.
    unread: Vec<Lack>,
    /// What was not judged, with how many objects there are and the first of them.
    unjudged: BTreeMap<(String, String), (usize, Subject)>,
}

/// Something that is not known, so that what is said may be too little.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lack {
    /// What.
    pub what: String,
    /// Why.
    pub why: String,
    /// Where, if it is part of a policy that is in a file.
    pub position: Option<Position>,
}

impl Summary {
    /// Notes what was not read.
    pub fn note(&mut self, what: String, why: String) {
        self.unread.push(Lack { what, why, position: None });
    }

    /// Notes objects of which there are others of the same name, that are not like them; says whether the policies
    /// depend on one.
    pub fn note_twins(&mut self, twins: &[Object], needs: &Needs) -> bool {
        let relevant = twins.iter().filter(|it| needs.depend_on(it));
        let why = "there are several of this name that are not alike, so none of them was read";
        let before = self.unread.len();
        relevant.for_each(|it| self.note(Subject::of(it).to_string(), why.to_owned()));
        self.unread.len() > before
    }

    /// Notes a policy that is not in force, because the server or its engine refuses it, or that cannot be read
    /// here.
    pub fn refuse(&mut self, answer: &Answer, written: &mut Written) {
        let position = answer.reasons.first().and_then(|it| written.find(&answer.policy, &it.at));
        let what = named(answer);
        let why = match answer.verdict {
            Verdict::NotJudged => answer.message.clone(),
            _ => format!("it would be refused: {}", answer.message),
        };
        self.unread.push(Lack { what, why, position });
    }

    /// Counts what was said of an object.
    pub fn count(&mut self, told: &Told) {
        match told.outcome() {
            Outcome::Admitted => self.admitted += 1,
            Outcome::Unknown => self.unknown += 1,
            Outcome::Refused => self.refused += 1,
        }
        for answer in told.answers.iter().filter(|it| it.verdict == Verdict::NotJudged) {
            let key = (named(answer), answer.message.clone());
            let entry = self.unjudged.entry(key).or_insert_with(|| (0, told.about.clone()));
            entry.0 += 1;
        }
    }

    /// How many objects were judged.
    pub fn objects(&self) -> usize {
        self.admitted + self.refused + self.unknown
    }

    /// What is not known, each thing once.
    pub fn lacks(&self) -> Vec<Lack> {
        let mut lacks = self.unread.clone();
        lacks.sort();
        lacks.dedup();
        let unjudged = self.unjudged.iter().map(|((what, why), (count, first))| {
            let of = match count {
                1 => format!("not judged of {first}"),
                more => format!("not judged of {first} and {} more", more - 1),
            };
            Lack { what: what.clone(), why: format!("{of}: {why}"), position: None }
        });
        lacks.extend(unjudged);
        lacks
    }
}

/// A policy and its rule, in words.
pub(super) fn named(answer: &Answer) -> String {
    match answer.rule.as_str() {
        "" => answer.policy.to_string(),
        rule => format!("{}, rule {rule}", answer.policy),
    }
}
