//! What the API server refuses of label selectors.

use harden_yaml::Place;

use super::metadata::map_of_labels;
use super::names;
use super::problem::{ProblemKind, Problems};

/// A LabelSelector.
pub(super) fn check<'d>(selector: Place<'d>, problems: &mut Problems<'d>) {
    map_of_labels(selector.at("matchLabels"), problems);
    for requirement in selector.at("matchExpressions").items() {
        expression(requirement, problems);
        for value in requirement.at("values").items() {
            problems.text(ProblemKind::Label, value, names::label_value);
        }
    }
}

/// Whether a LabelSelector asks for nothing, so that it matches everything.
pub(super) fn is_empty(selector: Place<'_>) -> bool {
    ["matchLabels", "matchExpressions"].iter().all(|it| selector.at(it).is_empty())
}

/// A key, an operator, and the values that the operator takes.
pub(super) fn expression<'d>(requirement: Place<'d>, problems: &mut Problems<'d>) {
    let (operator, values) = (requirement.at("operator"), requirement.at("values"));
    problems.optional_text(ProblemKind::Label, requirement.at("key"), names::qualified_name);
    let Some(word) = operator.as_str() else { return };
    let count = values.len();
    let flaw = match word {
        "In" | "NotIn" if count == 0 => "`values` must be specified",
        "Exists" | "DoesNotExist" if count > 0 => "`values` may not be specified",
        "Gt" | "Lt" if count != 1 => "`values` must be one value",
        _ => return,
    };
    let message = format!("{flaw} when `operator` is `{word}`");
    problems.add(ProblemKind::Label, values, message);
}
