//! Rules for pod controllers, made of the rules for pods.

use serde_json::{Map, Value, json};

use super::field::{filled, items, map, text, texts};
use super::kinds::bare_kind;

/// Kinds that make pods.
pub(crate) const CONTROLLERS: [&str; 7] = [
    "DaemonSet",
    "Deployment",
    "Job",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "CronJob",
];

/// The kinds for which a policy gets rules of its own.
pub(crate) fn kinds(policy: &Value) -> Vec<String> {
    const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";
    let spec = policy.get("spec").unwrap_or(&Value::Null);
    if !is_supported(spec) {
        return Vec::new();
    }
    let annotations = policy.get("metadata").and_then(|it| map(it, "annotations"));
    let asked = annotations.and_then(|it| it.get(ANNOTATION)).and_then(Value::as_str);
    let all = match asked {
        None => CONTROLLERS.map(str::to_owned).to_vec(),
        Some(asked) => asked.split(',').map(str::to_owned).collect(),
    };
    // Others get no rules, whatever the annotation says.
    all.into_iter().filter(|it| CONTROLLERS.contains(&it.as_str())).collect()
}

#[cfg(test)]
/// The names of all rules that a policy has, those for controllers behind each rule that they are made of.
pub(in crate::kyverno) fn rule_names(policy: &Value) -> Vec<String> {
    let kinds = kinds(policy);
    let spec = policy.get("spec").unwrap_or(&Value::Null);
    let mut names = Vec::new();
    for rule in items(spec, "rules") {
        let name = text(rule, "name");
        names.push(name.to_owned());
        for kind in
            [kinds.iter().find(|it| *it != "CronJob"), kinds.iter().find(|it| *it == "CronJob")]
        {
            let made = kind.and_then(|kind| for_kind(rule, kind));
            names.extend(made.map(|it| text(&it, "name").to_owned()));
        }
    }
    names
}

/// Whether Kyverno makes rules for controllers of the rules of a policy.
fn is_supported(spec: &Value) -> bool {
    let mut is_needed = false;
    for rule in items(spec, "rules") {
        if filled(rule, "generate").is_some() {
            return false;
        }
        let mutate = rule.get("mutate").unwrap_or(&Value::Null);
        let patches = |it: &Value| !text(it, "patchesJson6902").is_empty();
        if patches(mutate) || items(mutate, "foreach").iter().any(patches) {
            return false;
        }
        for block in ["match", "exclude"].into_iter().filter_map(|it| rule.get(it)) {
            let filters = items(block, "any").iter().chain(items(block, "all"));
            for resources in [block].into_iter().chain(filters).filter_map(|it| it.get("resources"))
            {
                let kinds = texts(resources, "kinds");
                let is_narrow = ["name", "names"].iter().any(|it| filled(resources, it).is_some())
                    || ["selector", "annotations"].iter().any(|it| map(resources, it).is_some());
                if is_narrow || kinds.len() > 1 && kinds.iter().any(|it| bare_kind(it) == "Pod") {
                    return false;
                }
                is_needed |=
                    kinds.iter().any(|it| it == "Pod" || CONTROLLERS.contains(&it.as_str()));
            }
        }
    }
    is_needed
}

/// The rule for a kind that a rule for pods makes.
pub(crate) fn for_kind(rule: &Value, kind: &str) -> Option<Value> {
    let name = text(rule, "name");
    if name.starts_with("autogen-") {
        return None;
    }
    let kinds_of = |block: &str| {
        let block = rule.get(block).unwrap_or(&Value::Null);
        let filters = items(block, "any").iter().chain(items(block, "all"));
        let all = [block].into_iter().chain(filters).filter_map(|it| it.get("resources"));
        all.flat_map(|it| texts(it, "kinds")).collect::<Vec<_>>()
    };
    let has_pods = |kinds: &[String]| kinds.iter().any(|it| bare_kind(it) == "Pod");
    let excluded = kinds_of("exclude");
    if !has_pods(&kinds_of("match")) || !excluded.is_empty() && !has_pods(&excluded) {
        return None;
    }
    let is_cron = kind == "CronJob";
    let of_pods = |it: &[String]| has_pods(it);
    let mut made = generate(rule, "autogen", name, "template", "spec/template", kind, of_pods)?;
    if is_cron {
        let shift = "spec/jobTemplate/spec/template";
        made = generate(&made, "autogen-cronjob", name, "jobTemplate", shift, kind, |_| true)?;
    }
    let is_cel = made.get("validate").is_some_and(|it| filled(it, "cel").is_some());
    Some(moved(&made, is_cron, is_cel))
}

