//! One document of a text.

use crate::comment::Comment;
use crate::compose::{Composed, compose};
use crate::json::{read, read_commented, write_json};
use crate::scanner::Ending;
use crate::template;
use crate::tree::Tree;
use crate::{Place, Problem, ProblemKind, Rejected, Span};

/// Texts must be smaller than this, so that every position fits a span.
const MAX_LENGTH: usize = 1 << 31;

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Syntax {
    /// YAML, in block or in flow style.
    Yaml,
    /// JSON, read by the rules of JSON.
    Json,
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// A scalar without quotes, or a value that is not written at all.
    Plain,
    /// A scalar in `'single'` quotes.
    SingleQuoted,
    /// A scalar in `"double"` quotes.
    DoubleQuoted,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
    /// A list or a map by indentation.
    Block,
    /// A list or a map in brackets.
    Flow,
}

/// One document: its values, where they stand, and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    text: &'a str,
    span: Span,
    syntax: Syntax,
    pub(crate) tree: Tree,
    /// What ends its last line.
    pub(crate) ending: Ending,
    comments: Vec<Span>,
    problems: Vec<Problem>,
}

impl<'a> Document<'a> {
    /// Reads all of `text` as one YAML document, as sigs.k8s.io/yaml does.
    pub fn parse_yaml(text: &'a str) -> Self {
        Self::yaml_part(text, Span::new(0, text.len()), Ending::AsWritten, None)
    }

    /// Reads all of `text` as one JSON value.
    pub fn parse_json(text: &'a str) -> Self {
        let whole = Span::new(0, text.len());
        if text.len() >= MAX_LENGTH {
            return Self::broken(text, whole, Syntax::Json, too_large());
        }
        let (document, rest) = Self::json_part(text, whole);
        let left = text.get(rest..).unwrap_or_default();
        let junk = left.trim_start_matches([' ', '\t', '\r', '\n']);
        if junk.is_empty() || document.is_rejected() {
            return document;
        }
        let at = text.len() - junk.len();
        let what = "text after the end of the JSON value: remove it";
        let problem = Problem::new(at, at + 1, ProblemKind::Syntax(what));
        Self::broken(text, whole, Syntax::Json, problem)
    }

    /// Reads a part of `text` as one YAML document that is known to have a problem already, perhaps.
    pub(crate) fn yaml_part(
        text: &'a str,
        span: Span,
        ending: Ending,
        known: Option<Problem>,
    ) -> Self {
        if text.len() >= MAX_LENGTH {
            return Self::broken(text, span, Syntax::Yaml, too_large());
        }
        if let Some(problem) = forbidden(text, span) {
            return Self::broken(text, span, Syntax::Yaml, problem);
        }
        let Composed { tree, comments, mut problems } = compose(text, span, ending);
        if let Some(known) = known {
            problems.insert(0, known);
        }
        for problem in &mut problems {
            problem.span = problem.span.fitted(text);
        }
        Self { text, span, syntax: Syntax::Yaml, tree, ending, comments, problems }
    }

    /// Reads the JSON value at the start of a part of `text`, and says where it ends.
    pub(crate) fn json_part(text: &'a str, span: Span) -> (Self, usize) {
        let (outcome, end) = read(text, span);
        let document = match outcome {
            Ok((tree, problems)) => {
                let span = Span::new(span.start as usize, end);
                Self {
                    text,
                    span,
                    syntax: Syntax::Json,
                    tree,
                    ending: Ending::AsWritten,
                    comments: Vec::new(),
                    problems,
                }
            }
            Err(problem) => Self::broken(text, span, Syntax::Json, problem),
        };
        (document, end)
    }

    pub(crate) fn broken(text: &'a str, span: Span, syntax: Syntax, problem: Problem) -> Self {
        let problems = vec![Problem { span: problem.span.fitted(text), ..problem }];
        Self {
            text,
            span,
            syntax,
            tree: Tree::default(),
            ending: Ending::AsWritten,
            comments: Vec::new(),
            problems,
        }
    }

    /// The whole text that spans index into, other documents included.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// This document's part of the text.
    pub fn span(&self) -> Span {
        self.span
    }

    /// How it is written.
    pub fn syntax(&self) -> Syntax {
        self.syntax
    }

