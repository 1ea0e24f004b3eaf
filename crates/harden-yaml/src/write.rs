//! Values as block-style YAML that every YAML version reads back as the same values.

use std::borrow::Cow;

use serde_json::Value;

/// A value that can be written.
pub trait Writable {
    /// What it is, and what it holds.
    fn form(&self) -> Form<'_>;
}

/// What a value is, and what it holds.
#[derive(Clone)]
pub enum Form<'v> {
    /// Something else than text, as YAML and JSON spell it: `true`, `12`, `null`.
    Word(Cow<'v, str>),
    /// A string.
    Text(&'v str),
    /// The items of a list.
    List(Vec<&'v dyn Writable>),
    /// The entries of a map.
    Map(Vec<(&'v str, &'v dyn Writable)>),
}

impl Writable for Value {
    fn form(&self) -> Form<'_> {
        match self {
            Self::Null => Form::Word("null".into()),
            Self::Bool(value) => value.form(),
            Self::Number(number) => Form::Word(number.to_string().into()),
            Self::String(text) => Form::Text(text),
            Self::Array(items) => items.form(),
            Self::Object(entries) => {
                Form::Map(entries.iter().map(|(key, it)| (key.as_str(), it as _)).collect())
            }
        }
    }
}

impl Writable for bool {
    fn form(&self) -> Form<'_> {
        Form::Word(if *self { "true" } else { "false" }.into())
    }
}

impl Writable for &str {
    fn form(&self) -> Form<'_> {
        Form::Text(self)
    }
}

impl<T: Writable> Writable for Vec<T> {
    fn form(&self) -> Form<'_> {
        Form::List(self.iter().map(|it| it as _).collect())
    }
}

/// A map of a single entry.
impl Writable for (&str, &dyn Writable) {
    fn form(&self) -> Form<'_> {
        Form::Map(vec![*self])
    }
}

/// Writes `value` as one YAML document, ending in a line feed.
///
/// Keys keep their order. Lists are not indented below their key; one of single values that fits on
/// its line is written there: `[get, list]`. A string is quoted whenever some reader (YAML 1.1, 1.2
/// or Go's) could take it for something else.
pub fn write(value: &dyn Writable) -> String {
    let mut text = String::new();
    let form = value.form();
    if is_block(&form) {
        write_block(&mut text, &form, 0, Layout::default());
    } else {
        write_inline(&mut text, &form);
        text.push('\n');
    }
    text
}

/// How far things are indented below their key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    /// Entries of maps.
    pub(crate) maps: usize,
    /// Items of lists.
    pub(crate) lists: usize,
    /// Whether `|+` may be written, which takes in all blank lines that follow.
    pub(crate) keeps: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { maps: 2, lists: 0, keeps: true }
    }
}

/// Writes a map or list that is not empty, a line per entry.
pub(crate) fn write_block(text: &mut String, form: &Form<'_>, indent: usize, layout: Layout) {
    match form {
        Form::Map(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    push_indent(text, indent);
                }
                write_string(text, key);
                text.push(':');
                write_entry(text, &value.form(), indent, layout);
            }
        }
        Form::List(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    push_indent(text, indent);
                }
                text.push('-');
                let item = item.form();
                if is_block(&item) && short_list(&item).is_none() {
                    text.push(' ');
                    write_block(text, &item, indent + 2, layout);
                } else {
                    write_entry(text, &item, indent, layout);
                }
            }
        }
        Form::Word(_) | Form::Text(_) => {}
    }
}

/// How long a line may get before a list is broken up.
const WIDTH: usize = 100;

/// Writes what follows `key:` or `-`, and the end of the line.
pub(crate) fn write_entry(text: &mut String, form: &Form<'_>, indent: usize, layout: Layout) {
    let line = text.rfind('\n').map_or(0, |feed| feed + 1);
    if let Some(list) = short_list(form)
        && text.len() - line + list.len() < WIDTH
    {
        text.push(' ');
        text.push_str(&list);
        text.push('\n');
        return;
    }
    if is_block(form) {
        text.push('\n');
        let deeper = if matches!(form, Form::List(_)) { layout.lists } else { layout.maps };
        push_indent(text, indent + deeper);
        write_block(text, form, indent + deeper, layout);
        return;
    }
    text.push(' ');
    match form {
        Form::Text(string)
            if is_paragraph(string) && (layout.keeps || !string.ends_with("\n\n")) =>
        {
            write_paragraph(text, string, indent + 2);
        }
        _ => {
            write_inline(text, form);
            text.push('\n');
        }
    }
}

pub(crate) fn is_block(form: &Form<'_>) -> bool {
    match form {
        Form::Map(entries) => !entries.is_empty(),
        Form::List(items) => !items.is_empty(),
        Form::Word(_) | Form::Text(_) => false,
    }
}

/// A list of single values in one line.
pub(crate) fn short_list(form: &Form<'_>) -> Option<String> {
    let Form::List(items) = form else { return None };
    if items.is_empty() {
        return None;
    }
    let mut list = String::from("[");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            list.push_str(", ");
        }
        let item = item.form();
        if is_block(&item) || list.len() > WIDTH {
            return None;
        }
        write_inline(&mut list, &item);
    }
    list.push(']');
    Some(list)
}