/// What a rule says of a pod, said of what is at a key of the `spec`.
fn generate(
    rule: &Value,
    prefix: &str,
    name: &str,
    key: &str,
    shift: &str,
    kind: &str,
    is_meant: impl Fn(&[String]) -> bool,
) -> Option<Value> {
    let mut made: Map<String, Value> = rule.as_object()?.clone();
    let name: String = format!("{prefix}-{name}").chars().take(63).collect();
    made.insert("name".to_owned(), name.into());
    for block in ["match", "exclude"] {
        if let Some(block) = made.get_mut(block) {
            set_kinds(block, kind, &is_meant);
        }
    }
    let within = |it: &Value| json!({"spec": {key: it}});
    if let Some(mutate) = filled(rule, "mutate") {
        let patch = |it: &Value| filled(it, "patchStrategicMerge").map(within);
        if let Some(patch) = patch(mutate) {
            made.insert("mutate".to_owned(), json!({"patchStrategicMerge": patch}));
            return Some(made.into());
        }
        let loops = items(mutate, "foreach");
        if !loops.is_empty() {
            let loops = loops.iter().map(|it| {
                let mut made = Map::new();
                for part in ["list", "context", "preconditions"] {
                    if let Some(it) = it.get(part) {
                        made.insert(part.to_owned(), it.clone());
                    }
                }
                let patch = it.get("patchStrategicMerge").unwrap_or(&Value::Null);
                made.insert("patchStrategicMerge".to_owned(), within(patch));
                Value::Object(made)
            });
            let loops: Vec<Value> = loops.collect();
            made.insert("mutate".to_owned(), json!({"foreach": loops}));
            return Some(made.into());
        }
    }
    if let Some(validate) = filled(rule, "validate") {
        let kept = |part: &str, value: Value, pivot: &str| {
            let mut all = Map::new();
            for key in ["failureAction", "failureActionOverrides", "allowExistingViolations"] {
                if let Some(it) = validate.get(key) {
                    all.insert(key.to_owned(), it.clone());
                }
            }
            let message = text(validate, "message").replace(pivot, &format!("{pivot}/{shift}"));
            let message = if text(validate, "message").contains("$(") {
                message
            } else {
                text(validate, "message").to_owned()
            };
            if !message.is_empty() {
                all.insert("message".to_owned(), message.into());
            }
            all.insert(part.to_owned(), value);
            Value::Object(all)
        };
        let new = if let Some(it) = validate.get("pattern").filter(|it| !it.is_null()) {
            kept("pattern", within(it), "pattern")
        } else if let Some(it) = validate.get("deny").filter(|it| it.is_object()) {
            kept("deny", it.clone(), "deny")
        } else if let Some(it) = validate.get("podSecurity").filter(|it| it.is_object()) {
            kept("podSecurity", it.clone(), "podSecurity")
        } else if let Some(it) = validate.get("anyPattern").filter(|it| !it.is_null()) {
            let patterns: Vec<Value> = it.as_array().into_iter().flatten().map(within).collect();
            kept("anyPattern", patterns.into(), "anyPattern")
        } else if let Some(it) = filled(validate, "foreach") {
            kept("foreach", it.clone(), "pattern")
        } else if filled(validate, "cel").is_some() {
            validate.clone()
        } else if filled(rule, "verifyImages").is_some() {
            return Some(made.into());
        } else {
            return None;
        };
        made.insert("validate".to_owned(), new);
        return Some(made.into());
    }
    filled(rule, "verifyImages").map(|_| made.into())
}

