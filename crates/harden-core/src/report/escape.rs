//! Text made safe for where it is written to.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};

/// For terminals: control characters, and those that reorder text, as visible ones.
pub(crate) struct Plain<'a>(pub &'a str);

/// For XML and HTML, in text and between double quotes. What XML cannot say becomes U+FFFD.
pub(crate) struct Markup<'a>(pub &'a str);

/// For HTML, with what stands between backticks as code.
pub(crate) struct Prose<'a>(pub &'a str);

/// For Markdown, inside a line of prose or a table.
pub(crate) struct Markdown<'a>(pub &'a str);

/// For Markdown, as a code span that a table survives.
pub(crate) struct Code<'a>(pub &'a str);

/// For one field of a CSV file, by RFC 4180. Spreadsheets take what begins like a formula for one;
/// an apostrophe keeps them from it.
pub(crate) struct Csv<'a>(pub &'a str);

/// For the message of a workflow command of GitHub Actions.
pub(crate) struct Command<'a>(pub &'a str);

/// For a property of a workflow command of GitHub Actions.
pub(crate) struct Property<'a>(pub &'a str);

/// For the path of a URI reference, by RFC 3986.
pub(crate) struct Uri<'a>(pub &'a str);

/// Characters that steer a terminal, end a line, or show text in another order than it is in.
pub(crate) fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}')
}

/// What is shown of a character.
pub(crate) fn printable(c: char) -> char {
    match c {
        '\n' | '\t' => ' ',
        c if is_unprintable(c) => '\u{fffd}',
        c => c,
    }
}

/// The same as [`Plain`], borrowed where nothing changes.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(is_unprintable) { Plain(text).to_string().into() } else { text.into() }
}

/// A label of a graph in the language DOT, between quotes; a backslash would begin an escape.
pub(crate) fn dot_label(lines: &[impl AsRef<str>]) -> String {
    label(lines, "\\n", |c, out| {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    })
}

/// A label of a diagram of Mermaid, between quotes. Mermaid reads entities there, written with `#`, and Markdown
/// between backticks.
pub(crate) fn mermaid_label(lines: &[impl AsRef<str>]) -> String {
    label(lines, "<br/>", |c, out| {
        if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | ':' | '/' | '\'' | ',' | '@')
        {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    })
}

fn label(lines: &[impl AsRef<str>], between: &str, put: fn(char, &mut String)) -> String {
    let mut out = String::from("\"");
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            out.push_str(between);
        }
        line.as_ref().chars().map(printable).for_each(|c| put(c, &mut out));
    }
    out.push('"');
    out
}

/// Code points that are set aside for programs' own use, which XML and HTML do not take.
fn is_no_character(c: char) -> bool {
    u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}')
}

impl Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some(at) = rest.find(is_unprintable) {
            let (before, after) = rest.split_at(at);
            f.write_str(before)?;
            let mut chars = after.chars();
            chars.next().map_or(Ok(()), |c| f.write_char(printable(c)))?;
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

impl Display for Markup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let special = |c: char| {
            matches!(c, '&' | '<' | '>' | '"' | '\0'..='\x1f' | '\x7f'..='\u{9f}')
                || is_no_character(c)
        };
        let mut rest = self.0;
        while let Some(at) = rest.find(special) {
            let (before, after) = rest.split_at(at);
            f.write_str(before)?;
            let mut chars = after.chars();
            match chars.next() {
                Some('&') => f.write_str("&amp;")?,
                Some('<') => f.write_str("&lt;")?,
                Some('>') => f.write_str("&gt;")?,
                Some('"') => f.write_str("&quot;")?,
                Some(c @ ('\t' | '\n')) => write!(f, "&#{};", u32::from(c))?,
                Some(_) => f.write_char('\u{fffd}')?,
                None => {}
            }
            rest = chars.as_str();
        }
        f.write_str(rest)
    }
}

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((before, (code, after))) =
            rest.split_once('`').and_then(|(before, rest)| Some((before, rest.split_once('`')?)))
        {
            write!(f, "{}<code>{}</code>", Markup(before), Markup(code))?;
            rest = after;
        }
        Markup(rest).fmt(f)
    }
}

impl Display for Markdown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_paired = self.0.matches('`').count().is_multiple_of(2);
        let mut is_code = false;
        for c in self.0.chars() {
            match c {
                // Messages quote names in backticks; inside those nothing else is special.
                '`' if is_paired => {
                    is_code = !is_code;
                    f.write_char(c)?;
                }
                '|' => f.write_str("\\|")?,
                c if is_unprintable(c) => f.write_char(' ')?,
                c if is_code => f.write_char(c)?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '&' => f.write_str("&amp;")?,
                // Names nobody, links nothing.
                '@' => f.write_str("@\u{2060}")?,
                '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '$' | '!' => {
                    f.write_char('\\')?;
                    f.write_char(c)?;
                }
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Display for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fence = if self.0.contains('`') { "`` " } else { "`" };
        f.write_str(fence)?;
        let mut last = ' ';
        for c in self.0.chars() {
            match c {
                '|' => f.write_str("\\|")?,
                // No run of backticks inside may be as long as the fence.
                '`' if last == '`' => f.write_str(" `")?,
                c if is_unprintable(c) => f.write_char(' ')?,
                c => f.write_char(c)?,
            }
            last = c;
        }
        if self.0.is_empty() {
            f.write_char(' ')?;
        }
        f.write_str(if fence == "`" { "`" } else { " ``" })
    }
}

impl Display for Csv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_formula =
            self.0.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
        let is_quoted =
            is_formula || self.0.contains([',', '"', '\r', '\n']) || self.0.starts_with('\'');
        if !is_quoted {
            return f.write_str(self.0);
        }
        f.write_char('"')?;
        if is_formula {
            f.write_char('\'')?;
        }
        f.write_str(&self.0.replace('"', "\"\""))?;
        f.write_char('"')
    }
}

impl Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '%' => f.write_str("%25")?,
                '\r' => f.write_str("%0D")?,
                '\n' => f.write_str("%0A")?,
                c if c.is_control() => f.write_char('\u{fffd}')?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

impl Display for Property<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                ':' => f.write_str("%3A")?,
                ',' => f.write_str("%2C")?,
                c => Command(c.encode_utf8(&mut [0; 4])).fmt(f)?,
            }
        }
        Ok(())
    }
}

impl Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.0;
        let (scheme, path) = match path.strip_prefix('/') {
            Some(rest) => ("file:///", rest.trim_start_matches('/')),
            None => ("", path.strip_prefix("./").unwrap_or(path)),
        };
        f.write_str(scheme)?;
        for byte in path.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                    f.write_char(char::from(byte))?;
                }
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_label_early() {
        assert_eq!(dot_label(&["a\"b\\c", "d"]), r#""a\"b\\c\nd""#);
        assert_eq!(mermaid_label(&["a\"b]", "c[Pod]"]), "\"a#34;b#93;<br/>c#91;Pod#93;\"");
    }
}
