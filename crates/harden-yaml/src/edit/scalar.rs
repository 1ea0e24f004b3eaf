//! Strings, quoted as the ones that they replace.

use crate::Style;
use crate::json::quoted;
use crate::write::{is_special, write_string};

/// A string on a single line, in the same kind of quotes.
pub(super) fn like(text: &str, style: Style) -> String {
    match style {
        Style::SingleQuoted if !text.chars().any(is_special) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Style::DoubleQuoted => double_quoted(text),
        _ => {
            let mut written = String::new();
            write_string(&mut written, text);
            written
        }
    }
}

/// A string in double quotes, where a plain one would do, too.
pub(super) fn double_quoted(text: &str) -> String {
    let mut written = String::new();
    write_string(&mut written, text);
    if written.starts_with('"') { written } else { quoted(text) }
}
