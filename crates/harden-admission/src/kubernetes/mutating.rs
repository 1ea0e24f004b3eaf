//! MutatingAdmissionPolicies.

use harden_core::kubernetes::resources;

use super::activation::{Activation, BUDGET};
use super::binding::Binding;
use super::conditions::{Conditions, conditions};
use super::definition::Definition;
use super::environment::Environments;
use super::expression::{Expression, Wanted};
use super::facts::Facts;
use super::matching::Matching;
use super::place::{Flaws, Place};
use crate::cel::Failure;
use crate::merge::{new_wide_number, unknown_fields};
use crate::{Action, Answer, Object, PolicyName, Reason, Verdict, mutation};

/// A policy, with its bindings.
#[derive(Debug, Clone)]
pub(super) struct MutatingPolicy {
    pub(super) name: PolicyName,
    pub(super) definition: Definition,
    mutations: Vec<Mutation>,
    /// Whether it is asked again where others changed the object after it.
    pub(super) is_repeated: bool,
    pub(super) bindings: Vec<Binding>,
}

#[derive(Debug, Clone)]
enum Mutation {
    Apply(Expression),
    Patch(Expression),
}

/// Why a mutation changes nothing.
enum Stop {
    Failure(Failure),
    /// The server cannot read what it has made, and refuses whatever the policy says of failures.
    Undecodable(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What one binding makes of an object.
pub(super) struct Outcome {
    /// None where its conditions leave the request out.
    pub(super) object: Option<Object>,
    pub(super) answers: Vec<Answer>,
}

const OPERATIONS: [&str; 4] = ["*", "CONNECT", "CREATE", "UPDATE"];

impl MutatingPolicy {
    /// Reads and compiles a policy.
    pub(super) fn read(object: &Object, environments: Environments, flaws: &mut Flaws) -> Self {
        let root = Place::root(object.json());
        let spec = root.at("spec");
        let (definition, environments) = Definition::read(&spec, environments, flaws);
        check_operations(&spec.at("matchConstraints"), &definition.matching, flaws);
        let environments = environments.with_patches();
        let list = spec.at("mutations");
        let places = list.items(flaws);
        if places.is_empty() {
            flaws.required(&list, "mutations must contain at least one item");
        }
        let mutations =
            places.iter().filter_map(|it| Mutation::read(it, &environments, flaws)).collect();
        let at = spec.at("reinvocationPolicy");
        let reinvocation = at.text(flaws);
        if reinvocation.is_empty() {
            flaws.required(&at, "");
        } else if !matches!(reinvocation, "Never" | "IfNeeded") {
            flaws.unsupported(&at, reinvocation, &["IfNeeded", "Never"]);
        }
        let name = PolicyName {
            kind: object.kind().to_owned(),
            namespace: String::new(),
            name: object.name().to_owned(),
        };
        let is_repeated = reinvocation == "IfNeeded";
        Self { name, definition, mutations, is_repeated, bindings: Vec::new() }
    }

    /// What it makes of the object of a request.
    pub(super) fn mutate(
        &self,
        binding: &Binding,
        version: &str,
        params: Option<&Object>,
        facts: &Facts<'_>,
    ) -> Outcome {
        let variables = &self.definition.variables;
        let activation = Activation::new(facts, version, params, variables).for_conditions();
        let one = |answer| Outcome { object: None, answers: vec![answer] };
        match conditions(&self.definition.conditions, &activation) {
            Conditions::Met => {}
            Conditions::Unmet(reason) => {
                return one(self.answer(Verdict::Skip, String::new(), vec![reason]));
            }
            Conditions::Unknown(why) => return one(self.unknown(why)),
            Conditions::Failed(message, reasons) => {
                return one(self.error(binding, &message, reasons));
            }
        }
        let Some(object) = &facts.request.object else {
            return one(self.answer(Verdict::Skip, String::new(), Vec::new()));
        };
        if object.version() != version {
            return one(self.unknown(format!("a change of the object in the version `{version}`")));
        }
        let mut request = facts.request.clone();
        let mut answers = Vec::new();
        for mutation in &self.mutations {
            let (Mutation::Apply(expression) | Mutation::Patch(expression)) = mutation;
            match mutation.change(&request, version, params, self) {
                Ok(Some(object)) => request.object = Some(object),
                Ok(None) => {}
                Err(Stop::Failure(Failure::Error(message))) => {
                    let reasons = vec![expression.reason(Vec::new())];
                    answers.push(self.error(binding, &message, reasons));
                }
                Err(Stop::Undecodable(message)) => {
                    let reasons = vec![expression.reason(Vec::new())];
                    let answer = self.answer(Verdict::Error, message, reasons);
                    // The request ends with it, whatever was wrong before.
                    answers = vec![Answer { action: Action::Deny, ..answer }];
                    break;
                }
                Err(Stop::Failure(other)) => {
                    let mut answer = self.unknown(other.to_string());
                    answer.reasons.push(expression.reason(Vec::new()));
                    answers.push(answer);
                }
            }
        }
        if answers.is_empty() {
            answers.push(self.answer(Verdict::Pass, String::new(), Vec::new()));
        }
        Outcome { object: request.object, answers }
    }

    /// The answer where a binding cannot be followed.
    pub(super) fn misbound(&self, binding: &Binding, why: &str) -> Answer {
        self.error(binding, &format!("failed to configure binding: {why}"), Vec::new())
    }

    pub(super) fn unknown(&self, why: String) -> Answer {
        self.answer(Verdict::NotJudged, why, Vec::new())
    }

    pub(super) fn skipped(&self, why: &str) -> Answer {
        self.answer(Verdict::Skip, why.to_owned(), Vec::new())
    }

    fn error(&self, binding: &Binding, message: &str, reasons: Vec<Reason>) -> Answer {
        let (policy, binding) = (&self.name.name, &binding.name);
        let message =
            format!("policy '{policy}' with binding '{binding}' denied request: {message}");
        self.answer(Verdict::Error, message, reasons)
    }

    fn answer(&self, verdict: Verdict, message: String, reasons: Vec<Reason>) -> Answer {
        let action = if self.definition.fails { Action::Deny } else { Action::Ignore };
        let (policy, rule) = (self.name.clone(), String::new());
        Answer { policy, rule, verdict, action, message, reasons }
    }
}

fn is_built_in(object: &Object) -> bool {
    object.group().is_empty() || resources::is_own_group(object.group())
}

/// No policy changes what is deleted.
pub(super) fn check_operations(place: &Place<'_>, matching: &Matching, flaws: &mut Flaws) {
    let at = place.at("resourceRules").at("operations");
    for operation in matching.operations() {
        if !OPERATIONS.contains(&operation.as_str()) {
            flaws.unsupported(&at, operation, &OPERATIONS);
        }
    }
}

impl Mutation {
    fn read(place: &Place<'_>, environments: &Environments, flaws: &mut Flaws) -> Option<Self> {
        let at = place.at("patchType");
        let (configuration, patch) = (place.at("applyConfiguration"), place.at("jsonPatch"));
        let (own, other, wanted, unwanted) = match at.text(flaws) {
            "ApplyConfiguration" => (
                configuration,
                patch,
                Wanted::Configuration,
                "must not be specified when patchType is ApplyConfiguration",
            ),
            "JSONPatch" => (
                patch,
                configuration,
                Wanted::Patches,
                "must not be specified when patchType is JSONPatch",
            ),
            "" => {
                flaws.required(&at, "");
                return None;
            }
            unknown => {
                flaws.unsupported(&at, unknown, &["ApplyConfiguration", "JSONPatch"]);
                return None;
            }
        };
        let kind = at.text(flaws);
        let mut compiled = None;
        if own.exists() {
            let at = own.at("expression");
            let source = at.text(flaws).trim();
            if source.is_empty() {
                flaws.required(&at, "");
            } else {
                compiled = Expression::compile(&at, source, wanted, environments, flaws);
            }
        } else {
            flaws.required(&own, &format!("must be specified when patchType is {kind}"));
        }
        if other.exists() {
            let name = other.pointer.rsplit('/').next().unwrap_or_default();
            flaws.invalid(&other, &format!("{{{name}}}"), unwanted);
        }
        compiled.map(|it| match wanted {
            Wanted::Patches => Self::Patch(it),
            _ => Self::Apply(it),
        })
    }

    /// What the object of a request becomes; none where it stays.
    fn change(
        &self,
        request: &crate::Request<'_>,
        version: &str,
        params: Option<&Object>,
        policy: &MutatingPolicy,
    ) -> Result<Option<Object>, Stop> {
        let (Some(facts), Some(object)) = (Facts::of(request), &request.object) else {
            return Ok(None);
        };
        let activation = Activation::new(&facts, version, params, &policy.definition.variables);
        let (Self::Apply(expression) | Self::Patch(expression)) = self;
        let value = expression.evaluate(&activation);
        activation.check_budget(BUDGET)?;
        activation.check_all(BUDGET)?;
        let value = value.map_err(|failure| match failure {
            Failure::Error(message) => Failure::Error(expression.error(&message)),
            other => other,
        })?;
        let changed = match self {
            Self::Apply(_) => mutation::apply(value, object, request.cluster, false)?,
            Self::Patch(_) => mutation::patch(&value, object)?,
        };
        if is_built_in(object)
            && let Some(path) = new_wide_number(object, &changed, request.cluster)
        {
            // One kind of mutation cuts it off, and the other is refused, if the field has no 64 bits.
            let why = format!("what becomes of {path}, whose number has more than 32 bits");
            return Err(Failure::NotJudged(why).into());
        }
        if matches!(self, Self::Patch(_))
            && is_built_in(object)
            && let Some(field) = unknown_fields(&changed, request.cluster).first()
        {
            let field = field.trim_start_matches('.');
            let message = format!(
                "Internal error occurred: strict decoding error: unknown field \"{field}\""
            );
            return Err(Stop::Undecodable(message));
        }
        Ok((changed.json() != object.json()).then_some(changed))
    }
}
