//! `MutatingPolicy` and `NamespacedMutatingPolicy`.

mod targets;

use serde_json::Value as Json;

use super::asked::Asked;
use super::autogen::{Rewriting, compile_all};
use super::environment::Purpose;
use super::exception::Exemption;
use super::expression::{Expression, Flaw};
use super::policy::{Policy, text};
use super::scope::Scope;
use crate::cel::{Failure, Type};
use crate::{Answer, Object, Verdict, mutation};
use targets::Targets;

/// A policy, or what it becomes for controllers.
#[derive(Debug)]
pub(super) struct Mutating {
    policy: Policy,
    mutations: Vec<Mutation>,
    /// Whether what is applied may replace lists and maps as a whole.
    may_replace: bool,
    is_extracting: bool,
    targets: Option<Targets>,
}

#[derive(Debug)]
enum Mutation {
    Apply(Expression),
    Patch(Expression),
}

/// The policy, and what it becomes for controllers.
pub(super) fn compile(policy: &Object, exceptions: &[&Object]) -> Result<Vec<Mutating>, Flaw> {
    compile_all(policy, Rewriting::Mutations, |spec, is_extracting| {
        Mutating::compile(policy, spec, is_extracting, exceptions)
    })
}

impl Mutating {
    fn compile(
        policy: &Object,
        spec: &Json,
        is_extracting: bool,
        exceptions: &[&Object],
    ) -> Result<Self, Flaw> {
        let (policy, environment) = Policy::compile(policy, spec, Purpose::Mutating, exceptions)?;
        let list = spec.get("mutations").and_then(Json::as_array);
        let compile = |(index, mutation): (usize, &Json)| {
            let (key, wanted) = match text(mutation, "patchType") {
                "JSONPatch" => ("jsonPatch", Type::list(Type::Message("JSONPatch".into()))),
                "ApplyConfiguration" => ("applyConfiguration", Type::Message("Object".into())),
                _ => return Ok(None),
            };
            let Some(source) = mutation.get(key) else { return Ok(None) };
            let at = format!("/spec/mutations/{index}/{key}/expression");
            let source = text(source, "expression");
            let expression = Expression::compile(&at, source, &environment, &[wanted])?;
            Ok(Some(match key {
                "jsonPatch" => Mutation::Patch(expression),
                _ => Mutation::Apply(expression),
            }))
        };
        let mutations = list.into_iter().flatten().enumerate().map(compile);
        let mutations: Result<Vec<Option<Mutation>>, Flaw> = mutations.collect();
        let may_replace =
            spec.pointer("/evaluation/useServerSideApply").and_then(Json::as_bool) == Some(true);
        let mutations = mutations?.into_iter().flatten().collect();
        let targets = Targets::compile(spec, &environment)?;
        Ok(Self { policy, mutations, may_replace, is_extracting, targets })
    }

    /// What it makes of the object of a request, and what it says; nothing where it is not about it.
    pub(super) fn mutate(&self, asked: &Asked<'_>) -> Option<(Option<Object>, Answer)> {
        let policy = &self.policy;
        if let Err(answer) = policy.is_about(asked)? {
            return Some((None, answer));
        }
        if self.is_extracting {
            let message = "extraction mode: mutation for custom workload CRDs is not yet supported";
            return Some((None, policy.answer(Verdict::Skip, message, Vec::new())));
        }
        let scope = policy.scope(asked).with_variables(&policy.variables);
        let nothing = || Object::new(Json::Object(serde_json::Map::new()));
        let object = asked.request.object.clone().unwrap_or_else(nothing);
        Some(self.change(object, scope, &policy.conditions))
    }

    /// What it makes of objects that are there already, because of a request that its conditions do not
    /// leave out: each with what it says.
    pub(super) fn mutate_others(&self, asked: &Asked<'_>) -> Vec<(Option<Object>, Answer)> {
        let policy = &self.policy;
        let Some(targets) = &self.targets else { return Vec::new() };
        let scope = || policy.scope(asked).with_variables(&policy.variables);
        let is_about = matches!(policy.is_about(asked), Some(Ok(())));
        if !is_about || self.is_extracting || scope().all_hold(&policy.conditions) != Ok(true) {
            return Vec::new();
        }
        match targets.find(asked, &scope()) {
            Ok(objects) => {
                let change = |object: Object| {
                    self.change(object.clone(), scope().with_target(&object), &targets.conditions)
                };
                objects.into_iter().map(change).collect()
            }
            Err(failure) => {
                vec![(None, policy.failed("failed to evaluate policy", &failure, Vec::new()))]
            }
        }
    }

    /// What it makes of an object, and what it says.
    fn change<'a>(
        &'a self,
        mut object: Object,
        mut scope: Scope<'a>,
        conditions: &'a [Expression],
    ) -> (Option<Object>, Answer) {
        let policy = &self.policy;
        let failed = |failure: &Failure, reasons| {
            (None, policy.failed("failed to evaluate policy", failure, reasons))
        };
        match policy.exempt(&mut scope) {
            Ok(Exemption::None { .. }) => {}
            Ok(Exemption::Full(verdict, message)) => {
                return (None, policy.answer(verdict, &message, Vec::new()));
            }
            Err(failure) => return failed(&failure, Vec::new()),
        }
        match scope.all_hold(conditions) {
            Ok(true) => {}
            Ok(false) => {
                let reasons = scope.decisive(conditions);
                return (None, policy.answer(Verdict::Skip, "skip", reasons));
            }
            Err(failure) => return failed(&failure, scope.decisive(conditions)),
        }
        for mutation in &self.mutations {
            let (Mutation::Apply(expression) | Mutation::Patch(expression)) = mutation;
            match self.apply(mutation, &object, &scope) {
                Ok(changed) => {
                    scope.set_object(&changed);
                    object = changed;
                }
                Err(failure) => return failed(&failure, vec![scope.reason(expression)]),
            }
        }
        if let Err(failure) = policy.annotate(&scope) {
            return failed(&failure, Vec::new());
        }
        (Some(object), policy.answer(Verdict::Pass, "success", Vec::new()))
    }

    fn apply(
        &self,
        wanted: &Mutation,
        object: &Object,
        scope: &Scope<'_>,
    ) -> Result<Object, Failure> {
        match wanted {
            Mutation::Apply(expression) => {
                let value = scope.evaluate(expression)?;
                mutation::apply(value, object, scope.cluster(), self.may_replace)
            }
            Mutation::Patch(expression) => mutation::patch(&scope.evaluate(expression)?, object),
        }
    }
}
