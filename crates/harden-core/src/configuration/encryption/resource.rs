//! What a rule names: a resource, all of a group, or everything.

use harden_yaml::Place;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::configuration::names::json_list;
use crate::configuration::{Existence, Fault, existence, resources};
use crate::kubernetes::MinorVersion;
use crate::pod_security::go_quoted;

/// An entry of `resources` in a rule: `secrets`, `deployments.apps`, `*.apps`, `*.` or `*.*`.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// As it is written.
    pub written: &'d str,
    /// The group: what follows the first dot; empty for the core group.
    pub group: &'d str,
    /// The resource, or `*`.
    pub resource: &'d str,
}

impl<'d> Resource<'d> {
    pub(super) fn read(place: Place<'d>) -> Self {
        let written = place.as_str().unwrap_or_default();
        let (resource, group) = split(written);
        Self { place, written, group, resource }
    }

    /// Whether it stands for more than one resource.
    pub fn is_wildcard(&self) -> bool {
        self.resource == "*"
    }

    /// As the server prints it.
    pub(super) fn printed(&self) -> String {
        printed(self.group, self.resource)
    }

    fn is_everything(&self) -> bool {
        (self.group, self.resource) == ("*", "*")
    }

    fn name(&self) -> (&'d str, &'d str) {
        (self.group, self.resource)
    }
}

/// What the server minds of a name alone, as it is written in a rule.
pub(crate) fn name_error(written: &str) -> Option<&'static str> {
    let (resource, group) = split(written);
    if written.contains(has_lower_case) {
        Some("resource name should not contain capital letters")
    } else if written == "*" {
        Some(
            "use '*.' to encrypt all the resources from core API group or *.* to encrypt all \
             resources",
        )
    } else if matches!(
        written,
        "apiserveripinfo" | "serviceipallocations" | "servicenodeportallocations"
    ) {
        Some("resources which do not have REST API/s cannot be encrypted")
    } else if group == "events.k8s.io" {
        Some(
            "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use \
             'events' instead in the config file",
        )
    } else if group == "extensions" {
        Some("'extensions' group has been removed and cannot be used for encryption")
    } else if group == "*" && resource != "*" {
        Some("encrypting the same resource across groups is not supported")
    } else {
        None
    }
}

/// Whether a character has a lower case of its own: the server compares the name with that in lower case.
/// Title case has one, and letters of mathematics in upper case have none.
fn has_lower_case(character: char) -> bool {
    !character.to_lowercase().eq([character])
}

/// The resource and its group, which follows the first dot.
pub(crate) fn split(written: &str) -> (&str, &str) {
    written.split_once('.').unwrap_or((written, ""))
}

/// The resource that a name which is none was probably meant to be.
pub(crate) fn meant(written: &str) -> Option<String> {
    let (resource, group) = split(written);
    if resource == "*" || existence(group, resource) != Existence::Unknown {
        return None;
    }
    let (group, plural) = resources::meant(resource.rsplit('/').next()?)?;
    Some(printed(group, plural))
}

/// Why nothing is encrypted by a name that the server takes.
pub(crate) fn flaw(written: &str, version: MinorVersion) -> Option<&'static str> {
    let (resource, group) = split(written);
    if version < VALIDATED && written.contains('*') {
        return Some("is a wildcard, which the API server knows from v1.27 on");
    }
    if resource == "*" {
        let is_group = group.contains('.') || resources::is_own_group(group);
        return (!is_group && group != "*").then_some("names a group that does not exist");
    }
    match existence(group, resource) {
        Existence::Unknown => Some("is no resource of Kubernetes"),
        Existence::Transient => Some("is never stored"),
        Existence::Stored | Existence::Foreign => None,
    }
}

/// The first version that minds names of resources, and knows wildcards: those before take any text for the
/// name of a resource.
pub(super) const VALIDATED: MinorVersion = MinorVersion(27);

/// What the server minds of one list; `path` is the list's.
pub(super) fn faults<'d>(list: Place<'d>, path: &str) -> Vec<Fault<'d>> {
    let resources: Vec<_> = list.items().map(Resource::read).collect();
    let mut faults = overlaps(list, &resources, path);
    for (index, resource) in resources.iter().enumerate() {
        if let Some(error) = name_error(resource.written) {
            let value = go_quoted(resource.written);
            let message = format!("{path}[{index}]: Invalid value: {value}: {error}");
            faults.push(Fault::new(resource.place, message));
        }
    }
    faults
}

pub(super) fn printed(group: &str, resource: &str) -> String {
    match (group, resource) {
        ("", "*") => "*.".to_owned(),
        ("", resource) => resource.to_owned(),
        (group, resource) => format!("{resource}.{group}"),
    }
}

fn overlaps<'d>(list: Place<'d>, resources: &[Resource<'d>], path: &str) -> Vec<Fault<'d>> {
    let names: FxHashSet<_> = resources.iter().map(Resource::name).collect();
    let is_twice = names.len() < resources.len();
    // How many entries a group has, and whether one of them stands for all of it.
    let mut groups: FxHashMap<&str, (usize, bool)> = FxHashMap::default();
    for resource in resources {
        let (count, is_whole) = groups.entry(resource.group).or_default();
        *count += 1;
        *is_whole |= resource.is_wildcard();
    }
    let has_everything = resources.iter().any(Resource::is_everything);
    let overlaps = has_everything && resources.len() > 1
        || groups.values().any(|(count, is_whole)| *count > 1 && *is_whole);
    if !is_twice && !overlaps {
        return Vec::new();
    }
    let written: Vec<&str> = resources.iter().map(|it| it.written).collect();
    let value = json_list(&written);
    let mut faults = Vec::new();
    if is_twice {
        let what = "the same resource cannot be specified multiple times";
        faults.push(Fault::new(list, format!("{path}: Invalid value: {value}: {what}")));
    }
    if overlaps {
        let what = "using overlapping resources such as 'secrets' and '*.' in the same resource \
                    list is not allowed as they will be masked";
        faults.push(Fault::new(list, format!("{path}: Invalid value: {value}: {what}")));
    }
    faults
}
