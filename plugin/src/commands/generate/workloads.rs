//! The workloads of manifests, a snapshot or a cluster, and all that says whom they talk to.

use anyhow::bail;
use harden_core::check::Incomplete;
use harden_core::generators::network_policy;
use harden_core::kubernetes::GroupKind;
use harden_core::network;
use harden_core::object::{Object, PodKind, objects};

use super::sources::{self, Sources};
use crate::commands::reading::{Lack, Reach, Seen, Whole};
use crate::connection::Connection;
use crate::flow_log;
use crate::input::Unread;
use crate::listing::Kind;
use crate::terminal::{self, Exit};

/// Reads what is meant, and hands it to the options; the code is that of what could not be read.
///
/// # Errors
///
/// When something that is named is not there, or nothing could be read.
pub(super) fn read(
    options: &mut network_policy::Options,
    from: &Sources,
    connection: &Connection,
) -> anyhow::Result<Exit> {
    let names = from.names(std::mem::take(&mut options.filename));
    let lacks = if from.are_files(&names) {
        from.reach.reject_snapshot()?;
        if from.reach.span.all_namespaces || from.reach.selector.is_some() {
            bail!(
                "--all-namespaces and --selector are for a cluster: leave them out where files are named"
            );
        }
        options.default_namespace.clone_from(&from.reach.span.namespace);
        of_files(options, &from.read(&names, connection))?
    } else {
        of_cluster(options, &from.reach, connection)?
    };
    let mut seen = network::seen::Seen::default();
    for log in std::mem::take(&mut options.flows) {
        flow_log::read(&mut seen, &log)?;
    }
    options.take_seen(&seen);
    for lack in &lacks {
        terminal::note(&format!("what {} wants is not known: {}", lack.what, lack.why))?;
    }
    if options.texts.is_empty() {
        return Err(Unread::because("nothing that was read is a manifest").into());
    }
    Ok(if lacks.is_empty() { Exit::Done } else { Exit::Incomplete })
}

fn of_files(
    options: &mut network_policy::Options,
    whole: &Whole,
) -> anyhow::Result<Vec<Incomplete>> {
    sources::tell(&whole.errors, &whole.notes)?;
    let texts = whole.sources.iter().map(|it| (it.name.to_string(), it.text.to_string()));
    options.texts = texts.collect();
    let is_broken =
        |text: &str| harden_yaml::documents(text).any(|document| document.is_rejected());
    Ok(whole.lacks(|it| is_broken(&it.text)))
}

fn of_cluster(
    options: &mut network_policy::Options,
    reach: &Reach,
    connection: &Connection,
) -> anyhow::Result<Vec<Incomplete>> {
    if reach.selector.is_some() {
        bail!(
            "--selector would leave out whom workloads talk to: name a namespace with --namespace instead"
        );
    }
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
    let listing = reach.list_of(connection, &now, reach.span.scope(), is_read)?;
    terminal::note(&format!("reading the workloads of {}", listing.origin))?;
    options.is_of_cluster = true;
    let mut seen = Seen::default();
    let mut texts = Vec::new();
    seen.take(listing, is_read, |_, sources| {
        for source in sources {
            if is_kept(&source.text) {
                texts.push((source.name.to_string(), source.text.into_owned()));
            }
        }
    });
    options.texts = texts;
    let values = seen
        .valueless
        .take()
        .map(|why| Incomplete { what: "workloads with settings in ConfigMaps".to_owned(), why });
    Ok(seen.lacks.into_iter().map(Lack::told).chain(values).collect())
}

fn is_read(kind: &Kind) -> bool {
    let is_of = |it: &GroupKind| kind.is_of(*it);
    PodKind::find(&kind.group, &kind.kind).is_some()
        || network::KINDS.iter().any(is_of)
        || network::wanted::KINDS.iter().any(is_of)
}

/// Whether something of a text is not made anew by something else that is read, too.
fn is_kept(text: &str) -> bool {
    let is_own = |object: &Object<'_>| {
        let owners = object.place.follow("metadata.ownerReferences");
        object.pod_kind().is_none()
            || owners.is_empty()
            || owners.items().all(|it| {
                let version = it.at("apiVersion").as_str().unwrap_or_default();
                let group = version.split_once('/').map_or("", |(group, _)| group);
                PodKind::find(group, it.at("kind").as_str().unwrap_or_default()).is_none()
            })
    };
    harden_yaml::documents(text)
        .any(|document| document.is_rejected() || objects(document.root()).any(|it| is_own(&it)))
}
