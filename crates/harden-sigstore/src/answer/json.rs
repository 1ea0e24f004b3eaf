//! Answers for machines.

use serde_json::{Map, Value, json};

use super::{Answer, Held, Refused};
use crate::{Content, Signer, Time};

/// An answer for machines.
#[must_use]
pub fn to_json(answer: &Answer) -> Value {
    json!({
        "name": answer.name,
        "digest": answer.digest.to_string(),
        "outcome": answer.outcome().word(),
        "slsa": answer.standing().to_json(),
        "signatures": answer.held.iter().map(held).collect::<Vec<_>>(),
        "refused": answer.refused.iter().map(refused).collect::<Vec<_>>(),
        "unmet": answer.unmet,
        "unread": answer.unread,
        "others": answer.others,
    })
}

fn held(held: &Held) -> Value {
    let verified = &held.verified;
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("place", json!(held.place));
    put("format", json!(verified.format));
    put("signer", signer(&verified.signer));
    put("times", verified.times.iter().map(time).collect());
    put("logs", json!(verified.logs));
    if let Content::Name(name) = &verified.content {
        put("imageName", json!(name));
    }
    if let Some(said) = &held.statement {
        put("predicateType", json!(said.predicate_type));
        put("statement", said.reading.to_json());
        if let Some(standing) = &said.standing {
            put("slsa", standing.to_json());
        }
    }
    map.into()
}

fn signer(signer: &Signer) -> Value {
    match signer {
        Signer::Key(digest) => json!({"key": format!("sha256:{digest}")}),
        Signer::Certificate { identity, issuer, claims } => {
            let claims: Map<String, Value> =
                claims.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            json!({"identity": identity, "issuer": issuer, "claims": claims})
        }
    }
}

fn time(time: &Time) -> Value {
    json!({"time": super::text::moment(time.seconds), "source": time.source})
}

fn refused(refused: &Refused) -> Value {
    json!({"place": refused.place, "why": refused.why})
}
