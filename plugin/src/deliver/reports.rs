//! Reports as objects of a cluster: ours become what was found, and nobody else's are touched.

mod ours;
mod told;

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt as _};
use harden_core::Manifest;
use harden_core::check::SYSTEM_NAMESPACES;
use harden_core::kubernetes::Kind;
use harden_core::report::{Report, ReportApi};
use http::Method;
use serde_json::{Value, json};

use super::apply::path;
use super::served;
use crate::cluster::answer::Answer;
use crate::cluster::application::Manner;
use crate::cluster::{Cluster, marked};
use crate::listing::Reached;
use crate::terminal::Exit;
use ours::{All, Key, Ours};
pub(crate) use told::Counts;
use told::{Told, Word};

/// So many reports are written at a time.
const AT_A_TIME: usize = 8;

/// What was read, and what is said of it.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'s> {
    pub(crate) api: ReportApi,
    pub(crate) report: &'s Report<'s>,
    pub(crate) reached: &'s Reached,
    /// Whether what was found in namespaces of Kubernetes itself is in the report.
    pub(crate) shows_system: bool,
    /// The ids of rules that were left out of this run only.
    pub(crate) left_out: &'s [&'s str],
}

/// Rejects a cluster that does not have the kinds of reports.
pub(crate) async fn expect_kinds(cluster: &Cluster, api: ReportApi) -> anyhow::Result<()> {
    served::reject_kinds_without_definition(cluster, api.kinds().iter()).await
}

/// Makes the cluster have these reports, and no other of ours about what was read.
pub(crate) async fn apply(cluster: &Cluster, scene: Scene<'_>) -> anyhow::Result<(Exit, Counts)> {
    let Scene { api, report, reached, .. } = scene;
    let mut told = Told::default();
    // Of a namespace, nothing outside of it is said.
    let count = if reached.namespace().is_some() { 1 } else { 2 };
    let mut listed: Vec<(Kind, All)> = Vec::new();
    for kind in api.kinds().into_iter().take(count) {
        match ours::list(cluster, &kind, reached).await {
            Ok(all) => listed.push((kind, all)),
            Err(why) => told.unlisted(&kind, &why)?,
        }
    }
    let mut wanted: HashSet<Key> = HashSet::new();
    {
        let known = listed.as_slice();
        let deliver = |manifest: Manifest| async move {
            let all = known.iter().find(|(kind, _)| *kind == manifest.kind).map(|(_, all)| all);
            let word = match all {
                Some(all) => write(cluster, &manifest, all, scene).await?,
                // It is said that they are not known.
                None => Word::Unlisted,
            };
            anyhow::Ok((manifest, word))
        };
        let mut written = stream::iter(api.objects(report)).map(deliver).buffered(AT_A_TIME);
        while let Some(done) = written.next().await {
            let (manifest, word) = done?;
            told.tell(&manifest, word)?;
            wanted.insert(key(&manifest));
        }
    }
    for (kind, all) in listed {
        for (key, ours) in ours::out_of_date(all, &wanted, |key, it| scene.knows(key, it)) {
            let manifest = stale(kind, &key, &ours);
            let word = delete(cluster, &manifest, &ours, scene).await?;
            told.tell(&manifest, word)?;
        }
    }
    told.finish()
}

impl Scene<'_> {
    /// Whether nobody knows what a rule would find now.
    fn is_open(&self, rule: &str) -> bool {
        self.left_out.contains(&rule) || self.report.coverage.rules_not_run.contains(&rule)
    }

    /// Whether every rule ran that is to run.
    fn is_whole(&self) -> bool {
        self.left_out.is_empty() && self.report.coverage.rules_not_run.is_empty()
    }

    /// Whether there would be a report of this name if there were something to say.
    fn knows(&self, (namespace, name): &Key, ours: &Ours) -> bool {
        if name == ReportApi::NOT_CHECKED {
            return self.report.incomplete.is_empty();
        }
        let Some(owner) = ours.owner.as_ref().filter(|it| *name == ReportApi::name(&it.uid)) else {
            return false;
        };
        let group = owner.api_version.split_once('/').map_or("", |(group, _)| group);
        let is_aside = !self.shows_system
            && SYSTEM_NAMESPACES.contains(&namespace.as_str())
            && (group, owner.kind.as_str()) != ("", "Namespace");
        !is_aside && self.reached.holds(group, &owner.kind, namespace, &owner.name)
    }
}

