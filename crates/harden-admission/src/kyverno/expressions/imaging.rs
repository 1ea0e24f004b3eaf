//! `ImageValidatingPolicy` and `NamespacedImageValidatingPolicy`, as far as no image has to be asked for.

mod references;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::asked::{Asked, ask};
use super::autogen::{Rewriting, compile_all};
use super::environment::Purpose;
use super::exception::Exemption;
use super::expression::{Expression, Flaw};
use super::extraction::pods;
use super::library::Reference;
use super::policy::{Mode, Policy, text};
use super::scope::Scope;
use super::validating::{Outcome, Validation, judge};
use crate::cel::{Environment, Failure, Key, Map, Type, Value};
use crate::{Answer, Object, Request, Verdict};
use references::References;

/// A policy, or what it becomes for controllers.
#[derive(Debug)]
pub(super) struct Imaging {
    policy: Policy,
    references: References,
    /// By names: expressions for the images of pods, of pods within controllers and within `CronJob`s.
    built_in: [Vec<(&'static str, Expression)>; 3],
    own: Vec<(String, Expression)>,
    attestors: Value,
    attestations: Value,
    validations: Vec<Validation>,
    verifies_digests: bool,
    pins_digests: bool,
    is_required: bool,
    is_extracting: bool,
}

/// What has images, and the way to the pod.
const CONTROLLERS: [(&[&str], &str); 3] = [
    (&["pods"], "spec"),
    (&["jobs", "deployments", "statefulsets", "daemonsets", "replicasets"], "spec.template.spec"),
    (&["cronjobs"], "spec.jobTemplate.spec.template.spec"),
];
const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// The policy, and what it becomes for controllers.
pub(super) fn compile(policy: &Object, exceptions: &[&Object]) -> Result<Vec<Imaging>, Flaw> {
    compile_all(policy, Rewriting::Whole, |spec, is_extracting| {
        Imaging::compile(policy, spec, is_extracting, exceptions)
    })
}

impl Imaging {
    fn compile(
        policy: &Object,
        spec: &Json,
        is_extracting: bool,
        exceptions: &[&Object],
    ) -> Result<Self, Flaw> {
        let (policy, environment) = Policy::compile(policy, spec, Purpose::Imaging, exceptions)?;
        let says = |key: &str| {
            spec.pointer(&format!("/validationConfigurations/{key}")).and_then(Json::as_bool)
                != Some(false)
        };
        Ok(Self {
            references: References::compile(spec)?,
            built_in: built_in(&environment)?,
            own: own(spec, &environment)?,
            attestors: named(spec, "attestors", Value::from_json),
            attestations: named(spec, "attestations", |it| Value::String(text(it, "name").into())),
            validations: Validation::compile_all(spec, &environment)?,
            verifies_digests: says("verifyDigest"),
            pins_digests: says("mutateDigest"),
            is_required: says("required"),
            policy,
            is_extracting,
        })
    }

    /// What it says of a request; nothing where it is not about it, or its conditions leave it out.
    pub(super) fn judge(&self, asked: &Asked<'_>) -> Option<Answer> {
        if let Err(answer) = self.policy.is_about(asked)? {
            return Some(answer);
        }
        if !self.is_extracting {
            return self.evaluate(self.policy.scope(asked), asked);
        }
        let request = asked.request;
        let subject = request.subject()?;
        let pods = pods(subject);
        if pods.is_empty() {
            let api_version = text(subject.json(), "apiVersion");
            let message = format!(
                "error: extraction mode: no pod template found in {api_version}/{}",
                subject.kind()
            );
            return Some(self.policy.answer(Verdict::Error, &message, Vec::new()));
        }
        let mut last = None;
        for (path, pod) in pods {
            let is_new = request.object.is_some();
            let (object, old) = if is_new { (Some(pod), None) } else { (None, Some(pod)) };
            let of_pod = Request { object, old, ..request.clone() };
            let answer = ask(&of_pod, |asked| {
                let scope = Scope::new(asked, &self.policy.name.namespace).with_nulls();
                self.evaluate(scope, asked)
            });
            let Some(mut answer) = answer else { continue };
            if !matches!(answer.verdict, Verdict::Pass | Verdict::Skip) {
                answer.message.extend([" (pod template at ", &path, ")"]);
                return Some(answer);
            }
            last = Some(answer);
        }
        last
    }

    fn evaluate<'a>(&'a self, mut scope: Scope<'a>, asked: &Asked<'_>) -> Option<Answer> {
        let policy = &self.policy;
        let failed = |failure: &Failure, reasons| {
            Some(policy.failed("failed to evaluate policy", failure, reasons))
        };
        match policy.holds(&scope) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(failure) => return failed(&failure, policy.left_out(&scope)),
        }
        match policy.exempt(&mut scope) {
            Ok(Exemption::Full(_, keys)) => {
                let keys = keys.split_once(": ").map_or("", |(_, keys)| keys);
                let message = format!("rule is skipped due to policy exception: {keys}");
                return Some(policy.answer(Verdict::Skip, &message, Vec::new()));
            }
            Ok(Exemption::None { .. }) => {}
            Err(failure) => return failed(&failure, Vec::new()),
        }
        let mut scope = scope.with_variables(&policy.variables);
        let (images, all) = match self.images(&scope, asked) {
            Ok(found) => found,
            Err(failure) => return failed(&failure, Vec::new()),
        };
        if let Some(answer) = self.without_digest(&all, asked) {
            return Some(answer);
        }
        scope.give("images", images);
        scope.give("attestors", self.attestors.clone());
        scope.give("attestations", self.attestations.clone());
        Some(match judge(&self.validations, &scope) {
            Outcome::Fail(validation, message) => {
                let reasons = vec![scope.reason(&validation.expression)];
                policy.answer(Verdict::Fail, &scope.masked(&message), reasons)
            }
            Outcome::Error(validation, failure) => {
                return failed(&failure, vec![scope.reason(&validation.expression)]);
            }
            Outcome::Pass if self.is_required && !all.is_empty() => {
                let message = "whether the images are verified by any policy is not known";
                policy.answer(Verdict::NotJudged, message, Vec::new())
            }
            Outcome::Pass => match policy.annotate(&scope) {
                Ok(()) => policy.answer(Verdict::Pass, "success", Vec::new()),
                Err(failure) => return failed(&failure, Vec::new()),
            },
        })
    }

