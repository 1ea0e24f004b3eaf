//! Room to write for containers whose own files are read-only.

use harden_yaml::{Action, Place};
use rustc_hash::FxHashSet;
use serde_json::json;

use super::images::written_by;
use crate::pod_security::Container;
use crate::rule::{Edits, Workload};

/// The longest name of a volume.
const LONGEST: usize = 63;

/// The names of volumes that are taken in a pod.
#[derive(Debug)]
pub(super) struct Names(FxHashSet<String>);

impl Names {
    /// Those of the volumes of a pod, and of the claims that become its volumes.
    pub(super) fn of(workload: &Workload<'_>) -> Self {
        let claims = workload.object.place.at("spec").at("volumeClaimTemplates").items();
        let claims = claims.map(|it| it.at("metadata").at("name"));
        let volumes = workload.at("volumes").items().map(|it| it.at("name"));
        Self(volumes.chain(claims).filter_map(|it| it.as_str().map(str::to_owned)).collect())
    }

    /// A name of its own for what a container mounts at a path.
    fn take(&mut self, container: &str, path: &str) -> String {
        let words = format!("{container}{path}").to_ascii_lowercase();
        let parts = words.split(|it: char| !it.is_ascii_alphanumeric());
        let stem = parts.filter(|it| !it.is_empty()).collect::<Vec<_>>().join("-");
        let mut name = cut(&stem, LONGEST).to_owned();
        let mut number = 1;
        while !self.0.insert(name.clone()) {
            number += 1;
            let end = format!("-{number}");
            name = format!("{}{end}", cut(&stem, LONGEST - end.len()));
        }
        name
    }
}

/// The beginning of a name that is one itself. It is of ASCII.
fn cut(name: &str, most: usize) -> &str {
    name.get(..most).unwrap_or(name).trim_end_matches('-')
}

/// What gives a container an emptyDir of its own wherever its image is known to write and nothing is mounted yet.
pub(super) fn room<'d>(
    workload: &Workload<'d>,
    container: &Container<'d>,
    names: &mut Names,
) -> Edits<'d> {
    let (volumes, mounts) = (workload.at("volumes"), container.place().at("volumeMounts"));
    let is_open = |list: &Place<'_>| !list.exists() || list.is_list();
    let image = container.place().at("image").as_str();
    let Some(written) = image.and_then(written_by) else { return Vec::new() };
    // Where volumes are in what an operator reads is not known.
    if workload.is_patch() || !is_open(&volumes) || !is_open(&mounts) {
        return Vec::new();
    }
    let mounted = mounts.items().filter_map(|it| it.at("mountPath").as_str());
    let mounted: Vec<_> = mounted.map(steps).collect();
    let is_mounted = |path: &&&str| {
        let path = steps(path);
        mounted.iter().any(|it| path.starts_with(it))
    };
    let missing = written.paths.iter().filter(|path| !is_mounted(path));
    let edits = missing.flat_map(|path| {
        let name = names.take(&container.label(), path);
        let mount = json!({"name": name, "mountPath": path});
        let volume = json!({"name": name, "emptyDir": {}});
        [(mounts, Action::Append(mount)), (volumes, Action::Append(volume))]
    });
    edits.collect()
}

/// The steps of a path in a container. Images keep `/var/run` as a link to `/run`.
fn steps(path: &str) -> Vec<&str> {
    let mut steps: Vec<_> = path.split('/').filter(|it| !matches!(*it, "" | ".")).collect();
    if steps.starts_with(&["var", "run"]) {
        steps.remove(0);
    }
    steps
}
