//! The policies of a test, each read on its own with what goes with it.

use serde_json::{Value, json};

use super::loading::Loaded;
use super::{Engine, Policies};
use crate::cluster::stated;
use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};

/// A policy of a test.
pub(super) struct Candidate {
    pub policy: Object,
    pub stage: Stage,
    /// None where no engine takes it.
    pub policies: Option<Box<dyn Policies>>,
}

/// When policies are asked: each stage gets what the last one left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    ClusterPolicy,
    MutatingAdmissionPolicy,
    MutatingPolicy,
    Other,
}

impl Stage {
    /// The stage of a policy; none for what is no policy.
    fn of(object: &Object) -> Option<Self> {
        Some(match (object.group(), object.kind()) {
            ("kyverno.io", "ClusterPolicy" | "Policy") => Self::ClusterPolicy,
            ("admissionregistration.k8s.io", "MutatingAdmissionPolicy") => {
                Self::MutatingAdmissionPolicy
            }
            ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy") => Self::Other,
            ("policies.kyverno.io", _) => match kind(object) {
                "MutatingPolicy" => Self::MutatingPolicy,
                "ValidatingPolicy"
                | "ImageValidatingPolicy"
                | "GeneratingPolicy"
                | "DeletingPolicy" => Self::Other,
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// Reads the policies of a test, in the order in which they are asked.
pub(super) fn read(loaded: &Loaded, engines: &[Engine]) -> Vec<Candidate> {
    let read_one = |policy: &Object| {
        let engine = engines.iter().find(|it| (it.takes)(policy))?;
        let mut objects = vec![policy.clone()];
        let rest = loaded.policies.iter().filter(|it| Stage::of(it).is_none());
        objects.extend(rest.chain(&loaded.exceptions).filter(|it| (engine.takes)(it)).cloned());
        objects.extend(binding(policy, &objects));
        Some((engine.read)(&objects, &loaded.cluster))
    };
    let policies = loaded.policies.iter().filter_map(|it| Some((it, Stage::of(it)?)));
    let mut candidates: Vec<_> = policies
        .map(|(policy, stage)| Candidate {
            policy: policy.clone(),
            stage,
            policies: read_one(policy),
        })
        .collect();
    candidates.sort_by_key(|it| it.stage);
    candidates
}

/// The binding of a policy that a test gives none for: to Kyverno's command such a policy holds for all that
/// it matches.
fn binding(policy: &Object, objects: &[Object]) -> Option<Object> {
    let kind = match policy.kind() {
        "ValidatingAdmissionPolicy" => "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy" => "MutatingAdmissionPolicyBinding",
        _ => return None,
    };
    let is_bound = |it: &Object| {
        it.kind() == kind
            && it.at("/spec/policyName").and_then(Value::as_str) == Some(policy.name())
    };
    if objects.iter().any(is_bound) {
        return None;
    }
    let mut spec = json!({"policyName": policy.name()});
    if kind == "ValidatingAdmissionPolicyBinding" {
        stated::set(&mut spec, &["validationActions".to_owned()], &json!(["Deny"]));
    }
    Some(Object::new(json!({
        "apiVersion": policy.at("/apiVersion"),
        "kind": kind,
        "metadata": {"name": policy.name()},
        "spec": spec,
    })))
}

/// The kind of a policy, whether it is for one namespace or for all.
pub(super) fn kind(policy: &Object) -> &str {
    policy.kind().strip_prefix("Namespaced").unwrap_or(policy.kind())
}

/// Whether a ClusterPolicy has rules with one of the keys.
pub(super) fn has_rules(policy: &Object, keys: &[&str]) -> bool {
    let mut rules = policy.at("/spec/rules").and_then(Value::as_array).into_iter().flatten();
    rules.any(|rule| keys.iter().any(|key| rule.get(key).is_some()))
}

/// Whether a policy that says nothing is as if it were not there.
pub(super) fn is_unlisted(candidate: &Candidate) -> bool {
    let policy = &candidate.policy;
    if candidate.stage == Stage::MutatingAdmissionPolicy || is_of_json(policy) {
        return true;
    }
    if policy.group() != "policies.kyverno.io" {
        return false;
    }
    // Of these, one that selects by a single list of resources alone.
    let count = |pointer| policy.at(pointer).and_then(Value::as_array).map_or(0, Vec::len);
    let constraints = "/spec/matchConstraints";
    let has = |selector: &str| {
        let labels = policy.at(&format!("{constraints}/{selector}/matchLabels"));
        let expressions = policy.at(&format!("{constraints}/{selector}/matchExpressions"));
        labels.and_then(Value::as_object).is_some_and(|it| !it.is_empty())
            || expressions.and_then(Value::as_array).is_some_and(|it| !it.is_empty())
    };
    !has("namespaceSelector")
        && !has("objectSelector")
        && count("/spec/matchConstraints/excludeResourceRules") == 0
        && count("/spec/matchConstraints/resourceRules") == 1
        && count("/spec/matchConstraints/resourceRules/0/resourceNames") == 0
}

/// Whether a policy is about payloads, which need not be objects of the API.
pub(super) fn is_of_json(policy: &Object) -> bool {
    policy.at("/spec/evaluation/mode").and_then(Value::as_str) == Some("JSON")
}

/// What a policy that is refused says. Kyverno's command does not ask the API server whether it takes its
/// own kinds.
pub(super) fn refusal(answer: &Answer) -> Answer {
    let kind = answer.policy.kind.trim_end_matches("Binding");
    let is_server = kind.ends_with("AdmissionPolicy");
    let verdict = if is_server { Verdict::NotJudged } else { answer.verdict };
    Answer { verdict, ..answer.clone() }
}

/// The answer for a policy that no engine takes.
pub(super) fn unknown(policy: &Object) -> Answer {
    Answer {
        policy: PolicyName {
            kind: policy.kind().to_owned(),
            namespace: policy.namespace().to_owned(),
            name: policy.name().to_owned(),
        },
        rule: String::new(),
        verdict: Verdict::NotJudged,
        action: Action::Ignore,
        message: format!("policies of kind {} are not judged here", policy.kind()),
        reasons: vec![Reason {
            at: "/kind".to_owned(),
            expression: String::new(),
            values: Vec::new(),
        }],
    }
}
