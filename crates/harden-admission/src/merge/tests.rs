//! Merges of whole objects.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Value as Json, json};

use super::{Unmerged, merge};
use crate::{Cluster, Object};

fn cluster() -> Cluster {
    Cluster::new(MinorVersion(36))
}

fn pod(spec: &Json) -> Object {
    Object::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}))
}

#[test]
fn items_with_a_name_are_merged_and_new_ones_added() {
    let pod = pod(&json!({"containers": [
        {"name": "a", "image": "1", "env": [{"name": "x", "value": "1"}]},
        {"name": "b", "image": "2"},
    ]}));
    let configuration = json!({"spec": {"containers": [
        {"name": "b", "imagePullPolicy": "Always"},
        {"name": "a", "env": [{"name": "y", "value": "2"}]},
        {"name": "c", "image": "3"},
    ]}});
    let merged = merge(&pod, &configuration, &cluster(), false).unwrap();
    assert_eq!(
        merged.pointer("/spec/containers"),
        Some(&json!([
            {"name": "b", "image": "2", "imagePullPolicy": "Always"},
            {"name": "a", "image": "1", "env": [
                {"name": "x", "value": "1"}, {"name": "y", "value": "2"},
            ]},
            {"name": "c", "image": "3"},
        ]))
    );
}

#[test]
fn what_is_replaced_as_a_whole_is_refused_unless_it_is_asked_for() {
    let pod = pod(&json!({"containers": [], "nodeSelector": {"a": "b"}}));
    let configuration = json!({"spec": {"nodeSelector": {"c": "d"}, "tolerations": []}});
    assert_eq!(
        merge(&pod, &configuration, &cluster(), false),
        Err(Unmerged::Refused(
            "invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: \
             .spec.nodeSelector, .spec.tolerations"
                .to_owned()
        ))
    );
    let merged = merge(&pod, &configuration, &cluster(), true).unwrap();
    assert_eq!(merged.pointer("/spec/nodeSelector"), Some(&json!({"c": "d"})));
}

#[test]
fn fields_that_a_kind_does_not_have_are_refused() {
    let configuration = json!({"spec": {"colour": "red"}, "metadata": {"labels": {"a": 1}}});
    let Err(Unmerged::Refused(message)) =
        merge(&pod(&json!({})), &configuration, &cluster(), false)
    else {
        panic!()
    };
    assert!(message.contains(".spec.colour: field not declared in schema"), "{message}");
    assert!(message.contains(".metadata.labels.a: expected string, got 1"), "{message}");
}

#[test]
fn kinds_without_a_definition_take_labels_and_nothing_else() {
    let object = Object::new(json!({
        "apiVersion": "x.io/v1", "kind": "Thing", "metadata": {"name": "t", "labels": {"a": "b"}},
    }));
    let labels = json!({"metadata": {"labels": {"c": "d"}}});
    let merged = merge(&object, &labels, &cluster(), false).unwrap();
    assert_eq!(merged.pointer("/metadata/labels"), Some(&json!({"a": "b", "c": "d"})));
    let spec = merge(&object, &json!({"spec": {"a": 1}}), &cluster(), false);
    assert!(matches!(spec, Err(Unmerged::Unknown(_))), "{spec:?}");
}

#[test]
fn kinds_with_a_definition_are_merged_by_it() {
    let mut cluster = cluster();
    cluster.add(Object::new(json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.x.io"},
        "spec": {"group": "x.io", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"},
            "versions": [{"name": "v1", "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                "spec": {"type": "object", "properties": {
                    "items": {"type": "array", "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["id"], "items": {"type": "object", "properties": {
                            "id": {"type": "integer"}, "v": {"type": "string"}}}},
                }},
            }}}}]},
    })));
    let object = Object::new(json!({
        "apiVersion": "x.io/v1", "kind": "Thing", "metadata": {"name": "t"},
        "spec": {"items": [{"id": 1, "v": "a"}]},
    }));
    let configuration = json!({"spec": {"items": [{"id": 1, "v": "b"}, {"id": 2}]}});
    let merged = merge(&object, &configuration, &cluster, false).unwrap();
    assert_eq!(merged.pointer("/spec/items"), Some(&json!([{"id": 1, "v": "b"}, {"id": 2}])));
    let wrong = merge(&object, &json!({"spec": {"more": 1}}), &cluster, false);
    assert!(matches!(wrong, Err(Unmerged::Refused(_))), "{wrong:?}");
}
