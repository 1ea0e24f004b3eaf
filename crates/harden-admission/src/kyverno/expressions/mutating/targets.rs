//! Objects that are there already, and are changed because of a request for another.

use serde_json::{Value as Json, json};

use crate::cel::{Environment, Failure, Type, Value};
use crate::kubernetes::matching::Match;
use crate::kyverno::expressions::asked::{Asked, ask};
use crate::kyverno::expressions::constraints::Constraints;
use crate::kyverno::expressions::expression::{Expression, Flaw};
use crate::kyverno::expressions::policy::{conditions, text};
use crate::kyverno::expressions::scope::Scope;
use crate::{Object, Operation, Request};

/// Which objects a policy changes, if it changes any.
#[derive(Debug)]
pub(super) struct Targets {
    /// An expression that finds them; else the constraints do.
    expression: Option<Expression>,
    constraints: Constraints,
    /// Groups and resources that the constraints name.
    named: Vec<(String, String)>,
    pub(super) conditions: Vec<Expression>,
}

impl Targets {
    /// Nothing where the policy is about requests alone.
    pub(super) fn compile(spec: &Json, environment: &Environment) -> Result<Option<Self>, Flaw> {
        let is_meant = spec.pointer("/evaluation/mutateExisting/enabled").and_then(Json::as_bool);
        if is_meant != Some(true) {
            return Ok(None);
        }
        let own = spec.get("targetMatchConstraints");
        let expression = match own.map(|it| text(it, "expression")) {
            None | Some("") => None,
            Some(source) => {
                let at = "/spec/targetMatchConstraints/expression";
                let wanted = [Type::map(Type::STRING, Type::Dyn)];
                Some(Expression::compile(at, source, environment, &wanted)?)
            }
        };
        let rules =
            |it: &Json| it.get("resourceRules").and_then(Json::as_array).map_or(0, Vec::len);
        let own = own.filter(|it| rules(it) > 0).or_else(|| spec.get("matchConstraints"));
        // What is done to objects does not matter here.
        let mut constraints = own.cloned().unwrap_or(Json::Null);
        let mut named = Vec::new();
        let rules = constraints.get_mut("resourceRules").and_then(Json::as_array_mut);
        for rule in rules.into_iter().flatten() {
            let words = |key: &str| -> Vec<String> {
                let list = rule.get(key).and_then(Json::as_array).into_iter().flatten();
                list.filter_map(Json::as_str).map(str::to_owned).collect()
            };
            for group in words("apiGroups") {
                named.extend(words("resources").into_iter().map(|it| (group.clone(), it)));
            }
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("operations".to_owned(), json!(["*"]));
            }
        }
        let conditions = conditions(spec, "targetMatchConditions", environment)?;
        let constraints = Constraints::read(Some(&constraints));
        Ok(Some(Self { expression, constraints, named, conditions }))
    }

    /// The objects at hand that are meant.
    pub(super) fn find(
        &self,
        asked: &Asked<'_>,
        scope: &Scope<'_>,
    ) -> Result<Vec<Object>, Failure> {
        let Some(expression) = &self.expression else { return Ok(self.matched(asked)) };
        let found = match scope.evaluate(expression)? {
            Value::Null => return Ok(Vec::new()),
            found => found.to_json(),
        };
        Ok(match found.get("items").and_then(Json::as_array) {
            Some(items) => items.iter().cloned().map(Object::new).collect(),
            None => vec![Object::new(found)],
        })
    }

    fn matched(&self, asked: &Asked<'_>) -> Vec<Object> {
        let cluster = asked.cluster();
        let mut found: Vec<Object> = Vec::new();
        for (group, resource) in &self.named {
            for kind in cluster.kinds(group, resource) {
                let objects = cluster.list(group, kind, None);
                found.extend(objects.filter(|it| self.matches(it, asked)).cloned());
            }
        }
        found
    }

    fn matches(&self, object: &Object, asked: &Asked<'_>) -> bool {
        let request = Request {
            operation: Operation::Create,
            object: Some(object.clone()),
            old: None,
            subresource: String::new(),
            ..asked.request.clone()
        };
        ask(&request, |asked| matches!(self.constraints.matches(asked), Match::As(_)))
    }
}
