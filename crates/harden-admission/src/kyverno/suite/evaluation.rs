//! What the policies of a test say of its resources, in the order in which Kyverno's command asks them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::candidate::{
    self, Candidate, Stage, has_rules, is_of_json, is_unlisted, kind, refusal, unknown,
};
use super::loading::Loaded;
use super::{Engine, expectation};
use crate::cluster::stated;
use crate::{Answer, Changed, Object, Operation, Request};

/// What all policies said of one resource.
#[derive(Debug)]
pub(super) struct Evaluation {
    /// The resource, or the payload.
    pub key: Key,
    /// The operation, where an entry asks for it.
    pub operation: Option<Operation>,
    pub responses: Vec<Response>,
}

/// What a resource is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub api_version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
}

impl Key {
    pub(super) fn of(object: &Object) -> Self {
        let api_version = object.at("/apiVersion").and_then(Value::as_str).unwrap_or_default();
        Self {
            api_version: api_version.to_owned(),
            kind: object.kind().to_owned(),
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
        }
    }
}

/// What one policy said of one resource.
#[derive(Debug)]
pub(super) struct Response {
    pub policy: Object,
    pub rules: Vec<Answer>,
    /// The resource, as the policy leaves it.
    pub patched: Object,
    pub others: Vec<Changed>,
}

/// Asks the policies of a test about all its resources, once more for each operation that entries name.
pub(super) fn evaluate(loaded: &mut Loaded, engines: &[Engine]) -> Vec<Evaluation> {
    let candidates = candidate::read(loaded, engines);
    let mut evaluations = Vec::new();
    let judge = |loaded: &Loaded, operation, evaluations: &mut Vec<Evaluation>| {
        for resource in &loaded.resources {
            let responses = judge(loaded, &candidates, resource, operation);
            evaluations.push(Evaluation { key: Key::of(resource), operation, responses });
        }
    };
    judge(loaded, None, &mut evaluations);
    let operations: BTreeSet<_> =
        loaded.expectations.iter().filter_map(|it| it.operation).collect();
    for operation in operations {
        override_operation(loaded, operation);
        judge(loaded, Some(operation), &mut evaluations);
    }
    for (path, payload) in &loaded.payloads {
        let responses = candidates.iter().filter(|it| {
            let is_checking =
                ["ImageValidatingPolicy", "DeletingPolicy"].contains(&kind(&it.policy));
            is_of_json(&it.policy) || is_checking
        });
        let responses = responses.filter_map(|it| {
            ask_to_validate(loaded, it, payload, Operation::Create).map(|mut response| {
                response.patched = payload.clone();
                response
            })
        });
        let responses = responses.collect();
        let mut key = Key::of(payload);
        key.name.clone_from(path);
        evaluations.push(Evaluation { key, operation: None, responses });
    }
    evaluations
}

/// Lets variables say the operation that an entry asks for.
fn override_operation(loaded: &mut Loaded, operation: Operation) {
    const KEY: &str = "request.operation";
    let Some(stated) = &mut loaded.cluster.stated else { return };
    stated.values.global.insert(KEY.to_owned(), operation.word().into());
    for (_, values) in stated.values.policies.iter_mut().flat_map(|it| &mut it.resources) {
        values.shift_remove(KEY);
    }
}

fn judge(
    loaded: &Loaded,
    candidates: &[Candidate],
    resource: &Object,
    operation: Option<Operation>,
) -> Vec<Response> {
    let mut current = resource.clone();
    let mut responses: Vec<Response> = Vec::new();
    for stage in [Stage::ClusterPolicy, Stage::MutatingAdmissionPolicy, Stage::MutatingPolicy] {
        let start = responses.len();
        for candidate in candidates.iter().filter(|it| it.stage == stage) {
            let operation = operation_of(loaded, candidate, &current, operation);
            if let Some(response) = ask_to_mutate(loaded, candidate, &current, operation) {
                current = response.patched.clone();
                responses.push(response);
            }
        }
        if stage == Stage::MutatingPolicy {
            // They are asked together: each shows what all of them make.
            responses.iter_mut().skip(start).for_each(|it| it.patched = current.clone());
        }
        for candidate in candidates.iter().filter(|it| it.stage == stage) {
            let operation = operation_of(loaded, candidate, &current, operation);
            responses.extend(ask_to_validate(loaded, candidate, &current, operation));
        }
    }
    for candidate in candidates.iter().filter(|it| it.stage == Stage::Other) {
        let operation = operation_of(loaded, candidate, &current, operation);
        responses.extend(ask_to_validate(loaded, candidate, &current, operation));
    }
    responses
}

