#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::BTreeSet;

use super::super::table::ShapeId;
use super::*;

const TEXT: &str = include_str!("../table.txt");

/// The names that the table refers to, each with the line that does.
fn references() -> impl Iterator<Item = (&'static str, &'static str)> {
    let (types, _) = TEXT.split_once("\n\n").unwrap();
    let fields = types.lines().filter(|it| it.starts_with(' '));
    fields.flat_map(|line| {
        let words = line.split_ascii_whitespace().skip(1);
        let named = words.map(|it| it.trim_matches(['[', ']', '{', '}']));
        named
            .filter(|it| it.starts_with(|c: char| c.is_ascii_uppercase()))
            .map(move |it| (it, line))
    })
}

fn leaf(table: &Table, shape: Shape) -> Shape {
    let at = |item: ShapeId| leaf(table, table.shape_at(item));
    match table.bare(shape) {
        Shape::List(item) | Shape::Map(item) => at(item),
        bare => bare,
    }
}

/// What a string may be.
fn choices(field: &Field) -> Vec<&'static str> {
    let Shape::Limited(id) = field.shape else { panic!("{field:?}") };
    let Limit::Choices(choices) = &built_in().table.limited_at(id).unwrap().limit else {
        panic!("{field:?}")
    };
    choices.iter().map(|it| it.value).collect()
}

fn field(kind: (&str, &str, &str), path: &str) -> Field {
    let built_in = built_in();
    let (group, version, kind) = kind;
    let mut shape = Shape::Struct(built_in.find(group, version, kind).unwrap().root);
    let mut found = None;
    for key in path.split('.') {
        let Shape::Struct(id) = leaf(&built_in.table, shape) else { panic!("{path}: {key}") };
        let of = built_in.table.type_at(id).unwrap();
        let field = built_in.table.field(of, key).unwrap_or_else(|| panic!("{path}: {key}"));
        shape = field.shape;
        found = Some(field.clone());
    }
    found.unwrap()
}

#[test]
fn every_type_that_is_referred_to_is_there_once() {
    let (types, _) = TEXT.split_once("\n\n").unwrap();
    let names: Vec<&str> = types.lines().filter(|it| !it.starts_with(' ')).collect();
    let once: BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), once.len());
    for (name, line) in references() {
        assert!(once.contains(name), "{line}");
    }
}

#[test]
fn every_line_is_read() {
    let (types, rest) = TEXT.split_once("\n\n").unwrap();
    let (kinds, enums) = rest.split_once("\n\n").unwrap();
    let built_in = built_in();
    assert_eq!(built_in.kinds.len(), kinds.lines().count());
    for (enum_name, _) in enums.lines().filter_map(|it| it.split_once(' ')) {
        let word = format!("={enum_name}");
        let mut words =
            types.split_ascii_whitespace().map(|it| it.trim_matches(['[', ']', '{', '}']));
        assert!(words.any(|it| it == word), "{word} is not used");
    }
    let written = types.lines().filter(|it| it.starts_with(' ')).count();
    let read: usize = built_in.table.types().iter().map(|it| built_in.table.fields(it).len()).sum();
    let roots: BTreeSet<_> = built_in.kinds.iter().map(|it| it.root).collect();
    assert_eq!(read, written + 3 * roots.len());
}

#[test]
fn fields_are_sorted_and_never_twice() {
    let table = &built_in().table;
    for of in table.types() {
        let names: Vec<_> = table.fields(of).iter().map(|it| &it.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{}: {names:?}", of.name);
    }
}

#[test]
fn kinds_are_found_by_what_objects_say() {
    for it in &built_in().kinds {
        let found = built_in().find(it.group, it.version, it.name).unwrap();
        assert_eq!(found.root, it.root);
        assert!(built_in().has_group(it.group));
        assert!(it.served.since <= it.served.until.min(KNOWN.until), "{it:?}");
    }
    assert!(built_in().find("apps", "v1", "Pod").is_none());
    assert!(!built_in().has_group("example.com") && !built_in().has_group("app"));
}

#[test]
fn well_known_fields_are_what_they_are_upstream() {
    let deployment = ("apps", "v1", "Deployment");
    let table = &built_in().table;
    assert_eq!(leaf(table, field(deployment, "spec.replicas").shape), Shape::Int32);
    assert_eq!(field(deployment, "spec.selector").presence, Presence::Filled);
    let container = "spec.template.spec.containers";
    assert_eq!(field(deployment, &format!("{container}.name")).presence, Presence::Filled);
    assert_eq!(field(deployment, &format!("{container}.image")).presence, Presence::Filled);
    assert_eq!(field(deployment, &format!("{container}.command")).presence, Presence::Optional);
    let event = field(("", "v1", "Event"), "involvedObject");
    assert_eq!(event.presence, Presence::Optional);
    let pull = field(deployment, &format!("{container}.imagePullPolicy"));
    assert_eq!(choices(&pull), ["", "Always", "IfNotPresent", "Never"]);
    let privileged = field(deployment, &format!("{container}.securityContext.privileged"));
    assert_eq!(privileged.shape, Shape::Bool);
    let port = field(deployment, &format!("{container}.livenessProbe.httpGet.port"));
    assert_eq!(leaf(table, port.shape), Shape::IntOrString);
    let limits = field(deployment, &format!("{container}.resources.limits"));
    assert_eq!(leaf(table, limits.shape), Shape::Quantity);
    let data = field(("", "v1", "Secret"), "data");
    assert_eq!(leaf(table, data.shape), Shape::Bytes);
    let users = field(("", "v1", "Pod"), "spec.hostUsers");
    assert_eq!(users.versions, Versions::ALL);
    let resize = field(("", "v1", "Pod"), "spec.containers.resizePolicy");
    assert_eq!(resize.versions, Versions { since: 27, until: Versions::ALL.until });
    let schema = "spec.versions.schema.openAPIV3Schema";
    let crd = ("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
    assert_eq!(field(crd, &format!("{schema}.items")).shape, Shape::Any);
}

#[test]
fn the_table_stays_small() {
    assert!(TEXT.len() < 71_000, "{} bytes", TEXT.len());
}
