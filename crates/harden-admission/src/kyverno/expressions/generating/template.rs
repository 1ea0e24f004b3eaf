//! Objects that are written as YAML, with expressions in `(( … ))`.

use serde_json::{Map, Value as Json};

use crate::cel::{Environment, Failure, Value};
use crate::kyverno::expressions::expression::{Expression, Flaw};
use crate::kyverno::expressions::scope::Scope;

/// A template: its documents.
#[derive(Debug)]
pub(super) struct Template(Vec<Node>);

#[derive(Debug)]
enum Node {
    Literal(Json),
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    /// One expression, whose value stands in its place.
    Whole(Expression),
    Text(Vec<Segment>),
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    Expression(Expression),
}

/// A part of a text as it is written.
#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Literal(String),
    Expression(&'t str),
}

struct Compiler<'a> {
    at: &'a str,
    environment: &'a Environment,
    interpolates: bool,
}

impl Template {
    pub(super) fn compile(
        at: &str,
        text: &str,
        interpolates: bool,
        environment: &Environment,
    ) -> Result<Self, Flaw> {
        let compiler = Compiler { at, environment, interpolates };
        let flaw = |what: &str| Flaw::new(at, text, what.to_owned());
        let mut documents = Vec::new();
        for document in harden_yaml::parse(text) {
            let json = document.to_json().and_then(|it| serde_json::from_str(&it).ok());
            let json: Json = json.ok_or_else(|| flaw("failed to parse YAML"))?;
            match compiler.node(&json)? {
                Node::Literal(Json::Null) => {}
                node @ (Node::Map(_) | Node::Whole(_) | Node::Literal(Json::Object(_))) => {
                    documents.push(node);
                }
                _ => return Err(flaw("document must be a mapping describing a resource")),
            }
        }
        if documents.is_empty() {
            return Err(flaw("template must contain at least one YAML document"));
        }
        Ok(Self(documents))
    }

    /// The objects that it describes.
    pub(super) fn render(&self, scope: &Scope<'_>) -> Result<Vec<Json>, Failure> {
        let render = |(index, node): (usize, &Node)| {
            let json = node.render(scope).map_err(|failure| match failure {
                Failure::Error(why) => Failure::Error(format!(
                    "failed to render generation template: document {}: {why}",
                    index + 1
                )),
                other => other,
            })?;
            if json.is_object() {
                return Ok(json);
            }
            let what = "expected a mapping describing a resource";
            Err(Failure::Error(format!(
                "failed to render generation template: document {}: {what}",
                index + 1
            )))
        };
        self.0.iter().enumerate().map(render).collect()
    }
}

impl Compiler<'_> {
    fn node(&self, json: &Json) -> Result<Node, Flaw> {
        if !self.interpolates || !has_marks(json) {
            return Ok(Node::Literal(json.clone()));
        }
        match json {
            Json::Object(fields) => {
                let mut entries = Vec::new();
                for (key, value) in fields {
                    if parts(key)
                        .is_none_or(|it| it.iter().any(|it| matches!(it, Part::Expression(_))))
                    {
                        return Err(
                            self.flaw(key, "placeholders are not supported in mapping keys")
                        );
                    }
                    entries.push((key.clone(), self.node(value)?));
                }
                Ok(Node::Map(entries))
            }
            Json::Array(items) => {
                items.iter().map(|it| self.node(it)).collect::<Result<_, _>>().map(Node::List)
            }
            Json::String(text) => self.text(text),
            other => Ok(Node::Literal(other.clone())),
        }
    }

    fn text(&self, text: &str) -> Result<Node, Flaw> {
        let parts =
            parts(text).ok_or_else(|| self.flaw(text, "a placeholder is empty or not closed"))?;
        if let [Part::Expression(source)] = parts.as_slice() {
            return self.expression(source).map(Node::Whole);
        }
        let segment = |part: Part<'_>| match part {
            Part::Literal(text) => Ok(Segment::Literal(text)),
            Part::Expression(source) => self.expression(source).map(Segment::Expression),
        };
        parts.into_iter().map(segment).collect::<Result<_, _>>().map(Node::Text)
    }

    fn expression(&self, source: &str) -> Result<Expression, Flaw> {
        Expression::compile(self.at, source, self.environment, &[])
    }

    fn flaw(&self, source: &str, what: &str) -> Flaw {
        Flaw::new(self.at, source, what.to_owned())
    }
}

impl Node {
    fn render(&self, scope: &Scope<'_>) -> Result<Json, Failure> {
        Ok(match self {
            Self::Literal(json) => json.clone(),
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, node) in entries {
                    map.insert(key.clone(), node.render(scope)?);
                }
                Json::Object(map)
            }
            Self::List(items) => {
                Json::Array(items.iter().map(|it| it.render(scope)).collect::<Result<_, _>>()?)
            }
            Self::Whole(expression) => scope.evaluate(expression)?.to_json(),
            Self::Text(segments) => {
                let mut text = String::new();
                for segment in segments {
                    match segment {
                        Segment::Literal(literal) => text.push_str(literal),
                        Segment::Expression(expression) => {
                            text.push_str(&shown(&scope.evaluate(expression)?)?);
                        }
                    }
                }
                Json::String(text)
            }
        })
    }
}

/// A value within a text.
fn shown(value: &Value) -> Result<String, Failure> {
    match value {
        Value::String(text) => Ok(text.to_string()),
        Value::Bool(_) | Value::Int(_) | Value::Uint(_) => Ok(value.to_json().to_string()),
        Value::Double(_) => Err(Failure::NotJudged("a double within a text".to_owned())),
        other => Err(Failure::Error(format!(
            "a placeholder embedded in a string must evaluate to a scalar, got {}",
            other.type_name()
        ))),
    }
}

fn has_marks(json: &Json) -> bool {
    match json {
        Json::String(text) => text.contains("(("),
        Json::Array(items) => items.iter().any(has_marks),
        Json::Object(fields) => fields.iter().any(|(key, it)| key.contains("((") || has_marks(it)),
        _ => false,
    }
}

/// What is in `(( … ))`, and what is between; `None` where such a place is empty or not closed. `\((` is no
/// beginning.
fn parts(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\((") {
            literal.push_str("((");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("((") {
            let (source, after) = expression(after)?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Expression(source));
            rest = after;
        } else {
            literal.push(next);
            rest = rest.get(next.len_utf8()..)?;
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Some(parts)
}

/// The expression up to `))`, and what follows.
fn expression(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote) = (0_usize, None);
    let mut chars = text.char_indices();
    while let Some((at, it)) = chars.next() {
        match (quote, it) {
            (Some(_), '\\') => drop(chars.next()),
            (Some(open), it) if it == open => quote = None,
            (None, '"' | '\'') => quote = Some(it),
            (None, '(') => depth += 1,
            (None, ')') if depth > 0 => depth -= 1,
            (None, ')') => {
                let after = text.get(at..)?.strip_prefix("))")?;
                let source = text.get(..at)?.trim();
                return (!source.is_empty()).then_some((source, after));
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_end_at_their_own_parentheses() {
        let literal = |it: &str| Part::Literal(it.to_owned());
        assert_eq!(
            parts("a-(( string(f(x)) ))-b"),
            Some(vec![literal("a-"), Part::Expression("string(f(x))"), literal("-b")])
        );
        assert_eq!(parts("(( ':)'.size() ))"), Some(vec![Part::Expression("':)'.size()")]));
        assert_eq!(parts("\\((x))"), Some(vec![literal("((x))")]));
        assert_eq!(parts("(( ))"), None);
        assert_eq!(parts("(( x )"), None);
    }
}
