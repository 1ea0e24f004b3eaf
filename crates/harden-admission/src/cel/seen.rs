//! The paths of variables that an expression names.

use super::syntax::{Fold, Kind, Literal, Node};

/// Collects the longest paths, in the order of the expression, each with its node; those of variables of
/// macros are left out, and so are variables as a whole.
pub(super) fn paths_of<'n>(
    node: &'n Node,
    locals: &mut Vec<&'n str>,
    paths: &mut Vec<(String, &'n Node)>,
) {
    if let Some(path) = path(node, locals)
        && path.contains(['.', '['])
    {
        if !paths.iter().any(|(it, _)| *it == path) {
            paths.push((path, node));
        }
        return;
    }
    let before = locals.len();
    if let Kind::Fold(fold) = &node.kind {
        match &**fold {
            Fold::All { range, .. }
            | Fold::Exists { range, .. }
            | Fold::ExistsOne { range, .. }
            | Fold::List { range, .. }
            | Fold::Map { range, .. } => {
                paths_of(&range.over, locals, paths);
                locals.push(&range.first);
                locals.extend(range.second.as_deref());
            }
            Fold::Let { name, value, .. } => {
                paths_of(value, locals, paths);
                locals.push(name);
            }
        }
    }
    for child in node.kind.children() {
        paths_of(child, locals, paths);
    }
    locals.truncate(before);
}

fn path(node: &Node, locals: &[&str]) -> Option<String> {
    match &node.kind {
        Kind::Ident(name) => {
            let root = name.split('.').next().unwrap_or_default();
            (!locals.contains(&root)).then(|| name.clone())
        }
        Kind::Select { operand, field } | Kind::OptionalSelect { operand, field } => {
            Some(format!("{}.{field}", path(operand, locals)?))
        }
        Kind::Call { name, args, .. } if name == "_[_]" => {
            let [of, at] = args.as_slice() else { return None };
            let index = match &at.kind {
                Kind::Literal(Literal::Int(index)) => index.to_string(),
                Kind::Literal(Literal::String(key)) => format!("\"{key}\""),
                _ => return None,
            };
            Some(format!("{}[{index}]", path(of, locals)?))
        }
        _ => None,
    }
}
