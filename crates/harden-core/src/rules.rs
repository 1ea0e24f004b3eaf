//! Every rule, by category; each list stands beside the files of its rules.

#[cfg(feature = "admission")]
pub mod admission;
pub mod configuration;
mod exceeded_quotas;
pub mod external_secrets;
pub mod namespace;
pub mod network;
pub mod pod_security;
pub mod rbac;
#[cfg(feature = "admission")]
pub mod runtime;
pub mod schema;
mod similar;
pub mod workload;
pub mod yaml;

use crate::rule::{Category, Rule};

/// The lists of all categories.
pub static CATEGORIES: &[(Category, &[&Rule])] = &[
    (Category::Yaml, yaml::RULES),
    (Category::Schema, schema::RULES),
    (Category::PodSecurity, pod_security::RULES),
    (Category::Workload, workload::RULES),
    (Category::Rbac, rbac::RULES),
    (Category::Network, network::RULES),
    (Category::Namespace, namespace::RULES),
    (Category::Configuration, configuration::RULES),
    (Category::ExternalSecrets, external_secrets::RULES),
    #[cfg(feature = "admission")]
    (Category::Admission, admission::RULES),
    #[cfg(feature = "admission")]
    (Category::Runtime, runtime::RULES),
];

/// The ids of rules that a program may be without, in alphabetical order: those about policies of admission, here and
/// in `harden-admission`, those about Falco, and those that the feature `admission` brings to other categories. Whoever
/// ignores one is not told that there is no such rule.
pub static ELSEWHERE: &[&str] = &[
    "always-true-expression",
    "bypassable-object-selector",
    "containers-only-policy",
    "contradicting-policies",
    "controllers-left-out",
    "deprecated-policy-field",
    "deprecated-policy-kind",
    "ephemeral-containers-left-out",
    "exemption-of-everything",
    "expired-policy-exemption",
    "falco-deprecated-item",
    "falco-doubtful-value",
    "falco-every-event-type",
    "falco-file-refused",
    "falco-ignored-key",
    "falco-list-as-text",
    "falco-missing-definition",
    "falco-stock-rule-replaced",
    "falco-unknown-field",
    "falco-unusable-name",
    "half-keyless-identity",
    "ignored-admission-failure",
    "keyless-without-identity",
    "missing-admission-policy",
    "missing-constraint-template",
    "missing-probe-port",
    "node-local-dns-left-out",
    "openshift-dns-port",
    "path-to-cluster-admin",
    "pods-among-networks",
    "pods-left-out",
    "policy-matches-nobody",
    "policy-matches-nothing",
    "reachable-from-every-namespace",
    "redundant-network-policy",
    "refused-expression",
    "refused-image-tag",
    "service-address-block",
    "slow-webhook",
    "superseded-policy-kind",
    "tier-without-pass",
    "unanchored-pattern",
    "unbound-admission-policy",
    "undefined-policy-order",
    "unenforced-network-policies",
    "unenforced-policy",
    "unmatched-policy-parameters",
    "unmet-signature-policy",
    "unreachable-backend",
    "unused-constraint-template",
    "unverifiable-signature-format",
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    CATEGORIES.iter().flat_map(|(_, rules)| rules.iter().copied())
}

/// The rules that run where nobody chooses any.
pub fn usual() -> impl Iterator<Item = &'static Rule> {
    all().filter(|it| !is_on_request(it))
}

/// Whether a rule runs only where somebody asks for it by name: few clusters can do what it says.
pub fn is_on_request(rule: &Rule) -> bool {
    workload::ON_REQUEST.iter().any(|it| it.id == rule.id)
}

/// The rule of this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Whether there is a rule of this id.
pub fn exists(id: &str) -> bool {
    find(id).is_some()
}
