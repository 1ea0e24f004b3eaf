//! Where a list of objects goes on.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::mcp::refusal::Refusal;

/// Where a list of objects goes on: behind a page of the API server, and behind an object of the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The API server's own, of the page to go on with.
    pub(super) token: Option<String>,
    /// The key of the last object that was told.
    pub(super) after: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Written<'c> {
    /// Which question it is of.
    q: String,
    #[serde(borrow)]
    t: Option<std::borrow::Cow<'c, str>>,
    #[serde(borrow)]
    a: Option<std::borrow::Cow<'c, str>>,
}

impl Cursor {
    /// Reads one that was told to the same question.
    pub(super) fn read(text: &str, question: &Map<String, Value>) -> Result<Self, Refusal> {
        let wrong = || {
            Refusal::of(
                "cursor",
                "must be the nextCursor of an earlier answer to the same question",
            )
        };
        let bytes = BASE64.decode(text).map_err(|_| wrong())?;
        let written: Written<'_> = serde_json::from_slice(&bytes).map_err(|_| wrong())?;
        if written.q != mark(question) {
            return Err(wrong());
        }
        let owned = |it: Option<std::borrow::Cow<'_, str>>| it.map(std::borrow::Cow::into_owned);
        Ok(Self { token: owned(written.t), after: owned(written.a) })
    }

    /// Writes it for a question.
    pub(super) fn write(&self, question: &Map<String, Value>) -> String {
        let written = Written {
            q: mark(question),
            t: self.token.as_deref().map(Into::into),
            a: self.after.as_deref().map(Into::into),
        };
        BASE64.encode(serde_json::to_vec(&written).unwrap_or_default())
    }
}

/// What tells questions apart, whatever the order of their arguments.
fn mark(question: &Map<String, Value>) -> String {
    let mut fields: Vec<_> = question.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    let text = serde_json::to_vec(&fields).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, &text);
    BASE64.encode(digest.as_ref().get(..6).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_cursor_is_of_one_question() {
        let question = |value: Value| value.as_object().cloned().unwrap_or_default();
        let pods = question(json!({"kind": "Pod", "apiVersion": "v1"}));
        let cursor = Cursor { token: Some("t".to_owned()), after: Some("a/b".to_owned()) };
        let text = cursor.write(&pods);
        let same = question(json!({"apiVersion": "v1", "kind": "Pod"}));
        assert_eq!(Cursor::read(&text, &same), Ok(cursor));
        let other = question(json!({"apiVersion": "v1", "kind": "Node"}));
        for (text, question) in [(text.as_str(), &other), ("x", &pods), ("e30", &pods)] {
            assert!(Cursor::read(text, question).is_err(), "{text}");
        }
    }
}
