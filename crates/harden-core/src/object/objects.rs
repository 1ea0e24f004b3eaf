//! Objects in a document, those in Lists included.

use std::cell::OnceCell;
use std::iter::Enumerate;
use std::sync::Arc;

use harden_yaml::{Items, Place, Pointer};

use super::ObjectReference;
use super::fragments::{is_forbidden, may_hold_pods};
use crate::kubernetes::GroupKind;

/// An object of the API as it is written, and where it was found.
#[derive(Debug, Clone)]
pub struct Object<'d> {
    /// The source that it is in, by its place in the input.
    pub source: usize,
    /// The document of the source that it is in, as [`harden_yaml::documents()`] yields them.
    pub document: u32,
    /// The whole object.
    pub place: Place<'d>,
    /// Its API group; empty for the core group.
    pub group: &'d str,
    /// The version in the group; empty when `apiVersion` is missing.
    pub version: &'d str,
    /// Its kind; empty when there is none.
    pub kind: &'d str,
    /// Whether kind or `apiVersion` is not what it says, but what it must mean.
    pub is_guessed: bool,
    /// Whether it is an item of a List, where kubectl takes nothing but objects.
    pub(crate) is_item: bool,
    /// The way to it from the root of its document.
    pointer: Pointer,
    reference: OnceCell<Arc<ObjectReference>>,
    /// Whether it is in a Template of OpenShift, whose parameters stand in place of values.
    has_parameters: bool,
    is_patch: bool,
}

impl<'d> Object<'d> {
    /// Its name; empty when there is none.
    pub fn name(&self) -> &'d str {
        one_line(self.place.at("metadata").at("name")).unwrap_or("")
    }

    /// What its name will begin with, where the API server makes the name.
    pub fn generate_name(&self) -> Option<&'d str> {
        let prefix = one_line(self.place.at("metadata").at("generateName"))?;
        (!prefix.is_empty() && self.name().is_empty()).then_some(prefix)
    }

    /// Whether it is of this kind, in any version of this group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind == kind && self.group == group
    }

    /// The same for a kind that is known beforehand.
    pub fn is_of(&self, kind: GroupKind) -> bool {
        kind.is(self.group, self.kind)
    }

    /// Whether it is a List, which holds other objects.
    pub(crate) fn is_list(&self) -> bool {
        self.kind.ends_with("List") && self.place.at("items").is_list()
    }

    /// Whether it says what it is: something with an `apiVersion` and a `kind`.
    pub fn is_complete(&self) -> bool {
        !self.kind.is_empty() && !self.version.is_empty()
    }

    /// The same, taken for an object of this kind, which it does not say.
    pub(crate) fn guessed(&self, group: &'d str, version: &'d str, kind: &'d str) -> Self {
        let reference = OnceCell::new();
        Self { group, version, kind, is_guessed: true, reference, ..self.clone() }
    }

    /// What it is called, for whoever speaks of it after its text is gone; made once.
    pub fn reference(&self) -> Arc<ObjectReference> {
        let reference = self.reference.get_or_init(|| {
            let (group, version) = (self.group, self.version);
            Arc::new(ObjectReference {
                api_version: if group.is_empty() {
                    version.to_owned()
                } else {
                    format!("{group}/{version}")
                },
                kind: self.kind.to_owned(),
                namespace: self.namespace().unwrap_or_default().to_owned(),
                name: self.generate_name().unwrap_or_else(|| self.name()).to_owned(),
                pointer: self.pointer.clone(),
                uid: one_line(self.place.at("metadata").at("uid")).unwrap_or_default().to_owned(),
            })
        });
        Arc::clone(reference)
    }

    /// The namespace that it is written for, if one is given.
    pub fn namespace(&self) -> Option<&'d str> {
        one_line(self.place.at("metadata").at("namespace")).filter(|name| !name.is_empty())
    }

    /// `api_version` and `kind` stand in where an item of a typed list says neither, as kubectl has it.
    fn read(place: Place<'d>, api_version: &'d str, kind: &'d str) -> Self {
        let said = |key| place.at(key).as_str().map_or("", first_word);
        let (api_version, kind) = match (said("apiVersion"), said("kind")) {
            ("", "") if !kind.is_empty() => (api_version, kind),
            said => said,
        };
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self {
            source: 0,
            document: 0,
            place,
            group,
            version,
            kind,
            is_guessed: false,
            is_item: false,
            pointer: Pointer::default(),
            reference: OnceCell::new(),
            has_parameters: false,
            is_patch: false,
        }
    }

    /// The same, as a patch if a kustomization says so of its file, or it holds directives of a patch.
    pub(crate) fn in_patch(self, is_patch: bool) -> Self {
        let is_patch = is_patch || has_directive(self.place, DEEPEST);
        Self { is_patch, ..self }
    }

    /// Whether it is laid over an object that is not known, which has what is missing here.
    pub fn is_patch(&self) -> bool {
        self.is_patch
    }

    /// Whether it is a patch that removes the object.
    pub fn is_removal(&self) -> bool {
        self.place.at(DIRECTIVE).as_str() == Some("delete")
    }

    /// Whether a parameter stands here in place of a value, so that nobody can tell what it will be.
    pub(crate) fn is_parameter(&self, place: Place<'_>) -> bool {
        self.has_parameters && place.as_str().is_some_and(|it| it.contains("${"))
    }

    /// The objects inside, each with the way to it: what a Template of OpenShift makes, or what an object of a
    /// custom kind has somebody apply. One is told by `apiVersion`, `kind` and `metadata`; a reference has no
    /// metadata.
    fn embedded(&self) -> Vec<Self> {
        let has_parameters = self.is("template.openshift.io", "Template");
        let mut embedded = Vec::new();
        if self.is_open() {
            for (_, value) in self.place.entries().filter(|(key, _)| may_hold_pods(key)) {
                collect(value, DEEPEST, &mut embedded);
            }
        }
        let objects = embedded.into_iter().filter_map(|place| {
            let pointer = place.way_from(&self.place)?.pointer()?;
            Some(Self {
                pointer: self.pointer.then(&pointer),
                has_parameters: has_parameters || self.has_parameters,
                ..Self::read(place, "", "")
            })
        });
        objects.collect()
    }
}

