//! What is wrong with a text, and who rejects it for that.

use std::fmt;

use crate::Span;

/// Something wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes that are wrong.
    pub span: Span,
    /// What is wrong with them.
    pub kind: ProblemKind,
}

/// Who rejects a text for a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rejected {
    /// Nobody: it is read, but hardly as its author meant it.
    Never,
    /// Only strict decoding; plain decoding picks a value silently.
    Strict,
    /// Everybody: kubectl cannot read the document.
    Always,
}

/// What can be wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The text is not YAML or not JSON; says what is wrong and what to do.
    Syntax(&'static str),
    /// A tab where YAML wants spaces.
    Tab,
    /// A key that the same map already has; the last value counts.
    DuplicateKey {
        /// The key as JSON would spell it.
        key: String,
        /// Where the map has it first.
        first: Span,
    },
    /// Two keys that YAML tells apart and JSON does not, such as `1` and `"1"`; Go keeps either at random.
    AmbiguousKey {
        /// The key as JSON would spell it.
        key: String,
        /// Where the map has it first.
        first: Span,
    },
    /// A `<<` merge that sets a key again; the last value counts.
    OverridingMerge {
        /// The key as JSON would spell it.
        key: String,
        /// Where the map has it first.
        first: Span,
    },
    /// A `<<` whose value is neither a map nor a list of maps.
    InvalidMerge,
    /// An alias to an anchor that is not defined above it.
    UnknownAnchor {
        /// The anchor's name.
        name: String,
    },
    /// An alias inside the value that it stands for.
    RecursiveAlias {
        /// The anchor's name.
        name: String,
    },
    /// Aliases that blow a small document up.
    ExcessiveAliasing,
    /// More than 10,000 levels.
    TooDeep,
    /// A text of 2 GiB or more.
    TooLarge,
    /// Bytes that are not the text they claim to be.
    Encoding(&'static str),
    /// A character that YAML forbids.
    ControlCharacter(char),
    /// `.inf` or `.nan`, which JSON cannot say.
    NotFinite,
    /// A list or a map as a key.
    CollectionAsKey,
    /// A key that JSON cannot spell, such as null.
    KeyNotString,
    /// A value that is not what its tag says, such as `!!int x`.
    WrongTag {
        /// The tag as written in short, such as `!!int`.
        tag: &'static str,
    },
    /// `---` followed by something else than a comment.
    InvalidSeparator,
    /// Text after the end of the document, which is never read.
    IgnoredContent,
    /// `//` or `/* */` among JSON, which kubectl reads as YAML, and takes for a part of keys and values.
    JsonComment,
}

impl Problem {
    pub(crate) fn new(start: usize, end: usize, kind: ProblemKind) -> Self {
        Self { span: Span::new(start, end), kind }
    }

    /// One sentence fragment that says what is wrong and what to do.
    pub fn message(&self) -> String {
        self.kind.to_string()
    }

    /// Who rejects the document for it.
    pub fn rejected(&self) -> Rejected {
        match self.kind {
            ProblemKind::DuplicateKey { .. } | ProblemKind::OverridingMerge { .. } => {
                Rejected::Strict
            }
            ProblemKind::AmbiguousKey { .. } | ProblemKind::IgnoredContent => Rejected::Never,
            _ => Rejected::Always,
        }
    }
}

/// A problem that ends the reading, in one pointer so that what can fail returns little.
#[derive(Debug)]
pub(crate) struct Fault(Box<Problem>);

impl Fault {
    pub(crate) fn new(start: usize, end: usize, kind: ProblemKind) -> Self {
        Self::at(Span::new(start, end), kind)
    }

    pub(crate) fn at(span: Span, kind: ProblemKind) -> Self {
        Self(Box::new(Problem { span, kind }))
    }

    pub(crate) fn into_problem(self) -> Problem {
        *self.0
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for Problem {}

/// Whether a key is one word. What a key of more than that holds may be a value that got to where a key belongs,
/// so that messages do not repeat it: it may be a password.
pub fn is_one_word(key: &str) -> bool {
    if key.bytes().all(|it| it.is_ascii_graphic()) {
        return true;
    }
    !key.contains(|it: char| it.is_whitespace() || it.is_control())
}

/// A key as messages name it.
struct Key<'k>(&'k str);

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if is_one_word(self.0) { write!(f, "key `{}`", self.0) } else { f.write_str("this key") }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(what) | Self::Encoding(what) => f.write_str(what),
            Self::Tab => f.write_str("a tab where YAML wants spaces: indent with spaces"),
            Self::DuplicateKey { key, .. } => {
                write!(f, "{} is set twice and only the last value counts: remove one", Key(key))
            }
            Self::AmbiguousKey { key, .. } if is_one_word(key) => {
                write!(f, "two keys become `{key}` and either may win: remove one")
            }
            Self::AmbiguousKey { .. } => {
                f.write_str("two keys become the same and either may win: remove one")
            }
            Self::OverridingMerge { key, .. } => write!(
                f,
                "{} is set by a merge and again beside it: strict decoding rejects that, so set it once",
                Key(key)
            ),
            Self::InvalidMerge => {
                f.write_str("`<<` takes a map or a list of maps: quote the key to use it as such")
            }
            // The name is not repeated: it may be a password that begins with `*`.
            Self::UnknownAnchor { .. } => f.write_str(
                "this alias has no anchor above it in this document: define it first, or quote the value",
            ),
            Self::RecursiveAlias { .. } => {
                f.write_str("this anchor holds an alias to itself: remove the alias")
            }
            Self::ExcessiveAliasing => {
                f.write_str("aliases make up nearly all of the document: write the values out")
            }
            Self::TooDeep => f.write_str("more than 10000 levels: flatten the document"),
            Self::TooLarge => f.write_str("2 GiB or more of text: split the file"),
            Self::ControlCharacter(character) => write!(
                f,
                "control character U+{:04X} is not allowed in YAML: remove it, or write it as an escape in double quotes",
                u32::from(*character)
            ),
            Self::NotFinite => {
                f.write_str("infinity and not-a-number have no JSON form: quote the value")
            }
            Self::CollectionAsKey => f.write_str(
                "a list or a map cannot be a key: quote the key (an unquoted `{{ … }}` reads as a map)",
            ),
            Self::KeyNotString => f.write_str("this key has no JSON form: quote it"),
            Self::WrongTag { tag } => {
                write!(f, "the value is not what its tag `{tag}` says: drop the tag or fix the value")
            }
            Self::InvalidSeparator => f.write_str(
                "kubectl takes only a comment after `---` at the start of a line: move the rest to the next line",
            ),
            Self::JsonComment => f.write_str(
                "JSON has no comments, and kubectl takes this for a part of the keys and values: remove it",
            ),
            Self::IgnoredContent => f.write_str(
                "the document ended above and kubectl ignores everything from here: separate documents with `---` on its own line",
            ),
        }
    }
}
