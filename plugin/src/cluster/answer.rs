//! What an API server answers: an object or a Status, and its warnings.

use anyhow::bail;
use http::response::Parts;
use kube::core::Status;
use serde_json::Value;
use zeroize::Zeroizing;

/// One answer. It is not for `Debug`, and wiped when dropped: it may be a Secret.
pub(crate) struct Answer {
    /// HTTP status code.
    pub(crate) status: u16,
    /// The JSON of an object or a Status, or other text; empty when the body was no text.
    text: Zeroizing<String>,
    /// The texts of the `Warning` headers.
    pub(crate) warnings: Vec<String>,
}

impl Answer {
    pub(crate) fn read(parts: &Parts, body: Vec<u8>) -> Self {
        let warnings = parts.headers.get_all(http::header::WARNING);
        Self {
            status: parts.status.as_u16(),
            text: Zeroizing::new(String::from_utf8(body).unwrap_or_default()),
            warnings: warnings.iter().filter_map(|it| warning_text(it.to_str().ok()?)).collect(),
        }
    }

    /// The JSON of an object or a Status, or other text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the server did what was asked.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The `reason` of a Status, e.g. `AlreadyExists`; empty when there is none.
    pub(crate) fn reason(&self) -> String {
        self.status().reason
    }

    /// The server's own words for what went wrong.
    pub(crate) fn message(&self) -> String {
        match self.status().message {
            message if message.is_empty() => {
                format!("the API server answered {} without saying why", self.status)
            }
            message => message,
        }
    }

    /// The single faults behind the message: field and text.
    pub(crate) fn causes(&self) -> Vec<(String, String)> {
        let causes = self.status().details.map(|it| it.causes).unwrap_or_default();
        causes.into_iter().map(|it| (it.field, it.message)).collect()
    }

    /// Whether a Status is about objects of this kind, e.g. `namespaces`.
    pub(crate) fn is_about(&self, kind: &str) -> bool {
        self.status().details.is_some_and(|it| it.kind == kind)
    }

    /// Whether it is refused because a namespace is on its way out.
    pub(crate) fn is_of_leaving_namespace(&self) -> bool {
        let causes = self.status().details.map(|it| it.causes).unwrap_or_default();
        self.status == 403 && causes.iter().any(|it| it.reason == "NamespaceTerminating")
    }

    /// The object as it is sent back to a server or shown; null when it is none.
    pub(crate) fn object(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The text, or the server's words as an error.
    pub(crate) fn into_text(self, path: &str) -> anyhow::Result<Zeroizing<String>> {
        if !self.is_success() {
            bail!("GET {path}: {} ({})", self.message(), self.status);
        }
        Ok(self.text)
    }

    /// The JSON of an object, or the server's words as an error.
    pub(crate) fn into_json(self, path: &str) -> anyhow::Result<Zeroizing<String>> {
        if !self.text.trim_ascii_start().starts_with('{') {
            bail!("GET {path}: {} ({})", self.message(), self.status);
        }
        self.into_text(path)
    }

    /// The text as a Status; an empty one where it is none.
    pub(super) fn status(&self) -> Status {
        serde_json::from_str(&self.text).unwrap_or_default()
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
