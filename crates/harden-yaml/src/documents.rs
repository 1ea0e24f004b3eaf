//! A text's documents, split as kubectl splits them.

use std::iter::FusedIterator;

use crate::scanner::Ending;
use crate::{Document, Problem, ProblemKind, Span};

/// Reads every document in `text`; see [`documents`].
pub fn parse(text: &str) -> Vec<Document<'_>> {
    documents(text).collect()
}

/// Reads the documents in `text` one by one, so that only one has to be kept.
///
/// A text that begins with `{` is a stream of JSON values, as kubectl's decoder guesses; where the
/// first or second of them is no JSON, the rest is YAML. YAML documents end at lines that begin with
/// `---`. Each is read on its own: a broken document never hides a sound one.
pub fn documents(text: &str) -> Documents<'_> {
    let content = text.trim_start_matches('\u{feff}');
    let position = text.len() - content.len();
    let json = content.trim_start().starts_with('{');
    Documents { text, position, end: text.len(), json, read: 0 }
}

/// Where the documents of a text are, without reading them: [`documents_in`] each of these sections come to
/// the documents of the whole text. Parts follow each other without a gap; a text that may be JSON is one.
pub fn sections(text: &str) -> Vec<Span> {
    let Documents { mut position, json, .. } = documents(text);
    if json {
        return vec![Span::new(0, text.len())];
    }
    let (mut sections, mut start) = (Vec::new(), 0);
    while position < text.len() {
        position = Piece::at(text, position).next;
        sections.push(Span::new(start, position));
        start = position;
    }
    sections
}

/// Reads the documents in one of the [`sections`] of a text. Positions are those of the text.
pub fn documents_in(text: &str, part: Span) -> Documents<'_> {
    let all = documents(text);
    let end = (part.end as usize).min(text.len());
    match part.start as usize {
        0 => Documents { end, ..all },
        start => Documents { position: start, end, json: false, ..all },
    }
}

/// An iterator over the documents of a text.
#[derive(Debug, Clone)]
pub struct Documents<'a> {
    text: &'a str,
    position: usize,
    end: usize,
    json: bool,
    read: usize,
}

impl<'a> Iterator for Documents<'a> {
    type Item = Document<'a>;

    fn next(&mut self) -> Option<Document<'a>> {
        if self.position >= self.end {
            return None;
        }
        if self.json { self.next_json() } else { Some(self.next_yaml()) }
    }
}

impl FusedIterator for Documents<'_> {}

impl<'a> Documents<'a> {
    fn next_json(&mut self) -> Option<Document<'a>> {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let content = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if content.is_empty() {
            self.position = self.text.len();
            return None;
        }
        let start = self.text.len() - content.len();
        let (document, end) = Document::json_part(self.text, Span::new(start, self.text.len()));
        if document.is_rejected() && self.read < 2 {
            // kubectl's decoder eats white space up to the first line break, and goes on in YAML.
            self.json = false;
            let blank = rest.len() - rest.trim_start().len();
            let eaten =
                rest.get(..blank).and_then(|blank| blank.find('\n')).map_or(blank, |at| at + 1);
            self.position += eaten;
            return Some(self.next_yaml());
        }
        self.read += 1;
        self.position = if document.is_rejected() { self.text.len() } else { end };
        Some(document)
    }

    fn next_yaml(&mut self) -> Document<'a> {
        let Piece { span, problem, next } = Piece::at(self.text, self.position);
        self.position = next;
        Document::yaml_part(self.text, span, Ending::LineBreak, problem)
    }
}

/// Where a YAML document is.
struct Piece {
    span: Span,
    /// What is wrong with the separator that opens it.
    problem: Option<Problem>,
    /// Where the next one begins.
    next: usize,
}

