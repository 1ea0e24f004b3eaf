//! Follows what changes in a cluster: a watch for each kind, and a new list where that came to its end.

mod follow;

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::future::select;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::interrupt::Interrupt;
use super::store::{Place, Shared};
use super::{Cluster, kinds};
use crate::connection::Connection;
use crate::listing::{Kind, Scope, rank};

/// How often the server is asked which kinds it serves.
const DISCOVERY: Duration = Duration::from_secs(30);
/// How long it takes a server to serve a kind that was just defined, or a little less.
const DEFINING: Duration = Duration::from_secs(2);
/// A watch is over in which nothing came for so long: servers end it five seconds earlier.
const SILENCE: Duration = Duration::from_secs(295);

/// What happens while a cluster is watched.
#[derive(Debug)]
pub(crate) enum Event {
    /// Something is in the store that was not, or is not any more.
    Changed,
    /// What changes of a kind is not known for a while, and why.
    Away(String, String),
    /// What changes of it is known again, and what changed meanwhile.
    Back(String),
    /// A kind is served that was not.
    Served(String),
    /// A kind is served no more.
    Unserved(String),
    /// The user has seen enough; the last.
    Interrupted,
}

/// Begins to bring what changes into a store that holds what was read.
///
/// # Errors
///
/// When the connection cannot be prepared.
pub(crate) fn follow(
    connection: &Connection,
    (scope, chunk): (Scope, u32),
    store: Shared,
) -> anyhow::Result<Receiver<Event>> {
    let (events, taken) = channel();
    let interrupt = Interrupt::listen()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let cluster = runtime.block_on(Cluster::connect(connection)).context("failed to watch")?;
    let lasting = {
        let _guard = runtime.enter();
        cluster.lasting(SILENCE)?
    };
    let poke = Notify::new();
    let watching = Arc::new(Watching { cluster, lasting, scope, chunk, store, events, poke });
    thread::Builder::new().name("watch".to_owned()).spawn(move || {
        runtime.block_on(async {
            let following = pin!(Arc::clone(&watching).follow_all());
            select(following, pin!(interrupt.pressed())).await;
        });
        // Where nobody listens, nobody waits.
        let _ = watching.events.send(Event::Interrupted);
    })?;
    Ok(taken)
}

/// A cluster that is watched.
struct Watching {
    cluster: Cluster,
    /// For the watches themselves.
    lasting: Cluster,
    scope: Scope,
    chunk: u32,
    store: Shared,
    events: Sender<Event>,
    /// Told when other kinds may be served.
    poke: Notify,
}

/// Who is followed.
type Followed = BTreeMap<Place, (Arc<Kind>, AbortHandle)>;

impl Watching {
    fn say(&self, event: Event) {
        // Where nobody listens, the command is about to end.
        let _ = self.events.send(event);
    }

    fn say_changed(&self, is_changed: bool) {
        if is_changed {
            self.say(Event::Changed);
        }
    }

    /// Follows all kinds that were read, and those that are served later.
    async fn follow_all(self: Arc<Self>) {
        let kinds = self.store.lock().kinds();
        let mut followed = Followed::new();
        for (kind, version) in kinds {
            self.follow(kind, version, &mut followed);
        }
        loop {
            let poked = pin!(self.poke.notified());
            select(poked, pin!(tokio::time::sleep(DISCOVERY))).await;
            tokio::time::sleep(DEFINING).await;
            // Who watches a kind says when the server is not to be reached.
            if let Ok(served) = kinds::discover(&self.cluster).await {
                self.reconcile(served, &mut followed);
            }
        }
    }

    fn follow(self: &Arc<Self>, kind: Arc<Kind>, from: Option<String>, followed: &mut Followed) {
        let place = rank(&kind);
        let task = tokio::spawn(Arc::clone(self).keep(Arc::clone(&kind), from));
        followed.insert(place, (kind, task.abort_handle()));
    }

    /// Follows what is served and was not, and forgets what is served no more.
    fn reconcile(self: &Arc<Self>, mut served: kinds::Served, followed: &mut Followed) {
        served.keep_within(&self.scope);
        // Nobody knows what an API has whose server is down.
        let is_known = |kind: &Kind| {
            let api = kind.api_version();
            served.unknown.iter().all(|(what, _)| *what != api)
        };
        let is_gone = |kind: &Kind| is_known(kind) && !served.kinds.contains(kind);
        let gone: Vec<_> = followed
            .values()
            .filter(|(kind, _)| is_gone(kind))
            .map(|(kind, _)| rank(kind))
            .collect();
        let mut is_changed = false;
        for place in gone {
            if let Some((kind, task)) = followed.remove(&place) {
                task.abort();
                is_changed |= self.store.lock().forget(&place);
                self.say(Event::Unserved(kind.resource()));
            }
        }
        for kind in served.kinds {
            if !followed.contains_key(&rank(&kind)) {
                self.say(Event::Served(kind.resource()));
                self.follow(Arc::new(kind), None, followed);
            }
        }
        is_changed |= self.store.lock().set_unread(served.unknown);
        self.say_changed(is_changed);
    }
}
