//! What the API server refuses of where pods may run: tolerations and topology.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use crate::validation::metadata::map_of_labels;
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};
use crate::validation::selector;

const KIND: ProblemKind = ProblemKind::Pod;

/// What a pod says of the nodes that it may run on, beside affinity.
pub(super) fn check<'d>(spec: Place<'d>, problems: &mut Problems<'d>) {
    map_of_labels(spec.at("nodeSelector"), problems);
    spec.at("tolerations").items().for_each(|it| toleration(it, problems));
    let mut seen = FxHashSet::default();
    for constraint in spec.at("topologySpreadConstraints").items() {
        spread(constraint, problems);
        let of = ["topologyKey", "whenUnsatisfiable"].map(|it| constraint.at(it).as_str());
        if let [Some(key), Some(action)] = of
            && !seen.insert((key, action))
        {
            let message = format!("there is another constraint for `{key}` with `{action}`");
            problems.add(ProblemKind::Duplicate, constraint.at("topologyKey"), message);
        }
    }
}

fn toleration<'d>(toleration: Place<'d>, problems: &mut Problems<'d>) {
    let (key, operator, effect) =
        (toleration.at("key"), toleration.at("operator"), toleration.at("effect"));
    problems.optional_text(KIND, key, names::qualified_name);
    let has_key = key.exists() && key.as_str() != Some("");
    let word = operator.as_str().unwrap_or_default();
    if !has_key && word != "Exists" && toleration.is_map() {
        problems.add(KIND, operator, "`operator` must be `Exists` when there is no `key`");
    }
    if toleration.at("tolerationSeconds").exists() && effect.as_str() != Some("NoExecute") {
        let place = if effect.exists() { effect } else { toleration.at("tolerationSeconds") };
        let message = "`effect` must be `NoExecute` when `tolerationSeconds` is set";
        problems.add(KIND, place, message);
    }
    let value = toleration.at("value");
    match word {
        "Exists" if value.as_str() != Some("") => {
            problems.forbidden(KIND, value, "when `operator` is `Exists`");
        }
        "" | "Equal" => problems.text(KIND, value, names::label_value),
        _ => {}
    }
}

fn spread<'d>(constraint: Place<'d>, problems: &mut Problems<'d>) {
    let least = constraint.at("minDomains");
    let action = constraint.at("whenUnsatisfiable").as_str();
    if least.exists() && action.is_some_and(|it| it != "DoNotSchedule") {
        problems.forbidden(KIND, least, "unless `whenUnsatisfiable` is `DoNotSchedule`");
    }
    let labels = constraint.at("labelSelector");
    selector::check(labels, problems);
    match_label_keys(constraint, labels, problems);
}

/// Keys of labels that a pod is to share with others: none that the selector has.
pub(super) fn match_label_keys<'d>(
    holder: Place<'d>,
    labels: Place<'d>,
    problems: &mut Problems<'d>,
) {
    for keys in ["matchLabelKeys", "mismatchLabelKeys"].map(|it| holder.at(it)) {
        if !keys.is_empty() && !labels.exists() {
            problems.forbidden(KIND, keys, "without `labelSelector`");
        }
        for key in keys.items() {
            problems.text(ProblemKind::Label, key, names::qualified_name);
        }
    }
}
