//! Follows one kind: lists it where nothing is known of it, watches it from there, and begins anew where that ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use kube::core::WatchEvent;
use serde_json::value::RawValue;
use tokio::time::{Instant, sleep, timeout};

use super::{Event, Watching};
use crate::cluster::item::Item;
use crate::cluster::pages::{PAUSE, Pages, Stop, jittered};
use crate::listing::Kind;

/// After so many tries in a row that came to nothing, it is said that a kind is not watched.
const TRIES: u32 = 5;
/// No pause is longer.
const LONGEST: Duration = Duration::from_secs(30);
/// What lasts so long has not failed at once.
const STEADY: Duration = Duration::from_secs(5);
/// How often a kind is listed that cannot be watched.
const UNWATCHED: Duration = Duration::from_secs(30);
/// How often it is tried to read a kind that may not be read.
const UNREADABLE: Duration = Duration::from_mins(1);

/// Why a watch is over.
enum Over {
    /// The server ends it, as it does with each in its time.
    Ended,
    /// The server has forgotten what came after the version.
    Expired,
    /// The server does not let us, or does not have it.
    Refused,
    /// The server is not to be reached, or says nothing that can be read.
    Lost(String),
}

/// How it went so far.
#[derive(Debug, Default)]
struct Course {
    /// So many tries in a row came to nothing.
    tries: u32,
    /// Whether that was said.
    is_away: bool,
    /// Whether the last watch was refused.
    is_refused: bool,
    /// Whether the last list was refused.
    is_missing: bool,
}

impl Watching {
    /// Keeps a kind of the store as it is in the cluster, from a version of its list on.
    pub(super) async fn keep(self: Arc<Self>, kind: Arc<Kind>, mut from: Option<String>) {
        let mut course = Course::default();
        loop {
            let Some(mut version) = from.take() else {
                from = self.list_anew(&kind, &mut course).await;
                continue;
            };
            let began = Instant::now();
            let over = self.watch(&kind, &mut version, &mut course).await;
            if began.elapsed() > STEADY {
                course.tries = 0;
            } else {
                course.tries += 1;
            }
            // Without a version, what happened between two watches is not known.
            let known = (!version.is_empty()).then_some(version);
            match over {
                Over::Ended => from = known,
                Over::Expired => {}
                Over::Refused if course.is_refused => sleep(jittered(UNWATCHED)).await,
                Over::Refused => course.is_refused = true,
                Over::Lost(why) => {
                    self.say_away(&kind, why, &mut course);
                    from = known;
                }
            }
            course.pause().await;
        }
    }

    /// Lists a kind; returns the version, or waits where that fails.
    async fn list_anew(&self, kind: &Arc<Kind>, course: &mut Course) -> Option<String> {
        let stop = match self.list(kind).await {
            Ok(version) => {
                course.is_missing = false;
                self.say_back(kind, course);
                return Some(version);
            }
            Err(stop) => stop,
        };
        match stop {
            Stop::Forbidden(why) => {
                self.deny(kind, why, true, course);
                sleep(jittered(UNREADABLE)).await;
            }
            Stop::Refused(_) | Stop::Invalid(_) if !course.is_missing => {
                // When it is served no more, it will be said so.
                course.is_missing = true;
                self.poke.notify_one();
                sleep(STEADY).await;
            }
            Stop::Refused(why) | Stop::Invalid(why) => {
                self.deny(kind, why, false, course);
                sleep(jittered(UNREADABLE)).await;
            }
            Stop::Lost(why) => {
                course.tries = (course.tries + 1).max(TRIES);
                self.say_away(kind, why, course);
                course.pause().await;
            }
        }
        None
    }

    async fn list(&self, kind: &Arc<Kind>) -> Result<String, Stop> {
        let mut pages = Pages::of(&self.cluster, kind, &self.scope, self.chunk);
        self.store.lock().begin(kind);
        let mut is_changed = false;
        while let Some(items) = pages.next().await? {
            let mut store = self.store.lock();
            for item in &items {
                is_changed |= store.put(kind, item);
            }
        }
        is_changed |= self.store.lock().end(kind, &pages.resource_version);
        self.say_changed(is_changed);
        Ok(pages.resource_version)
    }

    /// Takes in what changes, until that ends; `version` is then that of the last change.
    async fn watch(&self, kind: &Arc<Kind>, version: &mut String, course: &mut Course) -> Over {
        let request = Pages::of(&self.lasting, kind, &self.scope, self.chunk).watch(version);
        let request = match request {
            Ok(request) => request,
            Err(error) => return Over::Lost(error.to_string()),
        };
        let opening = self.lasting.client().request_events::<Box<RawValue>>(request);
        let patience = self.lasting.timeout;
        let opened = if patience.is_zero() {
            opening.await
        } else {
            let Ok(opened) = timeout(patience, opening).await else {
                let name = self.lasting.name();
                return Over::Lost(format!("{name} did not answer within {patience:?}"));
            };
            opened
        };
        let mut events = match opened {
            Ok(events) => pin!(events),
            Err(error) => return self.over(&error),
        };
        course.is_refused = false;
        self.say_back(kind, course);
        let defines = kind.is("apiextensions.k8s.io", "CustomResourceDefinition")
            || kind.is("apiregistration.k8s.io", "APIService");
        while let Some(event) = events.next().await {
            let (raw, is_gone) = match event {
                Ok(WatchEvent::Added(raw) | WatchEvent::Modified(raw)) => (raw, false),
                Ok(WatchEvent::Deleted(raw)) => (raw, true),
                Ok(WatchEvent::Bookmark(mark)) => {
                    *version = mark.metadata.resource_version;
                    continue;
                }
                Ok(WatchEvent::Error(status)) => return self.over(&kube::Error::Api(status)),
                Err(error) => return self.over(&error),
            };
            let Ok(item) = Item::read(raw.get(), kind, false) else {
                return Over::Lost("an object of a watch cannot be read".to_owned());
            };
            let mut store = self.store.lock();
            let is_changed =
                if is_gone { store.remove(kind, &item.key) } else { store.put(kind, &item) };
            drop(store);
            *version = item.resource_version;
            self.say_changed(is_changed);
            if defines {
                self.poke.notify_one();
            }
        }
        Over::Ended
    }

    fn over(&self, error: &kube::Error) -> Over {
        match error {
            kube::Error::Api(status) if status.code == 410 => Over::Expired,
            kube::Error::Api(status) if [400, 403, 404, 405, 406].contains(&status.code) => {
                Over::Refused
            }
            error => Over::Lost(format!("{:#}", self.lasting.fault(error))),
        }
    }

    fn deny(&self, kind: &Arc<Kind>, why: String, is_forbidden: bool, course: &mut Course) {
        let is_changed = self.store.lock().deny(kind, why, is_forbidden);
        self.say_changed(is_changed);
        self.say_back(kind, course);
    }

    fn say_away(&self, kind: &Kind, why: String, course: &mut Course) {
        if course.tries >= TRIES && !std::mem::replace(&mut course.is_away, true) {
            self.say(Event::Away(kind.resource(), why));
        }
    }

    fn say_back(&self, kind: &Kind, course: &mut Course) {
        if std::mem::take(&mut course.is_away) {
            self.say(Event::Back(kind.resource()));
        }
    }
}

impl Course {
    /// Waits before the next try, if the last came to nothing.
    async fn pause(&self) {
        if let Some(doublings) = self.tries.checked_sub(1) {
            let pause = PAUSE * 2_u32.pow(doublings.min(TRIES + 3));
            sleep(jittered(pause.min(LONGEST))).await;
        }
    }
}
