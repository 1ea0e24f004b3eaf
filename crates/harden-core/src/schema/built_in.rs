//! The table of the built-in kinds, made from the schemas that Kubernetes publishes; see
//! `tests/schema-table/README.md`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::limit::{Choice, Limit};
use super::table::{Field, Presence, Shape, Table, TypeId, Versions};
use crate::kubernetes::MinorVersion;

/// The minor versions that the table knows.
pub(super) const KNOWN: Versions = Versions { since: 25, until: MinorVersion::NEWEST_KNOWN.0 };

/// Every built-in kind, and the types that it is made of.
#[derive(Debug)]
pub(super) struct BuiltIn {
    /// The types.
    pub(super) table: Table,
    /// The kinds, sorted by group, version and kind.
    pub(super) kinds: Vec<Kind>,
    /// The groups and names of the kinds.
    names: FxHashSet<(&'static str, &'static str)>,
    /// The type of `metadata`.
    pub(super) metadata: Shape,
}

/// A kind in one of its API versions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// API group; empty for the core group.
    pub(super) group: &'static str,
    /// Version in the group.
    pub(super) version: &'static str,
    /// Kind, e.g. `NetworkPolicy`.
    pub(super) name: &'static str,
    /// The type of its objects.
    pub(super) root: TypeId,
    /// The minor versions of Kubernetes that serve it.
    pub(super) served: Versions,
}

static BUILT_IN: LazyLock<BuiltIn> = LazyLock::new(|| read(include_str!("table.txt")));

/// The table, read when it is first asked for.
pub(super) fn built_in() -> &'static BuiltIn {
    &BUILT_IN
}

/// The nearest minor version that the table knows.
pub(super) fn clamp(version: MinorVersion) -> u16 {
    version.0.clamp(KNOWN.since, KNOWN.until)
}

impl BuiltIn {
    /// A kind in this API version.
    pub(super) fn find(&self, group: &str, version: &str, kind: &str) -> Option<&Kind> {
        let wanted = (group, version, kind);
        let at = self.kinds.binary_search_by(|it| it.key().cmp(&wanted)).ok()?;
        self.kinds.get(at)
    }

    /// Whether any version of a group has this kind.
    pub(super) fn has_kind(&self, group: &str, kind: &str) -> bool {
        self.names.contains(&(group, kind))
    }

    /// Whether a group is one of Kubernetes itself.
    pub(super) fn has_group(&self, group: &str) -> bool {
        let at = self.kinds.partition_point(|it| it.group < group);
        self.kinds.get(at).is_some_and(|it| it.group == group)
    }
}

impl Kind {
    fn key(&self) -> (&'static str, &'static str, &'static str) {
        (self.group, self.version, self.name)
    }

    /// Its `apiVersion`.
    pub(super) fn api_version(&self) -> Cow<'static, str> {
        if self.group.is_empty() {
            Cow::Borrowed(self.version)
        } else {
            Cow::Owned(format!("{}/{}", self.group, self.version))
        }
    }
}

/// Reads the types, an empty line, the kinds, an empty line, and the enums. What every kind has is not
/// written there.
fn read(text: &'static str) -> BuiltIn {
    let (types, kinds) = text.split_once("\n\n").unwrap_or((text, ""));
    let (kinds, enums) = kinds.split_once("\n\n").unwrap_or((kinds, ""));
    let mut reader = Reader::default();
    reader.enums.extend(enums.lines().filter_map(|it| it.split_once(' ')));
    for name in types.lines().filter(|it| !it.starts_with(' ')) {
        let id = reader.table.reserve_type(name);
        reader.ids.insert(name, id);
    }
    let metadata = reader.shape("ObjectMeta");
    let served: Vec<_> = kinds.lines().filter_map(|line| reader.kind(line)).collect();
    let roots: Vec<_> = served.iter().map(|it| it.root).collect();
    let mut lines = types.lines().peekable();
    while let Some(name) = lines.next() {
        let Some(id) = reader.ids.get(name).copied() else { continue };
        let mut fields = Vec::new();
        while let Some(line) = lines.next_if(|it| it.starts_with(' ')) {
            fields.extend(reader.field(line));
        }
        if roots.contains(&id) {
            fields.extend(common(metadata));
        }
        reader.table.describe(id, fields, false);
    }
    let names = served.iter().map(|it| (it.group, it.name)).collect();
    BuiltIn { table: reader.table, kinds: served, names, metadata }
}

/// What every kind has.
pub(super) fn common(metadata: Shape) -> impl Iterator<Item = Field> {
    [("apiVersion", Shape::String), ("kind", Shape::String), ("metadata", metadata)]
        .into_iter()
        .map(|(name, shape)| Field {
            name: Cow::Borrowed(name),
            shape,
            presence: Presence::Optional,
            versions: Versions::ALL,
        })
}

