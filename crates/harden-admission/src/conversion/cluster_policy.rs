//! ClusterPolicy and Policy as ValidatingPolicy.

use serde_json::{Map, Value, json};

use super::logic::Term;
use super::loss::Loss;
use super::metadata::{metadata, set};
use super::renaming::replaced;
use super::resources::same_kinds;
use super::rule::{self, Converted};
use crate::Object;
use crate::kyverno::policy::autogen;
use crate::kyverno::policy::field::{filled, items, text};

/// The action of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Deny,
    Warn,
    Audit,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Self::Deny => "Deny",
            Self::Warn => "Warn",
            Self::Audit => "Audit",
        }
    }
}

/// The policies that say what a policy says, one for each action, and what they do not say.
pub(super) fn convert(policy: &Object) -> (Vec<Value>, Vec<Loss>) {
    let json = policy.json();
    let spec = json.get("spec").unwrap_or(&Value::Null);
    let mut lost = Vec::new();
    if filled(spec, "validationFailureActionOverrides").is_some() {
        let why = "actions that differ by namespace are not carried over";
        return (Vec::new(), vec![Loss::new("/spec/validationFailureActionOverrides", why)]);
    }
    if text(spec, "applyRules") == "One" && items(spec, "rules").len() > 1 {
        let why = "that only the first rule counts is not carried over";
        return (Vec::new(), vec![Loss::new("/spec/applyRules", why)]);
    }
    let mut by_action: Vec<(Action, Vec<Converted>)> = Vec::new();
    for (index, written) in items(spec, "rules").iter().enumerate() {
        let at = format!("/spec/rules/{index}");
        let action = action(spec, written);
        let all = std::iter::once(written.clone()).chain(for_controllers(json, written));
        let all = all.map(|it| rule::convert(&it, &at, action == Action::Deny));
        match all.collect::<Result<Vec<_>, _>>() {
            Ok(all) => match by_action.iter_mut().find(|(it, _)| *it == action) {
                Some((_, rules)) => rules.extend(all),
                None => by_action.push((action, all)),
            },
            Err(it) => lost.push(it),
        }
    }
    by_action.sort_by_key(|(action, _)| *action);
    let first = by_action.first().map(|(action, _)| *action);
    let write = |(action, rules): (Action, Vec<Converted>)| {
        let suffix = if Some(action) == first {
            String::new()
        } else {
            format!("-{}", action.word().to_lowercase())
        };
        write(policy, spec, action, rules, &suffix)
    };
    let made = by_action.into_iter().map(write).collect();
    (made, lost)
}

fn action(spec: &Value, rule: &Value) -> Action {
    let of_rule = rule.pointer("/validate/failureAction").and_then(Value::as_str);
    let of_policy = text(spec, "validationFailureAction");
    let action = of_rule.filter(|it| !it.is_empty()).unwrap_or(of_policy);
    if action.eq_ignore_ascii_case("enforce") {
        Action::Deny
    } else if spec.get("emitWarning").and_then(Value::as_bool) == Some(true) {
        Action::Warn
    } else {
        Action::Audit
    }
}

/// What a rule becomes for controllers, one for all kinds that differ in nothing else.
fn for_controllers(policy: &Value, rule: &Value) -> Vec<Value> {
    let mut made: Vec<(Value, Vec<String>)> = Vec::new();
    for kind in autogen::kinds(policy) {
        let Some(it) = autogen::for_kind(rule, &kind) else { continue };
        let mut named = Vec::new();
        let it = without_kinds(&it, &mut named);
        match made.iter_mut().find(|(other, _)| *other == it) {
            Some((_, kinds)) => kinds.extend(named.into_iter().take(1)),
            None => made.push((it, named.into_iter().take(1).collect())),
        }
    }
    made.into_iter().map(|(it, kinds)| with_kinds(&it, &kinds)).collect()
}

/// Stands for the kinds that autogen writes.
const KINDS: &str = "\0kinds";

fn without_kinds(rule: &Value, kinds: &mut Vec<String>) -> Value {
    on_blocks(rule, &mut |written| {
        if let [Value::String(kind)] = written
            && ["apps/v1/", "batch/v1/", "v1/"].iter().any(|it| kind.starts_with(it))
        {
            kinds.push(kind.clone());
            return vec![KINDS.into()];
        }
        written.to_vec()
    })
}

fn with_kinds(rule: &Value, kinds: &[String]) -> Value {
    on_blocks(rule, &mut |written| {
        if written == [Value::from(KINDS)] {
            return kinds.iter().map(|it| it.as_str().into()).collect();
        }
        written.to_vec()
    })
}

