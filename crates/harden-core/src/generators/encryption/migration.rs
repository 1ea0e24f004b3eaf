//! How everything is written again, so that what writes now has written it.

use std::fmt::Write as _;

use serde_json::json;

use crate::configuration::encryption::split;
use crate::kubernetes::{Date, Kind};
use crate::{Manifest, ManifestFormat, render};

/// The commands, one or more lines for each resource; every kubectl has them.
pub(super) fn commands(resources: &[&str]) -> String {
    let mut text = String::new();
    for resource in resources {
        let _ = match split(resource) {
            ("*", group) => {
                let group =
                    if group == "*" { String::new() } else { format!("--api-group={group} ") };
                writeln!(
                    text,
                    "for it in $(kubectl api-resources {group}--verbs=list,update -o name); do\n  \
                     kubectl get \"$it\" --all-namespaces -o json | kubectl replace -f -\ndone"
                )
            }
            _ => writeln!(
                text,
                "kubectl get {resource} --all-namespaces -o json | kubectl replace -f -"
            ),
        };
    }
    text
}

/// The resources that a StorageVersionMigration can name.
pub(super) fn single<'r>(resources: &[&'r str]) -> Vec<&'r str> {
    resources.iter().copied().filter(|it| !it.starts_with('*')).collect()
}

/// A StorageVersionMigration for each resource; none when wildcards are all there is.
pub(super) fn manifests(
    resources: &[&str],
    procedure: &str,
    today: Option<Date>,
) -> Option<String> {
    let manifests: Vec<_> = single(resources)
        .into_iter()
        .map(|written| {
            let (resource, group) = split(written);
            Manifest::new(
                Kind::STORAGE_VERSION_MIGRATION,
                None,
                &name(written, procedure, today),
                &format!("Has every object of {written} written again, with what writes now."),
                json!({"spec": {"resource": {"group": group, "resource": resource}}}),
            )
        })
        .collect();
    (!manifests.is_empty()).then(|| render(&manifests, ManifestFormat::Yaml, true))
}

/// The name of the migration of a resource: with the date, for one that was done once stays done.
pub(super) fn name(resource: &str, procedure: &str, today: Option<Date>) -> String {
    let date = today.map_or_else(String::new, |it| format!("-{it}"));
    format!("encryption-{procedure}-{resource}{date}")
}
