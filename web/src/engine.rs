//! The engine: checks, explains and simulates, by the core that the command uses.

mod catalogue;
mod check;
mod key;
mod plan;
mod simulate;

use std::sync::Arc;

use harden_core::check::Incremental;
use harden_core::finding::{Finding, ObjectReference};

use crate::protocol::engine::{Answer, Ask};
use crate::texts::Texts;
use crate::worker::Answers;

/// The engine, with the texts that it was given.
#[derive(Debug, Default)]
pub struct Engine {
    texts: Texts,
    last: LastCheck,
    /// What was judged before; with other settings, all is judged anew.
    incremental: Option<Incremental>,
}

/// The findings of the last check, and the files and objects that they count.
#[derive(Debug, Default)]
struct LastCheck {
    files: Vec<u32>,
    findings: Vec<Finding>,
    objects: Vec<Arc<ObjectReference>>,
}

impl Answers for Engine {
    type Ask = Ask;
    type Answer = Answer;

    fn put(&mut self, file: u32, text: String) {
        self.texts.put(file, text);
    }

    fn answer(&mut self, ask: Ask) -> Result<Answer, String> {
        Ok(match ask {
            Ask::Catalogue => Answer::Catalogue(catalogue::all()),
            Ask::Check(ask) => {
                self.texts.keep(&ask.files);
                Answer::Checked(Box::new(self.check(ask)?))
            }
            Ask::List(filter) => Answer::Listed(self.list(&filter)),
            Ask::Plan(aim) => Answer::Planned(self.plan(aim)),
            Ask::Rule(id) => {
                let rule = harden_core::rules::find(&id);
                let rule = rule.ok_or_else(|| format!("there is no rule `{id}`"))?;
                Answer::Rule(Box::new(catalogue::page(rule)))
            }
            Ask::Simulate(ask) => Answer::Simulated(self.simulate(&ask)?),
        })
    }
}

impl Engine {
    /// The texts of these files, in this order.
    fn texts_of(&self, files: &[u32]) -> Vec<&str> {
        files.iter().map(|file| self.texts.of(*file)).collect()
    }
}

#[cfg(test)]
mod tests;
