//! One kustomization: what it is built of, and what it changes of that.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use super::change::Change;
use super::target::Target;
use super::{join, path};

/// One kustomization.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Kustomization {
    /// Files and folders.
    pub(super) resources: BTreeSet<String>,
    /// The folders of components.
    pub(super) components: BTreeSet<String>,
    pub(super) namespace: Option<String>,
    pub(super) prefix: String,
    pub(super) suffix: String,
    /// The labels that the pods of all objects get.
    pub(super) pod_labels: BTreeMap<String, String>,
    /// Whether it is built only by others.
    pub(super) is_component: bool,
    /// What it changes of objects.
    pub(super) changes: Vec<Change>,
    /// The files of patches, and whose objects they change.
    pub(super) patches: Vec<(String, Option<Target>)>,
    /// How many changes nobody judges by themselves: those that are written in it, and operations.
    pub(super) unjudged: usize,
}

impl Kustomization {
    /// Takes in what a file in this folder says. A folder should have only one; of two, both count.
    pub(super) fn learn(&mut self, root: Place<'_>, folder: &str) {
        let listed = |key| {
            let words = root.at(key).items().filter_map(|it| it.as_str());
            words.filter(|it| !it.contains('\n')).map(|it| join(folder, it))
        };
        self.resources.extend(listed("resources").chain(listed("bases")));
        self.components.extend(listed("components"));
        let word = |key| root.at(key).as_str().unwrap_or_default();
        let namespace = Some(word("namespace")).filter(|it| !it.is_empty());
        self.namespace = self.namespace.take().max(namespace.map(str::to_owned));
        for (key, own) in [("namePrefix", &mut self.prefix), ("nameSuffix", &mut self.suffix)] {
            if own.as_str() < word(key) {
                word(key).clone_into(own);
            }
        }
        self.is_component |= word("kind") == "Component";
        self.learn_patches(root, folder);
        self.learn_metadata(root);
        self.learn_replacements(root);
    }

    fn learn_patches(&mut self, root: Place<'_>, folder: &str) {
        let written = ["patches", "patchesJson6902"].into_iter();
        for entry in written.flat_map(|key| root.at(key).items()) {
            let target = entry.at("target");
            let target = target.is_map().then(|| Target::read(target));
            if let Some(path) = entry.at("path").as_str() {
                self.patches.push((join(folder, path), target));
            } else if let Some(text) = entry.at("patch").as_str() {
                self.change_by(text, target.as_ref());
            }
        }
        for entry in root.at("patchesStrategicMerge").items().filter_map(|it| it.as_str()) {
            if entry.contains('\n') {
                self.change_by(entry, None);
            } else {
                self.patches.push((join(folder, entry), None));
            }
        }
    }

    /// Takes in a patch that is written in the kustomization.
    fn change_by(&mut self, text: &str, target: Option<&Target>) {
        self.changes.extend(Change::read(text, target).0);
        self.unjudged += 1;
    }

    fn learn_metadata(&mut self, root: Place<'_>) {
        const TEMPLATES: [&str; 3] = ["", "spec.template", "spec.jobTemplate.spec.template"];
        let mut paths = Vec::new();
        let mut label = |of_kustomization: &mut Self, labels: Place<'_>, templates: bool| {
            for (key, value) in labels.entries() {
                let all = TEMPLATES.iter().take(if templates { TEMPLATES.len() } else { 1 });
                paths.extend(all.map(|it| path::of_metadata(it, "labels", key)));
                if let Some(value) = value.as_str().filter(|_| templates) {
                    of_kustomization.pod_labels.insert(key.to_owned(), value.to_owned());
                }
            }
        };
        label(self, root.at("commonLabels"), true);
        for entry in root.at("labels").items() {
            let is = |key| entry.at(key).as_bool() == Some(true);
            label(self, entry.at("pairs"), is("includeSelectors") || is("includeTemplates"));
        }
        for (key, _) in root.at("commonAnnotations").entries() {
            paths.extend(TEMPLATES.map(|it| path::of_metadata(it, "annotations", key)));
        }
        self.changes.extend((!paths.is_empty()).then(|| Change::setting(Target::all(), paths)));
    }

    fn learn_replacements(&mut self, root: Place<'_>) {
        for replacement in root.at("replacements").items() {
            self.unjudged += 1;
            for to in replacement.at("targets").items() {
                let rejects = to.at("reject").items().map(Target::read).collect();
                let target = Target::read(to.at("select")).without(rejects);
                let paths = to.at("fieldPaths").items().filter_map(|it| it.as_str());
                self.changes.push(Change::setting(target, paths.map(path::of_field_path)));
            }
        }
    }
}
