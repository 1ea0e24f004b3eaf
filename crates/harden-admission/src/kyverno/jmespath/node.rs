//! The tree of an expression.

use serde_json::Value;

/// A part of an expression.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// What the expression is applied to.
    Identity,
    Field(String),
    Index(i64),
    Slice([Option<i64>; 3]),
    Literal(Value),
    /// The second applied to the first; where the first has an error, so has the whole.
    Sub(Box<[Node; 2]>),
    /// The second applied to the first, which may be absent.
    Pipe(Box<[Node; 2]>),
    Or(Box<[Node; 2]>),
    And(Box<[Node; 2]>),
    Not(Box<Node>),
    Comparison(Comparator, Box<[Node; 2]>),
    Flatten(Box<Node>),
    /// The second applied to each element of the first.
    Projection(Box<[Node; 2]>),
    /// The second applied to each value of the first.
    Values(Box<[Node; 2]>),
    /// The second applied to each element of the first for which the third holds.
    Filter(Box<[Node; 3]>),
    List(Vec<Node>),
    Hash(Vec<(String, Node)>),
    Call(String, Vec<Node>),
    /// An expression as an argument.
    Reference(Box<Node>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparator {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}