impl Piece {
    /// The one that begins here.
    fn at(text: &str, start: usize) -> Self {
        let mut problem = None;
        let mut line = start;
        // A separator that opens a document is part of it.
        if find_separator(text, start) == Some(start) {
            problem = invalid_separator(text, start);
            line = line_after(text, start);
        }
        let end = find_separator(text, line).unwrap_or(text.len());
        let unsound = end == text.len() || invalid_separator(text, end).is_some();
        let next = if unsound { end } else { line_after(text, end) };
        Self { span: Span::new(start, end), problem, next }
    }
}

/// What is wrong with the separator at `at`, if anything is.
fn invalid_separator(text: &str, at: usize) -> Option<Problem> {
    let rest = text.get(at + 3..line_after(text, at)).unwrap_or_default().trim();
    if rest.is_empty() || rest.starts_with('#') {
        return None;
    }
    let end = text.get(at..).and_then(|line| line.find(rest)).map_or(at, |found| at + found);
    Some(Problem::new(at, end + rest.len(), ProblemKind::InvalidSeparator))
}

/// The next line, at or after the line that begins at `line`, that begins with `---`.
fn find_separator(text: &str, line: usize) -> Option<usize> {
    let rest = text.get(line..)?;
    if rest.starts_with("---") {
        return Some(line);
    }
    let begins = |feed: &usize| rest.get(feed + 1..).is_some_and(|line| line.starts_with("---"));
    memchr::memchr_iter(b'\n', rest.as_bytes()).find(begins).map(|feed| line + feed + 1)
}

