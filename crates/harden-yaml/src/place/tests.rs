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
    assert_eq!(missing.pointer(), "/spec/containers/0/securityContext/capabilities/drop");
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
    assert_eq!(label.pointer(), "/metadata/labels/a.b~1c");
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