#[derive(Default)]
struct Reader {
    table: Table,
    ids: BTreeMap<&'static str, TypeId>,
    /// The values of each enum, as they are written.
    enums: BTreeMap<&'static str, &'static str>,
    /// The limited shapes that are known, by what is written.
    limited: BTreeMap<&'static str, Shape>,
}

impl Reader {
    /// ` name! [shape] 26-30`, of which only the name must be there; without a shape it is a string. With `*`
    /// instead of `!` an empty value will do.
    fn field(&mut self, line: &'static str) -> Option<Field> {
        let mut words = line.split_ascii_whitespace();
        let name = words.next()?;
        let mut shape = Shape::String;
        let mut versions = Versions::ALL;
        for word in words {
            match read_versions(word) {
                Some(read) => versions = read,
                None => shape = self.shape(word),
            }
        }
        let marks = [('!', Presence::Filled), ('*', Presence::Required)];
        let marked = marks.into_iter().find_map(|(mark, it)| Some((name.strip_suffix(mark)?, it)));
        let (name, presence) = marked.unwrap_or((name, Presence::Optional));
        Some(Field { name: Cow::Borrowed(name), shape, presence, versions })
    }

    /// `group/version Kind Type 26-30`; without a type it is the one of the same name.
    fn kind(&self, line: &'static str) -> Option<Kind> {
        let mut words = line.split_ascii_whitespace();
        let api_version = words.next()?;
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let name = words.next()?;
        let mut root = name;
        let mut served = Versions::ALL;
        for word in words {
            match read_versions(word) {
                Some(read) => served = read,
                None => root = word,
            }
        }
        Some(Kind { group, version, name, root: *self.ids.get(root)?, served })
    }

    fn shape(&mut self, word: &'static str) -> Shape {
        let inner = |open, close| word.strip_prefix(open)?.strip_suffix(close);
        if let Some(item) = inner('[', ']') {
            let item = self.shape(item);
            return Shape::List(self.table.add_shape(item));
        }
        if let Some(value) = inner('{', '}') {
            let value = self.shape(value);
            return Shape::Map(self.table.add_shape(value));
        }
        match word {
            "" => Shape::String,
            "any" => Shape::Any,
            "object" => Shape::Object,
            "bool" => Shape::Bool,
            "bytes" => Shape::Bytes,
            "f64" => Shape::Number,
            "i32" => Shape::Int32,
            "i64" => Shape::Int64,
            "int-or-string" => Shape::IntOrString,
            "micro-time" => Shape::MicroTime,
            "quantity" => Shape::Quantity,
            "time" => Shape::Time,
            _ => match self.ids.get(word) {
                Some(id) => Shape::Struct(*id),
                None => self.limited(word).unwrap_or(Shape::Any),
            },
        }
    }

    /// `=enum`, `port`, `percent`, or a number with a range, such as `i32:1..65535`, `quantity:0..` and, above zero,
    /// `quantity:+`.
    fn limited(&mut self, word: &'static str) -> Option<Shape> {
        if let Some(known) = self.limited.get(word) {
            return Some(*known);
        }
        let (shape, limit) = if let Some(name) = word.strip_prefix('=') {
            (Shape::String, Limit::Choices(self.enums.get(name)?.split('|').map(choice).collect()))
        } else if let Some((number, range)) = word.split_once(':') {
            let shape = self.shape(number);
            let limit = match shape {
                Shape::Quantity if range == "+" => Limit::Positive,
                Shape::Quantity => Limit::NotNegative,
                _ => range_of(range)?,
            };
            (shape, limit)
        } else {
            (Shape::IntOrString, Limit::of_int_or_string(word)?)
        };
        let shape = self.table.add_limited(shape, limit);
        self.limited.insert(word, shape);
        Some(shape)
    }
}

/// A value, with `@` and the first minor version that has it where others are older.
fn choice(text: &'static str) -> Choice {
    let (value, since) = text.split_once('@').unwrap_or((text, ""));
    Choice { value, since: since.parse().unwrap_or(Versions::ALL.since) }
}

/// `1..65535`, `0..` or `..100`.
fn range_of(text: &str) -> Option<Limit> {
    let (low, high) = text.split_once("..")?;
    Some(Limit::Range { low: low.parse().ok(), high: high.parse().ok() })
}

/// `26-30`, `26-` or `-30`.
fn read_versions(word: &str) -> Option<Versions> {
    let (since, until) = word.split_once('-')?;
    let bound = |text: &str, none| if text.is_empty() { Some(none) } else { text.parse().ok() };
    Some(Versions {
        since: bound(since, Versions::ALL.since)?,
        until: bound(until, Versions::ALL.until)?,
    })
}

#[cfg(test)]
mod tests;
