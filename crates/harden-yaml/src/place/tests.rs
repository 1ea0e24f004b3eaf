#![allow(clippy::unwrap_used, reason = "tests may panic")]

use crate::{Document, Kind};

const POD: &str = "\
kind: Pod
metadata:
  name: web
  labels: {a.b/c: x}
spec:
  hostNetwork: yes
  securityContext:
  containers:
  - image: nginx
    name: one
    ports:
    - containerPort: 8080
  - image: redis
";

#[test]
fn a_missing_place_knows_its_path_and_points_at_what_is_near() {
    let document = Document::parse_yaml(POD);
    let container = document.root().follow("spec.containers").items().next().unwrap();
    let missing = container.at("securityContext").at("capabilities").at("drop");
    assert_eq!(missing.kind(), Kind::Missing);
    assert!(!missing.exists());
    assert_eq!(missing.path(), "spec.containers[0].securityContext.capabilities.drop");
    assert_eq!(
        missing.pointer().unwrap().as_str(),
        "/spec/containers/0/securityContext/capabilities/drop"
    );
    assert_eq!(missing.grip().text(POD), "name: one");
    assert_eq!(missing.span(), missing.grip());
    assert_eq!(missing.key(), Some("drop"));
    assert_eq!(missing.key_span(), None);
    let unnamed = document.root().follow("spec.containers").items().nth(1).unwrap();
    assert_eq!(unnamed.grip().text(POD), "image");
    let in_spec = document.root().follow("spec.hostPID");
    assert_eq!(in_spec.grip().text(POD), "spec");
    assert_eq!(document.root().at("nothing").grip().text(POD), "kind");
}

#[test]
fn null_is_absent_and_still_has_a_key() {
    let document = Document::parse_yaml(POD);
    let null = document.root().follow("spec.securityContext");
    assert_eq!(null.kind(), Kind::Null);
    assert!(null.is_null() && !null.exists());
    assert_eq!(null.grip().text(POD), "securityContext");
    assert_eq!(null.at("runAsNonRoot").grip().text(POD), "securityContext");
    assert_eq!(null.at("runAsNonRoot").path(), "spec.securityContext.runAsNonRoot");
}

#[test]
fn values_have_their_types_and_spans() {
    let document = Document::parse_yaml(POD);
    let root = document.root();
    assert_eq!(root.follow("spec.hostNetwork").as_bool(), Some(true));
    assert_eq!(root.follow("spec.hostNetwork").source(), "yes");
    assert_eq!(root.follow("spec.hostNetwork").as_str(), None);
    let port = root.follow("spec.containers").items().next().unwrap().at("ports").items().next();
    let port = port.unwrap().at("containerPort");
    assert_eq!(port.as_i64(), Some(8080));
    assert_eq!(port.number().unwrap(), "8080");
    assert_eq!(port.path(), "spec.containers[0].ports[0].containerPort");
    let label = root.follow("metadata.labels").at("a.b/c");
    assert_eq!(label.as_str(), Some("x"));
    assert_eq!(label.path(), "metadata.labels[\"a.b/c\"]");
    assert_eq!(label.pointer().unwrap().as_str(), "/metadata/labels/a.b~1c");
    assert_eq!(root.at("metadata").source(), "name: web\n  labels: {a.b/c: x}");
    assert_eq!(root.follow("spec.containers").len(), 2);
    assert_eq!(root.at("metadata").key_span().unwrap().text(POD), "metadata");
}

#[test]
fn entries_come_in_the_order_of_the_text() {
    let document = Document::parse_yaml(POD);
    let keys: Vec<_> = document.root().entries().map(|(key, _)| key).collect();
    assert_eq!(keys, ["kind", "metadata", "spec"]);
    assert_eq!(document.root().at("kind").entries().count(), 0);
    assert_eq!(document.root().items().count(), 0);
}

#[test]
fn going_far_beyond_what_exists_is_safe() {
    let document = Document::parse_yaml("a: 1");
    let place = (0..1000).fold(document.root().at("b"), |place, _| place.at("c"));
    assert_eq!(place.path(), "b.c.c.c.c.c…");
    assert!(!place.exists());
    let empty = Document::parse_yaml("");
    assert_eq!(empty.root().at("a").at("b").path(), "a.b");
    assert_eq!(empty.root().at("a").grip(), crate::Span { start: 0, end: 0 });
}

#[test]
fn a_place_behind_an_alias_has_its_own_path_and_the_span_of_the_original() {
    let text = "base: &base\n  run: {user: 0}\nuse:\n  <<: *base\n  more: *base\nlast: 1\n";
    let document = Document::parse_yaml(text);
    let merged = document.root().follow("use.run.user");
    assert_eq!(merged.as_i64(), Some(0));
    assert_eq!(merged.path(), "use.run.user");
    assert_eq!(merged.source(), "0");
    assert!(merged.is_shared());
    assert_eq!(document.root().follow("use.more.run.user").path(), "use.more.run.user");
    assert!(document.root().follow("base.run.user").is_shared());
    assert!(!document.root().at("last").is_shared());
    assert_eq!(document.root().at("use").source(), "<<: *base\n  more: *base");
}

