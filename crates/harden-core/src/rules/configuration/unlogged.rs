//! Requests that a rule of an audit policy keeps out of the log.

use std::collections::BTreeSet;

use crate::configuration::audit::{AuditLevel, AuditPolicy, Event, User, decide};
use crate::rule::Reporter;

/// Requests about one resource, by somebody whom no rule names, in a namespace that no rule names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    group: &'static str,
    resource: &'static str,
    subresource: &'static str,
    is_namespaced: bool,
    verbs: &'static [&'static str],
}

impl Ask {
    /// Requests about a resource of the core group.
    pub(super) const fn of(resource: &'static str) -> Self {
        Self { group: "", resource, subresource: "", is_namespaced: false, verbs: &[] }
    }

    pub(super) const fn group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    pub(super) const fn subresource(self, subresource: &'static str) -> Self {
        Self { subresource, ..self }
    }

    pub(super) const fn namespaced(self) -> Self {
        Self { is_namespaced: true, ..self }
    }

    pub(super) const fn verbs(self, verbs: &'static [&'static str]) -> Self {
        Self { verbs, ..self }
    }

    fn event(&self, verb: &'static str) -> Event<'static> {
        let is_nameless = matches!(verb, "list" | "watch" | "deletecollection")
            || verb == "create" && self.subresource.is_empty();
        Event {
            user: Some(User { name: "somebody", groups: vec!["system:authenticated"] }),
            verb,
            namespace: if self.is_namespaced { "a-namespace" } else { "" },
            group: self.group,
            resource: self.resource,
            subresource: self.subresource,
            name: if is_nameless { "" } else { "an-object" },
            is_resource_request: true,
            ..Event::default()
        }
    }

    /// Its verbs, each with the rule that decides on it.
    fn decided(&self, policy: &AuditPolicy<'_>) -> Vec<(&'static str, Option<usize>)> {
        let verbs = self.verbs.iter();
        verbs.map(|verb| (*verb, decide(policy, &self.event(verb)).rule)).collect()
    }

    fn name(&self) -> String {
        match self.subresource {
            "" => self.resource.to_owned(),
            subresource => format!("{}/{subresource}", self.resource),
        }
    }
}

/// Reports each rule of level None that decides on any of these requests. What no rule matches is
/// another rule's finding.
pub(super) fn flag<'d>(policy: &AuditPolicy<'d>, asks: &[Ask], reporter: &mut Reporter<'_, 'd>) {
    let decided: Vec<_> = asks.iter().map(|ask| (ask, ask.decided(policy))).collect();
    let deciding: BTreeSet<_> =
        decided.iter().flat_map(|(_, verbs)| verbs).filter_map(|(_, rule)| *rule).collect();
    for index in deciding {
        let Some(rule) = policy.rules.get(index).filter(|it| it.level == AuditLevel::None) else {
            continue;
        };
        let mut said: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
        for (ask, verbs) in &decided {
            let hidden = verbs.iter().filter(|(_, rule)| *rule == Some(index));
            let verbs: Vec<&str> = hidden.map(|(verb, _)| *verb).collect();
            match said.iter_mut().find(|(known, _)| *known == verbs) {
                _ if verbs.is_empty() => {}
                Some((_, names)) => names.push(ask.name()),
                None => said.push((verbs, vec![ask.name()])),
            }
        }
        if !said.is_empty() {
            let parts = said.iter().map(|(verbs, names)| {
                let verbs: Vec<_> = verbs.iter().map(|it| format!("`{it}`")).collect();
                format!("{} of {}", verbs.join(", "), names.join(", "))
            });
            let parts: Vec<_> = parts.collect();
            let message = format!("rules[{index}] keeps {} out of the log", parts.join(", "));
            reporter.flag(rule.place.at("level"), message, None);
        }
    }
}
