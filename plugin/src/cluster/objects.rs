//! Reads all objects of a cluster, or of one namespace, while somebody else takes them in.

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use anyhow::{Context as _, anyhow};
use futures_util::future::{Either, select};
use futures_util::stream::{self, StreamExt as _};
use harden_core::cluster::Need;

use super::interrupt::Interrupt;
use super::item::Item;
use super::pages::{Pages, Stop};
use super::selection::Selection;
use super::{Cluster, facts, kinds};
use crate::connection::Connection;
use crate::input::Unread;
use crate::listing::{End, Kind, Listing, NoNamespace, Origin, Part, Scope};

/// So many pages wait to be taken in; each is a few megabytes.
const WAITING: usize = 2;
/// So many kinds are asked for at a time; most have one short page.
const AT_A_TIME: usize = 4;
/// After so many kinds in a row that could not be read, the others are not tried.
const PATIENCE: usize = 3;

/// What to read.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// All of it, or one namespace; `None` is that of the context.
    pub(crate) scope: Option<Scope>,
    /// Whether a kind is to be read.
    pub(crate) wants: fn(&Kind) -> bool,
    /// The labels of what is to be reported.
    pub(crate) selector: Option<String>,
    /// How many objects are asked for at a time.
    pub(crate) chunk: u32,
    /// When it is, in RFC 3339.
    pub(crate) time: String,
}

/// Begins to read.
///
/// # Errors
///
/// When there is no cluster, it does not let us in, or it does not tell what it has.
pub(crate) fn read(connection: &Connection, wish: Wish) -> anyhow::Result<Listing> {
    let (origins, origin) = sync_channel(1);
    let (parts, taken) = sync_channel(WAITING);
    let connection = connection.clone();
    let interrupt = Interrupt::listen()?;
    thread::Builder::new().name("cluster".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let done = runtime.context("failed to begin").and_then(|it| {
            it.block_on(async {
                let first = pin!(begin(&connection, wish));
                let Either::Left((begun, _)) = select(first, pin!(interrupt.pressed())).await
                else {
                    return Err(Unread::because("interrupted before anything was read").into());
                };
                let begun = begun?;
                let _ = origins.send(Ok(begun.origin.clone()));
                begun.run(&parts, &interrupt).await;
                Ok(())
            })
        });
        if let Err(error) = done {
            let _ = origins.send(Err(error));
        }
    })?;
    let origin = origin.recv().map_err(|_| anyhow!("the cluster could not be read"))??;
    Ok(Listing { origin, parts: Box::new(Parts(taken)) })
}

/// The parts as they come.
struct Parts(Receiver<Part>);

impl Iterator for Parts {
    type Item = Part;

    fn next(&mut self) -> Option<Part> {
        self.0.recv().ok()
    }
}

/// A reading that has begun.
struct Begun {
    cluster: Cluster,
    origin: Origin,
    served: kinds::Served,
    selector: Option<String>,
    chunk: u32,
}

async fn begin(connection: &Connection, wish: Wish) -> anyhow::Result<Begun> {
    let cluster = Cluster::connect(connection).await?;
    let facts = facts::ask(&cluster, &[Need::Version]).await?;
    let version = facts.version.context("the API server does not tell its version")?;
    let own = || Scope::Namespace(cluster.namespace().to_owned());
    let scope = wish.scope.unwrap_or_else(own);
    if let Scope::Namespace(name) = &scope {
        expect_namespace(&cluster, name).await?;
    }
    let mut served = kinds::discover(&cluster).await?;
    served.kinds.retain(wish.wants);
    served.keep_within(&scope);
    let context = cluster.context().to_owned();
    let origin = Origin { context, version, time: wish.time, scope };
    let Wish { selector, chunk, .. } = wish;
    Ok(Begun { cluster, origin, served, selector, chunk })
}

/// Where there is no namespace, the server lists nothing, and says nothing.
async fn expect_namespace(cluster: &Cluster, name: &str) -> anyhow::Result<()> {
    let is_name = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    // Who may not see it may still read what is in it.
    let is_missing = !is_name || name.is_empty() || {
        let path = format!("/api/v1/namespaces/{name}");
        cluster.ask(http::Method::GET, &path, "", Vec::new()).await?.status == 404
    };
    if is_missing {
        return Err(NoNamespace(format!("{} has no namespace `{name}`", cluster.name())).into());
    }
    Ok(())
}

/// What the first page of a kind came to, and how to go on.
type First<'k> = (Arc<Kind>, Pages<'k>, Result<Option<Vec<Item>>, Stop>);

/// How far the reading came.
#[derive(Debug, Default)]
struct Reached {
    /// So many kinds were read to their end, or could not be.
    kinds: usize,
    /// So many objects came of the next kind.
    objects: usize,
    /// So many kinds in a row could not be read.
    lost: usize,
}

/// Nobody takes in what comes.
struct Gone;

