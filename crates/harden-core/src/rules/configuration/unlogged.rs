//! Requests that a rule of an audit policy keeps out of the log.

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
    for (index, rule) in policy.rules.iter().enumerate() {
        if rule.level != AuditLevel::None {
            continue;
        }
        let mut said: Vec<(Vec<&str>, Vec<String>)> = Vec::new();
        for ask in asks {
            let verbs = ask.verbs.iter().copied();
            let is_hidden =
                |verb: &&'static str| decide(policy, &ask.event(verb)).rule == Some(index);
            let verbs: Vec<&str> = verbs.filter(is_hidden).collect();
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
