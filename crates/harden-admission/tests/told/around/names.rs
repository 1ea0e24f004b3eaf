//! Namespaces, claims of storage, and what metadata say.

use serde_json::{Value, json};

use super::{fields, set};
use crate::dice::Dice;

pub(super) fn edit_namespace(object: &mut Value, dice: &mut Dice) {
    const PREFIX: &str = "pod-security.kubernetes.io/";
    let (key, values): (&str, &[Value]) = match dice.below(9) {
        0 => {
            let names = ["team-a", "team-a", "shop", "kube-extra", "kubernetes", "my-kube-system"];
            object["metadata"]["name"] = (*dice.pick(&names)).into();
            return;
        }
        1 | 2 => ("enforce", &levels()),
        3 => ("enforce-version", &versions()),
        4 => (*dice.pick(&["audit", "warn"]), &levels()),
        5 => (*dice.pick(&["audit-version", "warn-version"]), &versions()),
        6 => {
            let unknown = ["enforced", "Enforce", "enforce-versions", "level", "warning"];
            (*dice.pick(&unknown), &[json!("restricted"), json!("a"), Value::Null])
        }
        7 => {
            let labels = &mut object["metadata"]["labels"];
            let values = [json!("true"), json!("false"), Value::Null];
            set(labels, "security.openshift.io/scc.podSecurityLabelSync", dice, &values);
            return;
        }
        _ => return edit_metadata(object, dice),
    };
    set(&mut object["metadata"]["labels"], &format!("{PREFIX}{key}"), dice, values);
}

fn levels() -> [Value; 5] {
    [json!("privileged"), json!("baseline"), json!("restricted"), Value::Null, Value::Null]
}

fn versions() -> [Value; 9] {
    [
        json!("latest"),
        json!("v1.0"),
        json!("v1.7"),
        json!("v1.30"),
        json!("v1.37"),
        json!("v1.38"),
        json!("v1.99999"),
        json!("v1.123456789"),
        Value::Null,
    ]
}

/// Labels, annotations and owners.
pub(super) fn edit_metadata(object: &mut Value, dice: &mut Dice) {
    let metadata = &mut object["metadata"];
    match dice.below(7) {
        0..=2 => {
            let values =
                ["shop", "a-b", "a", "Shop", "9", "", "shop_1"].map(Value::from).into_iter();
            let values: Vec<_> = values.chain([Value::Null]).collect();
            set(&mut metadata["labels"], "team", dice, &values);
        }
        3..=4 => {
            let values =
                ["a@example.com", "a@exampleXcom", "a@b@example.com", "b@example.com\n", "", "x"];
            let values: Vec<_> = values.map(Value::from).into_iter().chain([Value::Null]).collect();
            set(&mut metadata["annotations"], "example.com/contact", dice, &values);
        }
        5 => {
            let key = *dice.pick(&["labels", "annotations"]);
            fields(metadata).remove(key);
        }
        _ => {
            let mut owner = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-1", "uid": "u-1"});
            set(
                &mut owner,
                "controller",
                dice,
                &[json!(true), json!(true), json!(false), Value::Null],
            );
            let owners = [json!([owner]), json!([]), Value::Null];
            set(metadata, "ownerReferences", dice, &owners);
        }
    }
}

pub(super) fn edit_claim(object: &mut Value, dice: &mut Dice) {
    let classes = ["encrypted", "encrypted-2", "scratch", ""].map(Value::from);
    let classes: Vec<_> = classes.into_iter().chain([Value::Null, Value::Null]).collect();
    set(&mut object["spec"], "storageClassName", dice, &classes);
}

/// A claim as the template of a StatefulSet, beside another.
pub(super) fn in_template(claim: &Value) -> Value {
    let template = |name: &str, spec: &Value| json!({"metadata": {"name": name}, "spec": spec});
    let mut other = claim["spec"].clone();
    other["storageClassName"] = "encrypted".into();
    let container = json!({"name": "db", "image": "registry.example.com/db:1"});
    json!({
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "db", "namespace": "team-a"},
        "spec": {
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [template("a", &other), template("b", &claim["spec"])],
        },
    })
}