/// Steps that are easily taken for something else.
const HOSTILE: [&str; 9] = ["", "a/b", "~", "~1", "a.b", "say \"x\"", "0", "back\\slash", "é😀"];

#[test]
fn a_pointer_says_the_way_or_nothing_however_deep_it_goes() {
    let document = Document::parse_yaml("a: {b: }\nc: 1\nd: []\n");
    for start in ["a", "a.b", "c", "d", "nothing"] {
        let start = document.root().follow(start);
        let base: Vec<_> = start.pointer().unwrap().steps().map(String::from).collect();
        for depth in 1..=40 {
            let keys: Vec<&str> = HOSTILE.into_iter().cycle().skip(depth).take(depth).collect();
            let place = keys.iter().fold(start, |place, key| place.at(key));
            assert_eq!(place.kind(), Kind::Missing);
            if let Some(pointer) = place.pointer() {
                let steps: Vec<_> = pointer.steps().collect();
                assert_eq!(steps, [base.iter().map(String::as_str).collect(), keys].concat());
                assert!(!place.path().contains('…'));
                assert_eq!(place.key().unwrap(), steps.last().unwrap());
            } else {
                assert!(depth >= super::MOST_MISSING && place.path().ends_with('…'));
                assert_eq!(place.key(), None);
            }
        }
    }
}

#[test]
fn what_is_followed_is_remembered_however_long_it_is() {
    let document = Document::parse_yaml("a: {b: {}}\n");
    for depth in 1..=40 {
        let keys: Vec<String> = (0..depth).map(|it| format!("k{it}")).collect();
        let dotted = keys.join(".");
        let place = document.root().follow("a.b").follow(&dotted);
        assert_eq!(place.pointer().unwrap().as_str(), format!("/a/b/{}", keys.join("/")));
        assert_eq!(place.path(), format!("a.b.{dotted}"));
        assert_eq!(place.key(), Some(keys.last().unwrap().as_str()));
        let whole = format!("a.b.{dotted}.");
        let place = document.root().follow(&whole).at("x.y");
        assert_eq!(place.pointer().unwrap().as_str(), format!("/a/b/{}//x.y", keys.join("/")));
    }
}

#[test]
fn indices_are_those_of_lists_and_numbers_those_of_maps() {
    let document = Document::parse_yaml("list: [a, b]\nmap: {0: a, '1': b}\n");
    let root = document.root();
    let item = root.at("list").items().nth(1).unwrap();
    let entry = root.follow("map.1");
    assert_eq!((item.as_str(), entry.as_str()), (Some("b"), Some("b")));
    assert_eq!(item.pointer().unwrap().as_str(), "/list/1");
    assert_eq!(entry.pointer().unwrap().as_str(), "/map/1");
    assert_eq!(root.follow("list.1").kind(), Kind::Missing);
    let json: serde_json::Value = serde_json::from_str(&document.to_json().unwrap()).unwrap();
    assert_eq!(json.pointer("/list/1"), json.pointer("/map/1"));
}

#[test]
fn a_way_begins_where_it_is_asked_to() {
    let text = "items:\n- {a: 1}\n- {b: {c: [x]}, d: }\n- {b: {}}\n";
    let document = Document::parse_yaml(text);
    let items: Vec<_> = document.root().at("items").items().collect();
    let [first, second, third] = items[..] else { panic!("{items:?}") };
    let leaf = second.follow("b.c").items().next().unwrap();
    let pointer = |place: crate::Place<'_>, base| {
        place.way_from(&base).map(|it| it.pointer().unwrap().to_string())
    };
    assert_eq!(pointer(leaf, second).as_deref(), Some("/b/c/0"));
    assert_eq!(leaf.path_from(&second), "b.c[0]");
    assert_eq!(pointer(leaf, document.root()).as_deref(), Some("/items/1/b/c/0"));
    assert_eq!(pointer(leaf, leaf).as_deref(), Some(""));
    for other in [first, third, second.at("d"), second.at("e"), second.follow("b.x")] {
        assert_eq!(pointer(leaf, other), None);
        assert_eq!(leaf.path_from(&other), "items[1].b.c[0]");
    }
    let far = second.at("d").follow("e.f").at("g.h");
    assert_eq!(pointer(far, second).as_deref(), Some("/d/e/f/g.h"));
    assert_eq!(pointer(far, second.at("d").at("e")).as_deref(), Some("/f/g.h"));
    assert_eq!(pointer(far, second.follow("d.e.f")).as_deref(), Some("/g.h"));
    assert_eq!(pointer(far, second.follow("d.e.g")), None);
    assert_eq!(pointer(second.at("d"), far), None);
    let same = Document::parse_yaml(text);
    assert_eq!(pointer(leaf, same.root()), None);
    let empty = Document::parse_yaml("");
    assert_eq!(pointer(empty.root().at("a"), empty.root()).as_deref(), Some("/a"));
}
