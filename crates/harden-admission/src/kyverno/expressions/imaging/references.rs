//! Which images a policy is about.

use std::collections::BTreeMap;

use regex_lite::{Regex, RegexBuilder};
use serde_json::Value as Json;

use crate::cel::{self, Failure, Type, Value};
use crate::kyverno::expressions::environment::of_references;
use crate::kyverno::expressions::expression::{Expression, Flaw};
use crate::kyverno::expressions::policy::text;

/// `matchImageReferences`; none of them means all images.
#[derive(Debug)]
pub(super) struct References(Vec<Reference>);

#[derive(Debug)]
enum Reference {
    Glob(Regex),
    Expression(Expression),
}

impl References {
    pub(super) fn compile(spec: &Json) -> Result<Self, Flaw> {
        let list = spec.get("matchImageReferences").and_then(Json::as_array);
        let environment = of_references();
        let compile = |(index, reference): (usize, &Json)| {
            let at = format!("/spec/matchImageReferences/{index}");
            let (glob, source) = (text(reference, "glob"), text(reference, "expression"));
            if !glob.is_empty() {
                let flaw =
                    || Flaw::new(&format!("{at}/glob"), glob, format!("{glob:?} is no glob"));
                let pattern = pattern(glob).ok_or_else(flaw)?;
                return glob_of(&pattern).map(Reference::Glob).ok_or_else(flaw);
            }
            if source.is_empty() {
                let message = "either glob or expression must be set".to_owned();
                return Err(Flaw::new(&at, "", message));
            }
            let at = format!("{at}/expression");
            let expression = Expression::compile(&at, source, &environment, &[Type::BOOL])?;
            Ok(Reference::Expression(expression))
        };
        list.into_iter().flatten().enumerate().map(compile).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an image is one of those that are meant.
    pub(super) fn have(&self, image: &str) -> Result<bool, Failure> {
        if self.0.is_empty() {
            return Ok(true);
        }
        for reference in &self.0 {
            let has = match reference {
                Reference::Glob(glob) => glob.is_match(image),
                Reference::Expression(expression) => {
                    let values = BTreeMap::from([("ref".to_owned(), Value::String(image.into()))]);
                    let values = Ref(values);
                    matches!(expression.program.evaluate(&values)?, Value::Bool(true))
                }
            };
            if has {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The one variable of such expressions.
struct Ref(BTreeMap<String, Value>);

impl cel::Variables for Ref {
    fn value(&self, name: &str) -> Option<Result<Value, Failure>> {
        self.0.get(name).cloned().map(Ok)
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        super::super::library::of_images(name, args)
    }
}

fn glob_of(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).dot_matches_new_line(true).build().ok()
}

/// The longest glob that is read, in bytes.
const LENGTH: usize = 1000;

/// A glob as a regular expression; `None` where it is none.
fn pattern(glob: &str) -> Option<String> {
    if glob.len() > LENGTH {
        return None;
    }
    let mut pattern = String::from("^(?:");
    let mut chars = glob.chars().peekable();
    let mut depth = 0;
    while let Some(it) = chars.next() {
        match it {
            '*' => {
                while chars.next_if_eq(&'*').is_some() {}
                pattern.push_str(".*");
            }
            '?' => pattern.push('.'),
            '{' => {
                depth += 1;
                pattern.push_str("(?:");
            }
            '}' if depth > 0 => {
                depth -= 1;
                pattern.push(')');
            }
            ',' if depth > 0 => pattern.push('|'),
            '[' => class(&mut chars, &mut pattern)?,
            '\\' => escape(chars.next()?, &mut pattern),
            other => escape(other, &mut pattern),
        }
    }
    (depth == 0).then(|| pattern + ")$")
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, pattern: &mut String) -> Option<()> {
    pattern.push('[');
    if chars.next_if_eq(&'!').is_some() {
        pattern.push('^');
    }
    let mut is_empty = true;
    loop {
        match chars.next()? {
            ']' if !is_empty => break,
            '-' if !is_empty => pattern.push('-'),
            '\\' => escape(chars.next()?, pattern),
            other => escape(other, pattern),
        }
        is_empty = false;
    }
    pattern.push(']');
    Some(())
}

fn escape(it: char, pattern: &mut String) {
    if !it.is_alphanumeric() && it.is_ascii() {
        pattern.push('\\');
    }
    pattern.push(it);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_whole_references() {
        let is =
            |glob: &str, image: &str| glob_of(&pattern(glob).unwrap()).unwrap().is_match(image);
        assert!(is("ghcr.io/*", "ghcr.io/a/b:1"));
        assert!(!is("ghcr.io/*", "xghcr.io/a"));
        assert!(!is("ghcr.io/*", "ghcrxio/a"));
        assert!(is("*", ""));
        assert!(is("{quay,ghcr}.io/a?[0-9]*", "quay.io/ab7"));
        assert!(!is("{quay,ghcr}.io/a?[!0-9]", "quay.io/ab7"));
        assert!(is("a\\*b", "a*b"));
        assert_eq!(pattern("{a"), None);
    }
}