    /// The images that the policy is about, by names and all of them.
    fn images(
        &self,
        scope: &Scope<'_>,
        asked: &Asked<'_>,
    ) -> Result<(Value, Vec<Arc<str>>), Failure> {
        let facts = asked.facts.filter(|_| self.policy.mode == Mode::Kubernetes);
        let resource = facts.map_or("", |it| {
            let resource = it.resource.name.as_str();
            let group = match resource {
                "pods" => "",
                "jobs" | "cronjobs" => "batch",
                _ => "apps",
            };
            if it.object.group() == group && it.object.version() == "v1" { resource } else { "" }
        });
        let index = CONTROLLERS.iter().position(|(names, _)| names.contains(&resource));
        let built_in = index.and_then(|it| self.built_in.get(it)).into_iter().flatten();
        let built_in = built_in.map(|(name, expression)| (*name, expression));
        let own = self.own.iter().map(|(name, expression)| (name.as_str(), expression));
        let by_name: BTreeMap<&str, &Expression> = built_in.chain(own).collect();
        let (mut entries, mut all) = (Vec::new(), Vec::new());
        for (name, expression) in by_name {
            let Value::List(items) = scope.evaluate(expression)? else {
                return Err(Failure::Error("unsupported type conversion to list".to_owned()));
            };
            let mut kept = Vec::new();
            for item in items.iter() {
                let Value::String(image) = item else {
                    return Err(Failure::Error(format!(
                        "type conversion error from '{}' to 'string'",
                        item.type_name()
                    )));
                };
                if self.references.have(image)? {
                    kept.push(item.clone());
                    all.push(Arc::clone(image));
                }
            }
            entries.push((Key::String(name.into()), Value::List(Arc::new(kept))));
        }
        Ok((Value::Map(Arc::new(entries.into_iter().collect::<Map>())), all))
    }

    /// An answer where an image has to have a digest, and has none.
    fn without_digest(&self, images: &[Arc<str>], asked: &Asked<'_>) -> Option<Answer> {
        if !self.verifies_digests {
            return None;
        }
        let policy = &self.policy;
        for image in images {
            match Reference::read(image) {
                None => {
                    let failure = format!(
                        "failed to parse image reference {image}: could not parse reference: {image}"
                    );
                    let failure = Failure::Error(failure);
                    return Some(policy.failed("failed to evaluate policy", &failure, Vec::new()));
                }
                Some(reference) if reference.digest.is_some() => {}
                // Kyverno's command does not pin images first; a cluster does.
                Some(_) if self.pins_digests && asked.cluster().stated.is_none() => {
                    let message =
                        format!("the digest of the image {image} is known to its registry");
                    return Some(policy.answer(Verdict::NotJudged, &message, Vec::new()));
                }
                Some(_) => {
                    let message = format!("image {image} does not have a digest");
                    return Some(policy.answer(Verdict::Fail, &message, Vec::new()));
                }
            }
        }
        None
    }
}

fn of_list() -> [Type; 3] {
    [Type::list(Type::STRING), Type::Dyn, Type::list(Type::Dyn)]
}

fn built_in(environment: &Environment) -> Result<[Vec<(&'static str, Expression)>; 3], Flaw> {
    let mut all = [const { Vec::new() }; 3];
    for ((_, path), list) in CONTROLLERS.iter().zip(&mut all) {
        for name in LISTS {
            let source = format!(
                "(object != null ? object : oldObject).{path}.?{name}.orValue([]).map(e, e.image)"
            );
            let expression = Expression::compile("/spec/images", &source, environment, &of_list())?;
            list.push((name, expression));
        }
    }
    Ok(all)
}

fn own(spec: &Json, environment: &Environment) -> Result<Vec<(String, Expression)>, Flaw> {
    let list = spec.get("images").and_then(Json::as_array);
    let compile = |(index, image): (usize, &Json)| {
        let at = format!("/spec/images/{index}/expression");
        let source = text(image, "expression");
        let expression = Expression::compile(&at, source, environment, &of_list())?;
        Ok((text(image, "name").to_owned(), expression))
    };
    list.into_iter().flatten().enumerate().map(compile).collect()
}

/// A map of the items of a list by their names.
fn named(spec: &Json, key: &str, value: impl Fn(&Json) -> Value) -> Value {
    let list = spec.get(key).and_then(Json::as_array).into_iter().flatten();
    let entries = list.map(|it| (Key::String(text(it, "name").into()), value(it)));
    Value::Map(Arc::new(entries.collect::<Map>()))
}
