//! The words between the sides of a comparison, and those before an argument.

use std::fmt;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of Falco's documentation of conditions")]
pub enum Operator {
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    DoubleEqual,
    Equal,
    NotEqual,
    Glob,
    IGlob,
    Contains,
    IContains,
    BContains,
    StartsWith,
    BStartsWith,
    EndsWith,
    Regex,
    Intersects,
    In,
    PMatch,
}

/// What stands on the other side of an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A number.
    Number,
    /// A text, or by a modifier a list.
    Text,
    /// A list.
    List,
}

/// The one that takes nothing on its right.
pub(super) const EXISTS: &str = "exists";

impl Operator {
    /// All, in the order in which Falco tries and names them.
    pub const ALL: [Self; 19] = [
        Self::LessOrEqual,
        Self::Less,
        Self::GreaterOrEqual,
        Self::Greater,
        Self::DoubleEqual,
        Self::Equal,
        Self::NotEqual,
        Self::Glob,
        Self::IGlob,
        Self::Contains,
        Self::IContains,
        Self::BContains,
        Self::StartsWith,
        Self::BStartsWith,
        Self::EndsWith,
        Self::Regex,
        Self::Intersects,
        Self::In,
        Self::PMatch,
    ];

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LessOrEqual => "<=",
            Self::Less => "<",
            Self::GreaterOrEqual => ">=",
            Self::Greater => ">",
            Self::DoubleEqual => "==",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Glob => "glob",
            Self::IGlob => "iglob",
            Self::Contains => "contains",
            Self::IContains => "icontains",
            Self::BContains => "bcontains",
            Self::StartsWith => "startswith",
            Self::BStartsWith => "bstartswith",
            Self::EndsWith => "endswith",
            Self::Regex => "regex",
            Self::Intersects => "intersects",
            Self::In => "in",
            Self::PMatch => "pmatch",
        }
    }

    /// What stands on the other side of it.
    pub fn family(self) -> Family {
        match self {
            Self::LessOrEqual | Self::Less | Self::GreaterOrEqual | Self::Greater => Family::Number,
            Self::Intersects | Self::In | Self::PMatch => Family::List,
            _ => Family::Text,
        }
    }

    /// Whether a blank has to follow it.
    pub(super) fn is_word(self) -> bool {
        self.family() == Family::Text && self.as_str().starts_with(|it: char| it.is_alphabetic())
    }
}

/// Which values of a list have to compare as the operator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modifier {
    /// One of them.
    OneOf,
    /// One of them, as well.
    AnyOf,
    /// Each of them.
    AllOf,
}

impl Modifier {
    /// All, in the order in which Falco tries them.
    pub const ALL: [Self; 3] = [Self::OneOf, Self::AnyOf, Self::AllOf];

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OneOf => "oneof",
            Self::AnyOf => "anyof",
            Self::AllOf => "allof",
        }
    }
}

/// What makes a value of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of Falco's documentation of transformers")]
pub enum Transformation {
    Val,
    ToLower,
    ToUpper,
    B64,
    BaseName,
    Len,
    Join,
    Concat,
    GetOpt,
}

impl Transformation {
    /// All, in the order in which Falco tries and names them. The first takes one field, and stands on
    /// the right side of a comparison only.
    pub const ALL: [Self; 9] = [
        Self::Val,
        Self::ToLower,
        Self::ToUpper,
        Self::B64,
        Self::BaseName,
        Self::Len,
        Self::Join,
        Self::Concat,
        Self::GetOpt,
    ];

    /// How it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Val => "val",
            Self::ToLower => "tolower",
            Self::ToUpper => "toupper",
            Self::B64 => "b64",
            Self::BaseName => "basename",
            Self::Len => "len",
            Self::Join => "join",
            Self::Concat => "concat",
            Self::GetOpt => "getopt",
        }
    }
}

/// Every operator and every transformation, as Falco names them in its words.
pub(super) fn operators() -> String {
    list([EXISTS].into_iter().chain(Operator::ALL.into_iter().map(Operator::as_str)))
}

pub(super) fn transformations() -> String {
    list(Transformation::ALL.into_iter().map(Transformation::as_str))
}

fn list(words: impl Iterator<Item = &'static str>) -> String {
    words.map(|it| format!("'{it}'")).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
