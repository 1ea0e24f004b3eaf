//! What an API server answers: an object or a Status, and its warnings.

use anyhow::anyhow;
use http::response::Parts;
use serde_json::Value;

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// HTTP status code.
    pub(crate) status: u16,
    /// The object, the Status, or null when the body was no JSON.
    pub(crate) body: Value,
    /// The texts of the `Warning` headers.
    pub(crate) warnings: Vec<String>,
}

impl Answer {
    pub(crate) fn read(parts: &Parts, body: &[u8]) -> Self {
        let warnings = parts.headers.get_all(http::header::WARNING);
        Self {
            status: parts.status.as_u16(),
            body: serde_json::from_slice(body).unwrap_or_default(),
            warnings: warnings.iter().filter_map(|it| warning_text(it.to_str().ok()?)).collect(),
        }
    }

    /// Whether the server did what was asked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `reason` of a Status, e.g. `AlreadyExists`.
    pub(crate) fn reason(&self) -> &str {
        self.body.get("reason").and_then(Value::as_str).unwrap_or_default()
    }

    /// The server's own words for what went wrong.
    pub(crate) fn message(&self) -> String {
        match self.body.get("message").and_then(Value::as_str) {
            Some(message) => message.to_owned(),
            None => format!("the API server answered {} without saying why", self.status),
        }
    }

    /// The single faults behind the message: field and text.
    pub(crate) fn causes(&self) -> impl Iterator<Item = (&str, &str)> {
        let causes = self.body.pointer("/details/causes").and_then(Value::as_array);
        causes.into_iter().flatten().map(|cause| {
            let text = |name| cause.get(name).and_then(Value::as_str).unwrap_or_default();
            (text("field"), text("message"))
        })
    }

    /// The object, or the server's words as an error.
    pub(crate) fn into_object(self, path: &str) -> anyhow::Result<Value> {
        if self.is_success() && self.body.is_object() {
            return Ok(self.body);
        }
        Err(anyhow!("GET {path}: {} ({})", self.message(), self.status))
    }
}

/// The text of `299 - "text"`.
///
/// See RFC 7234 section 5.5, and KEP-1693.
fn warning_text(header: &str) -> Option<String> {
    let quoted = header.split_once('"')?.1;
    let mut text = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some(text),
            '\\' => text.push(characters.next()?),
            other => text.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_are_unquoted() {
        let header = r#"299 - "existing pods violate \"restricted:v1.37\"""#;
        assert_eq!(
            warning_text(header).as_deref(),
            Some("existing pods violate \"restricted:v1.37\"")
        );
        assert_eq!(warning_text("299 - unquoted"), None);
    }
}
