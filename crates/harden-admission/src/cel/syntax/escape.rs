//! Escapes within texts and bytes.

/// A text without its escapes; `None` for one that is none.
pub(super) fn text(inner: &str) -> Option<String> {
    let mut text = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '\\' => char::from_u32(escaped(&mut chars)?.0)?,
            _ => c,
        });
    }
    Some(text)
}

/// Bytes without their escapes; `None` for an escape that is none.
pub(super) fn bytes(inner: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            let (code, is_wide) = escaped(&mut chars)?;
            if is_wide {
                return None;
            }
            bytes.push(u8::try_from(code).ok()?);
        } else {
            bytes.extend(c.to_string().into_bytes());
        }
    }
    Some(bytes)
}

/// The code after a backslash, and whether it is one of `\u` and `\U`, which only texts have.
fn escaped(chars: &mut std::str::Chars<'_>) -> Option<(u32, bool)> {
    let c = chars.next()?;
    let mut digits = |count: usize, radix: u32, first: Option<char>| {
        let mut text: String = first.into_iter().collect();
        text.extend(chars.by_ref().take(count));
        let is_whole = text.chars().count() == count + usize::from(first.is_some());
        (is_whole && text.chars().all(|it| it.is_digit(radix)))
            .then(|| u32::from_str_radix(&text, radix).ok())
            .flatten()
    };
    Some(match c {
        'a' => (7, false),
        'b' => (8, false),
        'f' => (12, false),
        'n' => (10, false),
        'r' => (13, false),
        't' => (9, false),
        'v' => (11, false),
        '\\' | '\'' | '"' | '`' | '?' => (u32::from(c), false),
        'x' | 'X' => (digits(2, 16, None)?, false),
        'u' => (digits(4, 16, None)?, true),
        'U' => (digits(8, 16, None)?, true),
        '0'..='3' => (digits(2, 8, Some(c))?, false),
        _ => return None,
    })
}
