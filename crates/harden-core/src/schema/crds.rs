//! Custom kinds, as their CustomResourceDefinitions describe them.

mod reader;

use std::collections::BTreeMap;
use std::hash::Hasher as _;

use fnv::FnvHasher;
use harden_yaml::{Document, Place};

use super::structural;
use super::table::{Shape, Table};
use crate::object::{Object, objects};
use reader::Reader;

/// The custom kinds that are known.
#[derive(Debug, Clone, Default)]
pub struct Crds {
    table: Table,
    /// By group and kind.
    kinds: BTreeMap<String, BTreeMap<String, Definition>>,
}

/// What a CustomResourceDefinition says of its kind.
#[derive(Debug, Clone, Default)]
struct Definition {
    versions: KindVersions,
    /// How large it is, and a hash of it: which of two definitions counts must not depend on their order.
    rank: (usize, u64),
}

/// The versions of a custom kind.
#[derive(Debug, Clone, Default)]
pub(super) struct KindVersions(Vec<KindVersion>);

#[derive(Debug, Clone)]
struct KindVersion {
    name: String,
    root: Shape,
    is_served: bool,
    /// Whether its schema has rules in CEL, which are not judged here.
    has_rules: bool,
}

impl Crds {
    /// Reads the CustomResourceDefinitions among the objects of documents.
    pub fn read<'d>(documents: impl IntoIterator<Item = &'d Document<'d>>) -> Self {
        let mut crds = Self::default();
        for document in documents.into_iter().filter(|it| !it.is_rejected()) {
            objects(document.root()).for_each(|it| crds.learn(&it));
        }
        crds
    }

    /// Takes in a CustomResourceDefinition; anything else is skipped, and so is one that the API server
    /// refuses. Of several for one kind the largest
    /// counts.
    pub fn learn(&mut self, object: &Object<'_>) {
        if structural::is_definition(object) && structural::first_flaw(object).is_none() {
            self.add(object.place.at("spec"));
        }
    }

    /// How many kinds are known.
    pub fn len(&self) -> usize {
        self.kinds.values().map(BTreeMap::len).sum()
    }

    /// Whether no kind is known.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    pub(super) fn table(&self) -> &Table {
        &self.table
    }

    pub(super) fn versions(&self, group: &str, kind: &str) -> Option<&KindVersions> {
        Some(&self.kinds.get(group)?.get(kind)?.versions)
    }

    /// Whether a definition holds objects of this kind to rules in CEL.
    pub fn has_rules(&self, object: &Object<'_>) -> bool {
        self.versions(object.group, object.kind).is_some_and(|it| {
            it.0.iter().any(|it| it.has_rules && it.is_served && it.name == object.version)
        })
    }

    /// The group and kind of each kind that is known.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ranks().map(|(group, kind, _)| (group, kind))
    }

    /// Which of several definitions comes first, whatever the order in which they are read.
    pub fn rank(&self) -> Option<(usize, u64)> {
        self.ranks().map(|(_, _, rank)| rank).max()
    }

    fn ranks(&self) -> impl Iterator<Item = (&str, &str, (usize, u64))> {
        let groups = self.kinds.iter();
        groups.flat_map(|(group, kinds)| {
            kinds.iter().map(move |(kind, it)| (group.as_str(), kind.as_str(), it.rank))
        })
    }

    fn add(&mut self, spec: Place<'_>) {
        let (Some(group), Some(kind)) =
            (spec.at("group").as_str(), spec.at("names").at("kind").as_str())
        else {
            return;
        };
        let rank = rank(spec);
        let known = self.kinds.get(group).and_then(|it| it.get(kind));
        if known.is_some_and(|it| it.rank >= rank) {
            return;
        }
        let mut versions = Vec::new();
        for version in spec.at("versions").items() {
            let Some(name) = version.at("name").as_str() else { continue };
            let schema = version.at("schema").at("openAPIV3Schema");
            let has_status = version.at("subresources").at("status").exists();
            let root = Reader(&mut self.table).root(schema, has_status);
            let is_served = version.at("served").as_bool() == Some(true);
            let has_rules = has_rules(schema);
            versions.push(KindVersion { name: name.to_owned(), root, is_served, has_rules });
        }
        if versions.is_empty() {
            return;
        }
        let of_group = self.kinds.entry(group.to_owned()).or_default();
        let versions = KindVersions(versions);
        of_group.insert(kind.to_owned(), Definition { versions, rank });
    }
}

/// Whether there are rules in CEL anywhere in a schema.
fn has_rules(schema: Place<'_>) -> bool {
    let is_rules = |key: &str, it: Place<'_>| key == "x-kubernetes-validations" && !it.is_empty();
    schema.entries().any(|(key, it)| is_rules(key, it) || has_rules(it))
        || schema.items().any(has_rules)
}

/// How many values there are below a place, and a hash of them: the same however they are written.
fn rank(place: Place<'_>) -> (usize, u64) {
    fn visit(place: Place<'_>, count: &mut usize, hash: &mut FnvHasher) {
        *count += 1;
        hash.write_u8(place.kind() as u8);
        for (key, value) in place.entries() {
            hash.write(key.as_bytes());
            visit(value, count, hash);
        }
        place.items().for_each(|it| visit(it, count, hash));
        hash.write(place.as_str().or(place.number().as_deref()).unwrap_or_default().as_bytes());
    }
    let (mut count, mut hash) = (0, FnvHasher::default());
    visit(place, &mut count, &mut hash);
    (count, hash.finish())
}

/// Whether both know the same kinds by the same definitions.
impl PartialEq for Crds {
    fn eq(&self, other: &Self) -> bool {
        self.ranks().eq(other.ranks())
    }
}

impl KindVersions {
    /// What objects of a version are held to, if it is served.
    pub(super) fn root(&self, version: &str) -> Option<Shape> {
        let served = self.0.iter().find(|it| it.is_served && it.name == version);
        served.map(|it| it.root)
    }

    /// The names of the versions that are served.
    pub(super) fn served(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|it| it.is_served).map(|it| it.name.as_str())
    }
}
