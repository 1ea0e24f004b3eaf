//! The answer as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.
//!
//! Paths name their steps by number, for thousands of paths share a step.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::{Becoming, Path, Removal, Step};
use crate::answers::coverage;
use crate::check::Listed;
use crate::escalation::{Party, UNSEEN};

/// The answer as a value; `listed` is what was read of a cluster.
pub fn to_json(answer: &Becoming, listed: &[Listed]) -> Value {
    let unseen = UNSEEN.iter().map(|(what, why)| json!({"what": what, "why": why}));
    let [roles, bindings, accounts] = answer.read;
    let all = [
        (&answer.already, "already"),
        (&answer.paths, "possible"),
        (&answer.prevented, "prevented"),
    ];
    let mut steps = Steps::default();
    let each = all.iter().flat_map(|(paths, how)| paths.iter().map(move |it| (it, how)));
    let answers: Vec<_> = each.map(|(it, how)| path(it, how, &mut steps)).collect();
    json!({
        "version": "v1",
        "kubernetes": answer.options.version.to_string(),
        "target": party(&answer.options.target),
        "coverage": {
            "roles": roles,
            "bindings": bindings,
            "serviceAccounts": accounts,
            "listed": coverage::listed(listed),
            "incomplete": coverage::incomplete(&answer.incomplete),
            "notes": answer.notes,
            "notSeen": unseen.collect::<Vec<_>>(),
        },
        "answers": answers,
        "steps": steps.all,
        "own": answer.own.iter().map(party).collect::<Vec<_>>(),
        "unknown": answer.strangers.iter().map(party).collect::<Vec<_>>(),
        "cut": answer.removal.as_ref().map(removal),
    })
}

fn party(party: &Party) -> Value {
    let (kind, namespace, name) = party.parts();
    json!({"kind": kind, "namespace": namespace, "name": name})
}

/// Steps as values, each once, in the order in which paths come to them.
#[derive(Debug, Default)]
struct Steps {
    all: Vec<Value>,
    places: FxHashMap<u32, usize>,
}

impl Steps {
    /// Where steps are among all.
    fn places(&mut self, path: &[Arc<Step>]) -> Vec<usize> {
        let place = |it: &Arc<Step>| {
            *self.places.entry(it.number).or_insert_with(|| {
                self.all.push(step(it));
                self.all.len() - 1
            })
        };
        path.iter().map(place).collect()
    }
}

fn path(path: &Path, how: &str, steps: &mut Steps) -> Value {
    let (kind, namespace, name) = path.start.parts();
    json!({
        "kind": kind,
        "namespace": namespace,
        "name": name,
        "is": how,
        "difficulty": path.difficulty().to_string(),
        "steps": steps.places(&path.steps),
        "otherPaths": path.others.iter().map(|it| steps.places(it)).collect::<Vec<_>>(),
        "morePaths": path.has_more,
    })
}

fn step(step: &Step) -> Value {
    let rights = step.rights.iter().map(|it| {
        let through = it.through.iter().map(|it| {
            json!({
                "binding": it.binding,
                "subject": it.subject,
                "role": it.role,
                "rule": it.rule,
                "source": it.source,
                "line": it.line,
            })
        });
        json!({"right": it.right, "through": through.collect::<Vec<_>>()})
    });
    json!({
        "edge": step.edge.id,
        "from": party(&step.from),
        "to": party(&step.to),
        "does": step.edge.does,
        "detail": step.detail,
        "why": step.edge.why,
        "remedy": step.edge.remedy,
        "difficulty": step.edge.difficulty.to_string(),
        "preventedBy": step.prevented.map(|it| format!("Pod Security {it}")),
        "rights": rights.collect::<Vec<_>>(),
    })
}

fn removal(removal: &Removal) -> Value {
    let removed = removal.removed.iter().map(|it| {
        json!({
            "what": it.what,
            "kind": if it.is_rule { "rule" } else { "binding" },
            "used": it.used,
            "source": it.source,
            "line": it.line,
        })
    });
    json!({
        "removed": removed.collect::<Vec<_>>(),
        "atLeast": removal.at_least,
        "provedLeast": removal.is_least(),
        "remaining": removal.remaining.iter().map(party).collect::<Vec<_>>(),
    })
}
