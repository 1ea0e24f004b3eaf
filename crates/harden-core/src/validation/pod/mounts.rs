//! What the API server refuses of where volumes are mounted.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::{Pod, repeated};
use crate::object::is_placeholder;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Volume;

/// The mounts and the devices of a container.
pub(super) fn check<'d>(pod: &Pod<'d>, container: Place<'d>, problems: &mut Problems<'d>) {
    let (mounts, devices) = (container.at("volumeMounts"), container.at("volumeDevices"));
    let texts = |list: Place<'d>, key: &'static str| {
        list.items().filter_map(move |it| it.at(key).as_str()).collect::<FxHashSet<_>>()
    };
    let device_names = texts(devices, "name");
    let device_paths = texts(devices, "devicePath");
    let mut paths = FxHashSet::default();
    for mount in mounts.items().filter(Place::is_map) {
        let (name, path) = (mount.at("name"), mount.at("mountPath"));
        exists(pod, name, problems);
        distinct(path, &mut paths, problems);
        if name.as_str().is_some_and(|it| device_names.contains(it)) {
            problems.invalid(KIND, name, "must not be in `volumeDevices`, too");
        }
        if path.as_str().is_some_and(|it| device_paths.contains(it)) {
            problems.invalid(KIND, path, "must not be a path in `volumeDevices`, too");
        }
        check_mount(container, mount, problems);
    }
    let (mut paths, mut seen) = (FxHashSet::default(), FxHashSet::default());
    for device in devices.items().filter(Place::is_map) {
        let (name, path) = (device.at("name"), device.at("devicePath"));
        exists(pod, name, problems);
        distinct(name, &mut seen, problems);
        distinct(path, &mut paths, problems);
        problems.text(KIND, path, names::path);
        let volume = name.as_str().and_then(|it| pod.volumes.find(it));
        if volume.is_some_and(|it| !it.is_claim()) {
            problems.invalid(
                KIND,
                name,
                "only a persistentVolumeClaim or ephemeral volume is a device",
            );
        }
    }
}

fn check_mount<'d>(container: Place<'d>, mount: Place<'d>, problems: &mut Problems<'d>) {
    let is_set = |place: Place<'d>| place.as_str().is_some_and(|it| !it.is_empty());
    let (sub_path, expression) = (mount.at("subPath"), mount.at("subPathExpr"));
    problems.text(KIND, sub_path, names::relative_path);
    if let Some(rule) = expression.as_str().and_then(names::relative_path) {
        problems.add(KIND, mount, format!("`subPathExpr` {rule}"));
    }
    if is_set(sub_path) && is_set(expression) {
        problems.add(KIND, mount, "`subPath` and `subPathExpr` exclude each other");
    }
    let propagation = mount.at("mountPropagation");
    let is_privileged = container.at("securityContext").at("privileged").as_bool() == Some(true);
    if propagation.as_str() == Some("Bidirectional") && !is_privileged {
        problems.invalid(KIND, propagation, "is available only to privileged containers");
    }
    let recursive = mount.at("recursiveReadOnly");
    if problems.since(31) && matches!(recursive.as_str(), Some("Enabled" | "IfPossible")) {
        if mount.at("readOnly").as_bool() != Some(true) {
            problems.invalid(KIND, recursive, "may only be set when `readOnly` is true");
        }
        if propagation.as_str().is_some_and(|it| it != "None") {
            problems.invalid(KIND, recursive, "may only be set when `mountPropagation` is `None`");
        }
    }
}

/// Says that the pod has no such volume, if it has not.
fn exists<'d>(pod: &Pod<'d>, name: Place<'d>, problems: &mut Problems<'d>) {
    if name.as_str().is_some_and(|it| !it.is_empty() && pod.volumes.find(it).is_none()) {
        pod.volumes.missing(name, problems);
    }
}

fn distinct<'d>(place: Place<'d>, seen: &mut FxHashSet<&'d str>, problems: &mut Problems<'d>) {
    let text = place.as_str().filter(|it| !it.is_empty() && !is_placeholder(it));
    if text.is_some_and(|it| !seen.insert(it)) {
        repeated(place, problems);
    }
}
