//! What the API server refuses of volumes of one kind.

use harden_yaml::Place;

use super::super::source::{field_reference, resource_reference};
use super::{KIND, projected};
use crate::validation::problem::{ProblemKind, Problems};
use crate::validation::{names, storage};

/// What files may have of their pod.
const FIELDS: &[&str] = &[
    "metadata.name",
    "metadata.namespace",
    "metadata.labels",
    "metadata.annotations",
    "metadata.uid",
];

/// A volume, of the kind that is the key of this place.
pub(super) fn check<'d>(source: Place<'d>, problems: &mut Problems<'d>) {
    match source.key() {
        Some("hostPath") => problems.text(KIND, source.at("path"), names::path),
        Some("secret" | "configMap") => {
            source.at("items").items().for_each(|it| key_to_path(it, problems));
        }
        Some("downwardAPI") => source.at("items").items().for_each(|it| pod_file(it, problems)),
        Some("projected") => projected::check(source.at("sources"), problems),
        Some("nfs") => problems.text(KIND, source.at("path"), |it| {
            (!it.starts_with('/')).then_some("must be an absolute path")
        }),
        Some("csi") => driver(source.at("driver"), problems),
        Some("ephemeral") => {
            storage::claim(source.at("volumeClaimTemplate").at("spec"), true, problems);
        }
        Some("gitRepo") => problems.text(KIND, source.at("directory"), names::relative_path),
        _ => {}
    }
}

/// A key of a Secret or a ConfigMap as a file.
pub(super) fn key_to_path<'d>(item: Place<'d>, problems: &mut Problems<'d>) {
    problems.text(KIND, item.at("path"), names::file_path);
}

/// A field of the pod as a file.
pub(super) fn pod_file<'d>(item: Place<'d>, problems: &mut Problems<'d>) {
    problems.text(KIND, item.at("path"), names::file_path);
    let (field, resource) = (item.at("fieldRef"), item.at("resourceFieldRef"));
    match (field.exists(), resource.exists()) {
        (true, true) => {
            problems.add(KIND, resource, "`fieldRef` and `resourceFieldRef` exclude each other");
        }
        (false, false) if item.is_map() => {
            problems.add(KIND, item, "a file must have one of fieldRef, resourceFieldRef");
        }
        _ => {}
    }
    field_reference(KIND, field, FIELDS, problems);
    if !field.exists() {
        resource_reference(KIND, resource, true, problems);
    }
}

/// The name of a CSI driver.
fn driver<'d>(driver: Place<'d>, problems: &mut Problems<'d>) {
    problems.optional_text(ProblemKind::Name, driver, |it| match it.len() {
        0..=63 => names::subdomain(&it.to_lowercase()),
        _ => Some("must be no more than 63 characters"),
    });
}