/// Deeper than any object is nested.
pub(super) const DEEPEST: usize = 64;

/// Whether it is an object by itself.
pub(super) fn is_object(place: Place<'_>) -> bool {
    let says = |key| place.at(key).as_str().is_some_and(|it| !it.is_empty());
    place.is_map() && says("apiVersion") && says("kind") && place.at("metadata").is_map()
}

/// The key by which a strategic merge patch says what becomes of the map that it is in.
const DIRECTIVE: &str = "$patch";

/// Whether a map here or below says how it is laid over another.
fn has_directive(place: Place<'_>, left: usize) -> bool {
    // Without the word there is nothing to look for.
    left > 0
        && (left < DEEPEST || place.source().contains(DIRECTIVE))
        && (place.at(DIRECTIVE).exists()
            || place.entries().any(|(_, it)| has_directive(it, left - 1))
            || place.items().any(|it| has_directive(it, left - 1)))
}

/// Adds the objects in a place, but not those inside of them.
fn collect<'d>(place: Place<'d>, left: usize, embedded: &mut Vec<Place<'d>>) {
    let Some(left) = left.checked_sub(1) else { return };
    if is_object(place) {
        return embedded.push(place);
    }
    if is_forbidden(place) {
        return;
    }
    place.items().for_each(|it| collect(it, left, embedded));
    let entries = place.entries().filter(|(key, _)| may_hold_pods(key));
    entries.for_each(|(_, it)| collect(it, left, embedded));
}

/// A name. What bad indentation folds into it may be a secret, so only the first word counts of a name over
/// several lines, and the blank after it, without which it would be another name.
fn one_line(name: Place<'_>) -> Option<&str> {
    let text = name.as_str()?;
    Some(if name.source().contains(['\n', '\r']) { first_word(text) } else { text })
}

/// The first word of a text, with the blank after it if there is one.
pub(crate) fn first_word(text: &str) -> &str {
    let blank = text.char_indices().find(|(_, it)| it.is_whitespace());
    blank.and_then(|(at, it)| text.get(..at + it.len_utf8())).unwrap_or(text)
}

