//! What the API server refuses of affinity.

use harden_yaml::Place;

use super::scheduling::match_label_keys;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};
use crate::validation::selector;

const KIND: ProblemKind = ProblemKind::Pod;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

/// The affinity of a pod.
pub(super) fn check<'d>(affinity: Place<'d>, problems: &mut Problems<'d>) {
    let node = affinity.at("nodeAffinity");
    if node.at(REQUIRED).is_map() {
        node_selector(node.at(REQUIRED), problems);
    }
    for term in node.at(PREFERRED).items() {
        node_term(term.at("preference"), false, problems);
    }
    for pods in ["podAffinity", "podAntiAffinity"].map(|it| affinity.at(it)) {
        pods.at(REQUIRED).items().for_each(|it| pod_term(it, problems));
        for term in pods.at(PREFERRED).items() {
            pod_term(term.at("podAffinityTerm"), problems);
        }
    }
}

/// Terms of which a node must satisfy one.
pub(in crate::validation) fn node_selector<'d>(selector: Place<'d>, problems: &mut Problems<'d>) {
    let terms = selector.at("nodeSelectorTerms");
    if terms.is_list() && terms.is_empty() {
        problems.add(KIND, terms, "`nodeSelectorTerms` must have at least one item");
    }
    terms.items().for_each(|it| node_term(it, true, problems));
}

fn node_term<'d>(term: Place<'d>, is_required: bool, problems: &mut Problems<'d>) {
    for requirement in term.at("matchExpressions").items() {
        selector::expression(requirement, problems);
        // Held to their form since 1.33 only.
        if is_required && problems.since(33) {
            for value in requirement.at("values").items() {
                problems.text(ProblemKind::Label, value, names::label_value);
            }
        }
    }
    for requirement in term.at("matchFields").items() {
        let (key, operator, values) =
            (requirement.at("key"), requirement.at("operator"), requirement.at("values"));
        problems.text(KIND, key, |it| (it != "metadata.name").then_some("must be `metadata.name`"));
        match operator.as_str() {
            Some("In" | "NotIn") if values.len() != 1 => {
                problems.add(KIND, values, "`values` must be one value for a field of nodes");
            }
            Some("In" | "NotIn") | None => {}
            Some(_) => {
                problems.invalid(KIND, operator, "must be `In` or `NotIn` for a field of nodes");
            }
        }
        for value in values.items() {
            problems.text(ProblemKind::Name, value, names::subdomain);
        }
    }
}

fn pod_term<'d>(term: Place<'d>, problems: &mut Problems<'d>) {
    if !term.is_map() {
        return;
    }
    let labels = term.at("labelSelector");
    selector::check(labels, problems);
    selector::check(term.at("namespaceSelector"), problems);
    for namespace in term.at("namespaces").items() {
        problems.text(ProblemKind::Name, namespace, names::label);
    }
    problems.optional_text(ProblemKind::Label, term.at("topologyKey"), names::qualified_name);
    // Before 1.31 these are dropped.
    if problems.since(31) {
        match_label_keys(term, labels, problems);
    }
}
