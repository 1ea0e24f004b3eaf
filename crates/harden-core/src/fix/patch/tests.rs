#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use std::sync::Arc;

use harden_yaml::Document;
use serde_json::{Value, json};

use super::change::value_for_test;
use super::*;
use crate::object::{PodKind, objects};
use crate::schema;

/// An object and what becomes of it, both as YAML.
fn changed(before: &str, after: &str) -> Changed {
    let (before, after) = (Document::parse_yaml(before), Document::parse_yaml(after));
    let object = objects(before.root()).next().unwrap();
    Changed {
        object: object.reference(),
        source: 0,
        file: Arc::from("web.yaml"),
        before: value_for_test(before.root()),
        after: value_for_test(after.root()),
        pods: PodKind::find(object.group, object.kind).filter(|it| it.is_judged_on_creation),
        is_built_in: schema::is_built_in(object.group, object.version, object.kind),
    }
}

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a}
spec:
  hostNetwork: true
  containers:
  - {name: a, image: a, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 81}]}
  - {name: b, image: b, env: [{name: A, value: x}]}
  volumes: [{name: v, hostPath: {path: /}}]
";

const MENDED: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: team-a}
spec:
  containers:
  - {name: a, image: a, ports: [{containerPort: 80}, {containerPort: 81}]}
  - {name: b, image: b, env: [{name: A, value: x}], securityContext: {privileged: false}}
  volumes: [{name: v, emptyDir: {}}, {name: tmp, emptyDir: {}}]
";

#[test]
fn operations_tell_items_before_they_change_them() {
    let patch = changed(POD, MENDED).patch(Form::Json6902).unwrap();
    assert_eq!(
        patch.value,
        json!([
            {"op": "remove", "path": "/spec/hostNetwork"},
            {"op": "test", "path": "/spec/containers/1/name", "value": "b"},
            {"op": "add", "path": "/spec/containers/1/securityContext", "value": {"privileged": false}},
            {"op": "test", "path": "/spec/containers/0/name", "value": "a"},
            {"op": "test", "path": "/spec/containers/0/ports/1/containerPort", "value": 81},
            {"op": "remove", "path": "/spec/containers/0/ports/1/hostPort"},
            {"op": "add", "path": "/spec/volumes/-", "value": {"name": "tmp", "emptyDir": {}}},
            {"op": "test", "path": "/spec/volumes/0/name", "value": "v"},
            {"op": "remove", "path": "/spec/volumes/0/hostPath"},
            {"op": "add", "path": "/spec/volumes/0/emptyDir", "value": {}},
        ])
    );
}

#[test]
fn a_strategic_patch_names_what_changes_and_keeps_the_order() {
    let patch = changed(POD, MENDED).patch(Form::Strategic).unwrap();
    assert_eq!(
        patch.value,
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web", "namespace": "team-a"},
            "spec": {
                "hostNetwork": null,
                "containers": [
                    {"name": "a", "ports": [{"containerPort": 81, "hostPort": null}]},
                    {"name": "b", "securityContext": {"privileged": false}},
                ],
                "$setElementOrder/volumes": [{"name": "v"}, {"name": "tmp"}],
                "volumes": [{"name": "v", "hostPath": null, "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}],
            },
        })
    );
}

#[test]
fn what_kustomize_merges_names_every_item() {
    let patch = changed(POD, MENDED).patch(Form::Kustomize).unwrap();
    assert_eq!(patch.form, Form::Strategic);
    let ports = &patch.value["spec"]["containers"][0]["ports"];
    assert_eq!(*ports, json!([{"containerPort": 80}, {"containerPort": 81, "hostPort": null}]));
    assert!(!patch.to_yaml().contains("$setElementOrder"));
}

#[test]
fn server_side_apply_only_sets() {
    let why = changed(POD, MENDED).patch(Form::Ssa).unwrap_err();
    assert_eq!(
        why,
        "web.yaml: Pod team-a/web: server-side apply removes no field of others, as spec.hostNetwork must be: use --patch json6902 or strategic"
    );
    let after = POD.replace("containerPort: 80}", "containerPort: 80, hostIP: 127.0.0.1}");
    let after = after.replace("hostNetwork: true", "hostNetwork: false");
    let patch = changed(POD, &after).patch(Form::Ssa).unwrap();
    assert_eq!(
        patch.value["spec"],
        json!({
            "hostNetwork": false,
            "containers": [{
                "name": "a",
                "ports": [{"containerPort": 80, "protocol": "TCP", "hostIP": "127.0.0.1"}],
            }],
        })
    );
}

#[test]
fn items_with_one_key_are_left_to_operations() {
    let before = POD.replace("containerPort: 81", "containerPort: 80, protocol: UDP");
    let after = MENDED.replace("containerPort: 81", "containerPort: 80, protocol: UDP");
    let changed = changed(&before, &after);
    let why = changed.patch(Form::Strategic).unwrap_err();
    assert!(
        why.ends_with(
            "items of spec.containers[].ports have the same containerPort: use --patch json6902"
        ),
        "{why}"
    );
    assert_eq!(changed.patch(Form::Kustomize).unwrap().form, Form::Strategic);
}