/// Writes a report, if there is none that says the same, and none of somebody else in its place. What the one before
/// says of rules that did not run stays in it.
async fn write(
    cluster: &Cluster,
    manifest: &Manifest,
    all: &All,
    scene: Scene<'_>,
) -> anyhow::Result<Word> {
    let known = all.get(&key(manifest));
    let mut object = manifest.object.clone();
    if says(known, &object) {
        return Ok(Word::Unchanged);
    }
    if known.is_some() && !scene.is_whole() {
        match before(cluster, manifest).await? {
            Ok(before) => ReportApi::carry_over(&mut object, &before, |it| scene.is_open(it)),
            Err(Word::Gone) => return Ok(Word::Overtaken),
            Err(word) => return Ok(word),
        }
        if says(known, &object) {
            return Ok(Word::Unchanged);
        }
    }
    send(cluster, manifest, object, known).await
}

/// Sends a report to where there is none, or to where that is which is known.
async fn send(
    cluster: &Cluster,
    manifest: &Manifest,
    mut object: Value,
    known: Option<&Ours>,
) -> anyhow::Result<Word> {
    if let Some(known) = known {
        // What was listed is what is changed, or nothing is.
        if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("uid".to_owned(), known.uid.as_str().into());
            let version = known.resource_version.as_str();
            metadata.insert("resourceVersion".to_owned(), version.into());
        }
    } else {
        match marked::one(cluster, &path(manifest)).await? {
            Some(there) if ours::is_marked(&there) => return Ok(Word::Overtaken),
            Some(_) => return Ok(Word::Foreign),
            // If somebody makes one now, fields of it are in conflict, and it stays.
            None => {}
        }
    }
    let manner = Manner { is_dry_run: false, is_forced: known.is_some() };
    let answer = cluster.apply(&path(manifest), &object, manner).await?;
    Ok(match answer.status {
        201 => Word::Created,
        200 => Word::Configured,
        // Its namespace went away, and what was said of it.
        404 if answer.is_about("namespaces") => Word::Gone,
        // It is about to.
        403 if answer.is_of_leaving_namespace() => Word::Gone,
        409 => Word::Overtaken,
        _ => failed(&answer),
    })
}

/// Whether the one that is there says what a report says.
fn says(known: Option<&Ours>, report: &Value) -> bool {
    let annotations = report.get("metadata").and_then(|it| it.get("annotations"));
    let digest = annotations.and_then(|it| it.get(ReportApi::DIGEST)?.as_str());
    known.zip(digest).is_some_and(|(it, digest)| it.says(digest))
}

/// Deletes a report, but for what it has of rules that did not run.
async fn delete(
    cluster: &Cluster,
    manifest: &Manifest,
    ours: &Ours,
    scene: Scene<'_>,
) -> anyhow::Result<Word> {
    if !scene.is_whole() {
        match before(cluster, manifest).await? {
            Ok(before) => {
                let all = ReportApi::results_of(&before, |_| true).count();
                let open = ReportApi::results_of(&before, |it| scene.is_open(it)).count();
                if open == all && all > 0 {
                    return Ok(Word::Left);
                }
                if open > 0 {
                    let rest = ReportApi::rest(&before, |it| scene.is_open(it));
                    return send(cluster, manifest, rest, Some(ours)).await;
                }
            }
            Err(word) => return Ok(word),
        }
    }
    let path = path(manifest);
    let conditions = json!({"uid": ours.uid, "resourceVersion": ours.resource_version});
    let options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": conditions});
    let body = serde_json::to_vec(&options)?;
    let answer = cluster.ask(Method::DELETE, &path, "application/json", body).await?;
    Ok(match answer.status {
        200 | 202 => Word::Deleted,
        404 => Word::Gone,
        409 => Word::Overtaken,
        _ => failed(&answer),
    })
}

/// What is in the place of a report, or what became of it.
async fn before(cluster: &Cluster, manifest: &Manifest) -> anyhow::Result<Result<Value, Word>> {
    let answer = cluster.ask(Method::GET, &path(manifest), "", Vec::new()).await?;
    Ok(match answer.status {
        404 => Err(Word::Gone),
        _ if answer.is_success() => Ok(answer.object()),
        _ => Err(failed(&answer)),
    })
}

fn failed(answer: &Answer) -> Word {
    if answer.status == 403 {
        Word::Forbidden(answer.message())
    } else {
        Word::Rejected(format!("({}): {}", answer.status, answer.message()))
    }
}

fn key(manifest: &Manifest) -> Key {
    (manifest.namespace.clone().unwrap_or_default(), manifest.name.clone())
}

/// What is known of a report that is about to go.
fn stale(kind: Kind, (namespace, name): &Key, ours: &Ours) -> Manifest {
    let namespace = Some(namespace.as_str()).filter(|it| !it.is_empty());
    let scope = ours.owner.as_ref().map(|it| json!({"kind": it.kind, "name": it.name}));
    let body = scope.map_or(Value::Null, |it| json!({"scope": it}));
    Manifest::new(kind, namespace, name, "", body)
}
