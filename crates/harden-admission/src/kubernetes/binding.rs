//! Bindings, which put policies to work.

use harden_core::kubernetes::is_subdomain;

use super::matching::{Matching, Selector};
use super::place::{Flaws, Place};
use crate::{Action, Object};

/// What binds a policy to requests and params.
#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) policy: String,
    /// None where it narrows nothing.
    pub(super) matching: Option<Matching>,
    pub(super) params: Option<ParamRef>,
    /// What follows of a failure, the hardest.
    pub(super) action: Action,
}

/// Which objects are handed to the policy.
#[derive(Debug, Clone)]
pub(super) struct ParamRef {
    /// Empty where a selector finds them.
    pub(super) name: String,
    pub(super) selector: Option<Selector>,
    /// Empty for the namespace of the request.
    pub(super) namespace: String,
    /// Whether a request is refused where there are none.
    pub(super) denies: bool,
}

const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];

impl Binding {
    /// Reads a binding, of a validating policy if it says what follows.
    pub(super) fn read(object: &Object, is_validating: bool, flaws: &mut Flaws) -> Self {
        let root = Place::root(object.json());
        let spec = root.at("spec");
        let policy_at = spec.at("policyName");
        let policy = policy_at.text(flaws);
        if policy.is_empty() {
            flaws.required(&policy_at, "");
        } else if !is_subdomain(policy) {
            flaws.invalid(&policy_at, policy, "must be the name of an object");
        }
        let param_ref = spec.at("paramRef");
        let params = param_ref.exists().then(|| ParamRef::read(&param_ref, flaws));
        let resources = spec.at("matchResources");
        let matching = resources.exists().then(|| Matching::read(&resources, flaws));
        let action =
            if is_validating { action(&spec.at("validationActions"), flaws) } else { Action::Deny };
        let (name, policy) = (object.name().to_owned(), policy.to_owned());
        Self { name, policy, matching, params, action }
    }
}

fn action(place: &Place<'_>, flaws: &mut Flaws) -> Action {
    let words = place.texts(flaws);
    for (index, item) in place.items(flaws).iter().enumerate() {
        let word = item.text(flaws);
        if !ACTIONS.contains(&word) {
            flaws.unsupported(item, word, &ACTIONS);
        }
        if words.iter().take(index).any(|it| it == word) {
            flaws.duplicate(item, word);
        }
    }
    let is_there = |word: &str| words.iter().any(|it| it == word);
    if is_there("Deny") && is_there("Warn") {
        let detail = "must not contain both Deny and Warn (repeating the same validation failure \
                      information in the API response and headers serves no purpose)";
        flaws.invalid_list(place, &words, detail);
    }
    if words.is_empty() {
        flaws.required(place, "at least one validation action is required");
    }
    match (is_there("Deny"), is_there("Warn")) {
        (true, _) => Action::Deny,
        (false, true) => Action::Warn,
        (false, false) => Action::Audit,
    }
}

impl ParamRef {
    fn read(place: &Place<'_>, flaws: &mut Flaws) -> Self {
        let (name_at, selector_at) = (place.at("name"), place.at("selector"));
        let name = name_at.text(flaws).to_owned();
        let both = !name.is_empty() && selector_at.exists();
        if both {
            flaws.forbidden(&name_at, "name and selector are mutually exclusive");
        }
        let selector = selector_at.exists().then(|| Selector::read(&selector_at, flaws));
        if both {
            flaws.forbidden(&selector_at, "name and selector are mutually exclusive");
        }
        if name.is_empty() && selector.is_none() {
            flaws.required(place, "one of name or selector must be specified");
        }
        let action_at = place.at("parameterNotFoundAction");
        let action = action_at.text(flaws);
        if action.is_empty() {
            flaws.required(&action_at, "");
        } else if !matches!(action, "Allow" | "Deny") {
            flaws.unsupported(&action_at, action, &["Deny", "Allow"]);
        }
        let namespace = place.at("namespace").text(flaws).to_owned();
        Self { name, selector, namespace, denies: action == "Deny" }
    }
}