/// The operation that a policy is asked about: that of an entry, or what variables say.
fn operation_of(
    loaded: &Loaded,
    candidate: &Candidate,
    resource: &Object,
    asked: Option<Operation>,
) -> Operation {
    match candidate.stage {
        // These are asked about what is created, whatever a test says.
        _ if candidate.policy.group() == "admissionregistration.k8s.io" => Operation::Create,
        Stage::ClusterPolicy => asked.unwrap_or_else(|| {
            let stated = loaded.cluster.stated.as_ref();
            let values = stated.map(|it| it.values.of(candidate.policy.name(), resource.name()));
            let word = values.as_ref().and_then(|it| it.get("request.operation")?.as_str());
            word.and_then(expectation::operation).unwrap_or(Operation::Create)
        }),
        _ => asked.unwrap_or(loaded.operation),
    }
}

fn ask_to_mutate(
    loaded: &Loaded,
    candidate: &Candidate,
    resource: &Object,
    operation: Operation,
) -> Option<Response> {
    let is_cluster_policy = candidate.stage == Stage::ClusterPolicy;
    if is_cluster_policy && !has_rules(&candidate.policy, &["mutate"]) {
        return None;
    }
    let response = |rules, patched, others| {
        let policy = candidate.policy.clone();
        Some(Response { policy, rules, patched, others })
    };
    let Some(policies) = &candidate.policies else {
        return response(vec![unknown(&candidate.policy)], resource.clone(), Vec::new());
    };
    if let [refused, ..] = policies.refused() {
        return response(vec![refusal(refused)], resource.clone(), Vec::new());
    }
    let request = request(loaded, &candidate.policy, resource, operation);
    let mutated = policies.mutate(&request);
    if mutated.answers.is_empty() && mutated.others.is_empty() && is_unlisted(candidate) {
        return None;
    }
    let before = request.object.unwrap_or_else(|| resource.clone());
    response(mutated.answers, mutated.object.unwrap_or(before), mutated.others)
}

fn ask_to_validate(
    loaded: &Loaded,
    candidate: &Candidate,
    resource: &Object,
    operation: Operation,
) -> Option<Response> {
    let is_mutating =
        matches!(candidate.stage, Stage::MutatingAdmissionPolicy | Stage::MutatingPolicy);
    let is_cluster_policy = candidate.stage == Stage::ClusterPolicy;
    let checks = ["validate", "verifyImages", "generate"];
    if is_mutating || (is_cluster_policy && !has_rules(&candidate.policy, &checks)) {
        return None;
    }
    let mut rules = match &candidate.policies {
        None => vec![unknown(&candidate.policy)],
        Some(policies) => match policies.refused() {
            [refused, ..] => vec![refusal(refused)],
            [] => policies.validate(&request(loaded, &candidate.policy, resource, operation)),
        },
    };
    if rules.is_empty() && resource.kind().is_empty() {
        rules.push(unknown(&candidate.policy));
    }
    if rules.is_empty() && is_unlisted(candidate) {
        return None;
    }
    let (policy, patched) = (candidate.policy.clone(), resource.clone());
    let others = match &candidate.policies {
        Some(policies) if policy.kind().ends_with("GeneratingPolicy") => {
            policies.mutate(&request(loaded, &policy, resource, operation)).others
        }
        _ => Vec::new(),
    };
    Some(Response { policy, rules, patched, others })
}

fn request<'c>(
    loaded: &'c Loaded,
    policy: &Object,
    resource: &Object,
    operation: Operation,
) -> Request<'c> {
    let is_deletion = operation == Operation::Delete;
    let object = (!is_deletion).then(|| resource.clone());
    let old = (operation != Operation::Create).then(|| resource.clone());
    let stated = loaded.cluster.stated.as_ref();
    let subresource = stated.and_then(|it| it.subresource(resource));
    let mut request = Request {
        operation,
        object,
        old,
        subresource: subresource.map(|it| it.name.clone()).unwrap_or_default(),
        user: loaded.user.clone(),
        is_dry_run: false,
        cluster: &loaded.cluster,
    };
    if policy.group() == "kyverno.io" {
        take_values(&mut request, policy, resource);
    }
    request
}

/// Changes the objects of a request where variables say so.
fn take_values(request: &mut Request<'_>, policy: &Object, resource: &Object) {
    let Some(stated) = &request.cluster.stated else { return };
    for (key, value) in stated.values.of(policy.name(), resource.name()) {
        let steps = stated::steps(&key);
        let (object, rest) = match steps.split_first() {
            Some((first, rest)) if first == "request" => match rest.split_first() {
                Some((second, rest)) if second == "object" => (&mut request.object, rest),
                Some((second, rest)) if second == "oldObject" => (&mut request.old, rest),
                _ => continue,
            },
            _ => continue,
        };
        let mut json = object.as_ref().map_or(Value::Null, |it| it.json().clone());
        stated::set(&mut json, rest, &value);
        *object = Some(Object::new(json));
    }
}
