//! An answer as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde_json::{Value, json};

use super::{
    Answer, Change, Changes, Coverage, Holder, NearMiss, Somebody, Through, UNSEEN, Whole,
};
use crate::answers::coverage as read;

/// The answer as a value.
pub fn to_json(answer: &Answer, coverage: &Coverage) -> Value {
    let mut value = json!({"version": "v1", "coverage": of_coverage(coverage)});
    let fields = match answer {
        Answer::WhoCan(it) => json!({
            "question": it.question.to_string(),
            "notes": it.question.notes,
            "answers": it.holders.iter().map(holder).collect::<Vec<_>>(),
            "forSomeNamesOnly": it.of_some_names.iter().map(holder).collect::<Vec<_>>(),
            "nearMisses": it.near.iter().map(near_miss).collect::<Vec<_>>(),
        }),
        Answer::WhatCan(it) => {
            let mut who = somebody(&it.somebody);
            set(
                &mut who,
                json!({
                    "groups": it.groups,
                    "aboveRbac": it.is_above,
                    "known": it.is_known,
                    "through": it.through.iter().map(through).collect::<Vec<_>>(),
                }),
            );
            if let Some(changes) = &it.changes {
                set(&mut who, of_changes(changes));
            }
            json!({"answers": [who]})
        }
        Answer::Wildcards(all) => {
            let roles = all.iter().map(|it| {
                let rules = it.rules.iter().map(|wild| {
                    json!({"of": wild.of, "rule": rule(&wild.rule), "source": wild.source, "line": wild.line})
                });
                let holders = it.holders.iter().map(|(who, namespace)| {
                    json!({"subject": who, "in": some(namespace)})
                });
                json!({
                    "role": it.role,
                    "builtIn": it.is_built_in,
                    "rules": rules.collect::<Vec<_>>(),
                    "holders": holders.collect::<Vec<_>>(),
                })
            });
            json!({"answers": roles.collect::<Vec<_>>()})
        }
        Answer::Changes(all) => {
            let all = all.iter().map(|it| {
                let mut who = somebody(&it.somebody);
                set(&mut who, of_changes(it));
                who
            });
            json!({"answers": all.collect::<Vec<_>>()})
        }
    };
    set(&mut value, fields);
    value
}

fn set(value: &mut Value, fields: Value) {
    if let (Value::Object(value), Value::Object(fields)) = (value, fields) {
        value.extend(fields);
    }
}

fn of_coverage(coverage: &Coverage) -> Value {
    json!({
        "roles": coverage.roles,
        "bindings": coverage.bindings,
        "serviceAccounts": coverage.service_accounts,
        "assumed": coverage.assumed.map(|it| it.to_string()),
        "listed": read::listed(&coverage.listed),
        "incomplete": read::incomplete(&coverage.incomplete),
        "notes": coverage.notes,
        "unseen": UNSEEN,
    })
}

/// A text; null where it is empty.
fn some(text: &str) -> Option<&str> {
    Some(text).filter(|it| !it.is_empty())
}

fn holder(holder: &Holder) -> Value {
    json!({
        "kind": holder.kind,
        "namespace": some(&holder.namespace),
        "name": holder.name,
        "aboveRbac": holder.is_above(),
        "system": holder.is_system(),
        "through": holder.through.iter().map(through).collect::<Vec<_>>(),
    })
}

fn through(through: &Through) -> Value {
    let (source, line) = &through.bound_at;
    json!({
        "in": some(&through.namespace),
        "subject": through.subject,
        "binding": through.binding,
        "bindingSource": source,
        "bindingLine": line,
        "role": through.role,
        "aggregatedFrom": through.of_role,
        "rule": rule(&through.rule),
        "source": through.source,
        "line": through.line,
        "builtIn": through.is_built_in,
        "assumed": through.is_assumed,
    })
}

/// A rule as a role has it.
fn rule(rule: &Whole) -> Value {
    let mut value = json!({"verbs": rule.verbs});
    let lists = [
        ("apiGroups", &rule.groups),
        ("resources", &rule.resources),
        ("resourceNames", &rule.names),
        ("nonResourceURLs", &rule.urls),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        set(&mut value, json!({key: list}));
    }
    value
}

fn near_miss(near: &NearMiss) -> Value {
    let (source, line) = &near.place;
    json!({
        "subject": near.subject,
        "missing": near.missing,
        "binding": near.binding,
        "source": source,
        "line": line,
        "through": near.through.as_ref().map(through),
    })
}

fn somebody(somebody: &Somebody) -> Value {
    json!({
        "kind": somebody.kind(),
        "namespace": some(somebody.namespace()),
        "name": somebody.name(),
    })
}

fn of_changes(changes: &Changes) -> Value {
    let change = |it: &Change| json!({"rights": it.rights, "through": through(&it.through)});
    json!({
        "gained": changes.gained.iter().map(change).collect::<Vec<_>>(),
        "lost": changes.lost.iter().map(change).collect::<Vec<_>>(),
    })
}
