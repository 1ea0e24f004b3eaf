//! Requests that a rule of an audit policy keeps out of the log.

use std::collections::BTreeSet;

use harden_yaml::Action;

use crate::configuration::audit::{AuditLevel, AuditPolicy, AuditRule, Event, User, decide};
use crate::rule::{Edits, Reporter};

use super::amendment::{self, Subset};

const VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

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

    /// Whether all requests about it are of interest: those that get into a pod have several verbs.
    fn takes_any_verb(&self) -> bool {
        self.resource == "pods"
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
            let hidden: Vec<_> = decided
                .iter()
                .map(|(ask, verbs)| {
                    let hidden = verbs.iter().filter(|(_, rule)| *rule == Some(index));
                    (**ask, hidden.map(|(verb, _)| *verb).collect::<Vec<_>>())
                })
                .filter(|(_, verbs)| !verbs.is_empty())
                .collect();
            let edits = shown(policy, index, rule, &hidden);
            reporter.flag_with(rule.place.at("level"), message, edits);
        }
    }
}

/// Brings what a rule hides into the log: by a rule before it, or by its level where it hides nothing else.
fn shown<'d>(
    policy: &AuditPolicy<'d>,
    index: usize,
    rule: &AuditRule<'d>,
    hidden: &[(Ask, Vec<&'static str>)],
) -> Edits<'d> {
    let is_hidden = |group: &str, name: &str, verb: &str| {
        hidden.iter().any(|(ask, verbs)| {
            ask.group == group
                && ask.name() == name
                && (verbs.contains(&verb) || ask.takes_any_verb())
        })
    };
    let verbs: Vec<&str> = if rule.verbs.is_empty() {
        VERBS.to_vec()
    } else {
        rule.verbs.iter().map(|it| it.text).collect()
    };
    let is_all = !rule.resources.is_empty()
        && rule.resources.iter().all(|of| {
            !of.resources.is_empty()
                && of.resources.iter().all(|resource| {
                    verbs.iter().all(|verb| is_hidden(of.group, resource.text, verb))
                })
        });
    if is_all {
        let level = Action::set(AuditLevel::Metadata.as_str());
        return vec![(rule.place.at("level"), level)];
    }
    let mut about = Subset::default();
    for (ask, verbs) in hidden {
        match about.resources.iter_mut().find(|(group, _)| *group == ask.group) {
            Some((_, names)) => names.push(ask.name()),
            None => about.resources.push((ask.group, vec![ask.name()])),
        }
        about.verbs.extend(verbs);
    }
    about.verbs = VERBS.into_iter().filter(|it| about.verbs.contains(it)).collect();
    if hidden.iter().all(|(ask, _)| ask.takes_any_verb()) || about.verbs.len() == VERBS.len() {
        about.verbs.clear();
    }
    amendment::put_before(policy, index, AuditLevel::Metadata, &about)
}
