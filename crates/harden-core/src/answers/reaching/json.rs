//! An answer as JSON, version 1, row by row. Fields may be added; none is renamed, removed or changed in meaning.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Answer, Coverage, Record, Selection, UNSEEN};
use crate::answers::coverage as read;
use crate::network::connectivity::Policy;

/// Writes the answer as an object: `version`, `coverage`, and `answers` with a row on each line.
///
/// # Errors
///
/// Nothing can be written.
pub fn write_json(answer: &Answer<'_>, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n\"version\": \"v1\",\n\"coverage\": {},\n", of_coverage(coverage))?;
    match answer {
        Answer::Changes(it) => {
            let [came, went] = it.workloads();
            write!(out, "\"new\": {},\n\"gone\": {},\n", json!(came), json!(went))?;
        }
        Answer::Selections(it) => {
            let idle: Vec<_> = it.idle().map(policy).collect();
            write!(out, "\"forNoWorkload\": {},\n", json!(idle))?;
        }
        Answer::List(_) | Answer::Exposures(_) => {}
    }
    out.write_all(b"\"answers\": [")?;
    let mut between = "\n";
    answer.each(&mut |record| {
        write!(out, "{between}{}", of_record(record))?;
        between = ",\n";
        Ok(())
    })?;
    out.write_all(b"\n]\n}\n")
}

pub(super) fn of_coverage(coverage: &Coverage) -> Value {
    json!({
        "namespaces": coverage.namespaces,
        "workloads": coverage.workloads,
        "policies": coverage.policies,
        "listed": read::listed(&coverage.listed),
        "incomplete": read::incomplete(&coverage.incomplete),
        "notes": coverage.notes,
        "notSeen": UNSEEN,
    })
}

fn of_record(record: &Record<'_, '_>) -> Value {
    let (mut row, is_known) = match record {
        Record::Link(it) => (
            json!({"from": it.from, "to": it.to, "connections": it.connections.to_string()}),
            it.is_known,
        ),
        Record::Change(it) => (
            json!({
                "from": it.from,
                "to": it.to,
                "before": it.before.to_string(),
                "now": it.now.to_string(),
                "opened": it.opened().to_string(),
                "closed": it.closed().to_string(),
            }),
            it.is_known,
        ),
        Record::Selection(it) => (selection(it), true),
        Record::Exposed(it) => {
            let [from, to] = it.ends();
            let row = json!({
                "from": from,
                "to": to,
                "connections": it.exposure.to_string(),
                "direction": it.direction.field(),
                "hasPolicies": it.has_policies,
            });
            (row, it.is_known)
        }
    };
    if let Value::Object(fields) = &mut row
        && !is_known
    {
        fields.insert("known".to_owned(), Value::Bool(false));
    }
    row
}

fn selection(it: &Selection<'_>) -> Value {
    let mut value = json!({"workload": it.workload, "onHostNetwork": it.is_on_host});
    for side in &it.sides {
        let listed = |all: &[Policy<'_>]| all.iter().copied().map(policy).collect::<Vec<_>>();
        let fields = json!({
            "isolated": side.is_isolated,
            "policies": listed(&side.policies),
            "refused": listed(&side.doubts),
        });
        if let Value::Object(value) = &mut value {
            value.insert(side.direction.field().to_owned(), fields);
        }
    }
    value
}

fn policy(policy: Policy<'_>) -> Value {
    let spot = policy.spot();
    json!({
        "policy": policy.to_string(),
        "source": spot.map(|it| it.source),
        "line": spot.and_then(|it| it.line),
    })
}
