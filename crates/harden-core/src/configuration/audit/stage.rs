//! The stages of a request at which events are logged.

use std::fmt;
use std::str::FromStr;

use harden_yaml::Place;

/// A moment in the life of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// It has arrived.
    RequestReceived,
    /// The headers of the response are sent, and its body is not: watches, logs, exec.
    ResponseStarted,
    /// The response is sent.
    ResponseComplete,
    /// The handler panicked.
    Panic,
}

impl Stage {
    /// All of them, in the server's order.
    pub const ALL: [Self; 4] =
        [Self::RequestReceived, Self::ResponseStarted, Self::ResponseComplete, Self::Panic];

    /// As policies spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RequestReceived => "RequestReceived",
            Self::ResponseStarted => "ResponseStarted",
            Self::ResponseComplete => "ResponseComplete",
            Self::Panic => "Panic",
        }
    }
}

/// Why a text is no stage, in the API server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic")]
pub struct InvalidStage;

impl FromStr for Stage {
    type Err = InvalidStage;

    fn from_str(text: &str) -> Result<Self, InvalidStage> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(InvalidStage)
    }
}

/// A set of stages.
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Stages(u8);

impl Stages {
    /// Those of a list of the file.
    pub(super) fn read(list: Place<'_>) -> Self {
        let stages = list.items().filter_map(|it| it.as_str()?.parse::<Stage>().ok());
        Self(stages.fold(0, |set, stage| set | 1 << stage as u8))
    }

    /// Whether a stage is among them.
    pub fn contains(self, stage: Stage) -> bool {
        self.0 & 1 << stage as u8 != 0
    }

    /// These and others.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those that are in the set, in the server's order.
    pub fn iter(self) -> impl Iterator<Item = Stage> {
        Stage::ALL.into_iter().filter(move |it| self.contains(*it))
    }

    /// Whether all stages are among them.
    pub fn is_all(self) -> bool {
        Stage::ALL.into_iter().all(|it| self.contains(it))
    }
}

impl fmt::Debug for Stages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