/// The start of the next line, as kubectl's reader finds lines: at LF only.
fn line_after(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest.as_bytes()).map_or(text.len(), |index| at + index + 1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

    use super::*;
    use crate::Rejected;

    fn json(text: &str) -> Vec<Option<String>> {
        documents(text).map(|document| document.to_json()).collect()
    }

    fn some(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn documents_end_at_separator_lines() {
        assert_eq!(json("a: 1\n---\nb: 2\n"), some(&[r#"{"a":1}"#, r#"{"b":2}"#]));
        assert_eq!(json("---\na: 1\n--- # next\r\nb: 2"), some(&[r#"{"a":1}"#, r#"{"b":2}"#]));
        assert_eq!(json("a: 1\n---\n---\nb: 2"), some(&[r#"{"a":1}"#, r#"{"b":2}"#]));
        assert_eq!(json("a: 1\n---"), some(&[r#"{"a":1}"#]));
        assert_eq!(json(""), some(&[]));
        assert!(documents("---\n# nothing\n").all(|document| document.is_empty()));
    }

    #[test]
    fn parts_come_to_the_same_as_the_whole() {
        for text in [
            "a: 1\n---\nb: 2\n",
            "\u{feff}---\na: 1\n--- # next\r\nb: 2",
            "---\n---\n---",
            "a: |\n  x\n---\n{b: 1}\n---x\nc: 1\n",
            "---\n{\"a\": 1}\n---\n{\"b\": 2}\n",
            "{\"a\": 1}\n---\n{\"b\": 2}\n",
            "a: [\n---\nb: 1\n...\n---\n%TAG ! x\n",
            "",
            "\n",
        ] {
            let sections = sections(text);
            assert_eq!(sections.iter().map(|it| it.text(text)).collect::<String>(), text);
            let show = |it: Document<'_>| (it.span(), it.to_json(), it.problems().to_vec());
            let of_sections = sections.into_iter().flat_map(|it| documents_in(text, it));
            let (of_sections, whole): (Vec<_>, Vec<_>) =
                (of_sections.map(show).collect(), documents(text).map(show).collect());
            assert_eq!(of_sections, whole, "{text:?}");
        }
    }

    #[test]
    fn a_broken_document_does_not_hide_the_next() {
        let text = "a: 1\n---\nb: [\n---\nc: 3\n";
        let documents = parse(text);
        assert_eq!(documents.len(), 3);
        assert!(documents[1].is_rejected());
        assert_eq!(documents[1].span().text(text), "b: [\n");
        assert_eq!(documents[2].root().at("c").span().text(text), "3");
    }

    #[test]
    fn positions_count_in_the_whole_text() {
        let text = "a: 1\n---\nb: x\n";
        let documents = parse(text);
        assert_eq!(documents[1].root().at("b").key_span().unwrap(), Span { start: 9, end: 10 });
    }

    #[test]
    fn a_separator_with_more_than_a_comment_is_rejected_and_still_read() {
        let documents = parse("a: 1\n--- b: 2\nc: 3\n---\nd: 4\n");
        assert_eq!(documents.len(), 3);
        assert_eq!(documents[1].problems()[0].kind, ProblemKind::InvalidSeparator);
        assert_eq!(documents[1].problems()[0].rejected(), Rejected::Always);
        assert_eq!(documents[2].root().at("d").as_i64(), Some(4));
    }

    #[test]
    fn json_values_may_follow_each_other() {
        assert_eq!(
            json("{\"a\":1}{\"b\":\"\\/\"}\n {\"c\":[]}"),
            some(&[r#"{"a":1}"#, r#"{"b":"/"}"#, r#"{"c":[]}"#])
        );
        assert_eq!(json("{\"a\":1}\n---\nb: 2\n"), some(&[r#"{"a":1}"#, r#"{"b":2}"#]));
        assert_eq!(json("{a: 1}\n---\nb: 2\n"), some(&[r#"{"a":1}"#, r#"{"b":2}"#]));
        assert_eq!(json("{}{}{} x").len(), 4);
    }

    #[test]
    fn the_last_line_ends_as_kubectls_reader_ends_it() {
        assert_eq!(json("a: |\n  x"), some(&[r#"{"a":"x\n"}"#]));
        assert_eq!(Document::parse_yaml("a: |\n  x").to_json().unwrap(), r#"{"a":"x"}"#);
    }

    #[test]
    fn text_after_the_end_of_a_document_is_reported() {
        let text = "a: 1\n...\nb: 2\n";
        let documents = parse(text);
        assert_eq!(documents[0].to_json().unwrap(), r#"{"a":1}"#);
        assert_eq!(documents[0].problems()[0].kind, ProblemKind::IgnoredContent);
        assert!(!documents[0].is_rejected_by_strict());
        assert!(parse("a: 1\n...\n# end\n")[0].problems().is_empty());
    }

    #[test]
    fn a_template_is_a_broken_document_that_can_be_told() {
        let documents = parse("a: {{ .Values.a }}\n---\nb: 1\n");
        assert!(documents[0].is_rejected() && documents[0].template().is_some());
        assert!(!documents[1].is_rejected() && documents[1].template().is_none());
        assert!(parse("{{- if .Values.x }}\na: 1\n{{- end }}\n")[0].template().is_some());
    }

    #[test]
    fn json_with_comments_is_known_though_kubectl_makes_something_else_of_it() {
        for (text, value) in [
            ("// c\n{\"a\":1}\n", r#"{"a":1}"#),
            ("/* c */ {\"a\": 1}", r#"{"a":1}"#),
            ("{\n  // c\n  \"a\": 1, /* d */ \"b\": [1, 2,],\n}\n", r#"{"a":1,"b":[1,2]}"#),
            ("---\n{\"a\": \"//\"} // c", r#"{"a":"//"}"#),
            ("[1, // c\n 2]", "[1,2]"),
        ] {
            let documents = parse(text);
            let read = documents[0].as_commented_json().unwrap();
            assert_eq!(crate::json::write_json(read.root()), value, "{text}");
            assert_eq!(read.problems()[0].kind, ProblemKind::JsonComment);
            assert!(read.is_rejected() && read.is_readable(), "{text}");
        }
        for text in [
            "{\"a\": \"http://b\"}",
            "{a: \"http://b\"}",
            "{a: 1} // c",
            "// c\na: 1\n",
            "{\"a\": 1 /* c }",
            "a: // c\n",
        ] {
            assert!(parse(text).iter().all(|it| it.as_commented_json().is_none()), "{text}");
        }
    }
}
