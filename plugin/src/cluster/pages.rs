//! Lists of objects, page by page. What can be asked again is asked again; what was lost is said.

use std::time::Duration;

use http::header::{ACCEPT, HeaderValue};
use kube::client::Body;
use kube::core::Request;
use kube::core::params::{ListParams, WatchParams};

use super::Cluster;
use super::answer::Answer;
use super::application::path;
use super::item::{Item, Metadata, Page};
use crate::listing::{Kind, Scope};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// So often a page is asked for that did not come whole.
const TRIES: u32 = 5;
/// An object without all but its metadata.
pub(super) const METADATA: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
/// The longest pause before the second try; each is twice as long as the one before.
pub(super) const PAUSE: Duration = Duration::from_millis(250);

/// The list of a kind, as far as it was read.
pub(super) struct Pages<'c> {
    cluster: &'c Cluster,
    path: String,
    chunk: u32,
    is_metadata: bool,
    /// Whether it is told who changed what.
    with_managers: bool,
    /// Whether it is one object, and no list.
    is_single: bool,
    /// Only objects whose labels match this.
    selector: Option<&'c str>,
    kind: &'c Kind,
    next: Next,
    /// The key of the last object that came.
    last: Option<String>,
    /// The version of the list.
    pub(super) resource_version: String,
    /// How many objects the server says are still to come.
    pub(super) remaining: u64,
}

/// Where a list goes on; by default at its beginning.
#[derive(Debug, Clone, Default)]
pub(crate) struct Start {
    /// The page behind this token.
    pub(crate) token: Option<String>,
    /// Only objects behind this key.
    pub(crate) after: Option<String>,
}

/// What to ask for next.
enum Next {
    /// The first page, from the beginning.
    First,
    /// The page behind this token.
    Token(String),
    /// There is none.
    Nothing,
}

/// Why a kind is not read, or not to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// Whoever asks may not read it.
    Forbidden(String),
    /// The server does not understand what is asked.
    Invalid(String),
    /// The server says no, or does not have it: others may still be read.
    Refused(String),
    /// The server is not to be reached, or says nothing that can be read.
    Lost(String),
}

impl<'c> Pages<'c> {
    /// The objects of a kind; nothing is asked for yet.
    pub(super) fn of(cluster: &'c Cluster, kind: &'c Kind, scope: &Scope, chunk: u32) -> Self {
        // Who may not list namespaces may often see the own one.
        let is_single = matches!(scope, Scope::Namespace(_)) && kind.is("", "Namespace");
        let (namespace, name) = match scope {
            Scope::Namespace(name) if kind.is_namespaced => (Some(name.as_str()), None),
            Scope::Namespace(name) if is_single => (None, Some(name.as_str())),
            _ => (None, None),
        };
        let path = path((&kind.api_version(), &kind.plural), namespace, name);
        Self {
            cluster,
            path,
            chunk,
            // The values of Secrets are never asked for.
            is_metadata: kind.is("", "Secret"),
            with_managers: false,
            is_single,
            selector: None,
            kind,
            next: Next::First,
            last: None,
            resource_version: String::new(),
            remaining: 0,
        }
    }

    /// The metadata of those objects of a kind whose labels match a selector.
    pub(super) fn selected(
        cluster: &'c Cluster,
        kind: &'c Kind,
        scope: &Scope,
        (selector, chunk): (&'c str, u32),
    ) -> Self {
        let mut pages = Self::of(cluster, kind, scope, chunk);
        (pages.is_metadata, pages.selector) = (true, Some(selector));
        pages
    }

    /// The same with who changed what.
    pub(super) fn with_managers(self) -> Self {
        Self { with_managers: true, ..self }
    }

    /// Some objects of a kind, by their labels or the name of one.
    pub(super) fn chosen(
        (cluster, kind, scope): (&'c Cluster, &'c Kind, &Scope),
        chunk: u32,
        (selector, name): (Option<&'c str>, Option<&str>),
        is_metadata: bool,
        start: Start,
    ) -> Self {
        let mut pages = Self::of(cluster, kind, scope, chunk);
        pages.is_metadata |= is_metadata;
        pages.selector = selector;
        if let Some(name) = name.filter(|_| !pages.is_single) {
            pages.path = format!("{}/{name}", pages.path);
            pages.is_single = true;
        }
        pages.next = start.token.map_or(Next::First, Next::Token);
        pages.last = start.after;
        pages
    }

    /// The token behind which there are more.
    pub(super) fn token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::First | Next::Nothing => None,
        }
    }

