//! Policies of `policies.kyverno.io`, in all its versions.

mod asked;
mod autogen;
mod constraints;
mod deleting;
mod environment;
mod exception;
mod expression;
mod extraction;
mod generating;
mod imaging;
mod library;
mod mutating;
mod mutation;
mod policy;
mod scope;
#[cfg(test)]
mod tests;
mod validating;

use serde_json::Value as Json;

use crate::{Answer, Changed, Cluster, Mutated, Object, Request};
use asked::ask;
pub(crate) use autogen::for_controllers;
use deleting::Deleting;
use expression::Flaw;
use generating::Generating;
use imaging::Imaging;
use mutating::Mutating;
use validating::Validating;

const GROUP: &str = "policies.kyverno.io";

/// Policies that were read and compiled.
#[derive(Debug, Default)]
pub struct Policies {
    validating: Vec<Validating>,
    imaging: Vec<Imaging>,
    mutating: Vec<Mutating>,
    generating: Vec<Generating>,
    deleting: Vec<Deleting>,
    refused: Vec<Answer>,
}

impl Policies {
    /// Whether an object is one of these policies, or an exception from them.
    pub fn takes(object: &Object) -> bool {
        object.group() == GROUP
    }

    /// Reads and compiles those of some objects that it takes.
    pub fn read(objects: &[Object], cluster: &Cluster) -> Self {
        let is_exception = |it: &&Object| it.is(GROUP, "PolicyException");
        let exceptions: Vec<&Object> = objects.iter().filter(is_exception).collect();
        let mut this = Self::default();
        for object in objects.iter().filter(|it| Self::takes(it)) {
            if let Err(flaw) = this.take(object, &exceptions, cluster) {
                this.refused.push(refusal(object, &flaw));
            }
        }
        this
    }

    fn take(
        &mut self,
        object: &Object,
        exceptions: &[&Object],
        cluster: &Cluster,
    ) -> Result<(), Flaw> {
        // A test asks policies whatever they say of admission.
        let is_asked = cluster.stated.is_some()
            || object.at("/spec/evaluation/admission/enabled").and_then(Json::as_bool)
                != Some(false);
        let kind = object.kind();
        match kind.strip_prefix("Namespaced").unwrap_or(kind) {
            _ if !is_asked => {}
            "ValidatingPolicy" => {
                self.validating.extend(validating::compile(object, exceptions)?);
            }
            "ImageValidatingPolicy" => self.imaging.extend(imaging::compile(object, exceptions)?),
            "MutatingPolicy" => self.mutating.extend(mutating::compile(object, exceptions)?),
            "GeneratingPolicy" => self.generating.extend(Generating::compile(object, exceptions)?),
            // These are about objects that are there, which nobody but a test asks for.
            "DeletingPolicy" if cluster.stated.is_some() => {
                self.deleting.extend(Deleting::compile(object, exceptions)?);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.validating.is_empty()
            && self.imaging.is_empty()
            && self.mutating.is_empty()
            && self.generating.is_empty()
            && self.deleting.is_empty()
            && self.refused.is_empty()
    }

    /// Policies that Kyverno would refuse, or that cannot be understood here.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What they make of the object of a request, and what they generate because of it.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        let mut mutated = Mutated::default();
        let mut request = request.clone();
        let mut others = Vec::new();
        for policy in &self.mutating {
            let said = ask(&request, |asked| {
                others.extend(policy.mutate_others(asked));
                policy.mutate(asked)
            });
            let Some((object, answer)) = said else { continue };
            mutated.answers.push(answer);
            if let Some(object) = object {
                request.object = Some(object.clone());
                mutated.object = Some(object);
            }
        }
        for (object, answer) in others {
            if let Some(object) = object {
                let (policy, rule) = (answer.policy, answer.rule);
                mutated.others.push(Changed { policy, rule, object });
            } else {
                mutated.answers.push(answer);
            }
        }
        if !self.generating.is_empty() {
            ask(&request, |asked| {
                let generated = self.generating.iter().filter_map(|it| it.generate(asked));
                mutated.others.extend(generated.flat_map(|(_, made)| made));
            });
        }
        mutated
    }

    /// What they say of a request.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        ask(request, |asked| {
            let validating = self.validating.iter().filter_map(|it| it.judge(asked));
            let imaging = self.imaging.iter().filter_map(|it| it.judge(asked));
            let generating = self.generating.iter().filter_map(|it| it.generate(asked));
            let deleting = self.deleting.iter().filter_map(|it| it.judge(request));
            let generating = generating.map(|(answer, _)| answer);
            validating.chain(imaging).chain(generating).chain(deleting).collect()
        })
    }
}

impl super::suite::Policies for Policies {
    fn refused(&self) -> &[Answer] {
        self.refused()
    }

    fn mutate(&self, request: &Request<'_>) -> Mutated {
        self.mutate(request)
    }

    fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.validate(request)
    }
}

fn refusal(policy: &Object, flaw: &Flaw) -> Answer {
    let spec = policy.json().get("spec").unwrap_or(&Json::Null);
    Answer {
        policy: policy::name(policy),
        rule: String::new(),
        verdict: flaw.verdict,
        action: policy::action(spec),
        message: flaw.message.clone(),
        reasons: vec![flaw.reason()],
    }
}
