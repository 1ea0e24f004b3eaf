//! A plan as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde_json::{Map, Value, json};

use super::block::message;
use super::{Answer, Aside, Block, Failure, Member, Plan, State, Step, text};
use crate::answers::coverage;
use crate::check::Listed;
use crate::pod_security::Mode;

/// The plan as a value; `listed` is what was read of a cluster.
pub fn to_json(plan: &Plan, listed: &[Listed]) -> Value {
    let system = plan.system.iter().map(|it| {
        json!({"namespace": it.namespace, "holds": it.holds.to_string(), "reached": it.is_reached()})
    });
    json!({
        "version": "v1",
        "aim": plan.aim.to_string(),
        "context": plan.context,
        "coverage": {
            "objects": plan.objects,
            "listed": coverage::listed(listed),
            "incomplete": coverage::incomplete(&plan.incomplete),
            "system": system.collect::<Vec<_>>(),
        },
        "answers": plan.answers.iter().map(|it| answer(plan, it)).collect::<Vec<_>>(),
    })
}

fn answer(plan: &Plan, answer: &Answer) -> Value {
    let today = answer.today.as_ref().map(|it| {
        let mut today = Map::new();
        for mode in Mode::ALL {
            today.insert(mode.to_string(), it.policy.standard(mode).to_string().into());
        }
        today.insert("labels".to_owned(), json!(it.labels));
        today.insert("notes".to_owned(), json!(it.notes));
        Value::Object(today)
    });
    let rejected = answer.rejected.as_ref().map(|it| {
        json!({"standard": it.standard.to_string(), "blocks": blocks(plan, answer, &it.blocks)})
    });
    let stages = answer.stages.iter().map(|it| {
        let labels: Map<String, Value> =
            it.labels.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        json!({"after": it.after.map(|it| it.to_string()), "labels": labels, "commands": it.commands})
    });
    json!({
        "namespace": answer.namespace,
        "exempt": answer.is_exempt,
        "templates": answer.templates,
        "pods": answer.pods,
        "today": today,
        "holds": answer.holds.to_string(),
        "reached": answer.is_reached(),
        "complete": plan.incomplete.is_empty(),
        "rejectedToday": rejected,
        "steps": answer.steps.iter().map(|it| step(plan, answer, it)).collect::<Vec<_>>(),
        "aside": aside(&answer.aside),
        "exemptRuntimeClasses": answer.let_off,
        "exemptUsers": answer.users,
        "stages": stages.collect::<Vec<_>>(),
    })
}

fn step(plan: &Plan, answer: &Answer, step: &Step) -> Value {
    json!({
        "standard": step.standard.to_string(),
        "blocks": blocks(plan, answer, &step.blocks),
        "aside": aside(&step.aside),
        "serverWarnings": step.warnings,
    })
}

fn aside(aside: &[Aside]) -> Vec<Value> {
    let of = |it: &Aside| json!({"kind": it.kind, "name": it.name, "state": state(it.state)});
    aside.iter().map(of).collect()
}

fn blocks(plan: &Plan, answer: &Answer, blocks: &[Block]) -> Vec<Value> {
    let block = |block: &Block| {
        let checks = block.failures.iter().map(|it: &Failure| {
            json!({
                "check": it.check,
                "level": it.level.as_str(),
                "reason": it.reason,
                "detail": it.detail,
            })
        });
        json!({
            "message": message(&block.failures),
            "checks": checks.collect::<Vec<_>>(),
            "objects": block.members.iter().map(|it| member(plan, answer, it)).collect::<Vec<_>>(),
        })
    };
    blocks.iter().map(block).collect()
}

fn member(plan: &Plan, answer: &Answer, member: &Member) -> Value {
    let fields: Map<String, Value> =
        member.failures.iter().map(|it| (it.check.to_owned(), json!(it.fields))).collect();
    let mending = member.mending.as_ref().map(|it| {
        json!({
            "patch": it.patch,
            "command": text::patch_command(plan, answer, member),
            "enough": it.is_enough,
            "mayBreak": it.thoughts,
            "byHand": it.by_hand,
        })
    });
    json!({
        "apiVersion": member.api_version,
        "kind": member.kind,
        "name": member.name,
        "file": member.file.as_deref(),
        "owner": member.owner.as_ref().map(|(kind, name)| json!({"kind": kind, "name": name})),
        "state": state(member.state),
        "fields": fields,
        "pods": member.pods,
        "mend": mending,
    })
}

fn state(state: State) -> &'static str {
    match state {
        State::Stands => "stands",
        State::Static => "static",
        State::Over => "over",
        State::Ending => "ending",
        State::Kept => "kept",
    }
}
