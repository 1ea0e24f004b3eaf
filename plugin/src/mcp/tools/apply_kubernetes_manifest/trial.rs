//! What applying an object would come to, as the API server says it without doing it.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Map, Value, json};

use super::findings;
use super::objects::Wanted;
use super::state::{State, difference};
use super::words;
use crate::cluster::Cluster;
use crate::cluster::answer::Answer;
use crate::cluster::application::Manner;
use crate::mcp::refusal::Refusal;

/// What applying an object would come to.
#[derive(Debug)]
pub(super) struct Trial {
    /// What is told of it.
    pub(super) told: Value,
    /// The version of the object that is there; none where none is.
    pub(super) version: Option<String>,
    /// Whether it can be applied.
    pub(super) is_possible: bool,
    /// Whether it would change anything.
    pub(super) changes: bool,
}

/// An object that is there, and its version.
pub(super) struct Live {
    pub(super) object: Value,
    pub(super) version: String,
}

/// Reads an object as it is.
pub(super) async fn read_live(
    cluster: &Cluster,
    wanted: &Wanted,
) -> Result<Result<Option<Live>, Answer>, Refusal> {
    let answer = cluster.ask(Method::GET, &wanted.path(), "", Vec::new()).await?;
    if answer.status == 404 {
        return Ok(Ok(None));
    }
    if !answer.is_success() {
        return Ok(Err(answer));
    }
    let object = answer.object();
    let version = object.pointer("/metadata/resourceVersion").and_then(Value::as_str);
    let version = version.unwrap_or_default().to_owned();
    Ok(Ok(Some(Live { object, version })))
}

/// Sends an object for server-side apply; it must have this version, if one is given.
pub(super) async fn send(
    cluster: &Cluster,
    wanted: &Wanted,
    manner: Manner,
    version: Option<&str>,
) -> Result<Answer, Refusal> {
    let mut object = wanted.value.clone();
    if let (Some(version), Some(metadata)) =
        (version, object.get_mut("metadata").and_then(Value::as_object_mut))
    {
        metadata.insert("resourceVersion".to_owned(), version.into());
    }
    Ok(cluster.apply(&wanted.path(), &object, manner).await?)
}

/// Tries an object, and changes nothing.
pub(super) async fn attempt(
    cluster: &Cluster,
    wanted: &Wanted,
    overwrite: bool,
) -> Result<Trial, Refusal> {
    let mut secrets = BTreeSet::new();
    State::of(wanted.value.clone()).secrets(&mut secrets);
    let live = match read_live(cluster, wanted).await? {
        Ok(live) => live,
        Err(answer) => {
            let why = words::rejection(&answer, &words::sieve(&secrets));
            return Ok(impossible(wanted, "rejected", "why", why));
        }
    };
    let version = live.as_ref().map(|it| it.version.clone());
    let before = live.map(|it| State::of(it.object));
    before.iter().for_each(|it| it.secrets(&mut secrets));
    let sieve = words::sieve(&secrets);
    let dry_run = Manner { is_dry_run: true, ..Manner::default() };
    let mut answer = send(cluster, wanted, dry_run, None).await?;
    let mut conflicts = Vec::new();
    if words::is_conflict(&answer) {
        conflicts = words::conflicts(&answer);
        answer = send(cluster, wanted, Manner { is_forced: true, ..dry_run }, None).await?;
    }
    if !answer.is_success() {
        let why = words::rejection(&answer, &sieve);
        return Ok(impossible(wanted, "rejected", "why", why));
    }
    let after = State::of(answer.object());
    after.secrets(&mut secrets);
    let sieve = words::sieve(&secrets);
    let diff = difference(&wanted.title(), before.as_ref(), &after);
    let owner = before.as_ref().and_then(|it| owner(&it.text()));
    let is_possible = overwrite || conflicts.is_empty() && owner.is_none();
    let changes = !diff.is_empty();
    let outcome = match (is_possible, &before) {
        (false, _) => "refused",
        (true, None) => "would be created",
        (true, Some(_)) if changes => "would be changed",
        (true, Some(_)) => "would stay as it is",
    };
    let mut told = named(wanted, outcome);
    told.insert("diff".to_owned(), diff.into());
    if !conflicts.is_empty() {
        told.insert("conflicts".to_owned(), conflicts.into());
    }
    if let Some(owner) = owner {
        told.insert("managedBy".to_owned(), owner.into());
    }
    told.insert("newFindings".to_owned(), findings::new(before.as_ref(), &after)?);
    if !answer.warnings.is_empty() {
        told.insert("warnings".to_owned(), json!(answer.warnings));
    }
    let mut told = Value::Object(told);
    sieve.pass(&mut told);
    Ok(Trial { told, version, is_possible, changes })
}

fn impossible(wanted: &Wanted, outcome: &str, key: &str, why: Value) -> Trial {
    let mut told = named(wanted, outcome);
    told.insert(key.to_owned(), why);
    Trial { told: told.into(), version: None, is_possible: false, changes: false }
}

/// What an object is called, and what becomes of it.
pub(super) fn named(wanted: &Wanted, outcome: &str) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("apiVersion".to_owned(), wanted.kind.api_version().into());
    fields.insert("kind".to_owned(), wanted.kind.kind.clone().into());
    if let Some(namespace) = &wanted.namespace {
        fields.insert("namespace".to_owned(), namespace.clone().into());
    }
    fields.insert("name".to_owned(), wanted.name.clone().into());
    fields.insert("outcome".to_owned(), outcome.into());
    fields
}

/// What keeps an object as it has it elsewhere, and would undo the change.
fn owner(text: &str) -> Option<&'static str> {
    const OWNERS: [(&str, &str); 5] = [
        ("kustomize.toolkit.fluxcd.io/", "Flux"),
        ("helm.toolkit.fluxcd.io/", "Flux"),
        ("resourceset.fluxcd.controlplane.io/", "Flux"),
        ("argocd.argoproj.io/instance", "Argo CD"),
        ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ];
    let object: Value = serde_json::from_str(text).unwrap_or_default();
    let metadata = object.get("metadata")?;
    let keys = ["labels", "annotations"]
        .into_iter()
        .filter_map(|it| metadata.get(it)?.as_object())
        .flat_map(Map::keys);
    let of = |key: &String| OWNERS.iter().find(|(start, _)| key.starts_with(start));
    keys.filter_map(of).map(|(_, who)| *who).next()
}
