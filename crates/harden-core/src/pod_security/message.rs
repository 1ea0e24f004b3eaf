//! The wording that upstream's checks share.

use std::fmt::Write as _;

use super::{CheckFailure, Fault};

/// The failures as the API server lists them: `reason (detail), reason (detail)`.
pub fn forbidden_detail(failures: &[CheckFailure<'_>]) -> String {
    let mut message = String::new();
    for failure in failures {
        if !message.is_empty() {
            message.push_str(", ");
        }
        message.push_str(failure.reason);
        if !failure.detail.is_empty() {
            message.push_str(" (");
            message.push_str(&failure.detail);
            message.push(')');
        }
    }
    message
}

/// Who breaks a rule: the pod itself, some of its containers, or both.
#[derive(Debug, Default)]
pub(super) struct Culprits<'d> {
    pub(super) pod: bool,
    pub(super) containers: Vec<&'d str>,
    pub(super) faults: Vec<Fault<'d>>,
}

impl<'d> Culprits<'d> {
    pub(super) fn is_empty(&self) -> bool {
        !self.pod && self.containers.is_empty()
    }

    pub(super) fn add_pod(&mut self, fault: Fault<'d>) {
        self.pod = true;
        self.faults.push(fault);
    }

    pub(super) fn add_container(&mut self, name: &'d str, fault: Fault<'d>) {
        self.containers.push(name);
        self.faults.push(fault);
    }

    /// `pod and containers "a", "b"`.
    pub(super) fn setters(&self) -> String {
        match (self.pod, self.containers.is_empty()) {
            (true, true) => "pod".to_owned(),
            (true, false) => format!("pod and {}", self.containers()),
            (false, _) => self.containers(),
        }
    }

    /// `containers "a", "b"`.
    pub(super) fn containers(&self) -> String {
        containers(&self.containers)
    }
}

/// `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!("{} {}", plural(names.len(), "container", "containers"), quoted(names))
}

/// Names in double quotes, without any escaping: upstream has none either.
pub(super) fn quoted<I>(names: I) -> String
where
    I: IntoIterator<Item: AsRef<str>>,
{
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push('"');
        text.push_str(name.as_ref());
        text.push('"');
    }
    text
}

pub(super) fn plural(count: usize, one: &'static str, several: &'static str) -> &'static str {
    if count == 1 { one } else { several }
}

/// A string as Go's `%q` prints it: values of annotations and labels are shown this way.
pub(crate) fn go_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\x07' => quoted.push_str("\\a"),
            '\x08' => quoted.push_str("\\b"),
            '\x0b' => quoted.push_str("\\v"),
            '\x0c' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_printable(c) => quoted.push(c),
            c if c < ' ' || c == '\x7f' => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(c));
            }
            c if u32::from(c) < 0x1_0000 => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(c));
            }
            c => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// Whether Go takes a character for printable: letters, marks, numbers, punctuation, symbols and
/// the ASCII space. The two languages know different versions of Unicode, so characters that were
/// assigned lately may differ.
fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return c == ' ' || c.is_ascii_graphic();
    }
    // Only the first character of a string is escaped for being a combining mark.
    let mut two = String::from("a");
    two.push(c);
    two.escape_debug().eq(two.chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        for (text, expected) in [
            ("plain", r#""plain""#),
            ("a \"b\" \\", r#""a \"b\" \\""#),
            ("\t\n\r\x07\x08\x0b\x0c\0\x1b\x7f", r#""\t\n\r\a\b\v\f\x00\x1b\x7f""#),
            ("é 日本 😀 ' `", "\"é 日本 😀 ' `\""),
            ("e\u{301}", "\"e\u{301}\""),
            ("\u{a0}\u{ad}\u{200b}\u{2028}\u{feff}", r#""\u00a0\u00ad\u200b\u2028\ufeff""#),
            ("\u{e000}\u{fffd}\u{f0000}", "\"\\ue000\u{fffd}\\U000f0000\""),
        ] {
            assert_eq!(go_quoted(text), expected);
        }
    }

    #[test]
    fn names_are_not_escaped() {
        assert_eq!(quoted(["a", "b\"\n"]), "\"a\", \"b\"\n\"");
        assert_eq!(quoted::<[&str; 0]>([]), "");
    }
}
