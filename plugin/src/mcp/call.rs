//! One call, as a tool sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::UnboundedSender;

use super::{Refusal, Settings};

/// One call, as a tool sees it: who serves it, whether anybody still waits, and how far it is.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    settings: Arc<Settings>,
    is_over: Arc<AtomicBool>,
    progress: Option<UnboundedSender<Progress>>,
}

/// How far a call is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Progress {
    /// How much is done.
    pub(crate) done: u32,
    /// Of how much; none where nobody knows.
    pub(crate) of: Option<u32>,
    /// What is being done: our own words, and none of a manifest or a cluster.
    pub(crate) what: String,
}

impl Call {
    pub(super) fn new(settings: Arc<Settings>) -> Self {
        Self { settings, is_over: Arc::default(), progress: None }
    }

    /// The same, whose progress somebody wants to be told.
    pub(super) fn reporting(self, progress: UnboundedSender<Progress>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// What holds for every call.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Tells whoever waits how far the call is; nothing happens where nobody asked.
    pub(crate) fn tell(&self, done: u32, of: Option<u32>, what: &str) {
        if let Some(progress) = &self.progress {
            // Whoever waited may be gone, which `check` finds.
            drop(progress.send(Progress { done, of, what: what.to_owned() }));
        }
    }

    /// Stops where nobody waits for the answer any more: long work asks now and then.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.is_over.load(Ordering::Relaxed) {
            return Err(Refusal::because("the call was cancelled"));
        }
        Ok(())
    }

    /// Lets the tool know that nobody waits any more.
    pub(super) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}
