//! The product over the Model Context Protocol: for assistants the same answers, and nothing more.
//!
//! What is answered is here and below `tools`, and knows nothing of how it is asked; `protocol`, `stdio` and
//! `http` carry it.

mod answer;
mod arguments;
mod call;
mod flags;
mod http;
mod prompts;
mod protocol;
mod refusal;
mod resources;
mod sieve;
mod stdio;
mod tools;

use std::sync::Arc;

use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use answer::bounded;
use arguments::Arguments;
use call::Call;
use refusal::Refusal;
use resources::Reports;
use sieve::Sieve;
use tools::{TOOLS, Tool};

pub(crate) use http::serve as serve_http;
pub(crate) use http::{Gate, Token};
pub(crate) use stdio::serve as serve_stdio;

use crate::connection::Connection;

/// What holds for every call of a server.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The cluster that tools may ask, and as whom.
    pub(crate) connection: Connection,
    /// How long the JSON of an answer may be, in bytes.
    pub(crate) max_bytes: usize,
    /// How long a call may take before it is given up.
    pub(crate) deadline: std::time::Duration,
    /// Whether tools may change the cluster.
    pub(crate) allow_apply: bool,
}

/// How much an assistant may hand over in one call: more than any manifest that people review.
const MOST_INPUT: usize = 1 << 20;

/// Answers calls, whoever brings them.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    settings: Arc<Settings>,
    /// Places for calls at work; the others wait.
    places: Arc<Semaphore>,
    reports: Arc<Reports>,
}

impl Server {
    pub(crate) fn new(settings: Settings) -> Self {
        let places = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16);
        Self {
            settings: Arc::new(settings),
            places: Arc::new(Semaphore::new(places)),
            reports: Arc::default(),
        }
    }

    /// The tools that this server offers, in their order.
    pub(crate) fn tools(&self) -> impl Iterator<Item = &'static Tool> {
        TOOLS.iter().copied().filter(|it| (it.is_offered)(&self.settings))
    }

    /// The tool of a name.
    pub(crate) fn tool(&self, name: &str) -> Option<&'static Tool> {
        self.tools().find(|it| it.name == name)
    }

    /// What a call comes to: an object that the tool's output schema describes.
    pub(crate) fn answer(
        &self,
        tool: &Tool,
        fields: Map<String, Value>,
        call: &Call,
    ) -> Result<Value, Refusal> {
        self.told(tool, fields, call).map_err(Refusal::short)
    }

    fn told(&self, tool: &Tool, fields: Map<String, Value>, call: &Call) -> Result<Value, Refusal> {
        let size = arguments::size(&fields);
        if size > MOST_INPUT {
            return Err(Refusal::because(format!(
                "the arguments are {size} bytes long, and at most {MOST_INPUT} are read: send fewer objects at a time"
            )));
        }
        let sieve = Sieve::of(&fields);
        let arguments = Arguments::new(tool, fields)?;
        // Who has no list to cut may have a cursor of its own.
        let from = if tool.lists.is_empty() { 0 } else { arguments.cursor()? };
        let answer = (tool.run)(&arguments, call).map_err(|it| sieve.pass_refusal(it))?;
        let mut value = bounded(answer, tool.lists, from, self.settings.max_bytes)?;
        sieve.pass(&mut value);
        self.reports.keep(tool.name, &value);
        Ok(value)
    }
}

#[cfg(test)]
mod tests;