/// The objects of a document: the one that it is, or those in the List that it is.
///
/// Lists are those of kind `List` and of kinds such as `PodList`, whose items need not say their
/// kind. Lists in Lists are opened, too.
pub fn objects(root: Place<'_>) -> Objects<'_> {
    objects_of_list(root, "", "")
}

/// The same for an item of a list, which need not say what the list says of it.
pub(crate) fn objects_of_list<'d>(
    root: Place<'d>,
    api_version: &'d str,
    kind: &'d str,
) -> Objects<'d> {
    Objects {
        next: Some(Object::read(root, api_version, kind)),
        source: 0,
        document: 0,
        lists: Vec::new(),
        opens: false,
        embedded: Vec::new(),
    }
}

/// The same, those included of a document that is a list itself, which kubectl does not read.
pub(crate) fn objects_in(root: Place<'_>) -> Objects<'_> {
    if !root.is_list() {
        return objects(root);
    }
    let list = List::of(root.items(), Pointer::default(), "", "", false);
    Objects { next: None, lists: vec![list], ..objects(root) }
}

/// The objects of a document.
#[derive(Debug, Clone)]
pub struct Objects<'d> {
    next: Option<Object<'d>>,
    /// Whether objects inside of others count.
    opens: bool,
    /// Those that were found inside, the next one last.
    embedded: Vec<Object<'d>>,
    source: usize,
    document: u32,
    lists: Vec<List<'d>>,
}

#[derive(Debug, Clone)]
struct List<'d> {
    items: Enumerate<Items<'d>>,
    pointer: Pointer,
    api_version: &'d str,
    kind: &'d str,
    /// Whether it is a List, and not just a list.
    is_list: bool,
}

impl<'d> List<'d> {
    fn of(
        items: Items<'d>,
        pointer: Pointer,
        api_version: &'d str,
        kind: &'d str,
        is_list: bool,
    ) -> Self {
        Self { items: items.enumerate(), pointer, api_version, kind, is_list }
    }
}

impl<'d> Iterator for Objects<'d> {
    type Item = Object<'d>;

    fn next(&mut self) -> Option<Object<'d>> {
        loop {
            let object = match self.next.take().or_else(|| self.embedded.pop()) {
                Some(object) => object,
                None => self.next_item()?,
            };
            if self.opens {
                self.embedded.extend(object.embedded().into_iter().rev());
            }
            let object = Object { source: self.source, document: self.document, ..object };
            let items = object.place.at("items");
            let kind = match object.kind.strip_suffix("List") {
                Some(kind) => kind,
                None if object.kind.is_empty() && hold_objects(items) => "",
                None => return Some(object),
            };
            if !items.is_list() {
                return Some(object);
            }
            let api_version = object.place.at("apiVersion").as_str().unwrap_or("");
            let pointer = object.pointer.at("items");
            self.lists.push(List::of(items.items(), pointer, api_version, kind, true));
            // kubectl opens none that does not say what it is.
            if !object.is_complete() {
                return Some(object);
            }
        }
    }
}

impl<'d> Objects<'d> {
    /// The same, as objects of this document of a source.
    pub(crate) fn of(self, source: usize, document: u32) -> Self {
        Self { source, document, ..self }
    }

    /// The same with the objects inside of others, behind those that they are in.
    pub(crate) fn opened(self) -> Self {
        Self { opens: true, ..self }
    }

    fn next_item(&mut self) -> Option<Object<'d>> {
        loop {
            let list = self.lists.last_mut()?;
            if let Some((index, item)) = list.items.next() {
                let pointer = list.pointer.at(&index.to_string());
                let object = Object::read(item, list.api_version, list.kind);
                return Some(Object { pointer, is_item: list.is_list, ..object });
            }
            self.lists.pop();
        }
    }
}

