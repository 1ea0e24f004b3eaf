//! What came of the tests of projects, as both shells show it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Lack;
use crate::gatekeeper::suite::Verified;
use crate::kyverno::suite;
use crate::{Verdict, gatekeeper};

/// An expected result, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The test file, and in it the test where it has more than one.
    pub suite: String,
    /// The policy, as the test names it.
    pub policy: String,
    /// The rule; empty where the test names none.
    pub rule: String,
    /// The kind of the object; empty where the test names none.
    pub kind: String,
    /// The object, as the test names it.
    pub name: String,
    /// What is expected.
    pub expected: String,
    /// What the policy said; none where it said nothing.
    pub got: Option<Verdict>,
    /// Its message, or why there is none.
    pub message: String,
    /// Whether it is what the engine's own command takes for right.
    pub is_right: bool,
    /// Whether there is an answer; false where this crate cannot tell.
    pub is_judged: bool,
}

impl From<suite::Outcome> for Tested {
    fn from(it: suite::Outcome) -> Self {
        Self {
            suite: it.suite,
            policy: it.policy,
            rule: it.rule,
            kind: it.kind,
            name: it.resource,
            expected: it.expected,
            got: it.got,
            message: it.message,
            is_right: it.is_right,
            is_judged: it.is_judged,
        }
    }
}

impl From<gatekeeper::suite::Outcome> for Tested {
    /// A case says by itself what is right, so that every one is expected to pass.
    fn from(it: gatekeeper::suite::Outcome) -> Self {
        let got = match it.result {
            Verified::Right => Verdict::Pass,
            Verified::Wrong => Verdict::Fail,
            Verified::Skipped => Verdict::Skip,
            Verified::NotJudged => Verdict::NotJudged,
        };
        Self {
            suite: it.suite,
            policy: it.test,
            rule: String::new(),
            kind: String::new(),
            name: it.case,
            expected: Verdict::Pass.word().to_owned(),
            got: Some(got),
            message: it.message,
            is_right: matches!(it.result, Verified::Right | Verified::Skipped),
            is_judged: it.result != Verified::NotJudged,
        }
    }
}

/// What came of some tests.
#[derive(Debug, Clone, Default)]
pub struct Tests {
    /// How many files with tests there are.
    pub suites: usize,
    /// What came of each result that is expected, in the order of the files.
    pub results: Vec<Tested>,
    /// Tests that could not be run.
    pub lacks: Vec<Lack>,
}

impl Tests {
    /// How many results are as expected, are not, and could not be judged.
    pub fn counts(&self) -> [usize; 3] {
        let mut counts = [0; 3];
        for it in &self.results {
            let [right, wrong, unjudged] = &mut counts;
            *match (it.is_judged, it.is_right) {
                (false, _) => unjudged,
                (true, true) => right,
                (true, false) => wrong,
            } += 1;
        }
        counts
    }

    /// For people: what is not as expected, and a line of counts.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut suite = "";
        let mut unjudged: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, it) in self.results.iter().enumerate() {
            if !it.is_judged {
                *unjudged.entry(&it.message).or_default() += 1;
            } else if !it.is_right {
                it.begin(&mut suite, &mut text);
                let _ = writeln!(text, "  {}", it.difference());
            }
            if self.results.get(index + 1).is_none_or(|next| next.suite != it.suite) {
                for (why, count) in std::mem::take(&mut unjudged) {
                    it.begin(&mut suite, &mut text);
                    let results = if count == 1 { "result was" } else { "results were" };
                    let why = why.trim_end().replace('\n', "\n    ");
                    let _ = writeln!(text, "  {count} {results} not judged: {why}");
                }
            }
        }
        for Lack { what, why, .. } in &self.lacks {
            let _ = writeln!(text, "not run: {what}: {why}");
        }
        let [right, wrong, unjudged] = self.counts();
        let count = |number: usize, one: &str| match number {
            1 => format!("1 {one}"),
            _ => format!("{number} {one}s"),
        };
        let (suites, results) =
            (count(self.suites, "test file"), count(self.results.len(), "result"));
        let _ = write!(text, "{suites}, {results}: {right} as expected");
        for (count, word) in [(wrong, "different"), (unjudged, "not judged")] {
            if count > 0 {
                let _ = write!(text, ", {count} {word}");
            }
        }
        text.push('\n');
        text
    }

    /// All results as JSON, version 1.
    pub fn to_json(&self) -> Value {
        let [right, wrong, unjudged] = self.counts();
        let incomplete = self.lacks.iter().map(|it| json!({"what": it.what, "why": it.why}));
        let answers = self.results.iter().map(|it| {
            json!({
                "suite": it.suite,
                "policy": it.policy,
                "rule": it.rule,
                "kind": it.kind,
                "name": it.name,
                "expected": it.expected,
                "result": it.word(),
                "right": it.is_judged.then_some(it.is_right),
                "message": it.message,
            })
        });
        json!({
            "version": "v1",
            "coverage": {
                "suites": self.suites,
                "results": self.results.len(),
                "right": right,
                "different": wrong,
                "unjudged": unjudged,
                "incomplete": incomplete.collect::<Vec<_>>(),
            },
            "answers": answers.collect::<Vec<_>>(),
        })
    }
}

impl Tested {
    /// Writes the name of its file, unless that is written.
    fn begin<'t>(&'t self, suite: &mut &'t str, text: &mut String) {
        if *suite != self.suite {
            let _ = writeln!(text, "{}", self.suite);
            *suite = &self.suite;
        }
    }

    /// What is not as it is expected.
    fn difference(&self) -> String {
        let rule = match self.rule.as_str() {
            "" => String::new(),
            rule => format!(", rule {rule}"),
        };
        let object = format!("{} {}", self.kind, self.name);
        let why = match self.message.trim_end() {
            "" => String::new(),
            message => format!(": {}", message.replace('\n', "\n    ")),
        };
        let (expected, word) = (&self.expected, self.word());
        let object = object.trim();
        format!("{}{rule}, {object}: expected {expected}, but it is {word}{why}", self.policy)
    }

    /// The word for what came of it.
    fn word(&self) -> &'static str {
        match (self.is_judged, self.got) {
            (false, _) => Verdict::NotJudged.word(),
            (true, Some(verdict)) => verdict.word(),
            (true, None) => "no answer",
        }
    }
}
