//! The API server's own policies: ValidatingAdmissionPolicy and MutatingAdmissionPolicy with their bindings.

mod activation;
mod binding;
mod conditions;
mod definition;
pub(crate) mod environment;
mod expression;
pub(crate) mod facts;
pub(crate) mod matching;
mod mutating;
mod parameters;
pub(crate) mod place;
mod rounds;
pub(crate) mod seen;
#[cfg(test)]
mod tests;
mod validating;

use crate::{Action, Answer, Cluster, Mutated, Object, PolicyName, Reason, Request, Verdict};
use binding::Binding;
use environment::Environments;
use facts::Facts;
use mutating::{MutatingPolicy, check_operations};
use place::{Flaw, Flaws, Place};
use validating::ValidatingPolicy;

const GROUP: &str = "admissionregistration.k8s.io";
const VALIDATING: &str = "ValidatingAdmissionPolicy";
const VALIDATING_BINDING: &str = "ValidatingAdmissionPolicyBinding";
const MUTATING: &str = "MutatingAdmissionPolicy";
const MUTATING_BINDING: &str = "MutatingAdmissionPolicyBinding";

const KINDS: [&str; 4] = [VALIDATING, VALIDATING_BINDING, MUTATING, MUTATING_BINDING];

/// Policies, read and compiled once.
#[derive(Debug, Default)]
pub struct Policies {
    validating: Vec<ValidatingPolicy>,
    mutating: Vec<MutatingPolicy>,
    refused: Vec<Answer>,
}

impl Policies {
    /// Whether an object is a policy or a binding.
    pub fn takes(object: &Object) -> bool {
        object.group() == GROUP && KINDS.contains(&object.kind())
    }

    /// Reads policies and bindings; other objects are left alone. A policy that nothing binds does nothing.
    pub fn read(objects: &[Object], cluster: &Cluster) -> Self {
        Self::read_in(objects, &Environments::new(cluster.version))
    }

    /// The same in the environment of Kyverno, which evaluates expressions by the code of the server.
    pub(crate) fn read_for_kyverno(objects: &[Object], cluster: &Cluster) -> Self {
        Self::read_in(objects, &Environments::new(cluster.version).with_lenient_optionals())
    }

    fn read_in(objects: &[Object], environments: &Environments) -> Self {
        let mut policies = Self::default();
        let (mut validating, mut mutating) = (Vec::new(), Vec::new());
        for object in objects.iter().filter(|it| Self::takes(it)) {
            let mut flaws = Flaws::default();
            let environments = environments.clone().for_object(object);
            match object.kind() {
                VALIDATING => {
                    let policy = ValidatingPolicy::read(object, environments, &mut flaws);
                    if policies.accepts(object, flaws) {
                        policies.validating.push(policy);
                    }
                }
                MUTATING => {
                    let policy = MutatingPolicy::read(object, environments, &mut flaws);
                    if policies.accepts(object, flaws) {
                        policies.mutating.push(policy);
                    }
                }
                VALIDATING_BINDING => {
                    let binding = Binding::read(object, true, &mut flaws);
                    if policies.accepts(object, flaws) {
                        validating.push(binding);
                    }
                }
                _ => {
                    let binding = Binding::read(object, false, &mut flaws);
                    if let Some(matching) = &binding.matching {
                        let place = Place::root(object.json()).at("spec").at("matchResources");
                        check_operations(&place, matching, &mut flaws);
                    }
                    if policies.accepts(object, flaws) {
                        mutating.push(binding);
                    }
                }
            }
        }
        let of = |bindings: &[Binding], name: &str| {
            bindings.iter().filter(|it| it.policy == name).cloned().collect()
        };
        for policy in &mut policies.validating {
            policy.bindings = of(&validating, &policy.name.name);
        }
        for policy in &mut policies.mutating {
            policy.bindings = of(&mutating, &policy.name.name);
        }
        policies
    }

    /// Notes what is wrong with an object: whether the server would take it.
    fn accepts(&mut self, object: &Object, flaws: Flaws) -> bool {
        let Flaws(flaws) = flaws;
        let (unknown, wrong): (Vec<Flaw>, Vec<Flaw>) =
            flaws.into_iter().partition(|it| it.is_unknown);
        let (verdict, told) = match (wrong.is_empty(), unknown.is_empty()) {
            (false, _) => (Verdict::Error, &wrong),
            (true, false) => (Verdict::NotJudged, &unknown),
            (true, true) => return true,
        };
        let messages: Vec<&str> = told.iter().map(|it| it.message.as_str()).collect();
        let messages = match messages.as_slice() {
            [one] => (*one).to_owned(),
            several => format!("[{}]", several.join(", ")),
        };
        let (kind, name) = (object.kind(), object.name());
        let message = match verdict {
            Verdict::Error => format!("{kind}.{GROUP} \"{name}\" is invalid: {messages}"),
            _ => messages,
        };
        let reason = |it: &Flaw| Reason {
            at: it.at.clone(),
            expression: object.at(&it.at).and_then(|it| it.as_str()).unwrap_or_default().to_owned(),
            values: Vec::new(),
        };
        self.refused.push(Answer {
            policy: PolicyName {
                kind: kind.to_owned(),
                namespace: String::new(),
                name: name.to_owned(),
            },
            rule: String::new(),
            verdict,
            action: Action::Deny,
            message,
            reasons: told.iter().map(reason).collect(),
        });
        wrong.is_empty()
    }

    /// Whether there are no policies.
    pub fn is_empty(&self) -> bool {
        self.validating.is_empty() && self.mutating.is_empty()
    }

    /// Policies and bindings that the server would refuse, and those with expressions that cannot be judged
    /// here, of which the rest is judged.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What policies make of the object of a request, in the order in which they were read; the server has no
    /// order. Defaults of what they add are not filled in.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        rounds::mutate(&self.mutating, request)
    }

    /// What each policy says of a request, by each of its bindings: a failure or error of each validation, or
    /// that all passed.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        let Some(facts) = Facts::of(request) else { return Vec::new() };
        self.validating.iter().flat_map(|it| it.validate(&facts)).collect()
    }
}
