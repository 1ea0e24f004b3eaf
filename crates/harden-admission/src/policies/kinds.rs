//! The kinds that decide about admission.

use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};

/// Groups with their kinds that decide about admission, or belong to such; `*` is every kind.
const KINDS: [(&str, &[&str]); 9] = [
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ],
    ),
    ("config.gatekeeper.sh", &["Config"]),
    ("constraints.gatekeeper.sh", &["*"]),
    ("expansion.gatekeeper.sh", &["ExpansionTemplate"]),
    ("kyverno.io", &["ClusterPolicy", "Policy", "PolicyException"]),
    ("mutations.gatekeeper.sh", &["Assign", "AssignImage", "AssignMetadata", "ModifySet"]),
    (
        "policies.kyverno.io",
        &[
            "ImageValidatingPolicy",
            "MutatingPolicy",
            "NamespacedImageValidatingPolicy",
            "NamespacedMutatingPolicy",
            "NamespacedValidatingPolicy",
            "PolicyException",
            "ValidatingPolicy",
        ],
    ),
    ("syncset.gatekeeper.sh", &["SyncSet"]),
    ("templates.gatekeeper.sh", &["ConstraintTemplate"]),
];

/// Kinds that belong to policies, and are none.
const BESIDE: [&str; 7] = [
    "Config",
    "ConstraintTemplate",
    "ExpansionTemplate",
    "MutatingAdmissionPolicyBinding",
    "PolicyException",
    "SyncSet",
    "ValidatingAdmissionPolicyBinding",
];

/// Whether objects of a kind decide about admission, or belong to such.
pub(super) fn decides(object: &Object) -> bool {
    let (group, kind) = (object.group(), object.kind());
    let is_one = |(of, kinds): &(&str, &[&str])| {
        *of == group && kinds.iter().any(|it| *it == "*" || *it == kind)
    };
    KINDS.iter().any(is_one)
}

/// Whether something is a policy, and does not just belong to one.
pub(super) fn is_policy(object: &Object) -> bool {
    decides(object) && !is_beside(object.kind())
}

/// Whether what decides about admission by objects of a kind is other objects.
pub(super) fn is_beside(kind: &str) -> bool {
    BESIDE.contains(&kind)
}

/// That a policy is not judged, because no engine here takes its kind.
pub(super) fn not_judged(object: &Object) -> Answer {
    let kind = object.kind().to_owned();
    Answer {
        message: format!("objects of kind {kind} are not understood here"),
        policy: PolicyName {
            kind,
            namespace: object.namespace().to_owned(),
            name: object.name().to_owned(),
        },
        rule: String::new(),
        verdict: Verdict::NotJudged,
        action: Action::Deny,
        reasons: vec![Reason {
            at: "/kind".to_owned(),
            expression: String::new(),
            values: Vec::new(),
        }],
    }
}
