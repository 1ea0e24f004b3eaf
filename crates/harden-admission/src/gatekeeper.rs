//! Gatekeeper's policies, evaluated as Gatekeeper 3.23 evaluates them.
//!
//! Templates with their constraints, Config, SyncSets, ExpansionTemplates and mutators. A template is
//! compiled once, and an object is converted once for all of them.

mod constraint;
mod expansion;
mod inventory;
mod judgement;
mod matching;
mod mutation;
mod native;
mod rego;
mod review;
mod schema;
mod settings;
pub mod suite;
mod template;

use std::collections::BTreeMap;

pub(crate) use rego::from_json;

use constraint::{Constraint, Point};
use expansion::Expansions;
use inventory::Inventory;
use judgement::Exemption;
use matching::{Namespace, Source};
use mutation::{Mutators, Subject};
use review::Review;
use settings::{MUTATING, Process, Settings, VALIDATING, Webhook};
use template::{Engine, Refused, Template};

use crate::{
    Action, Answer, Cluster, Mutated, Object, Operation, PolicyName, Reason, Request, Verdict,
};

/// Policies of Gatekeeper, read and compiled.
#[derive(Debug, Default)]
pub struct Policies {
    /// By the names of the templates.
    templates: BTreeMap<String, Template>,
    /// Constraints by the names of their templates, in their order.
    constraints: Vec<(String, Constraint)>,
    settings: Settings,
    inventory: Inventory,
    mutators: Mutators,
    expansions: Expansions,
    refused: Vec<Answer>,
}

/// A constraint with the CEL of its template.
#[derive(Debug)]
pub(crate) struct Bound<'t> {
    pub(crate) source: &'t serde_json::Value,
    /// Those of the constraint, and what the schema has defaults for.
    pub(crate) parameters: serde_json::Value,
    /// None where it is not enforced.
    pub(crate) action: Option<Action>,
}

/// Why Gatekeeper takes a template or a constraint of it not, or can never evaluate it.
pub(crate) fn flaw(template: &Object, constraint: &Object) -> Option<String> {
    let read = match Template::read(template) {
        Ok(it) => it,
        Err(it) => return Some(it.message),
    };
    if let Err(it) = Constraint::read(constraint, &read) {
        return Some(it.message);
    }
    match &read.engine {
        Engine::Native(program) => program.flaw(),
        Engine::Rego(_) => None,
        Engine::None(why) => Some(why.clone()),
    }
}

impl<'t> Bound<'t> {
    /// Reads a constraint of a template.
    ///
    /// # Errors
    ///
    /// Where in which of both (the template, if it says so) something is that cannot be read, and what.
    pub(crate) fn read(
        template: &'t Object,
        constraint: &Object,
    ) -> Result<Self, (bool, String, String)> {
        let of_template = |it: Refused| (true, it.at, it.message);
        let read = Template::read(template).map_err(of_template)?;
        let Some(source) = template::native(template) else {
            return Err((true, "/spec/targets/0".to_owned(), "Rego is not converted".to_owned()));
        };
        let constraint = Constraint::read(constraint, &read)
            .map_err(|it: Refused| (false, it.at, it.message))?;
        let parameters = constraint.object.at("/spec/parameters").cloned().unwrap_or_default();
        Ok(Self { source, parameters, action: constraint.action(Point::Admission) })
    }
}

impl Policies {
    /// Whether an object is one of Gatekeeper's policies or settings.
    pub fn takes(object: &Object) -> bool {
        Template::is(object)
            || Constraint::is(object)
            || Settings::is(object)
            || Mutators::is(object)
            || Expansions::is(object)
    }

    /// Reads and compiles policies; what templates look up in the cluster is taken from `cluster`.
    pub fn read(objects: &[Object], cluster: &Cluster) -> Self {
        let (mutators, refused) = Mutators::read(objects);
        let (expansions, more) = Expansions::read(objects);
        let settings = Settings::read(objects);
        let mut policies = Self { settings, mutators, expansions, ..Self::default() };
        refused.iter().chain(&more).for_each(|(object, it)| policies.refuse(object, it));
        for object in objects.iter().filter(|it| Template::is(it)) {
            match Template::read(object) {
                Ok(template) => {
                    if let Engine::None(why) = &template.engine {
                        let (at, message) = (template.at.clone(), why.clone());
                        let verdict = Verdict::NotJudged;
                        policies.refuse(object, &Refused { verdict, at, message });
                    }
                    policies.templates.insert(object.name().to_owned(), template);
                }
                Err(refused) => policies.refuse(object, &refused),
            }
        }
        for object in objects.iter().filter(|it| Constraint::is(it)) {
            policies.add_constraint(object);
        }
        policies.constraints.sort_by(|a, b| a.1.name.cmp(&b.1.name));
        policies.add_inventory(cluster);
        policies.refused.sort();
        policies
    }