    /// The value of the document.
    pub fn root(&self) -> Place<'_> {
        Place::root(self)
    }

    /// Whether there is nothing in it, so that kubectl passes over it.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty() && !self.root().exists()
    }

    /// What is wrong with it, in the order of the text.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Whether kubectl cannot read it.
    pub fn is_rejected(&self) -> bool {
        self.problems.iter().any(|problem| problem.rejected() == Rejected::Always)
    }

    /// Whether strict decoding rejects it: for that, or for keys that are set twice.
    pub fn is_rejected_by_strict(&self) -> bool {
        self.problems.iter().any(|problem| problem.rejected() != Rejected::Never)
    }

    /// Whether its values are known, although kubectl may reject it for the comments between them.
    pub fn is_readable(&self) -> bool {
        let is_fault =
            |it: &Problem| it.rejected() == Rejected::Always && it.kind != ProblemKind::JsonComment;
        !self.problems.iter().any(is_fault)
    }

    /// The same text as JSON with comments, if it is that; kubectl makes something else of it.
    pub fn as_commented_json(&self) -> Option<Self> {
        if self.syntax == Syntax::Json {
            return None;
        }
        let part = self.span.text(self.text);
        let content = part.strip_prefix("---").and_then(|it| Some(it.split_once('\n')?.1));
        let content =
            content.unwrap_or(part).trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
        let begins = ["{", "[", "//", "/*"].iter().any(|it| content.starts_with(it));
        if !begins || !(content.contains("//") || content.contains("/*")) {
            return None;
        }
        let start = self.span.end as usize - content.len();
        let span = Span::new(start, self.span.end as usize);
        let (tree, problems) = read_commented(self.text, span)?;
        Some(Self {
            span: self.span,
            text: self.text,
            syntax: Syntax::Json,
            tree,
            ending: Ending::AsWritten,
            comments: Vec::new(),
            problems,
        })
    }

    /// Where the first directive of a template is that keeps this from being read, if one does: `{{ }}` of Helm
    /// and others, `{% %}` of Jinja and its like. Braces in quotes, comments and blocks of text do not.
    pub fn template(&self) -> Option<Span> {
        if self.is_readable() {
            return None;
        }
        template::find(self.text, self.span)
    }

    /// Every comment, in the order of the text.
    pub fn comments(&self) -> impl Iterator<Item = Comment<'a>> + use<'a, '_> {
        self.comments.iter().map(|span| Comment::new(self.text, *span))
    }

    pub(crate) fn comment_spans(&self) -> &[Span] {
        &self.comments
    }

    /// The JSON that sigs.k8s.io/yaml makes of it, byte for byte; none when it rejects.
    pub fn to_json(&self) -> Option<String> {
        (!self.is_rejected()).then(|| write_json(self.root()))
    }
}

fn too_large() -> Problem {
    Problem::new(0, 0, ProblemKind::TooLarge)
}

/// The first character that go-yaml's reader rejects.
fn forbidden(text: &str, span: Span) -> Option<Problem> {
    let part = span.text(text);
    let start = span.start as usize;
    if let Some(rest) = part.strip_prefix("\u{feff}")
        && rest.starts_with('\u{feff}')
    {
        let what = "a second byte order mark: remove it";
        return Some(Problem::new(start + 3, start + 6, ProblemKind::Encoding(what)));
    }
    // Nearly every text passes here, many bytes at a time.
    let is_ordinary = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7E);
    let (chunks, rest) = part.as_bytes().as_chunks::<32>();
    // Without a way out in the middle, a processor looks at many bytes at once.
    let all_ordinary =
        chunks.iter().all(|chunk| chunk.iter().fold(true, |all, byte| all & is_ordinary(*byte)));
    if all_ordinary && rest.iter().all(|byte| is_ordinary(*byte)) {
        return None;
    }
    let (at, character) = part.char_indices().find(|(_, character)| {
        !matches!(character,
            '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}'
            | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
    })?;
    let end = start + at + character.len_utf8();
    let kind = if character == '\0' {
        ProblemKind::Encoding("a zero byte: save the file as UTF-8 text")
    } else {
        ProblemKind::ControlCharacter(character)
    };
    Some(Problem::new(start + at, end, kind))
}
