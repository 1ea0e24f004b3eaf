//! What kustomizations say of the files that they name.

mod builds;
mod change;
mod kustomization;
mod path;
mod target;

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use self::builds::Builds;
use self::change::Change;
use self::kustomization::Kustomization;
use self::path::Spot;
use crate::object::Object;
use crate::source;

/// A text that is longer is no patch.
const LONGEST_PATCH: usize = 64 << 10;

/// The files that kustomize reads as kustomizations, whatever stands in them.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What kustomizations say of the files that they name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kustomizations {
    /// The files that are patches, with the folders of the kustomizations that lay them over others.
    patches: BTreeMap<String, BTreeSet<String>>,
    /// By their folders.
    kustomizations: BTreeMap<String, Kustomization>,
    /// The namespaces that files end up in.
    namespaces: BTreeMap<String, BTreeSet<String>>,
    /// The files of components: whoever builds one may give its objects a namespace.
    parts: BTreeSet<String>,
    /// How files are built whose objects are changed.
    builds: Builds,
    /// Texts that may be patches, by their files, until it is known which are.
    texts: BTreeMap<String, Box<str>>,
}

impl Kustomizations {
    /// Whether a file of this name is a kustomization.
    pub(super) fn is_one(file: &str) -> bool {
        NAMES.contains(&file.rsplit('/').next().unwrap_or(file))
    }

    /// Takes in a kustomization.
    pub(super) fn learn(&mut self, root: Place<'_>, file: &str) {
        let folder = folder_of(file);
        let known = self.kustomizations.entry(folder.clone()).or_default();
        known.learn(root, &folder);
        for (file, _) in &known.patches {
            self.patches.entry(file.clone()).or_default().insert(folder.clone());
        }
    }

    /// Keeps a text for as long as it may be a patch.
    pub(super) fn learn_text(&mut self, file: &str, text: &str) {
        if text.len() <= LONGEST_PATCH {
            self.texts.insert(join("", file), text.into());
        }
    }

    /// Puts together what the kustomizations say, when all are known.
    pub(super) fn settle(&mut self) {
        let mut namespaces: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut parts = BTreeSet::new();
        for kustomization in self.kustomizations.values() {
            if kustomization.is_component {
                parts.extend(self.files(kustomization).into_iter().map(str::to_owned));
            }
            let Some(namespace) = &kustomization.namespace else { continue };
            for file in self.files(kustomization) {
                namespaces.entry(file.to_owned()).or_default().insert(namespace.clone());
            }
        }
        self.namespaces = namespaces;
        self.parts = parts;
        let texts = std::mem::take(&mut self.texts);
        for kustomization in self.kustomizations.values_mut() {
            for (file, target) in &kustomization.patches {
                let Some(text) = texts.get(file) else { continue };
                let (changes, operations) = Change::read(text, target.as_ref());
                kustomization.changes.extend(changes);
                kustomization.unjudged += operations;
            }
        }
        if self.kustomizations.values().any(|it| !it.changes.is_empty()) {
            self.builds = builds::find(&self.kustomizations);
        }
    }

    /// The files of a kustomization, and of those that it is built on.
    fn files<'k>(&'k self, kustomization: &'k Kustomization) -> BTreeSet<&'k str> {
        let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![kustomization];
        while let Some(kustomization) = open.pop() {
            for resource in kustomization.resources.iter().chain(&kustomization.components) {
                if let Some(below) = self.kustomizations.get(resource) {
                    open.extend(seen.insert(resource.as_str()).then_some(below));
                } else {
                    files.insert(resource.as_str());
                }
            }
        }
        files
    }

    /// The folders of the kustomizations that lay a file over others; none if it is no patch.
    pub(super) fn patched_by(&self, file: &str) -> Option<&BTreeSet<String>> {
        if self.patches.is_empty() { None } else { self.patches.get(&join("", file)) }
    }

    /// Whether any file's objects end up in a namespace, whatever they say.
    pub(super) fn moves_objects(&self) -> bool {
        !self.namespaces.is_empty()
    }

    /// Whether the namespaces that a file's objects name, and the names of its Namespaces, may not be what the API
    /// server sees.
    pub(super) fn may_move(&self, file: &str) -> bool {
        let is_moved = |file: &str| self.namespaces.contains_key(file) || self.parts.contains(file);
        (self.moves_objects() || !self.parts.is_empty()) && is_moved(&join("", file))
    }

    /// The namespace that a file's objects end up in, whatever they say; none where that depends on who builds.
    pub(super) fn namespace(&self, file: &str) -> Option<&str> {
        if self.namespaces.is_empty() {
            return None;
        }
        let all = self.namespaces.get(&join("", file))?;
        if all.len() == 1 { all.first().map(String::as_str) } else { None }
    }
}

impl Kustomizations {
    /// Whether kustomizations change what a place of an object says, or does not say, however its file is built.
    pub(super) fn change(&self, file: &str, object: &Object<'_>, place: Place<'_>) -> bool {
        if self.builds.is_empty() {
            return false;
        }
        let Some(builds) = self.builds.get(&join("", file)) else { return false };
        let Some(spot) = Spot::new(object.place, place) else { return false };
        let of_pod = spot.of_pod();
        builds.iter().all(|layers| {
            let layers = layers.iter().filter_map(|it| self.kustomizations.get(it));
            // The innermost is the first to name the object anew.
            let mut names = Vec::new();
            let mut name = object.name().to_owned();
            for Kustomization { prefix, suffix, .. } in layers.clone().rev() {
                name = format!("{prefix}{name}{suffix}");
                names.push(name.clone());
            }
            let mut changes = layers.flat_map(|it| &it.changes);
            changes.any(|it| {
                let covers = |spot: &Spot<'_, '_>| it.covers(object, &names, spot);
                covers(&spot) || of_pod.as_ref().is_some_and(covers)
            })
        })
    }

    /// The labels that pods of a file get in any build.
    pub(super) fn pod_labels(&self, file: &str) -> impl Iterator<Item = (&str, &str)> {
        let is_known = !self.builds.is_empty();
        let builds = is_known.then(|| self.builds.get(&join("", file))).flatten();
        let layers = builds.into_iter().flatten().flatten();
        let layers = layers.filter_map(|it| self.kustomizations.get(it));
        layers.flat_map(|it| &it.pod_labels).map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// How many changes nobody judges by themselves, by the folders of the kustomizations.
    pub(super) fn unjudged(&self) -> impl Iterator<Item = (&str, usize)> {
        let all = self.kustomizations.iter().map(|(folder, it)| (folder.as_str(), it.unjudged));
        all.filter(|(_, count)| *count > 0)
    }
}

/// The folder of a file.
pub(super) fn folder_of(file: &str) -> String {
    join("", source::folder(file))
}

/// A path as seen from a folder, without steps that lead nowhere.
fn join(folder: &str, path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    let is_absolute = path.starts_with('/') || folder.starts_with('/');
    let folder = if path.starts_with('/') { "" } else { folder };
    for step in folder.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|it| *it != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("{}{}", if is_absolute { "/" } else { "" }, steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_folder_of_the_kustomization() {
        for (folder, path, expected) in [
            ("a/b", "c.yaml", "a/b/c.yaml"),
            ("a/b", "./c.yaml", "a/b/c.yaml"),
            ("a/b", "../c/", "a/c"),
            ("", "../c", "../c"),
            ("../a", "../../c", "../../c"),
            ("/a", "b", "/a/b"),
            ("./a", "b", "a/b"),
        ] {
            assert_eq!(join(folder, path), expected, "{folder} {path}");
        }
    }
}
