//! Rules, and the policy that they are written into.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::Profile;
use crate::configuration::audit::{AuditLevel, GROUP_WILDCARD};
use crate::kubernetes::MinorVersion;

/// A rule, with the reason for it.
#[derive(Debug, Clone)]
pub(super) struct PolicyRule {
    why: String,
    level: AuditLevel,
    users: Vec<String>,
    groups: Vec<String>,
    verbs: Vec<String>,
    resources: Vec<(String, Vec<String>)>,
    namespaces: Vec<String>,
    urls: Vec<String>,
}

impl PolicyRule {
    /// A rule for all requests; `why` may have several lines.
    pub(super) fn new(level: AuditLevel, why: &str) -> Self {
        Self {
            why: why.to_owned(),
            level,
            users: Vec::new(),
            groups: Vec::new(),
            verbs: Vec::new(),
            resources: Vec::new(),
            namespaces: Vec::new(),
            urls: Vec::new(),
        }
    }

    pub(super) fn users(self, users: &[&str]) -> Self {
        Self { users: owned(users), ..self }
    }

    pub(super) fn groups(self, groups: &[&str]) -> Self {
        Self { groups: owned(groups), ..self }
    }

    pub(super) fn verbs(self, verbs: &[&str]) -> Self {
        Self { verbs: owned(verbs), ..self }
    }

    pub(super) fn urls(self, urls: &[&str]) -> Self {
        Self { urls: owned(urls), ..self }
    }

    /// Adds resources of a group; none for all of it.
    pub(super) fn resources(mut self, group: &str, resources: &[&str]) -> Self {
        let entry = self.resources.iter_mut().find(|(it, _)| it == group);
        match entry {
            // A list that is empty already takes the whole group.
            Some((_, list)) if list.is_empty() || resources.is_empty() => list.clear(),
            Some((_, list)) => {
                let new = owned(resources).into_iter().filter(|it| !list.contains(it));
                let new: Vec<_> = new.collect();
                list.extend(new);
            }
            None => self.resources.push((group.to_owned(), owned(resources))),
        }
        self
    }

    /// Limits it to requests about resources, of whatever group. Before [`GROUP_WILDCARD`] only
    /// namespaces can say so; without them a rule before it takes what is about no resource.
    pub(super) fn every_resource(self, version: MinorVersion) -> Vec<Self> {
        if version >= GROUP_WILDCARD {
            return vec![self.resources("*", &[])];
        }
        if !self.namespaces.is_empty() {
            return vec![self];
        }
        let why = format!(
            "What the next rule would take, too, although it is about no resource. That rule names no\n\
             resources: before {GROUP_WILDCARD} the API server does not start with the group `*`."
        );
        // Paths know other verbs: without any, it does what the last rule of each policy does.
        let paths = Self { why, level: AuditLevel::Metadata, verbs: Vec::new(), ..self.clone() };
        vec![paths.urls(&["*"]), self]
    }

    /// Limits it to namespaces; none for all. What is in no namespace may be meant, too.
    pub(super) fn namespaces(mut self, namespaces: &[&str], with_cluster: bool) -> Self {
        self.namespaces = owned(namespaces);
        self.namespaces.dedup();
        if with_cluster && !namespaces.is_empty() {
            self.namespaces.push(String::new());
        }
        self
    }

    fn to_value(&self) -> Value {
        let mut rule = Map::new();
        rule.insert("level".to_owned(), self.level.as_str().into());
        let mut add = |key: &str, list: &[String]| {
            if !list.is_empty() {
                rule.insert(key.to_owned(), list.into());
            }
        };
        add("users", &self.users);
        add("userGroups", &self.groups);
        add("verbs", &self.verbs);
        add("namespaces", &self.namespaces);
        add("nonResourceURLs", &self.urls);
        let resources: Vec<Value> = self
            .resources
            .iter()
            .map(|(group, resources)| match resources.as_slice() {
                [] => json!({ "group": group }),
                resources => json!({ "group": group, "resources": resources }),
            })
            .collect();
        if !resources.is_empty() {
            rule.insert("resources".to_owned(), resources.into());
        }
        rule.into()
    }
}

/// The policy as a file, with a comment above each rule.
pub(super) fn write(profile: Profile, rules: &[PolicyRule]) -> String {
    let head = json!({
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "omitManagedFields": true,
    });
    let mut text = format!(
        "# Audit policy `{}`: the first rule that matches decides. Requests are logged when they are\n\
         # answered, not when they arrive, and bodies without managedFields, which say nothing new.\n",
        profile.name()
    );
    text.push_str(&harden_yaml::write(&head));
    text.push_str("rules:\n");
    for rule in rules {
        for line in rule.why.lines() {
            let _ = writeln!(text, "# {line}");
        }
        text.push_str(&harden_yaml::write(&json!([rule.to_value()])));
    }
    text
}

fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|it| (*it).to_owned()).collect()
}
