//! Waiting for a server that is busy, and saying so.

use std::cell::Cell;
use std::time::Duration;

use http::StatusCode;
use http::header::RETRY_AFTER;
use http::response::Parts;

use crate::terminal;

/// So often a server that is busy is asked again.
const MOST: u32 = 4;
/// The first pause where the server names none; each is twice as long as the one before.
const FIRST: Duration = Duration::from_millis(500);
/// No pause is longer, whatever the server says.
const LONGEST: Duration = Duration::from_secs(30);

/// How busy a server was so far.
#[derive(Debug, Default)]
pub(super) struct Busy {
    answers: Cell<u32>,
    last: Cell<Option<StatusCode>>,
}

impl Busy {
    /// How long to wait before the server is asked again; none where its answer is one, or nobody waits on.
    pub(super) fn pause(&self, parts: &Parts) -> Option<Duration> {
        let is_busy = matches!(
            parts.status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        if !is_busy || self.answers.get() == MOST {
            return None;
        }
        let asked = parts.headers.get(RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
        let doubled = FIRST * 2_u32.pow(self.answers.get());
        self.answers.set(self.answers.get() + 1);
        self.last.set(Some(parts.status));
        Some(asked.map_or(doubled, Duration::from_secs).min(LONGEST))
    }

    /// Tells the user what is waited for.
    pub(super) fn tell(&self, server: &str, pause: Duration) -> anyhow::Result<()> {
        let Some(status) = self.last.get() else { return Ok(()) };
        terminal::note(&format!("{server} is busy ({status}): asking it again in {pause:?}"))
    }

    /// The error when it took too long.
    pub(super) fn too_late(&self, server: &str, timeout: Duration) -> String {
        let why = self.last.get().map_or_else(String::new, |it| format!(" is busy ({it}) and"));
        format!("{server}{why} did not answer within {timeout:?}; --request-timeout waits longer")
    }
}
