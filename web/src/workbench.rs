//! The workbench: generates, mends, and tries audit policies, by the core that the command uses.

mod audit;
mod fix;
mod form;
mod make;

use harden_core::cluster::Random;

use harden_core::kubernetes::Date;
use zeroize::Zeroizing;

use crate::protocol::workbench::{Answer, Ask};
use crate::texts::Texts;
use crate::worker::Answers;

/// What only the browser can tell.
pub trait Machine: std::fmt::Debug {
    /// The date in UTC.
    fn today(&self) -> Option<Date>;

    /// That many bytes nobody can guess; `None` where there is no source of them.
    fn random(&self, count: usize) -> Option<Random>;
}

/// The workbench, with the texts that it was given.
#[derive(Debug)]
pub struct Workbench {
    texts: Texts,
    random: Random,
    machine: Box<dyn Machine>,
}

impl Answers for Workbench {
    type Ask = Ask;
    type Answer = Answer;

    fn put(&mut self, file: u32, text: String) {
        self.texts.put(file, text);
    }

    fn answer(&mut self, ask: Ask) -> Result<Answer, String> {
        Ok(match ask {
            Ask::Forms => Answer::Forms(form::all()),
            Ask::Make(ask) => Answer::Made(self.make(&ask)),
            Ask::Fill(words) => Answer::Filled(form::fill(&words)),
            Ask::Audit(ask) => {
                self.texts.keep(&[ask.file]);
                Answer::Audited(audit::answer(self.texts.of(ask.file), &ask))
            }
            Ask::Fix(ask) => {
                self.texts.keep(&ask.files);
                Answer::Fixed(fix::make(&self.texts, &ask)?)
            }
        })
    }
}

impl Workbench {
    /// A workbench on this machine.
    pub fn new(machine: Box<dyn Machine>) -> Self {
        Self { texts: Texts::default(), random: Random::default(), machine }
    }

    /// Random bytes that stay the same while a form is edited, so that keys change only on demand.
    fn random(&mut self, count: usize, fresh: bool) -> Option<Random> {
        if fresh || self.random.bytes().len() < count {
            self.random = self.machine.random(count)?;
        }
        let bytes = self.random.bytes().get(..count)?;
        Some(Random::new(Zeroizing::new(bytes.to_vec())))
    }
}

#[cfg(test)]
mod tests;
