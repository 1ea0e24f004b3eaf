//! What Falco says of its files when it loads them.

use harden_yaml::{Place, Span};

/// What kind of thing is wrong, as Falco calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the codes of Falco; see falco_load_result.cpp")]
pub enum Code {
    YamlParse,
    YamlValidate,
    CompileCondition,
    CompileOutput,
    Validate,
    UnknownSource,
    UnsafeNaCheck,
    NoEvttype,
    UnknownFilter,
    UnusedMacro,
    UnusedList,
    UnknownItem,
    DeprecatedItem,
    AppendNoValues,
    ExceptionNameNotUnique,
    InvalidMacroName,
    InvalidListName,
    ConditionWarning,
    UnknownKey,
}

impl Code {
    /// How Falco writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::YamlParse => "LOAD_ERR_YAML_PARSE",
            Self::YamlValidate => "LOAD_ERR_YAML_VALIDATE",
            Self::CompileCondition => "LOAD_ERR_COMPILE_CONDITION",
            Self::CompileOutput => "LOAD_ERR_COMPILE_OUTPUT",
            Self::Validate => "LOAD_ERR_VALIDATE",
            Self::UnknownSource => "LOAD_UNKNOWN_SOURCE",
            Self::UnsafeNaCheck => "LOAD_UNSAFE_NA_CHECK",
            Self::NoEvttype => "LOAD_NO_EVTTYPE",
            Self::UnknownFilter => "LOAD_UNKNOWN_FILTER",
            Self::UnusedMacro => "LOAD_UNUSED_MACRO",
            Self::UnusedList => "LOAD_UNUSED_LIST",
            Self::UnknownItem => "LOAD_UNKNOWN_ITEM",
            Self::DeprecatedItem => "LOAD_DEPRECATED_ITEM",
            Self::AppendNoValues => "LOAD_APPEND_NO_VALUES",
            Self::ExceptionNameNotUnique => "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
            Self::InvalidMacroName => "LOAD_INVALID_MACRO_NAME",
            Self::InvalidListName => "LOAD_INVALID_LIST_NAME",
            Self::ConditionWarning => "LOAD_COMPILE_CONDITION",
            Self::UnknownKey => "LOAD_UNKNOWN_KEY",
        }
    }

    /// Whether Falco does not start with it.
    pub fn is_error(self) -> bool {
        self <= Self::Validate
    }
}

/// Something that Falco says of a file.
#[derive(Debug, Clone)]
pub struct Problem<'d> {
    /// What kind of thing it is.
    pub code: Code,
    /// Falco's words for it; ours for what Falco would say with more knowledge of events.
    pub message: String,
    /// Where it is.
    pub place: Place<'d>,
    /// The bytes of it within the place, where they can be told.
    pub span: Option<Span>,
    /// The file, in load order.
    pub file: usize,
    /// What the file relies on and does not have, where that alone is wrong.
    pub missing: Option<Missing>,
    /// The list whose name stands where one text is compared with, where that is wrong.
    pub list: Option<String>,
}

/// What another file may have, which has to be loaded before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// A list that is appended to.
    List(String),
    /// A macro that is used or appended to.
    Macro(String),
    /// A rule that is changed.
    Rule(String),
    /// A field, which a plugin may have.
    Field(String),
}

impl<'d> Problem<'d> {
    pub(super) fn new(code: Code, place: Place<'d>, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            place,
            span: None,
            file: 0,
            missing: None,
            list: None,
        }
    }

    pub(super) fn boxed(code: Code, place: Place<'d>, message: impl Into<String>) -> Box<Self> {
        Box::new(Self::new(code, place, message))
    }

    /// The bytes to point at.
    pub fn grip(&self) -> Span {
        self.span.unwrap_or_else(|| self.place.grip())
    }
}

/// Something, or why Falco does not load the file.
pub(super) type Loaded<'d, T> = Result<T, Box<Problem<'d>>>;
