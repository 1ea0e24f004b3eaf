//! Calls that are no functions: macros.

use super::super::refusal::Stop;
use super::grammar::Syntax;
use super::node::{Fold, Kind, Node, Range};

/// The name that `sortBy` has for its list; no expression can spell it.
const INPUT: &str = "@input";
/// What `orValue` is where it takes all values; no expression can spell it.
const OR_VALUE: &str = "@orValue";
/// Nodes that one `optMap` may copy: its target is evaluated twice.
const COPIED: usize = 5_000;

/// What a call stands for: itself, unless it is a macro.
pub(super) fn expand(
    at: usize,
    name: &str,
    target: Option<Node>,
    mut args: Vec<Node>,
    syntax: Syntax,
) -> Result<Node, Stop> {
    let Some(target) = target else {
        return if name == "has" && args.len() == 1 {
            has(at, args.pop())
        } else {
            Ok(Node::call(at, name, None, args))
        };
    };
    let two = syntax.two_variables;
    let fold = match (name, args.len()) {
        ("all", 2) => one(target, args, SIMPLE, |range, test| Fold::All { range, test })?,
        ("exists", 2) => one(target, args, SIMPLE, |range, test| Fold::Exists { range, test })?,
        ("exists_one", 2) => {
            one(target, args, SIMPLE, |range, test| Fold::ExistsOne { range, test })?
        }
        ("map", 2) => {
            one(target, args, IDENTIFIER, |range, item| Fold::List { range, filter: None, item })?
        }
        ("map", 3) => map(target, args)?,
        ("filter", 2) => filter(target, args)?,
        ("all", 3) if two => both(target, args, |range, _, test| Fold::All { range, test })?,
        ("exists", 3) if two => both(target, args, |range, _, test| Fold::Exists { range, test })?,
        ("existsOne" | "exists_one", 3) if two => {
            both(target, args, |range, _, test| Fold::ExistsOne { range, test })?
        }
        ("transformList", 3 | 4) if two => {
            both(target, args, |range, filter, item| Fold::List { range, filter, item })?
        }
        ("transformMap", 3 | 4) if two => both(target, args, |range, filter, item| {
            let key = Some(range.first.clone());
            Fold::Map { range, filter, key, item }
        })?,
        ("transformMapEntry", 3 | 4) if two => {
            both(target, args, |range, filter, item| Fold::Map { range, filter, key: None, item })?
        }
        ("optMap", 2) if syntax.optionals => return optional(at, target, args, true),
        ("optFlatMap", 2) if syntax.optionals => return optional(at, target, args, false),
        ("sortBy", 2) if syntax.sorting => sort_by(at, target, args)?,
        ("bind", 3) if syntax.bindings && target.qualified_name().as_deref() == Some("cel") => {
            bind(args)?
        }
        ("orValue", 1) if syntax.lenient => {
            args.insert(0, target);
            return Ok(Node::call(at, OR_VALUE, None, args));
        }
        _ => return Ok(Node::call(at, name, Some(target), args)),
    };
    Ok(Node::new(at, Kind::Fold(Box::new(fold))))
}

fn has(at: usize, argument: Option<Node>) -> Result<Node, Stop> {
    let place = argument.as_ref().map_or(at, |it| it.at);
    match argument.map(|it| it.kind) {
        Some(Kind::Select { operand, field }) => {
            Ok(Node::new(at, Kind::Presence { operand, field }))
        }
        _ => Stop::flaw(place, "invalid argument to has() macro"),
    }
}

fn variable(node: &Node, message: &str) -> Result<String, Stop> {
    match &node.kind {
        Kind::Ident(name) if name == "__result__" => {
            Stop::flaw(node.at, "iteration variable overwrites accumulator variable")
        }
        Kind::Ident(name) => Ok(name.clone()),
        _ => Stop::flaw(node.at, message),
    }
}

const SIMPLE: &str = "argument must be a simple name";
const IDENTIFIER: &str = "argument is not an identifier";

fn one(
    target: Node,
    args: Vec<Node>,
    message: &str,
    build: impl Fn(Range, Node) -> Fold,
) -> Result<Fold, Stop> {
    let [name, body] = exactly(args)?;
    let range = Range { over: target, first: variable(&name, message)?, second: None };
    Ok(build(range, body))
}

