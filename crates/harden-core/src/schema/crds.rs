//! Custom kinds, as their CustomResourceDefinitions describe them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::Hasher as _;

use fnv::FnvHasher;
use harden_yaml::{Document, Place};

use super::built_in::common;
use super::table::{Field, Presence, Shape, Table, Versions};
use crate::object::{Object, objects};

/// Schemas nested deeper than this are not read; the API server takes none that deep.
const DEEPEST: u8 = 100;

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

    /// Takes in a CustomResourceDefinition; anything else is skipped. Of several for one kind the largest
    /// counts.
    pub fn learn(&mut self, object: &Object<'_>) {
        if object.kind == "CustomResourceDefinition"
            && object.group == "apiextensions.k8s.io"
            && object.version == "v1"
        {
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
        let keeps_everything = spec.at("preserveUnknownFields").as_bool() == Some(true);
        let mut versions = Vec::new();
        for version in spec.at("versions").items() {
            let Some(name) = version.at("name").as_str() else { continue };
            let schema = version.at("schema").at("openAPIV3Schema");
            let root =
                if keeps_everything { Shape::Any } else { Reader(&mut self.table).root(schema) };
            let is_served = version.at("served").as_bool() == Some(true);
            versions.push(KindVersion { name: name.to_owned(), root, is_served });
        }
        if versions.is_empty() {
            return;
        }
        let of_group = self.kinds.entry(group.to_owned()).or_default();
        let versions = KindVersions(versions);
        of_group.insert(kind.to_owned(), Definition { versions, rank });
    }
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

struct Reader<'t>(&'t mut Table);

impl Reader<'_> {
    fn root(&mut self, schema: Place<'_>) -> Shape {
        if !schema.at("properties").is_map() {
            return Shape::Any;
        }
        let mut fields = self.properties(schema, DEEPEST);
        fields.retain(|it| !matches!(it.name.as_ref(), "apiVersion" | "kind" | "metadata"));
        fields.extend(common(Shape::Metadata));
        if let Some(status) = fields.iter_mut().find(|it| it.name == "status") {
            // The server's own words: it does not read them in what somebody writes.
            status.shape = Shape::Any;
            status.presence = Presence::Optional;
        }
        self.described(fields, schema)
    }

    fn shape(&mut self, schema: Place<'_>, left: u8) -> Shape {
        let Some(left) = left.checked_sub(1) else { return Shape::Any };
        let says = |key| schema.at(key).as_bool() == Some(true);
        if says("x-kubernetes-int-or-string") {
            return Shape::IntOrString;
        }
        if says("x-kubernetes-embedded-resource") {
            let mut fields = self.properties(schema, left);
            fields.retain(|it| !matches!(it.name.as_ref(), "apiVersion" | "kind" | "metadata"));
            fields.extend(common(Shape::Metadata));
            return self.described(fields, schema);
        }
        match schema.at("type").as_str() {
            Some("string") => Shape::String,
            Some("boolean") => Shape::Bool,
            Some("integer") => Shape::Int64,
            Some("number") => Shape::Number,
            Some("array") => {
                let item = self.shape(schema.at("items"), left);
                Shape::List(self.0.add_shape(item))
            }
            Some("object") => self.map(schema, left),
            _ => Shape::Any,
        }
    }

    fn map(&mut self, schema: Place<'_>, left: u8) -> Shape {
        let values = schema.at("additionalProperties");
        if values.is_map() {
            let value = self.shape(values, left);
            return Shape::Map(self.0.add_shape(value));
        }
        let keeps = schema.at("x-kubernetes-preserve-unknown-fields").as_bool() == Some(true);
        if values.as_bool() == Some(true) || keeps && schema.at("properties").is_empty() {
            return Shape::Object;
        }
        let fields = self.properties(schema, left);
        self.described(fields, schema)
    }

    fn properties(&mut self, schema: Place<'_>, left: u8) -> Vec<Field> {
        let is_required =
            |name: &str| schema.at("required").items().any(|it| it.as_str() == Some(name));
        let entries = schema.at("properties").entries();
        entries
            .map(|(name, property)| Field {
                name: Cow::Owned(name.to_owned()),
                shape: self.shape(property, left),
                // Defaults are written before anything is asked for.
                presence: if is_required(name) && !property.at("default").exists() {
                    Presence::Required
                } else {
                    Presence::Optional
                },
                versions: Versions::ALL,
            })
            .collect()
    }

    fn described(&mut self, fields: Vec<Field>, schema: Place<'_>) -> Shape {
        let keeps = schema.at("x-kubernetes-preserve-unknown-fields").as_bool() == Some(true);
        let id = self.0.reserve_type("");
        self.0.describe(id, fields, keeps);
        Shape::Struct(id)
    }
}
