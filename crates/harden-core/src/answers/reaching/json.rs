//! An answer as JSON, version 1, row by row. Fields may be added; none is renamed, removed or changed in meaning.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Answer, Coverage, End, Link, Record, Selection, UNSEEN};
use crate::answers::coverage as read;
use crate::network::Connections;
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
            writeln!(out, "\"forNoWorkload\": {},", json!(idle))?;
        }
        Answer::List(_) | Answer::Exposures(_) => {}
    }
    out.write_all(b"\"answers\": [")?;
    let mut between = "\n";
    answer.each(&mut |record| {
        out.write_all(between.as_bytes())?;
        between = ",\n";
        match record {
            Record::Link(it) => serde_json::to_writer(&mut *out, &Row::of(it)).map_err(Into::into),
            record => write!(out, "{}", of_record(record)),
        }
    })?;
    out.write_all(b"\n]\n}\n")
}

/// Connections, of which there may be millions.
#[derive(Serialize)]
struct Row<'a> {
    from: &'a End<'a>,
    to: &'a End<'a>,
    #[serde(serialize_with = "words")]
    connections: &'a Connections,
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<bool>,
}

impl<'a> Row<'a> {
    fn of(it: &'a Link<'a>) -> Self {
        let known = (!it.is_known).then_some(false);
        Self { from: &it.from, to: &it.to, connections: &it.connections, known }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn words<S: Serializer>(it: &&Connections, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(it)
}

pub(in crate::answers) fn of_coverage(coverage: &Coverage) -> Value {
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
        Record::Link(it) => (json!(Row::of(it)), true),
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