pub(crate) fn push_indent(text: &mut String, indent: usize) {
    text.extend(std::iter::repeat_n(' ', indent));
}

fn write_inline(text: &mut String, form: &Form<'_>) {
    match form {
        Form::Word(word) => text.push_str(word),
        Form::Text(string) => write_string(text, string),
        Form::List(_) => text.push_str("[]"),
        Form::Map(_) => text.push_str("{}"),
    }
}

/// Whether a literal block (`|`) shows the string as it is.
fn is_paragraph(string: &str) -> bool {
    let plain = |c: char| c == '\n' || (c != '\u{feff}' && !is_special(c));
    string.trim_end_matches('\n').contains('\n')
        && !string.starts_with([' ', '\n'])
        && string.chars().all(plain)
}

fn write_paragraph(text: &mut String, string: &str, indent: usize) {
    let body = string.trim_end_matches('\n');
    let feeds = string.len() - body.len();
    text.push_str(match feeds {
        0 => "|-\n",
        1 => "|\n",
        _ => "|+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            push_indent(text, indent);
            text.push_str(line);
        }
        text.push('\n');
    }
    text.extend(std::iter::repeat_n('\n', feeds.saturating_sub(1)));
}

pub(crate) fn write_string(text: &mut String, string: &str) {
    if is_plain(string) {
        text.push_str(string);
        return;
    }
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\r' => text.push_str("\\r"),
            _ if is_special(c) => {
                let code = u32::from(c);
                let width = if code > 0xffff { 8 } else { 4 };
                text.push_str(if width == 8 { "\\U" } else { "\\u" });
                for place in (0..width).rev() {
                    text.extend(char::from_digit((code >> (4 * place)) & 0xf, 16));
                }
            }
            _ => text.push(c),
        }
    }
    text.push('"');
}

/// Characters that are line ends or not printable in some YAML version.
pub(crate) fn is_special(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether a string can stand without quotes and stay a string everywhere.
fn is_plain(string: &str) -> bool {
    let bytes = string.as_bytes();
    let body = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_./".contains(byte);
    match bytes.first() {
        Some(first) if first.is_ascii_alphabetic() || *first == b'/' => {
            bytes.iter().all(body) && !is_word_with_meaning(string)
        }
        Some(first) if first.is_ascii_digit() => is_amount(string) || is_range(string),
        _ => false,
    }
}

/// YAML 1.1 reads these, in any of several cases, as something other than text.
fn is_word_with_meaning(string: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| string.eq_ignore_ascii_case(word))
}

/// `500m`, `10Gi`: digits and a unit, which no reader takes for a number.
fn is_amount(string: &str) -> bool {
    let unit = string.trim_start_matches(|c: char| c.is_ascii_digit());
    matches!(unit, "m" | "k" | "M" | "G" | "T" | "Ki" | "Mi" | "Gi" | "Ti")
}

/// `10.0.0.0/8`: an IPv4 address range.
fn is_range(string: &str) -> bool {
    string.contains('/')
        && string.bytes().all(|byte| byte.is_ascii_digit() || b"./".contains(&byte))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::write;

    #[test]
    fn objects_look_as_kubectl_prints_them() {
        let object = json!({
            "kind": "X",
            "metadata": {"name": "a", "labels": {}},
            "spec": {"list": [{"a": 1, "b": ["x"]}, {"c": null}], "nested": [["y", "z"]], "none": []},
        });
        assert_eq!(
            write(&object),
            "\
kind: X
metadata:
  name: a
  labels: {}
spec:
  list:
  - a: 1
    b: [x]
  - c: null
  nested:
  - [\"y\", z]
  none: []
"
        );
    }

    #[test]
    fn strings_that_look_like_something_else_are_quoted() {
        for string in [
            "",
            "y",
            "No",
            "NULL",
            "~",
            "1",
            "1e3",
            "0x1f",
            "1_000",
            "2001-01-01",
            ".inf",
            "-",
            "a: b",
            "#x",
            "*",
            "&a",
            "10:30",
            "<<",
            "=",
            "a\tb",
            "é",
        ] {
            assert!(write(&json!(string)).starts_with('"'), "{string}");
        }
        for string in
            ["a", "v1.37", "10Gi", "500m", "10.0.0.0/8", "rbac.authorization.k8s.io/v1", "/healthz"]
        {
            assert_eq!(write(&json!(string)), format!("{string}\n"));
        }
    }

    #[test]
    fn lists_that_do_not_fit_on_their_line_are_broken_up() {
        let words = vec!["abcdefghij"; 9];
        assert!(write(&json!({"a": words})).starts_with("a:\n- abcdefghij\n- "));
    }

    #[test]
    fn texts_of_several_lines_are_literal_blocks() {
        assert_eq!(write(&json!({"a": "x\ny\n"})), "a: |\n  x\n  y\n");
        assert_eq!(write(&json!({"a": "x\n\ny"})), "a: |-\n  x\n\n  y\n");
        assert_eq!(write(&json!([{"a": "x\ny\n\n"}])), "- a: |+\n    x\n    y\n\n");
        assert_eq!(write(&json!({"a": " x\ny"})), "a: \" x\\ny\"\n");
    }
}