/// Whether these are items of a List that does not say so.
fn hold_objects(items: Place<'_>) -> bool {
    let says = |it: Place<'_>, key| it.at(key).as_str().is_some_and(|it| !it.is_empty());
    items.is_list() && items.items().any(|it| says(it, "apiVersion") && says(it, "kind"))
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        let document = Document::parse_yaml(text);
        let all = objects(document.root());
        all.map(|it| format!("{}/{} {} {}", it.group, it.version, it.kind, it.name())).collect()
    }

    #[test]
    fn lists_are_opened_however_deep() {
        let text = "
apiVersion: v1
kind: List
items:
- {apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: Pod, metadata: {name: b}}
- {apiVersion: v1, kind: Service, metadata: {name: c}}
";
        assert_eq!(names(text), ["apps/v1 Deployment a", "/v1 Pod b", "/v1 Service c"]);
        let document = Document::parse_yaml(text);
        let objects: Vec<_> = objects(document.root()).collect();
        for object in &objects {
            assert_eq!(object.place.pointer().as_ref(), Some(&object.pointer));
        }
        assert_eq!(objects[2].pointer.as_str(), "/items/2");
    }

    #[test]
    fn items_of_a_typed_list_are_of_its_kind() {
        let text = "{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {name: a}}]}";
        assert_eq!(names(text), ["apps/v1 Deployment a"]);
        assert!(names("{apiVersion: v1, kind: PodList, items: []}").is_empty());
    }

    #[test]
    fn lists_that_do_not_say_what_they_are_come_before_their_items() {
        let items = "items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]";
        assert_eq!(names(&format!("{{kind: List, {items}}}")), ["/ List ", "/v1 Pod a"]);
        assert_eq!(
            names(&format!("{{apiVersion: v1, Kind: List, {items}}}")),
            ["/v1  ", "/v1 Pod a"]
        );
        assert_eq!(names("{items: [{name: a}]}"), ["/  "]);
    }

    #[test]
    fn a_kind_that_merely_ends_in_list_is_an_object() {
        let text = "{apiVersion: example.com/v1, kind: AllowList, metadata: {name: a}}";
        assert_eq!(names(text), ["example.com/v1 AllowList a"]);
    }

    #[test]
    fn objects_inside_of_custom_ones_are_opened() {
        let text = "
apiVersion: work.open-cluster-management.io/v1
kind: ManifestWork
metadata: {name: w}
spec:
  reference: {apiVersion: v1, kind: Pod, name: r}
  manifests:
  - {apiVersion: v1, kind: Pod, metadata: {name: a}}
  - apiVersion: template.openshift.io/v1
    kind: Template
    metadata: {name: t}
    objects:
    - {apiVersion: v1, kind: Pod, metadata: {name: b}, x: '${A}'}
  - {apiVersion: v1, kind: Service, metadata: {name: c}}
";
        let document = Document::parse_yaml(text);
        let all: Vec<_> = objects(document.root()).opened().collect();
        let names: Vec<_> = all.iter().map(Object::name).collect();
        assert_eq!(names, ["w", "a", "t", "b", "c"]);
        for object in &all {
            assert_eq!(object.place.pointer().as_ref(), Some(&object.pointer));
        }
        let is_parameter = |it: &Object<'_>| it.is_parameter(it.place.at("x"));
        assert_eq!(all.iter().filter(|it| is_parameter(it)).count(), 1);
        assert_eq!(objects(document.root()).count(), 1);
        let policy = text.replace("work.open-cluster-management.io", "kyverno.io");
        let document = Document::parse_yaml(&policy);
        assert_eq!(objects(document.root()).opened().count(), 1);
    }

    #[test]
    fn what_is_folded_into_a_kind_or_a_name_is_not_part_of_it() {
        let text = "apiVersion: v1\nkind: Secret\n  hunter2\nmetadata:\n  name: a\n    b\n";
        assert_eq!(names(text), ["/v1 Secret  a "]);
        assert_eq!(names("{apiVersion: v1, kind: Pod, metadata: {name: a b}}"), ["/v1 Pod a b"]);
    }

    #[test]
    fn names_that_the_server_makes_are_told_from_names() {
        let document = Document::parse_yaml("{kind: Job, metadata: {generateName: a-}}");
        let object = objects(document.root()).next().unwrap();
        assert_eq!((object.name(), object.generate_name()), ("", Some("a-")));
        assert_eq!(object.namespace(), None);
    }
}
