//! Comments and where they belong.

use crate::{Document, Span};

/// A comment in YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment<'a> {
    /// From `#` to the end of the line.
    pub span: Span,
    /// What it says, without `#` and the blanks around it.
    pub text: &'a str,
    /// Whether nothing else stands on its line.
    pub own_line: bool,
}

impl<'a> Comment<'a> {
    pub(crate) fn new(text: &'a str, span: Span) -> Self {
        let before = text.get(..span.start as usize).unwrap_or_default();
        let indent = before.trim_end_matches([' ', '\t']);
        let own_line = indent.is_empty() || indent.ends_with(['\n', '\r', '\u{feff}']);
        Self { span, text: span.text(text).trim_start_matches('#').trim(), own_line }
    }
}

/// The comments at the end of the line of `grip`, and those on the lines directly above it.
pub(crate) fn beside<'d>(
    document: &'d Document<'d>,
    grip: Span,
) -> impl Iterator<Item = Comment<'d>> + use<'d> {
    let text = document.text();
    let spans = document.comment_spans();
    // Without comments there is nothing to look for, however long the line may be.
    let (line_start, line_end) = match spans {
        [] => (0, 0),
        _ => (line_start(text, grip.start as usize), line_end(text, grip.end as usize)),
    };
    let first_here = spans.partition_point(|span| (span.start as usize) < line_start);
    let mut first = first_here;
    let mut top = line_start;
    // Upwards as long as each line above is a comment and nothing else.
    while let Some(above) = first.checked_sub(1).and_then(|index| spans.get(index)) {
        let start = self::line_start(text, above.start as usize);
        let between = text.get(above.end as usize..top).unwrap_or_default();
        let adjacent = matches!(between, "\n" | "\r\n" | "\r");
        if !adjacent || !Comment::new(text, *above).own_line {
            break;
        }
        top = start;
        first -= 1;
    }
    spans
        .iter()
        .skip(first)
        .take_while(move |span| (span.start as usize) < line_end)
        .map(move |span| Comment::new(text, *span))
}

fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |index| index + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    let after = text.as_bytes().get(at..).unwrap_or_default();
    let end = after.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    end.map_or(text.len(), |index| at + index)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests may panic")]

    use super::*;

    #[test]
    fn comments_on_the_line_and_directly_above_belong_to_a_place() {
        let text = "# far\n\n# above 1\n  # above 2\na: 1 # beside\nb: 'x # no'\n# below\n";
        let document = Document::parse_yaml(text);
        let of = |key| {
            let place = document.root().get(key).unwrap();
            place.comments().map(|comment| comment.text).collect::<Vec<_>>()
        };
        assert_eq!(of("a"), ["above 1", "above 2", "beside"]);
        assert_eq!(of("b"), Vec::<&str>::new());
        assert_eq!(document.comments().count(), 5);
        assert_eq!(document.comments().filter(|comment| comment.own_line).count(), 4);
    }
}
