//! Fields of built-in kinds, of Kubernetes 1.36: `client-go`'s schema of apply configurations.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::shape::{Items, Kind, Named, Shape};

/// Lines that begin with `@` name the type of a kind; all others are types, each followed by its fields.
/// Those with a plain value share a line. `!` is what is replaced as a whole, `*` anything, `#` a number,
/// `?` a bool, nothing a text, `{…}` a map, `[…]` a list, and `=` what a key of a list is if it is not there.
const TABLE: &str = include_str!("table.txt");

/// The type of metadata.
const METADATA: &str = "ObjectMeta";

#[derive(Debug, Default)]
struct Table {
    kinds: BTreeMap<(&'static str, &'static str), &'static str>,
    types: BTreeMap<&'static str, Type>,
}

#[derive(Debug, Default)]
struct Type {
    is_atomic: bool,
    /// The shape of fields without a name.
    rest: Option<&'static str>,
    fields: BTreeMap<&'static str, &'static str>,
}

/// The fields of a type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields(&'static Type);

/// The fields of a built-in kind.
pub(super) fn of(group: &str, version: &str, kind: &str) -> Option<Fields> {
    let api_version =
        if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let (_, name) = table()
        .kinds
        .iter()
        .find(|((of_version, of_kind), _)| *of_version == api_version && *of_kind == kind)?;
    table().types.get(name).map(Fields)
}

/// The fields of metadata.
pub(super) fn metadata() -> Option<Fields> {
    table().types.get(METADATA).map(Fields)
}

impl Fields {
    pub(super) fn field<'s>(self, name: &str) -> Option<Shape<'s>> {
        if let Some(shape) = self.0.fields.get(name).copied().or(self.0.rest) {
            return Some(shape_of(shape));
        }
        // Every object has these.
        let is_of_object = matches!(name, "apiVersion" | "kind");
        (is_of_object && self.0.fields.contains_key("metadata")).then(|| Shape::new(Kind::Text))
    }

    /// What a field is where it is not there.
    fn default(self, name: &str) -> Option<&'static str> {
        self.0.fields.get(name)?.split_once('=').map(|(_, default)| default)
    }
}

fn table() -> &'static Table {
    static READ: OnceLock<Table> = OnceLock::new();
    READ.get_or_init(read)
}

fn read() -> Table {
    let mut table = Table::default();
    let mut current = "";
    for line in TABLE.lines() {
        if let Some(line) = line.strip_prefix('@') {
            let mut words = line.split(' ');
            if let (Some(version), Some(kind), Some(name)) =
                (words.next(), words.next(), words.next())
            {
                table.kinds.insert((version, kind), name);
            }
        } else if let Some(line) = line.strip_prefix(' ') {
            let Some(of) = table.types.get_mut(current) else { continue };
            if let Some((name, shape)) = line.split_once(": ") {
                of.fields.insert(name, shape);
            } else {
                for word in line.split(' ') {
                    let name = word.trim_end_matches(['#', '?', '*']);
                    of.fields.insert(name, word.get(name.len()..).unwrap_or_default());
                }
            }
        } else {
            let (name, rest) = line.split_once(' ').map_or((line, None), |(a, b)| (a, Some(b)));
            current = name.trim_end_matches('!');
            let is_atomic = current.len() < name.len();
            table.types.insert(current, Type { is_atomic, rest, fields: BTreeMap::new() });
        }
    }
    table
}

/// The shape that is written.
fn shape_of<'s>(text: &'static str) -> Shape<'s> {
    let (text, is_atomic) = match text.strip_suffix('!') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let text = text.split('=').next().unwrap_or_default().trim_end();
    let within = |open, close| text.strip_prefix(open)?.strip_suffix(close);
    let kind = if let Some(of) = within('{', '}') {
        Kind::Map(Box::new(shape_of(of)))
    } else if let Some(of) = within('[', ']') {
        let (of, items) = if let Some(of) = of.strip_suffix(" set") {
            (of, Items::Set)
        } else if let Some((of, keys)) = of.split_once(" by ") {
            let fields = table().types.get(of).map(Fields);
            let default = |key: &str| fields.and_then(|it| it.default(key));
            (of, Items::By(keys.split(',').map(|key| (key, default(key))).collect()))
        } else {
            (of, Items::Whole)
        };
        Kind::List(Box::new(shape_of(of)), items)
    } else {
        match text {
            "" => Kind::Text,
            "#" => Kind::Number,
            "?" => Kind::Bool,
            "*" => Kind::Any,
            name => match table().types.get(name) {
                Some(of) => {
                    let kind = Kind::Fields(Named::BuiltIn(Fields(of)));
                    return Shape { kind, is_atomic: is_atomic || of.is_atomic };
                }
                None => Kind::Any,
            },
        }
    };
    Shape { kind, is_atomic }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_names_a_type_that_is_there() {
        let table = table();
        assert!(table.kinds.values().all(|it| table.types.contains_key(it)));
        let names = |it: &&str| {
            let name = it.trim_matches(['[', ']', '{', '}', '!']);
            let name =
                name.split(' ').next().unwrap_or_default().trim_matches(['{', '}', '!', ']']);
            name.starts_with(char::is_alphabetic) && !table.types.contains_key(name)
        };
        let unknown: Vec<_> =
            table.types.values().flat_map(|it| it.fields.values().copied()).filter(names).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn lists_of_built_in_kinds_are_told_apart_by_their_keys() {
        let pod = of("", "v1", "Pod").unwrap().field("spec").unwrap();
        let containers = pod.field("containers");
        let Kind::List(container, items) = containers.kind else { panic!() };
        assert_eq!(items, Items::By(vec![("name", None)]));
        let Kind::List(_, items) = container.field("ports").kind else { panic!() };
        assert_eq!(items, Items::By(vec![("containerPort", None), ("protocol", Some("TCP"))]));
        let Kind::List(_, items) = container.field("command").kind else { panic!() };
        assert_eq!(items, Items::Whole);
        assert!(pod.field("nodeSelector").is_atomic);
    }
}
