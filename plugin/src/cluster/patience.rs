//! Waiting for a server that is busy, and saying so.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use kube::client::Body;
use kube::client::retry::RetryPolicy;
use tokio::time::{Instant, Sleep};
use tower::BoxError;
use tower::retry::Policy;

use crate::terminal;

/// So often a server that is busy is asked again.
const MOST: u32 = 4;
/// The first pause where the server names none; each is about twice as long as the one before.
const FIRST: Duration = Duration::from_millis(250);
/// No pause is longer that the server does not ask for.
const LONGEST: Duration = Duration::from_secs(10);

/// When a request is sent again: as kube decides it, and said.
#[derive(Clone)]
pub(super) struct Patience {
    policy: RetryPolicy,
    /// What the server is called.
    server: Arc<str>,
}

/// Goes with a request, and remembers how busy the server was.
#[derive(Debug, Clone, Default)]
pub(super) struct Busy(Arc<Mutex<Option<StatusCode>>>);

impl Patience {
    pub(super) fn new(server: String) -> anyhow::Result<Self> {
        Ok(Self { policy: RetryPolicy::new(FIRST, LONGEST, MOST, true)?, server: server.into() })
    }
}

impl<B> Policy<Request<Body>, Response<B>, BoxError> for Patience {
    type Future = Sleep;

    fn retry(
        &mut self,
        request: &mut Request<Body>,
        result: &mut Result<Response<B>, BoxError>,
    ) -> Option<Sleep> {
        let pause = self.policy.retry(request, result)?;
        let status = result.as_ref().map_or(StatusCode::SERVICE_UNAVAILABLE, Response::status);
        if let Some(busy) = request.extensions().get::<Busy>() {
            *busy.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
        }
        let time = pause.deadline().saturating_duration_since(Instant::now());
        let time = Duration::from_millis(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let text = format!("{} is busy ({status}): asking it again in {time:?}", self.server);
        // When even standard error is gone, there is nobody to tell.
        let _ = terminal::note(&text);
        Some(pause)
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        // What it is generic over says nothing here.
        Policy::<_, Response<B>, BoxError>::clone_request(&mut self.policy, request)
    }
}

impl Busy {
    /// The error when it took too long.
    pub(super) fn too_late(&self, server: &str, timeout: Duration) -> String {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let why = last.map_or_else(String::new, |it| format!(" is busy ({it}) and"));
        format!("{server}{why} did not answer within {timeout:?}; --request-timeout waits longer")
    }
}