    /// The next objects; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Item>>, Stop> {
        if matches!(self.next, Next::Nothing) {
            return Ok(None);
        }
        let mut lost = String::new();
        for attempt in 0..TRIES {
            if attempt > 0 {
                tokio::time::sleep(jittered(PAUSE * 2_u32.pow(attempt - 1))).await;
            }
            let answer = match self.ask().await {
                Ok(answer) => answer,
                Err(error) => {
                    lost = format!("{error:#}");
                    continue;
                }
            };
            match answer.status {
                200 => match self.take(&answer) {
                    Ok(items) => return Ok(Some(items)),
                    Err(error) => lost = format!("the answer is no list that can be read: {error}"),
                },
                410 => self.go_on_after(&answer),
                403 => return Err(Stop::Forbidden(forbidden(&answer))),
                400 => return Err(Stop::Invalid(answer.message())),
                404..=406 => return Err(Stop::Refused(answer.message())),
                status => lost = format!("{} ({status})", answer.message()),
            }
        }
        if lost.is_empty() {
            "its list changed faster than it could be read".clone_into(&mut lost);
        }
        Err(Stop::Lost(lost))
    }

    /// The request that watches the same objects from a version on; from nothing, it begins with all of them.
    pub(super) fn watch(
        &self,
        version: &str,
    ) -> Result<http::Request<Vec<u8>>, kube::core::request::Error> {
        let (mut path, mut params) = (&*self.path, WatchParams::default());
        if self.is_single
            && let Some((list, name)) = path.rsplit_once('/')
        {
            // Only lists can be watched.
            (path, params) = (list, params.fields(&format!("metadata.name={name}")));
        }
        let request = Request::new(path);
        let mut request = if self.is_metadata {
            request.watch_metadata(&params, version)?
        } else {
            request.watch(&params, version)?
        };
        request.headers_mut().entry(ACCEPT).or_insert(JSON);
        Ok(request)
    }

    async fn ask(&self) -> anyhow::Result<Answer> {
        let mut params = ListParams::default().limit(self.chunk);
        if let Next::Token(token) = &self.next {
            params = params.continue_token(token);
        }
        if let Some(selector) = self.selector {
            params = params.labels(selector);
        }
        let request = Request::new(&*self.path);
        let request = if self.is_single {
            let form = if self.is_metadata { METADATA } else { "application/json" };
            http::Request::get(&self.path).header(ACCEPT, form).body(Vec::new())?
        } else if self.is_metadata {
            request.list_metadata(&params)?
        } else {
            request.list(&params)?
        };
        let (mut parts, body) = request.into_parts();
        parts.headers.entry(ACCEPT).or_insert(JSON);
        self.cluster.send(http::Request::from_parts(parts, Body::from(body))).await
    }

    /// Takes in a page. What came before the list had to begin anew is not taken twice: lists are ordered.
    fn take(&mut self, answer: &Answer) -> anyhow::Result<Vec<Item>> {
        let (raw, metadata) = if self.is_single {
            (vec![serde_json::from_str(answer.text())?], Metadata::default())
        } else {
            let page: Page<'_> = serde_json::from_str(answer.text())?;
            (page.items.unwrap_or_default(), page.metadata)
        };
        let items = raw.into_iter().map(|it| Item::read(it.get(), self.kind, self.with_managers));
        let mut items: Vec<Item> = items.collect::<Result<_, _>>()?;
        if let Some(last) = &self.last {
            items.retain(|it| it.key > *last);
        }
        if let Some(last) = items.last() {
            self.last = Some(last.key.clone());
        }
        // Where the list had to begin anew, what came before is of the first version.
        if self.resource_version.is_empty() {
            self.resource_version = metadata.resource_version.unwrap_or_default();
        }
        self.remaining = metadata.remaining_item_count.unwrap_or_default();
        let token = metadata.next.filter(|it| !it.is_empty());
        self.next = token.map_or(Next::Nothing, Next::Token);
        Ok(items)
    }

    /// Goes on after the server has forgotten the list: by the token that it offers, or from the beginning.
    fn go_on_after(&mut self, answer: &Answer) {
        let offered = answer.status().metadata.and_then(|it| it.continue_);
        let token = offered.filter(|it| !it.is_empty());
        self.next = token.map_or(Next::First, Next::Token);
    }
}

/// Whom the server refuses what, in few words where it says it as Kubernetes does.
pub(super) fn forbidden(answer: &Answer) -> String {
    let message = answer.message();
    let user = message.split_once("User \"").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
    user.map_or_else(|| format!("forbidden: {message}"), |user| format!("forbidden for {user}"))
}

/// A pause between the half and the whole of this one, so that not everybody comes back at once.
pub(super) fn jittered(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX);
    pause.mul_f64(0.5 + f64::from(random) / f64::from(u32::MAX) / 2.0)
}
