//! What kustomizations say of the files that they name.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use crate::source;

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
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kustomization {
    /// Files and folders.
    resources: BTreeSet<String>,
    namespace: Option<String>,
    /// Whether it is built only by others.
    is_component: bool,
}

impl Kustomizations {
    /// Whether a file of this name is a kustomization.
    pub(super) fn is_one(file: &str) -> bool {
        NAMES.contains(&file.rsplit('/').next().unwrap_or(file))
    }

    /// Takes in a kustomization.
    pub(super) fn learn(&mut self, root: Place<'_>, file: &str) {
        let folder = folder_of(file);
        let inline = |it: &Place<'_>| it.as_str().is_some_and(|it| !it.contains('\n'));
        let listed = |key| root.at(key).items().filter(inline);
        let paths = ["patches", "patchesJson6902"].into_iter();
        let paths = paths.flat_map(|key| root.at(key).items().map(|it| it.at("path")));
        for path in paths.chain(listed("patchesStrategicMerge")).filter_map(|it| it.as_str()) {
            let folders = self.patches.entry(join(&folder, path)).or_default();
            folders.insert(folder.clone());
        }
        let known = self.kustomizations.entry(folder.clone()).or_default();
        for key in ["resources", "bases", "components"] {
            let resources = listed(key).filter_map(|it| it.as_str());
            known.resources.extend(resources.map(|it| join(&folder, it)));
        }
        let namespace = root.at("namespace").as_str().filter(|it| !it.is_empty());
        known.namespace = known.namespace.take().max(namespace.map(str::to_owned));
        known.is_component |= root.at("kind").as_str() == Some("Component");
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
    }

    /// The files of a kustomization, and of those that it is built on.
    fn files<'k>(&'k self, kustomization: &'k Kustomization) -> BTreeSet<&'k str> {
        let (mut files, mut seen) = (BTreeSet::new(), BTreeSet::new());
        let mut open = vec![kustomization];
        while let Some(kustomization) = open.pop() {
            for resource in &kustomization.resources {
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