fn map(target: Node, args: Vec<Node>) -> Result<Fold, Stop> {
    let [name, filter, item] = exactly(args)?;
    let range = Range { first: variable(&name, IDENTIFIER)?, over: target, second: None };
    Ok(Fold::List { range, filter: Some(filter), item })
}

fn filter(target: Node, args: Vec<Node>) -> Result<Fold, Stop> {
    let [item, filter] = exactly(args)?;
    let range = Range { first: variable(&item, IDENTIFIER)?, over: target, second: None };
    Ok(Fold::List { range, filter: Some(filter), item })
}

fn both(
    target: Node,
    args: Vec<Node>,
    build: impl Fn(Range, Option<Node>, Node) -> Fold,
) -> Result<Fold, Stop> {
    let mut args = args.into_iter();
    let (Some(key), Some(value), Some(body)) = (args.next(), args.next(), args.next()) else {
        return Stop::flaw(target.at, SIMPLE);
    };
    let first = variable(&key, SIMPLE)?;
    let second = variable(&value, SIMPLE)?;
    if first == second {
        return Stop::flaw(value.at, format!("duplicate variable name: {first}"));
    }
    let range = Range { over: target, first, second: Some(second) };
    Ok(match args.next() {
        Some(item) => build(range, Some(body), item),
        None => build(range, None, body),
    })
}

/// `target.hasValue() ? optional.of(let name = target.value() in body) : optional.none()`
fn optional(at: usize, target: Node, args: Vec<Node>, wrap: bool) -> Result<Node, Stop> {
    let [name, body] = exactly(args)?;
    let message = "optMap() variable name must be a simple identifier";
    let flat = "optFlatMap() variable name must be a simple identifier";
    let name = variable(&name, if wrap { message } else { flat })?;
    if target.size() > COPIED {
        return Err(Stop::NotJudged(format!("optMap of more than {COPIED} operations")));
    }
    let optional = |function: &str, args: Vec<Node>| {
        let module = Node::new(at, Kind::Ident("optional".to_owned()));
        Node::call(at, function, Some(module), args)
    };
    let value = Node::call(at, "value", Some(target.clone()), vec![]);
    let bound = Node::new(at, Kind::Fold(Box::new(Fold::Let { name, value, body })));
    let yes = if wrap { optional("of", vec![bound]) } else { bound };
    let is_there = Node::call(at, "hasValue", Some(target), vec![]);
    Ok(Node::new(at, Kind::Conditional(Box::new([is_there, yes, optional("none", vec![])]))))
}

/// `let name = value in body`
fn bind(args: Vec<Node>) -> Result<Fold, Stop> {
    let [name, value, body] = exactly(args)?;
    let name = variable(&name, "cel.bind() variable names must be simple identifiers")?;
    Ok(Fold::Let { name, value, body })
}

/// `let @input = target in @input.@sortByAssociatedKeys(@input.map(name, key))`
fn sort_by(at: usize, target: Node, args: Vec<Node>) -> Result<Fold, Stop> {
    if matches!(target.kind, Kind::Literal(_) | Kind::Map(_) | Kind::Struct { .. }) {
        return Stop::flaw(
            target.at,
            "sortBy can only be applied to a list, identifier, comprehension, call or select expression",
        );
    }
    let input = Node::new(at, Kind::Ident(INPUT.to_owned()));
    let [name, key] = exactly(args)?;
    let range = Range { over: input.clone(), first: variable(&name, IDENTIFIER)?, second: None };
    let keys = Fold::List { range, filter: None, item: key };
    let keys = Node::new(at, Kind::Fold(Box::new(keys)));
    let body = Node::call(at, "@sortByAssociatedKeys", Some(input), vec![keys]);
    Ok(Fold::Let { name: INPUT.to_owned(), value: target, body })
}

fn exactly<const N: usize>(args: Vec<Node>) -> Result<[Node; N], Stop> {
    let at = args.first().map_or(0, |it| it.at);
    args.try_into().or_else(|_| Stop::flaw(at, "unexpected number of arguments"))
}
