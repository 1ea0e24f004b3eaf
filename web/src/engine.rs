//! The core behind the protocol: requests in, replies out, nothing else.

mod audit;
mod catalogue;
mod check;
mod form;
mod make;
mod mend;
mod simulate;
mod units;

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_core::finding::{Finding, ObjectName};
use harden_core::kubernetes::{Date, Random};
use zeroize::Zeroizing;

use crate::protocol::{Answer, Ask, Reply, Request};

/// What only the browser can tell.
pub trait Machine {
    /// The date in UTC.
    fn today(&self) -> Option<Date>;

    /// That many bytes nobody can guess; `None` where there is no source of them.
    fn random(&self, count: usize) -> Option<Random>;
}

/// The engine, with the texts that it was given.
#[derive(Debug, Default)]
pub struct Engine {
    texts: BTreeMap<u32, String>,
    last: LastCheck,
    random: Random,
}

/// The findings of the last check, and the files and objects that they count.
#[derive(Debug, Default)]
struct LastCheck {
    files: Vec<u32>,
    findings: Vec<Finding>,
    objects: Vec<Arc<ObjectName>>,
}

impl Engine {
    /// Takes in the text of a file.
    pub fn put(&mut self, file: u32, text: String) {
        self.texts.insert(file, text);
    }

    /// Answers one request.
    pub fn answer(&mut self, request: &str, machine: &dyn Machine) -> String {
        let reply = match serde_json::from_str::<Request>(request) {
            Ok(request) => Reply { id: request.id, answer: self.answer_one(request.ask, machine) },
            Err(error) => Reply { id: 0, answer: Answer::Refused(error.to_string()) },
        };
        serde_json::to_string(&reply).unwrap_or_default()
    }

    fn answer_one(&mut self, ask: Ask, machine: &dyn Machine) -> Answer {
        match ask {
            Ask::Catalogue => Answer::Catalogue(catalogue::all()),
            Ask::Check(ask) => {
                self.texts.retain(|file, _| ask.files.contains(file));
                self.check(ask).map_or_else(Answer::Refused, Answer::Checked)
            }
            Ask::List(filter) => Answer::Listed(self.list(&filter)),
            Ask::Mend(index) => Answer::Mended(self.mend(index)),
            Ask::Rule(id) => match harden_core::rules::find(&id) {
                Some(rule) => Answer::Rule(Box::new(catalogue::page(rule))),
                None => Answer::Refused(format!("there is no rule `{id}`")),
            },
            Ask::Make(ask) => Answer::Made(self.make(&ask, machine)),
            Ask::Fill(words) => Answer::Filled(form::fill(&words)),
            Ask::Audit(ask) => Answer::Audited(self.audit(&ask)),
            Ask::Simulate(ask) => {
                self.simulate(&ask).map_or_else(Answer::Refused, Answer::Simulated)
            }
        }
    }

    /// The texts of these files, in this order.
    fn texts_of(&self, files: &[u32]) -> Vec<&str> {
        files.iter().map(|file| self.texts.get(file).map_or("", String::as_str)).collect()
    }

    /// Random bytes that stay the same while a form is edited, so that keys change only on demand.
    fn random(&mut self, count: usize, fresh: bool, machine: &dyn Machine) -> Option<Random> {
        if fresh || self.random.bytes().len() < count {
            self.random = machine.random(count)?;
        }
        let bytes = self.random.bytes().get(..count)?;
        Some(Random::new(Zeroizing::new(bytes.to_vec())))
    }
}

#[cfg(test)]
mod tests;
