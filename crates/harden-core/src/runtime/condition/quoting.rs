//! Quoted texts: what their escapes mean, and how Falco writes them.

/// What a quoted text says; `raw` is with its quotes.
///
/// See `unescape_str` in `userspace/libsinsp/filter/escaping.cpp`.
pub(super) fn unquoted(raw: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let quote = raw.chars().next().unwrap_or('"');
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    let mut rest = inner.chars();
    let mut buffer = [0; 4];
    while let Some(next) = rest.next() {
        if next != '\\' {
            bytes.extend_from_slice(next.encode_utf8(&mut buffer).as_bytes());
            continue;
        }
        let Some(escaped) = rest.next() else { break };
        let byte = match escaped {
            'b' => 8,
            'f' => 12,
            'n' => b'\n',
            'r' => b'\r',
            't' => b'\t',
            // An escaped blank is a backslash: old rules of Falco's need it.
            ' ' | '\\' => b'\\',
            '/' => b'/',
            '"' if quote == '"' => b'"',
            '\'' if quote == '\'' => b'\'',
            '"' => return Err(String::from("invalid \\\" escape in '-quoted string")),
            '\'' => return Err(String::from("invalid \\' escape in \"-quoted string")),
            'x' => hexadecimal(&mut rest)?,
            other => return Err(format!("unsupported string escape sequence: \\{other}")),
        };
        bytes.push(byte);
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|it| String::from_utf8_lossy(it.as_bytes()).into()))
}

fn hexadecimal(rest: &mut std::str::Chars<'_>) -> Result<u8, String> {
    let left = rest.as_str();
    if left.len() < 2 {
        return Err(String::from("truncated hex char escape sequence"));
    }
    let digits: String = rest.by_ref().take(2).collect();
    let is_hexadecimal = digits.bytes().all(|it| it.is_ascii_hexdigit());
    let byte = u8::from_str_radix(&digits, 16).ok().filter(|_| is_hexadecimal);
    byte.ok_or_else(|| format!("invalid hex char escape sequence: {digits}"))
}

/// A text as Falco writes it: in quotes where something in it asks for that.
///
/// See `escape_str` in `userspace/libsinsp/filter/escaping.cpp`.
pub(super) fn quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    let mut needs_quotes = false;
    for next in text.chars() {
        needs_quotes |= matches!(
            next,
            '\u{8}' | '\u{c}' | '\n' | '\r' | '\t' | ' ' | '=' | '\\' | '"' | '\'' | '\0'
        );
        match next {
            '\u{8}' => written.push_str("\\b"),
            '\u{c}' => written.push_str("\\f"),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '\\' => written.push_str("\\\\"),
            '"' => written.push_str("\\\""),
            other => written.push(other),
        }
    }
    if needs_quotes { format!("\"{written}\"") } else { written }
}