impl Begun {
    /// Reads kind by kind, until nobody takes in what comes.
    async fn run(self, parts: &SyncSender<Part>, interrupt: &Interrupt) {
        let mut reached = Reached::default();
        let mut selection = self.selector.clone().map(Selection::new);
        let ended = {
            let reading = pin!(self.read_all(parts, &mut selection, &mut reached));
            match select(reading, pin!(interrupt.pressed())).await {
                Either::Left((ended, _)) => Some(ended),
                Either::Right(_) => None,
            }
        };
        let is_interrupted = ended.is_none();
        if let Some(Err(Gone)) = ended {
            return;
        }
        let why = if is_interrupted {
            "interrupted"
        } else {
            "the API server answered nothing that can be read any more"
        };
        for kind in self.served.kinds.iter().skip(reached.kinds) {
            let objects = std::mem::take(&mut reached.objects);
            let lack = Some(why.to_owned());
            let end = End { objects, lack, ..End::default() };
            if parts.send(Part::End(Arc::new(kind.clone()), end)).is_err() {
                return;
            }
        }
        let selected = selection.map(|it| Part::Selected(it.end()));
        let interrupted = is_interrupted.then_some(Part::Interrupted);
        let mut last = selected.into_iter().chain(interrupted);
        let _ = last.try_for_each(|it| parts.send(it));
    }

    async fn read_all(
        &self,
        parts: &SyncSender<Part>,
        selection: &mut Option<Selection>,
        reached: &mut Reached,
    ) -> Result<(), Gone> {
        let Self { cluster, origin, served, chunk, .. } = self;
        for (what, why) in &served.unknown {
            parts.send(Part::Unread(what.clone(), why.clone())).map_err(|_| Gone)?;
        }
        let first = |kind| async move {
            let mut pages = Pages::of(cluster, kind, &origin.scope, *chunk);
            let first = pages.next().await;
            (Arc::new(kind.clone()), pages, first)
        };
        let mut firsts = stream::iter(&served.kinds).map(first).buffered(AT_A_TIME);
        while let Some((kind, pages, first)) = firsts.next().await {
            let first = (Arc::clone(&kind), pages, first);
            let (mut end, is_lost) = read_kind(first, parts, selection.as_mut(), reached).await?;
            // A selector chooses from what is in a namespace, where the Namespace is not; many may not list those.
            let is_itself = matches!(origin.scope, Scope::Namespace(_)) && !kind.is_namespaced;
            if is_itself && selection.is_some() {
                end.selected = Some(0);
            } else if let Some(selection) = selection.as_mut().filter(|_| end.objects > 0) {
                match selection.ask((cluster, &origin.scope, *chunk), &kind).await {
                    Ok(count) => end.selected = Some(count),
                    Err(Stop::Invalid(why)) => {
                        let why = format!("{} does not take the selector: {why}", cluster.name());
                        parts.send(Part::Invalid(why)).map_err(|_| Gone)?;
                        return Err(Gone);
                    }
                    Err(Stop::Forbidden(why) | Stop::Refused(why) | Stop::Lost(why)) => {
                        let unknown =
                            format!("which of them the selector matches is not known: {why}");
                        end.lack = end.lack.or(Some(unknown));
                    }
                }
            }
            parts.send(Part::End(kind, end)).map_err(|_| Gone)?;
            (reached.kinds, reached.objects) = (reached.kinds + 1, 0);
            reached.lost = if is_lost { reached.lost + 1 } else { 0 };
            if reached.lost == PATIENCE {
                break;
            }
        }
        Ok(())
    }
}

/// Reads a kind to its end, and says whether the server was lost with it.
async fn read_kind(
    (kind, mut pages, first): First<'_>,
    parts: &SyncSender<Part>,
    mut selection: Option<&mut Selection>,
    reached: &mut Reached,
) -> Result<(End, bool), Gone> {
    let mut page = first;
    let stop = loop {
        match page {
            Ok(Some(items)) => {
                reached.objects += items.len();
                if let Some(selection) = &mut selection {
                    selection.learn(&kind, &items);
                }
                let texts: Vec<_> = items.into_iter().map(|it| it.text).collect();
                if !texts.is_empty() {
                    parts.send(Part::Objects(Arc::clone(&kind), texts)).map_err(|_| Gone)?;
                }
            }
            Ok(None) => break None,
            Err(stop) => break Some(stop),
        }
        page = pages.next().await;
    };
    let objects = reached.objects;
    let is_lost = matches!(stop, Some(Stop::Lost(_)));
    let is_forbidden = objects == 0 && matches!(stop, Some(Stop::Forbidden(_)));
    let lack = stop.map(|it| match it {
        Stop::Forbidden(why) | Stop::Invalid(why) | Stop::Refused(why) | Stop::Lost(why) => why,
    });
    let resource_version = pages.resource_version;
    Ok((End { resource_version, objects, lack, is_forbidden, selected: None }, is_lost))
}
