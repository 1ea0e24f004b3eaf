//! Label selectors, as the server reads and matches them.

use harden_core::kubernetes::{is_label_value, is_qualified_name};

use super::super::place::{Flaws, Place};
use crate::labels::{Operator, Requirement};

/// What labels must have. One without requirements matches all.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Selector(Vec<Requirement>);

impl Selector {
    /// Reads a LabelSelector; none is one without requirements.
    pub(in super::super) fn read(place: &Place<'_>, flaws: &mut Flaws) -> Self {
        let mut requirements = Vec::new();
        let labels = place.at("matchLabels");
        let entries = labels.value.and_then(|it| it.as_object());
        for key in entries.into_iter().flat_map(|it| it.keys()) {
            let place = Place { pointer: labels.pointer.clone(), ..labels.at(key) };
            let value = place.text(flaws).to_owned();
            check_key(&labels, key, flaws);
            check_value(&place, &value, flaws);
            let values = vec![value];
            requirements.push(Requirement { key: key.clone(), operator: Operator::In, values });
        }
        for place in place.at("matchExpressions").items(flaws) {
            requirements.extend(read(&place, flaws));
        }
        Self(requirements)
    }

    pub(in super::super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether labels have it all; `label` gives the value of a key.
    pub(in super::super) fn matches<'l>(&self, label: impl Fn(&str) -> Option<&'l str>) -> bool {
        self.0.iter().all(|it| it.holds(label(&it.key)))
    }

    /// Whether labels have it all, of which some are not known.
    pub(in super::super) fn matches_some<'l>(
        &self,
        label: impl Fn(&str) -> Option<&'l str>,
    ) -> Option<bool> {
        let known = |it: &Requirement| label(&it.key).map(|label| it.holds(Some(label)));
        if self.0.iter().any(|it| known(it) == Some(false)) {
            return Some(false);
        }
        self.0.iter().all(|it| known(it) == Some(true)).then_some(true)
    }
}

fn read(place: &Place<'_>, flaws: &mut Flaws) -> Option<Requirement> {
    let key = place.at("key").text(flaws).to_owned();
    let at = place.at("values");
    let values = at.texts(flaws);
    let written = place.at("operator").text(flaws);
    let Some(operator) = Operator::named(written) else {
        flaws.invalid(&place.at("operator"), written, "not a valid selector operator");
        return None;
    };
    if operator.takes_values() && values.is_empty() {
        flaws.required(&at, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if !operator.takes_values() && !values.is_empty() {
        let detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        flaws.forbidden(&at, detail);
    }
    check_key(&place.at("key"), &key, flaws);
    for place in at.items(flaws) {
        check_value(&place, place.text(flaws), flaws);
    }
    Some(Requirement { key, operator, values })
}

fn check_key(place: &Place<'_>, key: &str, flaws: &mut Flaws) {
    if !is_qualified_name(key) {
        flaws.invalid(place, key, "must be the name of a label");
    }
}

fn check_value(place: &Place<'_>, value: &str, flaws: &mut Flaws) {
    if !is_label_value(value) {
        flaws.invalid(place, value, "must be the value of a label");
    }
}
