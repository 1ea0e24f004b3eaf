//! `GeneratingPolicy` and `NamespacedGeneratingPolicy`.

mod template;

use serde_json::Value as Json;

use super::asked::Asked;
use super::environment::Purpose;
use super::exception::Exemption;
use super::expression::{Expression, Flaw};
use super::policy::{Policy, text};
use super::scope::Scope;
use crate::cel::{Failure, Type, Value};
use crate::{Action, Answer, Changed, Cluster, Object, Verdict};
use template::Template;

/// A policy.
#[derive(Debug)]
pub(super) struct Generating {
    policy: Policy,
    generations: Vec<Generation>,
}

#[derive(Debug)]
enum Generation {
    Expression(Expression),
    Template(Template),
}

impl Generating {
    pub(super) fn compile(policy: &Object, exceptions: &[&Object]) -> Result<Option<Self>, Flaw> {
        let Some(spec) = policy.json().get("spec") else { return Ok(None) };
        let (mut policy, environment) =
            Policy::compile(policy, spec, Purpose::Generating, exceptions)?;
        // Whatever becomes of it, the request is let through.
        policy.action = Action::Ignore;
        let list = spec.get("generate").and_then(Json::as_array);
        let compile = |(index, generation): (usize, &Json)| {
            let at = format!("/spec/generate/{index}");
            match (text(generation, "expression"), generation.get("template")) {
                ("", None) => {
                    let message = "one of expression or template must be set".to_owned();
                    Err(Flaw::new(&at, "", message))
                }
                ("", Some(template)) => {
                    let at = format!("{at}/template/value");
                    let interpolates = text(template, "interpolate") == "cel";
                    Template::compile(&at, text(template, "value"), interpolates, &environment)
                        .map(Generation::Template)
                }
                (source, Some(_)) => {
                    let message = "only one of expression or template may be set".to_owned();
                    Err(Flaw::new(&at, source, message))
                }
                (source, None) => {
                    let at = format!("{at}/expression");
                    Expression::compile(&at, source, &environment, &[Type::BOOL])
                        .map(Generation::Expression)
                }
            }
        };
        let generations = list.into_iter().flatten().enumerate().map(compile);
        let generations: Result<Vec<_>, _> = generations.collect();
        Ok(Some(Self { policy, generations: generations? }))
    }

    /// What it says of a request, and what it makes of it; nothing where it is not about it, or its
    /// conditions leave it out.
    pub(super) fn generate(&self, asked: &Asked<'_>) -> Option<(Answer, Vec<Changed>)> {
        let policy = &self.policy;
        if let Err(answer) = policy.is_about(asked)? {
            return Some((answer, Vec::new()));
        }
        let mut scope = Scope::new(asked, &policy.name.namespace);
        let failed = |failure: &Failure, reasons| {
            Some((policy.failed("failed to evaluate policy", failure, reasons), Vec::new()))
        };
        match policy.exempt(&mut scope) {
            Ok(Exemption::None { .. }) => {}
            Ok(Exemption::Full(verdict, message)) => {
                return Some((policy.answer(verdict, &message, Vec::new()), Vec::new()));
            }
            Err(failure) => return failed(&failure, Vec::new()),
        }
        match scope.all_hold(&policy.conditions) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(failure) => return failed(&failure, policy.left_out(&scope)),
        }
        let scope = scope.with_variables(&policy.variables);
        for generation in &self.generations {
            match generation {
                Generation::Expression(expression) => {
                    if let Err(failure) = scope.evaluate(expression) {
                        return failed(&failure, vec![scope.reason(expression)]);
                    }
                }
                Generation::Template(template) => match template.render(&scope) {
                    Ok(objects) => objects.iter().for_each(|it| self.place(it, &scope)),
                    Err(failure) => return failed(&failure, Vec::new()),
                },
            }
        }
        if let Err(failure) = policy.annotate(&scope) {
            return failed(&failure, Vec::new());
        }
        let mut objects = Vec::new();
        for (namespace, value) in scope.generated() {
            match placed(&namespace, &value, asked.cluster(), !policy.name.namespace.is_empty()) {
                Ok(placed) => objects.extend(placed),
                Err(why) => {
                    let why = format!("failed to generate resources: {why}");
                    return failed(&Failure::Error(why), Vec::new());
                }
            }
        }
        let change = |object| Changed { policy: policy.name.clone(), rule: String::new(), object };
        let message = "policy evaluated successfully";
        let answer = policy.answer(Verdict::Pass, message, Vec::new());
        Some((answer, objects.into_iter().map(change).collect()))
    }
}

impl Generating {
    /// Generates an object of a template where it says that it is.
    fn place(&self, object: &Json, scope: &Scope<'_>) {
        let namespace = object.pointer("/metadata/namespace").and_then(Json::as_str);
        let namespace = namespace.unwrap_or(&self.policy.name.namespace);
        scope.generate(namespace, &[Value::from_json(object)]);
    }
}

/// The objects of a value that is generated into a namespace: itself, or the items of a list.
fn placed(
    namespace: &str,
    value: &Value,
    cluster: &Cluster,
    is_confined: bool,
) -> Result<Vec<Object>, String> {
    let json = value.to_json();
    let items = match json.get("items").and_then(Json::as_array) {
        Some(items) => items.clone(),
        None => vec![json],
    };
    let place = |mut json: Json| {
        let object = Object::new(json.clone());
        let is_namespaced = cluster.resource(object.group(), object.kind()).is_namespaced;
        if !is_namespaced && is_confined {
            return Err(format!(
                "cross-scope generation denied: a policy scoped to namespace \"{namespace}\" cannot \
                 generate cluster-scoped resource {}/{}",
                text(object.json(), "apiVersion"),
                object.kind()
            ));
        }
        let target = if is_namespaced { namespace } else { "" };
        if let Some(metadata) = json.get_mut("metadata").and_then(Json::as_object_mut) {
            if !object.namespace().is_empty() && object.namespace() != target {
                metadata.remove("ownerReferences");
            }
            for key in
                ["uid", "managedFields", "annotations", "resourceVersion", "creationTimestamp"]
            {
                metadata.remove(key);
            }
            metadata.remove("namespace");
            if !target.is_empty() {
                metadata.insert("namespace".to_owned(), target.into());
            }
        }
        Ok(Object::new(json))
    };
    items.into_iter().map(place).collect()
}