    fn add_constraint(&mut self, object: &Object) {
        let name = object.kind().to_lowercase();
        let read = match self.templates.get(&name) {
            Some(template) => Constraint::read(object, template),
            None => Err(Refused {
                verdict: Verdict::Error,
                at: "/kind".to_owned(),
                message: format!("missing ConstraintTemplate: template {name:?} not found"),
            }),
        };
        match read {
            Ok(constraint) => self.constraints.push((name, constraint)),
            Err(refused) => self.refuse(object, &refused),
        }
    }

    /// Gives templates that look at the cluster its objects.
    fn add_inventory(&mut self, cluster: &Cluster) {
        let reads = |it: &Template| matches!(&it.engine, Engine::Rego(it) if it.reads_inventory);
        if !self.templates.values().any(reads) {
            return;
        }
        self.inventory = Inventory::of(cluster, &self.settings);
        for template in self.templates.values_mut().filter(|it| reads(it)) {
            let Engine::Rego(program) = &mut template.engine else { continue };
            if let Err(failure) = program.add_inventory(self.inventory.value()) {
                template.engine = Engine::None(format!("the objects of the cluster: {failure:?}"));
            }
        }
    }

    fn refuse(&mut self, object: &Object, refused: &Refused) {
        let (kind, name) = (object.kind().to_owned(), object.name().to_owned());
        self.refused.push(Answer {
            policy: PolicyName { kind, namespace: object.namespace().to_owned(), name },
            rule: String::new(),
            verdict: refused.verdict,
            action: Action::Deny,
            message: refused.message.clone(),
            reasons: vec![Reason {
                at: refused.at.clone(),
                expression: String::new(),
                values: Vec::new(),
            }],
        });
    }

    /// Whether there are no policies, and none was refused.
    pub fn is_empty(&self) -> bool {
        self.constraints.is_empty()
            && self.templates.is_empty()
            && self.mutators.is_empty()
            && self.expansions.is_empty()
            && self.refused.is_empty()
    }

    /// Policies that Gatekeeper would refuse, or that cannot be read here.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What mutators make of an object that is created or updated.
    ///
    /// Where an answer is an error or not judged, nobody knows the object.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        let (Operation::Create | Operation::Update, Some(object)) =
            (request.operation, &request.object)
        else {
            return Mutated::default();
        };
        let is_own =
            object.group() == "gatekeeper.sh" || object.group().ends_with(".gatekeeper.sh");
        if is_own || self.mutators.is_empty() {
            return Mutated::default();
        }
        let namespace = Self::namespace(request, object);
        let exemption =
            self.exemption(request, object, namespace.as_ref(), (MUTATING, Process::Mutation));
        if exemption.is_some() {
            return Mutated::default();
        }
        let subject = Subject {
            object,
            namespace: known(namespace.as_ref()),
            operation: Some(request.operation),
            source: Source::Original,
        };
        let outcome = self.mutators.apply(&subject);
        Mutated { object: outcome.object, answers: outcome.answers, ..Mutated::default() }
    }

    /// What the constraints say of a request.
    ///
    /// A constraint that is about other kinds gives no answer; each violation is an answer of its own.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        let Some(subject) = request.subject() else { return Vec::new() };
        let namespace = Self::namespace(request, subject);
        let review = Review::of(request, known(namespace.as_ref()));
        let exemption =
            self.exemption(request, subject, namespace.as_ref(), (VALIDATING, Process::Webhook));
        let mut answers = self.review(&review, Point::Admission, exemption);
        if exemption.is_none() {
            answers.extend(self.implied(&review, subject, Point::Admission));
        }
        answers
    }

    /// The namespace of an object, and whether it is at hand.
    fn namespace(request: &Request<'_>, subject: &Object) -> Option<(Object, bool)> {
        let name = subject.namespace();
        if name.is_empty() || subject.is("", "Namespace") {
            return None;
        }
        let is_known = request.cluster.get("", "Namespace", "", name).is_some();
        Some((request.cluster.namespace(name), is_known))
    }

    /// Why Gatekeeper does nothing with a request.
    fn exemption(
        &self,
        request: &Request<'_>,
        subject: &Object,
        namespace: Option<&(Object, bool)>,
        (webhook, process): (Webhook, Process),
    ) -> Option<Exemption> {
        if self.settings.excludes(process, subject) {
            return Some(Exemption::Config);
        }
        let is_namespace = subject.is("", "Namespace");
        let namespace = if is_namespace { Some(subject) } else { namespace.map(|(it, _)| it) };
        webhook.exemption(request, namespace)
    }
}

/// What is known of a namespace, and whether it is at hand.
fn known(namespace: Option<&(Object, bool)>) -> Namespace<'_> {
    match namespace {
        Some((object, true)) => Namespace::Known(object),
        Some((object, false)) => Namespace::Unknown(object),
        None => Namespace::None,
    }
}

/// A text that is not too long to be told.
fn cut(text: &str) -> String {
    const LENGTH: usize = 200;
    match text.char_indices().nth(LENGTH) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