#[test]
fn custom_kinds_are_patched_by_operations() {
    let rollout =
        |text: &str| text.replace("v1\nkind: Pod\n", "argoproj.io/v1alpha1\nkind: Rollout\n");
    let changed = changed(&rollout(POD), &rollout(MENDED));
    let why = changed.patch(Form::Strategic).unwrap_err();
    assert!(
        why.contains("Rollout team-a/web: argoproj.io/v1alpha1 Rollout is no kind of Kubernetes"),
        "{why}"
    );
    let patch = changed.patch(Form::Kustomize).unwrap();
    assert_eq!((patch.form, patch.notes.len()), (Form::Json6902, 1));
}

#[test]
fn an_item_without_a_name_is_told_by_what_it_was() {
    let role = |verbs: &str| {
        format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: a}}\nrules:\n- {{apiGroups: [''], resources: [pods], verbs: {verbs}}}\n"
        )
    };
    let patch = changed(&role("['*']"), &role("[get, list]")).patch(Form::Json6902).unwrap();
    assert_eq!(
        patch.value,
        json!([
            {"op": "test", "path": "/rules/0/verbs", "value": ["*"]},
            {"op": "replace", "path": "/rules/0/verbs", "value": ["get", "list"]},
        ])
    );
}

#[test]
fn no_test_repeats_what_may_be_secret() {
    let before = POD.replace("image: a,", "image: a, args: [--password=x, --insecure],");
    let after = POD.replace("image: a,", "image: a, args: [--password=x],");
    let patch = changed(&before, &after).patch(Form::Json6902).unwrap();
    assert!(!patch.to_text().contains("password"), "{}", patch.to_text());
}

#[test]
fn labels_that_a_file_does_not_have_may_be_in_the_cluster() {
    let namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let after = namespace.replace("{name: a}", "{name: a, labels: {b: c}}");
    let patch = changed(namespace, &after).patch(Form::Json6902).unwrap();
    assert_eq!(patch.notes.len(), 1, "{:?}", patch.notes);
    assert!(changed(namespace, &after).patch(Form::Strategic).unwrap().notes.is_empty());
}

#[test]
fn a_new_api_version_is_no_patch_of_what_is_stored() {
    let after = POD.replace("apiVersion: v1", "apiVersion: v2");
    for form in [Form::Json6902, Form::Strategic, Form::Ssa] {
        let why = changed(POD, &after).patch(form).unwrap_err();
        assert!(why.contains("its apiVersion, kind, name or namespace changes"), "{why}");
    }
    let patch = changed(POD, &after).patch(Form::Kustomize).unwrap();
    let set = json!([{"op": "replace", "path": "/apiVersion", "value": "v2"}]);
    assert_eq!((patch.form, patch.value), (Form::Json6902, set));
}

#[test]
fn commands_name_the_object_and_the_file() {
    let changed = changed(POD, MENDED);
    let command = changed.command(Form::Json6902, "out/a b.yaml").unwrap();
    assert_eq!(command, "kubectl patch pod web -n team-a --type json --patch-file 'out/a b.yaml'");
    assert_eq!(changed.file_name(), "pod-team-a-web.yaml");
}

/// What RFC 6902 makes of a value; none where a test fails or a way leads nowhere.
fn apply(mut value: Value, operations: &Value) -> Option<Value> {
    for operation in operations.as_array()? {
        let path = operation["path"].as_str()?;
        let new = operation.get("value").cloned();
        let (above, key) = path.rsplit_once('/')?;
        let key = key.replace("~1", "/").replace("~0", "~");
        let at = value.pointer_mut(above)?;
        match (operation["op"].as_str()?, at) {
            ("test", at) => {
                let known = at.get(&key).or_else(|| at.get(key.parse::<usize>().ok()?));
                (known == new.as_ref()).then_some(())?;
            }
            ("add", Value::Object(map)) => drop(map.insert(key, new?)),
            ("add", Value::Array(list)) => {
                let at = if key == "-" { list.len() } else { key.parse().ok()? };
                list.insert(at, new?);
            }
            ("replace", Value::Object(map)) => *map.get_mut(&key)? = new?,
            ("replace", Value::Array(list)) => *list.get_mut(key.parse::<usize>().ok()?)? = new?,
            ("remove", Value::Object(map)) => drop(map.remove(&key)?),
            ("remove", Value::Array(list)) => drop(list.remove(key.parse().ok()?)),
            _ => return None,
        }
    }
    Some(value)
}

mod random {
    use proptest::prelude::*;

    use super::*;

    /// Values of few keys and few texts, so that two of them have much in common.
    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            (0..3_i32).prop_map(Value::from),
            prop::sample::select(vec!["a", "b/~", ""]).prop_map(Value::from),
            Just(true.into()),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let keys = prop::sample::select(vec!["name", "port", "a/b", "args", "x"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((keys, inner), 0..5).prop_map(|entries| {
                    entries.into_iter().map(|(key, it)| (key.to_owned(), it)).collect()
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn operations_make_any_value_of_any_other(before in values(), after in values()) {
            let (before, after) = (json!({"v": before}), json!({"v": after}));
            let operations = json6902::operations(&before, &after);
            prop_assert_eq!(apply(before, &operations), Some(after), "{}", operations);
        }
    }
}
