//! The tree of an expression.

/// A node, with its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its offset in the source, in bytes: of an operator, the sign; of a call, the parenthesis.
    pub(crate) at: usize,
    /// How deep the tree below it is.
    pub(crate) depth: usize,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Literal(Literal),
    Ident(String),
    Select {
        operand: Box<Node>,
        field: String,
    },
    /// `has(a.b)`.
    Presence {
        operand: Box<Node>,
        field: String,
    },
    /// `a.?b`.
    OptionalSelect {
        operand: Box<Node>,
        field: String,
    },
    /// Functions and operators, these by the names that the server has for them.
    Call {
        name: String,
        target: Option<Box<Node>>,
        args: Vec<Node>,
    },
    /// `&&` or `||`, of two or more.
    Logic {
        all: bool,
        operands: Vec<Node>,
    },
    Conditional(Box<[Node; 3]>),
    /// Elements, and whether each is optional.
    List(Vec<(Node, bool)>),
    Map(Vec<Entry>),
    Struct {
        name: String,
        fields: Vec<Field>,
    },
    Fold(Box<Fold>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
}

/// A field of a message that is built.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: Node,
    pub(crate) optional: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Node,
    pub(crate) value: Node,
    pub(crate) optional: bool,
}

/// What the macros with variables become.
#[derive(Debug, Clone)]
pub(crate) enum Fold {
    All {
        range: Range,
        test: Node,
    },
    Exists {
        range: Range,
        test: Node,
    },
    ExistsOne {
        range: Range,
        test: Node,
    },
    /// `map`, `filter` and `transformList`.
    List {
        range: Range,
        filter: Option<Node>,
        item: Node,
    },
    /// `transformMap`, and `transformMapEntry`, which has no key.
    Map {
        range: Range,
        filter: Option<Node>,
        key: Option<String>,
        item: Node,
    },
    /// A name for a value: `optMap` and `sortBy` are made of it.
    Let {
        name: String,
        value: Node,
        body: Node,
    },
}

/// What is iterated, and the names of the variables.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) over: Node,
    pub(crate) first: String,
    pub(crate) second: Option<String>,
}

impl Node {
    pub(crate) fn new(at: usize, kind: Kind) -> Self {
        let depth = kind.children().map(|it| it.depth).max().unwrap_or(0) + 1;
        Self { at, depth, kind }
    }

    pub(crate) fn call(at: usize, name: &str, target: Option<Self>, args: Vec<Self>) -> Self {
        let target = target.map(Box::new);
        Self::new(at, Kind::Call { name: name.to_owned(), target, args })
    }

    /// The dotted name that it spells, if it spells one.
    pub(crate) fn qualified_name(&self) -> Option<String> {
        match &self.kind {
            Kind::Ident(name) => Some(name.clone()),
            Kind::Select { operand, field } => {
                Some(format!("{}.{field}", operand.qualified_name()?))
            }
            _ => None,
        }
    }

    /// How many nodes it has.
    pub(crate) fn size(&self) -> usize {
        1 + self.kind.children().map(Self::size).sum::<usize>()
    }
}

impl Kind {
    /// What is directly below it.
    pub(crate) fn children(&self) -> impl Iterator<Item = &Node> {
        let mut children: Vec<&Node> = Vec::new();
        match self {
            Self::Literal(_) | Self::Ident(_) => {}
            Self::Select { operand, .. }
            | Self::Presence { operand, .. }
            | Self::OptionalSelect { operand, .. } => children.push(operand),
            Self::Call { target, args, .. } => {
                children.extend(target.as_deref());
                children.extend(args);
            }
            Self::Logic { operands, .. } => children.extend(operands),
            Self::Conditional(parts) => children.extend(parts.iter()),
            Self::List(elements) => children.extend(elements.iter().map(|(it, _)| it)),
            Self::Map(entries) => {
                children.extend(entries.iter().flat_map(|it| [&it.key, &it.value]));
            }
            Self::Struct { fields, .. } => children.extend(fields.iter().map(|it| &it.value)),
            Self::Fold(fold) => match &**fold {
                Fold::All { range, test }
                | Fold::Exists { range, test }
                | Fold::ExistsOne { range, test } => children.extend([&range.over, test]),
                Fold::List { range, filter, item } | Fold::Map { range, filter, item, .. } => {
                    children.extend([&range.over, item]);
                    children.extend(filter);
                }
                Fold::Let { value, body, .. } => children.extend([value, body]),
            },
        }
        children.into_iter()
    }
}
