//! The answer as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde_json::{Value, json};

use super::{Answer, Coverage, Place, Refusal, Verdict};
use crate::answers::reaching::of_coverage;

/// The answer as a value.
pub fn to_json(answer: &Answer, coverage: &Coverage) -> Value {
    let mut read = of_coverage(&coverage.network);
    let asides = coverage.asides.iter().map(|(what, count)| json!({"what": what, "lines": count}));
    if let Some(read) = read.as_object_mut() {
        read.insert("lines".to_owned(), coverage.lines.into());
        read.insert("aside".to_owned(), asides.collect());
        read.insert("gaps".to_owned(), json!(coverage.gaps));
    }
    json!({
        "version": "v1",
        "coverage": read,
        "answers": answer.refusals.iter().map(refusal).collect::<Vec<_>>(),
    })
}

fn refusal(it: &Refusal) -> Value {
    let port = Some(it.port.as_str()).filter(|it| !it.is_empty());
    let connections = port.map_or_else(
        || format!("{} 1-65535", it.protocol),
        |port| format!("{} {port}", it.protocol),
    );
    let (verdict, why) = match &it.verdict {
        Verdict::Refused => ("refused", None),
        Verdict::LetThrough => ("letThrough", None),
        Verdict::Unknown(why) => ("unknown", Some(why)),
    };
    let sides = it.sides.iter().map(|it| {
        json!({
            "direction": it.direction.word(),
            "refusedBy": it.refused_by.iter().map(place).collect::<Vec<_>>(),
            "nearMisses": it.near_misses.iter().map(place).collect::<Vec<_>>(),
        })
    });
    let allow = it.allow.iter().map(|it| {
        json!({
            "namespace": it.namespace,
            "option": it.option,
            "value": Some(&it.value).filter(|it| !it.is_empty()),
        })
    });
    json!({
        "from": it.from,
        "to": it.to,
        "service": it.service,
        "connections": connections,
        "audited": it.is_audited,
        "count": it.count,
        "first": it.place(),
        "named": it.named.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "verdict": verdict,
        "why": why,
        "meant": it.is_meant(),
        "wantedBy": it.wanted,
        "sides": sides.collect::<Vec<_>>(),
        "allow": allow.collect::<Vec<_>>(),
        "keep": it.keep,
    })
}

fn place(place: &Place) -> Value {
    json!({
        "policy": place.policy,
        "place": Some(&place.spot).filter(|it| !it.is_empty()),
        "what": place.what,
    })
}
