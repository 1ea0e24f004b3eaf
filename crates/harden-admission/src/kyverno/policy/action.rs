//! What follows of what a rule says.

use super::Policy;
use super::rule::Validation;
use super::situation::{Known, Situation};
use crate::kyverno::pattern::wildcard::matches_text;
use crate::{Action, Object, Verdict};

impl Policy {
    /// Whether the webhook waits for what some rule says; all others are judged after the request.
    fn enforces(&self) -> bool {
        let of_rules = self.rules.iter().filter_map(|it| it.validation.as_ref());
        let mut overrides = of_rules.clone().flat_map(|it| &it.overrides).chain(&self.overrides);
        is_enforce(&self.action)
            || of_rules.filter_map(|it| it.action.as_deref()).any(is_enforce)
            || overrides.any(|it| is_enforce(&it.action))
    }

    /// What follows of a verdict.
    pub(super) fn action(
        &self,
        verdict: Verdict,
        validation: &Validation,
        situation: &Situation<'_>,
    ) -> Action {
        if verdict == Verdict::Error && self.enforces() {
            return if self.is_failing_closed { Action::Deny } else { Action::Ignore };
        }
        let of_rule = validation.action.as_deref();
        let overrides = if validation.overrides.is_empty() && of_rule.is_none() {
            &self.overrides
        } else {
            &validation.overrides
        };
        let namespace = situation.request.subject().map(Object::namespace).unwrap_or_default();
        let over = overrides.iter().find(|it| {
            let is_named = it.namespaces.iter().any(|wanted| matches_text(wanted, namespace));
            let is_selected =
                it.selector.as_ref().map(|selector| match situation.namespace_labels() {
                    Known::Yes(labels) => selector.matches(labels),
                    Known::No(_) => false,
                });
            match (it.namespaces.is_empty(), is_selected) {
                (true, selected) => selected.unwrap_or_default(),
                (false, None) => is_named,
                (false, Some(is_selected)) => is_named && is_selected,
            }
        });
        let action = over.map_or(of_rule.unwrap_or(&self.action), |it| it.action.as_str());
        match action {
            it if is_enforce(it) => Action::Deny,
            _ if self.warns => Action::Warn,
            _ => Action::Audit,
        }
    }
}

/// Whether an action refuses.
pub(super) fn is_enforce(action: &str) -> bool {
    action.eq_ignore_ascii_case("enforce")
}
