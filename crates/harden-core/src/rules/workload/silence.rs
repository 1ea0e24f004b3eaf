//! What containers do not say of the resources that they take.

use std::cell::LazyCell;

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::containers::{is_bounded, is_complete, is_stated, keeps_running, quoted};
use crate::inventory::Surroundings;
use crate::pod_security::{Container, ContainerKind};
use crate::rule::{Silence, Workload};

/// Whether something is missing.
pub(super) type IsMissing = fn(&Silence) -> bool;

/// What the containers of a pod do not say, of those that a rule wants.
pub(super) fn silences<'w, 'd>(
    workload: &'w Workload<'d>,
    context: Surroundings<'_>,
    is_wanted: IsMissing,
) -> Vec<(&'w Container<'d>, &'w Silence)> {
    let all = workload.silences(|| find(workload, context)).iter().filter(|it| is_wanted(it));
    all.filter_map(|it| Some((workload.containers().get(it.container)?, it))).collect()
}

fn find(workload: &Workload<'_>, context: Surroundings<'_>) -> Vec<Silence> {
    let is_bounded = |bound, resource| is_bounded(workload, context, bound, resource);
    // Containers that say it themselves ask for none of these.
    let memory = LazyCell::new(|| !is_bounded("limits", "memory"));
    let cpu = LazyCell::new(|| !is_bounded("requests", "cpu") && !is_bounded("limits", "cpu"));
    let storage = LazyCell::new(|| !is_bounded("limits", "ephemeral-storage"));
    let containers = workload.containers().iter().enumerate();
    let fillable = LazyCell::new(|| fillable(workload));
    // Ephemeral containers cannot have limits.
    containers
        .filter(|(_, it)| it.kind != ContainerKind::Ephemeral && is_complete(it))
        .map(|(index, container)| {
            let resources = container.place().at("resources");
            let is_there = resources.exists();
            let says = |bound, resource| is_there && is_stated(resources.at(bound).at(resource));
            let is_lasting = keeps_running(container);
            Silence {
                container: index,
                memory_limit: !says("limits", "memory") && *memory,
                memory_request: !says("requests", "memory"),
                // The API server takes a limit for the request that is not written.
                cpu_request: is_lasting
                    && !says("requests", "cpu")
                    && !says("limits", "cpu")
                    && *cpu,
                storage_limit: is_lasting
                    && !says("limits", "ephemeral-storage")
                    && *storage
                    && writes_to_disk(container, |name| fillable.contains(&name)),
                is_whole: states_nothing(resources),
            }
        })
        .collect()
}

/// Whether no amount is written, however little of the field is there.
pub(super) fn states_nothing(resources: Place<'_>) -> bool {
    let mut amounts = ["limits", "requests"].into_iter().flat_map(|it| resources.at(it).entries());
    amounts.all(|(_, amount)| !amount.exists())
}

/// The flaw with what else is missing of containers that say nothing at all: each with its words.
pub(super) fn with_others(
    mut flaw: String,
    all: &[(&Container<'_>, &Silence)],
    others: &[(&str, IsMissing)],
) -> String {
    for (words, is_missing) in others {
        let names =
            || all.iter().filter(|(_, it)| it.is_whole && is_missing(it)).map(|(it, _)| it.label());
        match names().count() {
            0 => {}
            count if count == all.len() => flaw.extend(["; ", words]),
            _ => {
                let names: Vec<_> = names().collect();
                flaw.extend(["; ", words, " of ", &quoted(names.iter().map(|it| &**it))]);
            }
        }
    }
    flaw
}

/// Whether there is anything that the container can fill: its root file system, or an emptyDir on
/// disk without a size of its own.
fn writes_to_disk(container: &Container<'_>, is_fillable: impl Fn(Option<&str>) -> bool) -> bool {
    let root = container.place().at("securityContext").at("readOnlyRootFilesystem");
    root.as_bool() != Some(true)
        || container.place().at("volumeMounts").items().any(|mount| {
            mount.at("readOnly").as_bool() != Some(true) && is_fillable(mount.at("name").as_str())
        })
}

/// The names of the emptyDirs on disk without a size of their own.
fn fillable<'d>(workload: &Workload<'d>) -> FxHashSet<Option<&'d str>> {
    let is_fillable = |volume: &Place<'_>| {
        let source = volume.at("emptyDir");
        source.exists()
            && source.at("medium").as_str() != Some("Memory")
            && !source.at("sizeLimit").exists()
    };
    let volumes = workload.at("volumes").items().filter(is_fillable);
    volumes.map(|it| it.at("name").as_str()).collect()
}