/// A rule with other kinds in its `match` and `exclude`.
fn on_blocks(rule: &Value, change: &mut impl FnMut(&[Value]) -> Vec<Value>) -> Value {
    fn walk(value: &mut Value, change: &mut impl FnMut(&[Value]) -> Vec<Value>) {
        match value {
            Value::Object(map) => {
                for (key, it) in map {
                    match it {
                        Value::Array(kinds) if key == "kinds" => *kinds = change(kinds),
                        it => walk(it, change),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|it| walk(it, change)),
            _ => {}
        }
    }
    let mut rule = rule.clone();
    for block in ["match", "exclude"] {
        if let Some(it) = rule.get_mut(block) {
            walk(it, change);
        }
    }
    rule
}

fn write(
    policy: &Object,
    spec: &Value,
    action: Action,
    rules: Vec<Converted>,
    suffix: &str,
) -> Value {
    let mut conditions: Vec<Value> = spec
        .pointer("/webhookConfiguration/matchConditions")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut resource_rules: Vec<Value> = Vec::new();
    for rule in rules.iter().flat_map(|it| &it.resource_rules) {
        if !resource_rules.contains(rule) {
            resource_rules.push(rule.clone());
        }
    }
    // What all rules are about is a condition of the policy.
    let common = rules.first().map_or(Term::TRUE, |it| it.condition.clone());
    let is_common = rules.iter().all(|it| it.condition == common);
    if is_common && !common.is(true) && !same_kinds(&common, &resource_rules) {
        conditions.push(json!({"name": "rule", "expression": common.to_string()}));
    }
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut validations = Vec::new();
    for rule in rules {
        let names = named(&rule.variables, &mut variables);
        let guard = if is_common { Term::FALSE } else { rule.condition.not() };
        for it in rule.validations {
            let expression =
                names.iter().fold(it.expression, |text, (old, new)| replaced(&text, old, new));
            let expression = match &guard {
                Term::Constant(false) => expression,
                guard => format!("{} || ({expression})", Term::all([guard.clone()])),
            };
            let mut validation = Map::new();
            validation.insert("expression".to_owned(), expression.into());
            validation.insert("message".to_owned(), it.message.into());
            if !it.message_expression.is_empty() {
                let text = names
                    .iter()
                    .fold(it.message_expression, |text, (old, new)| replaced(&text, old, new));
                validation.insert("messageExpression".to_owned(), text.into());
            }
            validations.push(Value::Object(validation));
        }
    }
    let failure_policy = match spec.pointer("/webhookConfiguration/failurePolicy") {
        Some(Value::String(it)) if !it.is_empty() => it,
        _ => text(spec, "failurePolicy"),
    };
    let is_true = |key: &str| spec.get(key).and_then(Value::as_bool).unwrap_or(true);
    let mut made = json!({
        "validationActions": [action.word()],
        "failurePolicy": if failure_policy == "Ignore" { "Ignore" } else { "Fail" },
        "evaluation": {
            "admission": {"enabled": is_true("admission")},
            "background": {"enabled": is_true("background")},
        },
        // What Kyverno made for controllers is written below.
        "autogen": {"podControllers": {"controllers": []}},
        "matchConstraints": {"resourceRules": resource_rules},
    });
    if !conditions.is_empty() {
        set(&mut made, "matchConditions", conditions);
    }
    if !variables.is_empty() {
        let of =
            |(name, expression): (String, String)| json!({"name": name, "expression": expression});
        set(&mut made, "variables", variables.into_iter().map(of).collect::<Vec<Value>>());
    }
    set(&mut made, "validations", validations);
    let kind =
        if policy.kind() == "Policy" { "NamespacedValidatingPolicy" } else { "ValidatingPolicy" };
    let mut metadata = metadata(policy, suffix);
    if policy.kind() == "Policy" {
        let namespace = policy.namespace();
        let namespace = if namespace.is_empty() { "default" } else { namespace };
        set(&mut metadata, "namespace", namespace);
    }
    json!({
        "apiVersion": "policies.kyverno.io/v1",
        "kind": kind,
        "metadata": metadata,
        "spec": made,
    })
}

/// Adds variables of a rule to those of the policy, and gives the names that they get there.
fn named(of_rule: &[(String, String)], all: &mut Vec<(String, String)>) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    for (name, expression) in of_rule {
        let expression =
            names.iter().fold(expression.clone(), |text, (old, new)| replaced(&text, old, new));
        let same = |it: &&(String, String)| {
            it.1 == expression && it.0.trim_end_matches(|it: char| it.is_ascii_digit()) == name
        };
        let new = if let Some((known, _)) = all.iter().find(same) {
            known.clone()
        } else {
            let is_free = |it: &String| all.iter().all(|(name, _)| name != it);
            let numbered = (2..).map(|it: usize| format!("{name}{it}"));
            let new = std::iter::once(name.clone()).chain(numbered).find(is_free);
            let new = new.unwrap_or_default();
            all.push((new.clone(), expression));
            new
        };
        names.push((name.clone(), new));
    }
    names.retain(|(old, new)| old != new);
    names
}
