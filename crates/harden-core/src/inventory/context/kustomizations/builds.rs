//! What is built of files: the kustomizations on the way from what is built to each file.

use std::collections::{BTreeMap, BTreeSet};

use super::Kustomization;

/// For each file, the ways in which it is built: each has the folders of the kustomizations that change its
/// objects, the innermost last.
pub(super) type Builds = BTreeMap<String, Vec<Vec<String>>>;

/// No tree of kustomizations is deeper.
const DEEPEST: usize = 64;

/// The ways to build all files. What no other kustomization builds on is built by itself.
pub(super) fn find(all: &BTreeMap<String, Kustomization>) -> Builds {
    let parts: BTreeSet<_> =
        all.values().flat_map(|it| it.resources.iter().chain(&it.components)).collect();
    let mut builds = Builds::new();
    for folder in all.keys().filter(|it| !parts.contains(it)) {
        let mut seen = BTreeSet::new();
        walk(all, folder, &[], &mut seen, &mut builds);
    }
    builds
}

fn walk<'k>(
    all: &'k BTreeMap<String, Kustomization>,
    folder: &'k str,
    above: &[String],
    seen: &mut BTreeSet<&'k str>,
    builds: &mut Builds,
) {
    if above.len() > DEEPEST {
        return;
    }
    let Some(here) = all.get(folder).filter(|_| seen.insert(folder)) else { return };
    // Components change what those who use them have.
    let mut layers = above.to_vec();
    layers.push(folder.to_owned());
    let mut open: Vec<&str> = here.components.iter().map(String::as_str).collect();
    let mut resources: Vec<&str> = here.resources.iter().map(String::as_str).collect();
    while let Some(component) = open.pop() {
        let Some(component_of) = all.get(component).filter(|_| seen.insert(component)) else {
            continue;
        };
        layers.push(component.to_owned());
        open.extend(component_of.components.iter().map(String::as_str));
        resources.extend(component_of.resources.iter().map(String::as_str));
    }
    for resource in resources {
        if all.contains_key(resource) {
            walk(all, resource, &layers, seen, builds);
        } else {
            builds.entry(resource.to_owned()).or_default().push(layers.clone());
        }
    }
}