/// Puts a kind into the filters that are meant.
fn set_kinds(block: &mut Value, kind: &str, is_meant: &impl Fn(&[String]) -> bool) {
    let group = match kind {
        "Job" | "CronJob" => "batch/v1",
        "ReplicationController" => "v1",
        _ => "apps/v1",
    };
    let kinds = json!([format!("{group}/{kind}")]);
    let set = |filter: &mut Value, is_meant: bool| {
        if !is_meant {
            return;
        }
        if let Some(filter) = filter.as_object_mut() {
            let resources = filter.entry("resources").or_insert_with(|| json!({}));
            if let Some(resources) = resources.as_object_mut() {
                resources.insert("kinds".to_owned(), kinds.clone());
            }
        }
    };
    let of = |filter: &Value| texts(filter.get("resources").unwrap_or(&Value::Null), "kinds");
    for list in ["any", "all"] {
        if let Some(filters) =
            block.get_mut(list).and_then(Value::as_array_mut).filter(|it| !it.is_empty())
        {
            for filter in filters {
                let is_meant = is_meant(&of(filter));
                set(filter, is_meant);
            }
            return;
        }
    }
    let has_kinds = !of(block).is_empty();
    set(block, has_kinds);
}

/// A rule in which what expressions say of a pod is said of the template.
fn moved(value: &Value, is_cron: bool, is_cel: bool) -> Value {
    match value {
        Value::String(text) => moved_text(text, is_cron, is_cel).into(),
        Value::Array(items) => items.iter().map(|it| moved(it, is_cron, is_cel)).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, it)| (moved_text(key, is_cron, is_cel), moved(it, is_cron, is_cel)))
                .collect(),
        ),
        other => other.clone(),
    }
}

fn moved_text(text: &str, is_cron: bool, is_cel: bool) -> String {
    let template = if is_cron { "spec.jobTemplate.spec.template" } else { "spec.template" };
    let request = if is_cel { "" } else { "request." };
    let mut text = text.to_owned();
    for part in ["spec", "metadata"] {
        for object in ["object", "oldObject"] {
            let old = format!("{request}{object}.{part}");
            if text.contains(&old) {
                text = text.replace(&old, &format!("{request}{object}.{template}.{part}"));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rule: &Value) -> Value {
        json!({"metadata": {"name": "p"}, "spec": {"rules": [rule]}})
    }

    #[test]
    fn a_rule_for_pods_makes_one_for_each_kind_of_controller() {
        let rule = json!({
            "name": "r",
            "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "preconditions": {"all": [{"key": "{{ request.object.spec.x }}"}]},
            "validate": {"message": "m", "pattern": {"spec": {"x": 1}}},
        });
        assert_eq!(kinds(&policy(&rule)), CONTROLLERS);
        let made = for_kind(&rule, "Deployment").unwrap();
        assert_eq!(made["name"], "autogen-r");
        assert_eq!(made["match"]["any"][0]["resources"]["kinds"], json!(["apps/v1/Deployment"]));
        assert_eq!(made["validate"]["pattern"], json!({"spec": {"template": {"spec": {"x": 1}}}}));
        let key = &made["preconditions"]["all"][0]["key"];
        assert_eq!(key, "{{ request.object.spec.template.spec.x }}");
        let made = for_kind(&rule, "CronJob").unwrap();
        assert_eq!(made["name"], "autogen-cronjob-r");
        let pattern = json!({"spec": {"jobTemplate": {"spec": {"template": {"spec": {"x": 1}}}}}});
        assert_eq!(made["validate"]["pattern"], pattern);
        let key = &made["preconditions"]["all"][0]["key"];
        assert_eq!(key, "{{ request.object.spec.jobTemplate.spec.template.spec.x }}");
        assert_eq!(rule_names(&policy(&rule)), ["r", "autogen-r", "autogen-cronjob-r"]);
    }

    #[test]
    fn a_rule_for_some_pods_makes_none() {
        for resources in [
            json!({"kinds": ["Pod", "Service"]}),
            json!({"kinds": ["Pod"], "name": "x"}),
            json!({"kinds": ["Pod"], "selector": {}}),
            json!({"kinds": ["Service"]}),
        ] {
            let rule = json!({"name": "r", "match": {"resources": resources}, "validate": {"pattern": {}}});
            assert!(kinds(&policy(&rule)).is_empty(), "{resources}");
        }
    }
}
