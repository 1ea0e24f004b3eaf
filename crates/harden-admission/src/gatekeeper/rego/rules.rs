//! What Gatekeeper and OPA ask of modules when they compile them, as far as `regorus` does not.

use std::collections::{BTreeMap, BTreeSet};

use super::functions::{Support, support};
use super::module::{Module, is_keyword};
use super::token::{Gap, Kind, Token};
use super::{Dialect, Refusal};

/// A function: its package and its name.
type Function = (String, String);

/// Checks the entry and its libraries.
///
/// # Errors
///
/// Gatekeeper refuses them, or what they call is not known here.
pub(super) fn check(modules: &[&Module<'_>], dialect: Dialect) -> Result<(), Refusal> {
    let outlines: Vec<Outline<'_>> = modules.iter().map(|it| Outline::of(it)).collect();
    for outline in &outlines {
        outline.check_package()?;
        outline.check_imports()?;
        outline.check_data()?;
    }
    if let Some(entry) = outlines.first()
        && !entry.heads.contains_key("violation")
    {
        let said = "invalid rego: invalid module: missing required rules: [violation]";
        return Err(Refusal::Flawed(said.to_owned()));
    }
    let defined: BTreeSet<Function> = outlines
        .iter()
        .flat_map(|it| it.heads.keys().map(|name| (it.module.package.clone(), (*name).to_owned())))
        .collect();
    let mut calls: BTreeMap<Function, BTreeSet<Function>> = BTreeMap::new();
    for outline in &outlines {
        outline.check_calls(&defined, dialect, &mut calls)?;
    }
    check_recursion(&calls)
}

/// What a module is made of.
struct Outline<'m> {
    module: &'m Module<'m>,
    /// Names of rules and functions.
    heads: BTreeMap<&'m str, usize>,
    /// The paths that are imported, by the names that they have in the module.
    imports: BTreeMap<&'m str, Vec<&'m str>>,
    import_places: Vec<(usize, Vec<&'m str>)>,
}

/// The names of a path that begins at a token, and the place after them.
fn path<'m>(tokens: &'m [Token<'m>], at: usize) -> (Vec<&'m str>, usize) {
    let mut names = Vec::new();
    let Some(first) = tokens.get(at) else { return (names, at) };
    names.push(first.text);
    let mut next = at + 1;
    loop {
        let text = |ahead: usize| tokens.get(next + ahead).filter(|it| it.gap == Gap::None);
        match (text(0), text(1), text(2)) {
            (Some(dot), Some(name), _) if dot.is_sign(".") && name.kind == Kind::Name => {
                names.push(name.text);
                next += 2;
            }
            (Some(open), Some(name), Some(close))
                if open.is_sign("[") && name.kind == Kind::Text && close.is_sign("]") =>
            {
                names.push(name.text.trim_matches(['"', '`']));
                next += 3;
            }
            _ => return (names, next),
        }
    }
}

impl<'m> Outline<'m> {
    fn of(module: &'m Module<'m>) -> Self {
        let tokens = module.tokens.as_slice();
        let (mut heads, mut imports) = (BTreeMap::new(), BTreeMap::new());
        let mut import_places = Vec::new();
        let mut depth = 0usize;
        for (at, it) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            if it.kind == Kind::Sign {
                match it.text {
                    "{" | "[" | "(" => depth += 1,
                    "}" | "]" | ")" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            if depth > 0 || it.kind != Kind::Name {
                continue;
            }
            if it.text == "import" && it.gap == Gap::Line {
                let (names, next) = path(tokens, at + 1);
                let alias = match (tokens.get(next), tokens.get(next + 1)) {
                    (Some(word), Some(alias)) if word.is_name("as") => alias.text,
                    _ => names.last().copied().unwrap_or_default(),
                };
                import_places.push((it.at, names.clone()));
                imports.insert(alias, names);
                continue;
            }
            let begins = it.gap == Gap::Line
                || before
                    .is_none_or(|it| it.is_sign("}") || it.is_sign(";") || it.is_name("default"));
            if begins && !is_keyword(it.text) {
                heads.entry(it.text).or_insert(at);
            }
        }
        Self { module, heads, imports, import_places }
    }

    /// Libraries are below `lib`.
    fn check_package(&self) -> Result<(), Refusal> {
        let package = &self.module.package;
        let is_lib = package.starts_with("data.lib.") || package.starts_with("data.lib[");
        if self.module.lib.is_some() && !is_lib {
            let said = format!("invalid libs: path {package} not found in lib prefixes");
            return Err(Refusal::Flawed(said));
        }
        Ok(())
    }

    /// Only libraries and words of the language are imported.
    fn check_imports(&self) -> Result<(), Refusal> {
        for (at, names) in &self.import_places {
            match names.as_slice() {
                ["data", "lib", ..] | ["future", ..] | ["rego", "v1"] => {}
                ["input", ..] => {
                    let what =
                        format!("invalid import: cannot import input: {:?}", names.join("."));
                    return Err(self.module.flawed(*at, &what));
                }
                _ => {
                    let what = format!("invalid import: bad import: {:?}", names.join("."));
                    return Err(self.module.flawed(*at, &what));
                }
            }
        }
        Ok(())
    }

    /// Of `data` only libraries and the inventory are there.
    fn check_data(&self) -> Result<(), Refusal> {
        let tokens = self.module.tokens.as_slice();
        for (at, it) in tokens.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let is_field = before.is_some_and(|it| it.is_sign("."));
            let is_import = before.is_some_and(|it| it.is_name("import"));
            if !it.is_name("data") || is_field || is_import {
                continue;
            }
            let (names, _) = path(tokens, at);
            // A variable or a key may have this name.
            let is_path = tokens
                .get(at + 1)
                .is_some_and(|it| it.gap == Gap::None && (it.is_sign(".") || it.is_sign("[")));
            if is_path && !matches!(names.get(1), Some(&"lib" | &"inventory")) {
                let what = format!(
                    "invalid data references: check refs failed on module template: disallowed ref {}",
                    names.join(".")
                );
                return Err(self.module.flawed(it.at, &what));
            }
        }
        Ok(())
    }

    /// All that is called is there, with as many values as it takes.
    fn check_calls(
        &self,
        defined: &BTreeSet<Function>,
        dialect: Dialect,
        calls: &mut BTreeMap<Function, BTreeSet<Function>>,
    ) -> Result<(), Refusal> {
        let tokens = self.module.tokens.as_slice();
        let mut rule = String::new();
        for (at, it) in tokens.iter().enumerate() {
            if self.heads.get(it.text) == Some(&at) || self.begins_rule(at) {
                it.text.clone_into(&mut rule);
            }
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            let is_field = before.is_some_and(|it| it.is_sign(".") && it.gap == Gap::None);
            if it.kind != Kind::Name || is_field || is_keyword_of(it.text, dialect) {
                continue;
            }
            let (names, next) = path(tokens, at);
            let opens = tokens.get(next).is_some_and(|it| it.is_sign("(") && it.gap == Gap::None);
            if !opens || self.begins_rule(at) {
                continue;
            }
            let called = self.resolve(&names);
            if defined.contains(&called) {
                let from = (self.module.package.clone(), rule.clone());
                calls.entry(from).or_default().insert(called);
                continue;
            }
            let name = names.join(".");
            match support(&name) {
                Support::Here(arity) => {
                    if arguments(tokens, next) == arity + 1 {
                        let what = format!("a call of {name} that binds its result");
                        return Err(Refusal::NotJudged(self.module.located(it.at, &what)));
                    }
                }
                Support::Elsewhere => {
                    let what = format!("the function {name}, which is not known here,");
                    return Err(Refusal::NotJudged(self.module.located(it.at, &what)));
                }
                Support::None => {
                    let what = format!("rego_type_error: undefined function {name}");
                    return Err(self.module.flawed(it.at, &what));
                }
            }
        }
        Ok(())
    }

    /// Whether a rule begins at a token.
    fn begins_rule(&self, at: usize) -> bool {
        let tokens = self.module.tokens.as_slice();
        let Some(it) = tokens.get(at) else { return false };
        let is_first = it.gap == Gap::Line && self.heads.contains_key(it.text);
        is_first && depth_is_zero(tokens, at)
    }

    /// The function that a name stands for in this module.
    fn resolve(&self, names: &[&str]) -> Function {
        match names {
            [name] => match self.imports.get(name).and_then(|path| path.split_last()) {
                Some((function, package)) => (package.join("."), (*function).to_owned()),
                None => (self.module.package.clone(), (*name).to_owned()),
            },
            [first, between @ .., last] => {
                let path = match self.imports.get(first) {
                    Some(path) => path.join("."),
                    None => (*first).to_owned(),
                };
                let package = std::iter::once(path.as_str()).chain(between.iter().copied());
                (package.collect::<Vec<_>>().join("."), (*last).to_owned())
            }
            [] => (String::new(), String::new()),
        }
    }
}

fn is_keyword_of(word: &str, _dialect: Dialect) -> bool {
    is_keyword(word) && word != "contains"
}

fn depth_is_zero(tokens: &[Token<'_>], at: usize) -> bool {
    let before = tokens.get(..at).unwrap_or_default();
    let count = |signs: [&str; 3]| {
        before.iter().filter(|it| it.kind == Kind::Sign && signs.contains(&it.text)).count()
    };
    count(["(", "[", "{"]) == count([")", "]", "}"])
}

/// How many values a call has whose bracket is at a token.
fn arguments(tokens: &[Token<'_>], open: usize) -> usize {
    let (mut depth, mut commas, mut is_empty) = (0usize, 0usize, true);
    for it in tokens.get(open..).unwrap_or_default() {
        match it.text {
            "(" | "[" | "{" if it.kind == Kind::Sign => depth += 1,
            ")" | "]" | "}" if it.kind == Kind::Sign => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            "," if it.kind == Kind::Sign && depth == 1 => commas += 1,
            _ => {}
        }
        if !(depth == 1 && it.is_sign("(")) {
            is_empty = false;
        }
    }
    if is_empty { 0 } else { commas + 1 }
}

/// No function calls itself: `regorus` would follow it as deep as there is memory.
fn check_recursion(calls: &BTreeMap<Function, BTreeSet<Function>>) -> Result<(), Refusal> {
    let mut done = BTreeSet::new();
    for start in calls.keys() {
        let mut trail: Vec<(&Function, Vec<&Function>)> = vec![(start, next(calls, start))];
        while let Some((here, ahead)) = trail.last_mut() {
            let here = *here;
            let Some(to) = ahead.pop() else {
                done.insert(here);
                trail.pop();
                continue;
            };
            if trail.iter().any(|(it, _)| *it == to) {
                let said = format!("rego_recursion_error: rule {}.{} is recursive", to.0, to.1);
                return Err(Refusal::Flawed(said));
            }
            if !done.contains(to) {
                trail.push((to, next(calls, to)));
            }
        }
    }
    Ok(())
}

fn next<'c>(
    calls: &'c BTreeMap<Function, BTreeSet<Function>>,
    from: &Function,
) -> Vec<&'c Function> {
    calls.get(from).into_iter().flatten().collect()
}
