//! Answers for people: what is refused, and why.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::position::home;
use super::summary::named;
use super::{Lack, Outcome, Subject, Summary, Told, Written};
use crate::{Action, Answer, PolicyName, Reason, Verdict};

/// So many objects are named of those that are told the same.
const NAMED: usize = 3;

/// Puts together what is said of all objects. What is refused is written at once.
#[derive(Debug, Default)]
pub struct Text {
    /// A line for each object that is not refused, as long as none is.
    quiet: String,
    is_refused: bool,
    /// What is said of objects that it keeps nobody from creating: the first ones of each, and how many there are.
    asides: BTreeMap<(&'static str, String, String), (usize, Vec<Subject>)>,
}

impl Text {
    /// What is to be written of an object now; nothing where it is not refused.
    pub fn tell(&mut self, told: &Told, written: &mut Written) -> String {
        for answer in &told.answers {
            let Some(word) = aside(answer) else { continue };
            let key = (word, named(answer), answer.message.clone());
            let (count, first) = self.asides.entry(key).or_default();
            *count += 1;
            if first.len() < NAMED {
                first.push(told.about.clone());
            }
        }
        if told.outcome() != Outcome::Refused {
            if !self.is_refused {
                let _ = writeln!(self.quiet, "{}: {}", told.about, in_words(told));
            }
            return String::new();
        }
        let mut text = String::new();
        if self.is_refused {
            text.push('\n');
        }
        self.is_refused = true;
        self.quiet = String::new();
        let _ = writeln!(text, "{}: refused", told.about);
        for answer in told.answers.iter().filter(|it| it.outcome() == Outcome::Refused) {
            write_refusal(&mut text, answer, written);
        }
        text
    }

    /// What is left to write once all objects were told of.
    pub fn end(&self, summary: &Summary) -> String {
        let mut text = self.quiet.clone();
        for ((word, what, message), (count, first)) in &self.asides {
            if self.is_refused || !text.is_empty() {
                text.push('\n');
            }
            let _ = writeln!(text, "{word}: {what}{}", after(": ", message, "  "));
            let names: Vec<_> = first.iter().map(ToString::to_string).collect();
            let _ = write!(text, "  {}", names.join(", "));
            match count - first.len() {
                0 => text.push('\n'),
                more => drop(writeln!(text, " and {more} more")),
            }
        }
        if self.is_refused || !text.is_empty() {
            text.push('\n');
        }
        let _ = writeln!(text, "{}", counts(summary));
        for Lack { what, why, position } in summary.lacks() {
            let at = position.map_or_else(String::new, |it| format!("{}:{}: ", it.file, it.line));
            let _ = writeln!(text, "not known: {at}{what}: {}", after("", &why, "  "));
        }
        text
    }
}

/// `3 objects, 2 policies: 1 refused, 2 admitted`.
fn counts(summary: &Summary) -> String {
    let count = |number: usize, one: &str, several: &str| match number {
        1 => format!("1 {one}"),
        _ => format!("{number} {several}"),
    };
    let outcomes = [
        (summary.refused, "refused"),
        (summary.admitted, "admitted"),
        (summary.unknown, "not known"),
    ];
    let outcomes: Vec<_> = outcomes
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let (objects, policies) = (
        count(summary.objects(), "object", "objects"),
        count(summary.policies, "policy", "policies"),
    );
    match outcomes.join(", ") {
        none if none.is_empty() => format!("{objects}, {policies}"),
        outcomes => format!("{objects}, {policies}: {outcomes}"),
    }
}

/// What becomes of an object that is not refused.
fn in_words(told: &Told) -> String {
    let mut words = match told.outcome() {
        Outcome::Unknown if told.answers.iter().all(|it| it.outcome() == Outcome::Admitted) => {
            "not known: not all policies could be asked".to_owned()
        }
        Outcome::Unknown => "not known".to_owned(),
        _ if told.answers.is_empty() && told.changed_by.is_empty() => {
            "admitted: no policy is about it".to_owned()
        }
        _ => "admitted".to_owned(),
    };
    let has = |action| {
        let is = |it: &Answer| aside(it).is_some() && it.action == action;
        told.answers.iter().any(is)
    };
    match (has(Action::Warn), has(Action::Audit)) {
        (true, _) => words.push_str(", with a warning"),
        (false, true) => words.push_str(", and noted"),
        (false, false) => {}
    }
    if !told.changed_by.is_empty() {
        let by: Vec<_> = told.changed_by.iter().map(ToString::to_string).collect();
        let _ = write!(words, ", changed by {}", by.join(", "));
    }
    words
}

/// The word for what is said beside the answer; none where nothing is.
fn aside(answer: &Answer) -> Option<&'static str> {
    match (answer.verdict, answer.action) {
        (Verdict::Fail, Action::Warn) => Some("warning"),
        (Verdict::Fail, Action::Audit) => Some("audit"),
        (Verdict::Error, Action::Warn | Action::Audit | Action::Ignore) => {
            Some("error, which is ignored")
        }
        _ => None,
    }
}

fn write_refusal(text: &mut String, answer: &Answer, written: &mut Written) {
    let cannot = if answer.verdict == Verdict::Error { "cannot be evaluated, " } else { "" };
    let message = match answer.message.as_str() {
        "" => "it fails",
        message => message,
    };
    let _ = writeln!(text, "  {}: {cannot}{}", named(answer), after("", message, "    "));
    for reason in &answer.reasons {
        write_reason(text, &answer.policy, reason, written);
    }
}

fn write_reason(text: &mut String, policy: &PolicyName, reason: &Reason, written: &mut Written) {
    let at = if let Some(it) = written.find(policy, &reason.at) {
        format!("{}:{}", it.file, it.line)
    } else {
        let home = home(policy, &reason.at);
        let of = if *home == *policy { String::new() } else { format!("{home}, ") };
        format!("{of}{}", field(&reason.at))
    };
    let expression = after(": ", &reason.expression, "      ");
    let _ = writeln!(text, "    {at}{expression}");
    // What is in another is said by the other.
    let is_around = |name: &str| {
        let inner = reason.values.iter().filter_map(|(it, _)| it.strip_prefix(name));
        inner.into_iter().any(|it| it.starts_with(['.', '[']))
    };
    for (name, value) in reason.values.iter().filter(|(name, _)| !is_around(name)) {
        let _ = writeln!(text, "      {name} = {}", after("", value, "      "));
    }
}

/// A JSON pointer as people write it: `spec.rules[0].validate`.
fn field(pointer: &str) -> String {
    let mut field = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        if !step.is_empty() && step.bytes().all(|it| it.is_ascii_digit()) {
            let _ = write!(field, "[{step}]");
        } else {
            if !field.is_empty() {
                field.push('.');
            }
            field.push_str(&step);
        }
    }
    field
}

/// A text behind a sign, all lines but the first indented; nothing where it is empty.
fn after(sign: &str, text: &str, indent: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() {
        return String::new();
    }
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    format!("{sign}{}", lines.join(&format!("\n{indent}")))
}
