//! What the grammar has: features by versions, reserved names and operators.

/// What of the grammar a version has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Syntax {
    /// `a.?b`, `a[?b]`, `[?a]`, `{?a: b}`, `optMap` and `optFlatMap`.
    pub(crate) optionals: bool,
    /// Macros with two variables.
    pub(crate) two_variables: bool,
    /// `sortBy`.
    pub(crate) sorting: bool,
    /// `cel.bind`.
    pub(crate) bindings: bool,
    /// `orValue` of what is no optional, too.
    pub(crate) lenient: bool,
}

/// Names that the language keeps for itself.
pub(super) const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Operators that compare, with the names of their functions.
pub(super) const RELATIONS: [(&str, &str); 6] =
    [("<", "_<_"), ("<=", "_<=_"), (">=", "_>=_"), (">", "_>_"), ("==", "_==_"), ("!=", "_!=_")];
/// Those that add.
pub(super) const SUMS: [(&str, &str); 2] = [("+", "_+_"), ("-", "_-_")];
/// Those that multiply.
pub(super) const PRODUCTS: [(&str, &str); 3] = [("*", "_*_"), ("/", "_/_"), ("%", "_%_")];
