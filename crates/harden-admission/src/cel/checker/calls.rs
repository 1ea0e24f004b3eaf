//! The types of calls.

use super::super::syntax::{Kind, Node};
use super::super::types::Type;
use super::Checker;

/// Functions that look at their arguments themselves.
const UNGUARDED: [&str; 26] = [
    "!_",
    "_+_",
    "_-_",
    "_*_",
    "_/_",
    "_%_",
    "-_",
    "_<_",
    "_<=_",
    "_>_",
    "_>=_",
    "_==_",
    "_!=_",
    "@in",
    "_[_]",
    "_[?_]",
    "size",
    "matches",
    "find",
    "findAll",
    "startsWith",
    "endsWith",
    "contains",
    "sort",
    "distinct",
    "@sortByAssociatedKeys",
];

/// Functions whose cost the server counts by reading the list, which it does even where there is none.
const TRACKED: [&str; 3] = ["distinct", "sort", "@sortByAssociatedKeys"];
/// What the names of these end with where the server knows which way they are called.
pub(in super::super) const TRACKED_MARK: char = '!';

impl Checker<'_> {
    pub(super) fn call(&mut self, node: &mut Node) -> Type {
        let at = node.at;
        let Kind::Call { name, target, args, guard } = &mut node.kind else { return Type::Error };
        let is_format = name == "format" && target.is_some();
        if is_format && args.iter().any(has_optionals) {
            self.unjudged = Some("optional elements within the arguments of format".to_owned());
        }
        self.literals.exempt(is_format, 1);
        let mut found: Vec<Type> = args.iter_mut().map(|it| self.check(it)).collect();
        self.literals.exempt(is_format, -1);
        let qualified = target.as_ref().and_then(|it| it.qualified_name());
        let qualified = qualified.map(|it| format!("{it}.{name}"));
        if let Some(full) = qualified.filter(|it| self.environment.functions.contains_key(it)) {
            *name = full;
            *target = None;
        } else if let Some(target) = target {
            found.insert(0, self.check(target));
        }
        let member = target.is_some();
        if !self.environment.functions.contains_key(name.as_str()) {
            let name = name.clone();
            return self.undeclared(at, &name);
        }
        let (result, only) = self.resolve(at, name, &found, member);
        let is_unique = only.is_some();
        if let Some(only) = only
            && !UNGUARDED.contains(&name.as_str())
            && found.iter().any(is_loose)
        {
            *guard = Some(only.into());
        }
        if is_unique && TRACKED.contains(&name.as_str()) {
            name.push(TRACKED_MARK);
        }
        if result != Type::Error {
            self.literals.call(at, name, target.as_deref(), args);
        }
        result
    }

    /// The type of a call, and its arguments if there is one way to call it only.
    fn resolve(
        &mut self,
        at: usize,
        name: &str,
        found: &[Type],
        member: bool,
    ) -> (Type, Option<Vec<Type>>) {
        let environment = self.environment;
        let overloads = environment.functions.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut result: Option<Type> = None;
        let mut ways = Vec::new();
        for overload in overloads {
            if overload.member != member || overload.arity() != found.len() {
                continue;
            }
            let (args, returned) = overload.instance(&mut self.bindings);
            if !self.fit(found, &args) {
                continue;
            }
            let returned = self.bindings.resolved(&returned, false);
            ways.push(overload.args().to_vec());
            result = Some(match result {
                None => returned,
                Some(before) if before == Type::Dyn || before == returned => before,
                Some(_) => Type::Dyn,
            });
        }
        let result = result.unwrap_or_else(|| self.no_overload(at, name, found, member));
        (result, if ways.len() == 1 { ways.pop() } else { None })
    }
}

/// Whether a value of the type may be of another.
fn is_loose(it: &Type) -> bool {
    match it {
        Type::Dyn | Type::Variable(_) => true,
        Type::List(of) | Type::Optional(of) => is_loose(of),
        Type::Map(keys, values) => is_loose(keys) || is_loose(values),
        _ => false,
    }
}

/// Whether a list with optional elements is within it.
fn has_optionals(node: &Node) -> bool {
    matches!(&node.kind, Kind::List(elements) if elements.iter().any(|(_, optional)| *optional))
        || node.kind.children().any(has_optionals)
}
