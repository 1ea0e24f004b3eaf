//! Policies of `policies.kyverno.io`, in all its versions.

mod autogen;
mod constraints;
mod environment;
mod exception;
mod expression;
mod extraction;
mod library;
mod mutating;
mod mutation;
mod policy;
mod scope;
mod validating;

use serde_json::Value as Json;

use crate::{Answer, Cluster, Mutated, Object, Request};
use expression::Flaw;
use mutating::Mutating;
use validating::Validating;

const GROUP: &str = "policies.kyverno.io";

/// Policies that were read and compiled.
#[derive(Debug, Default)]
pub struct Policies {
    validating: Vec<Validating>,
    mutating: Vec<Mutating>,
    refused: Vec<Answer>,
}

impl Policies {
    /// Whether an object is one of these policies, or an exception from them.
    pub fn takes(object: &Object) -> bool {
        object.group() == GROUP
    }

    /// Reads and compiles those of some objects that it takes.
    pub fn read(objects: &[Object], _cluster: &Cluster) -> Self {
        let of =
            |kind: &str| objects.iter().filter(move |it| it.is(GROUP, kind)).collect::<Vec<_>>();
        let exceptions = of("PolicyException");
        let mut this = Self::default();
        for object in objects.iter().filter(|it| Self::takes(it)) {
            match object.kind() {
                "ValidatingPolicy" | "NamespacedValidatingPolicy" => {
                    match validating::compile(object, &exceptions) {
                        Ok(policies) => this.validating.extend(policies),
                        Err(flaw) => this.refused.push(refusal(object, &flaw)),
                    }
                }
                "MutatingPolicy" | "NamespacedMutatingPolicy" => {
                    match mutating::compile(object, &exceptions) {
                        Ok(policies) => this.mutating.extend(policies),
                        Err(flaw) => this.refused.push(refusal(object, &flaw)),
                    }
                }
                _ => {}
            }
        }
        this
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.validating.is_empty() && self.mutating.is_empty() && self.refused.is_empty()
    }

    /// Policies that Kyverno would refuse, or that cannot be understood here.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What they make of the object of a request.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        let mut mutated = Mutated::default();
        let mut request = request.clone();
        for policy in &self.mutating {
            let Some((object, answer)) = policy.mutate(&request) else { continue };
            mutated.answers.push(answer);
            if let Some(object) = object {
                request.object = Some(object.clone());
                mutated.object = Some(object);
            }
        }
        mutated
    }

    /// What they say of a request.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.validating.iter().filter_map(|it| it.judge(request)).collect()
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
