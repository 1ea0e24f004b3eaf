//! The way by which somebody gets a right, without the texts and the model.

use crate::rbac::authorization::{Grant, Rule, resource_name};

/// The binding, the role and the rule that grant something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Through {
    /// Where it counts: a namespace; empty for everywhere.
    pub namespace: String,
    /// The binding, as `RoleBinding team/web`.
    pub binding: String,
    /// Where the binding is written.
    pub bound_at: (String, Option<u32>),
    /// Who of the binding gets it, as `Group dev`.
    pub subject: String,
    /// The role, as `ClusterRole view`.
    pub role: String,
    /// The role that it has the rule from, where it aggregates others.
    pub of_role: Option<String>,
    /// The rule.
    pub rule: Whole,
    /// Where the rule is written.
    pub source: String,
    /// The line, where somebody reads the source by its lines.
    pub line: Option<u32>,
    /// Whether Kubernetes itself makes binding and rule just so.
    pub is_built_in: bool,
    /// Whether binding and rule were not read, but a new cluster has them.
    pub is_assumed: bool,
}

/// A rule, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Whole {
    /// The verbs.
    pub verbs: Vec<String>,
    /// The API groups.
    pub groups: Vec<String>,
    /// The resources.
    pub resources: Vec<String>,
    /// The names of the only objects that are meant.
    pub names: Vec<String>,
    /// The paths that are no objects.
    pub urls: Vec<String>,
}

impl Through {
    /// The way of a grant.
    pub fn of(grant: &Grant<'_>) -> Self {
        let Grant { binding, subject, role, rule } = grant;
        let (spot, bound) = (rule.spot(), binding.spot());
        let from = rule.role();
        Self {
            namespace: binding.namespace().to_owned(),
            binding: binding.to_string(),
            bound_at: (bound.source.to_owned(), bound.line),
            subject: subject.to_string(),
            role: role.to_string(),
            of_role: (from.id() != role.id()).then(|| from.to_string()),
            rule: Whole::of(*rule),
            source: spot.source.to_owned(),
            line: spot.line,
            is_built_in: binding.is_built_in() && rule.is_built_in(),
            is_assumed: binding.is_assumed() && from.is_assumed(),
        }
    }

    /// Where the rule is written: `roles.yaml:12`.
    pub(super) fn place(&self) -> String {
        place(&self.source, self.line)
    }

    /// Binding and role, as `RoleBinding team/web → Role team/web`.
    pub(super) fn way(&self) -> String {
        let from = self.of_role.as_ref().map_or_else(String::new, |it| format!(", from {it}"));
        format!("{} → {}{from}", self.binding, self.role)
    }

    /// Where it counts, in words.
    pub(super) fn scope(&self) -> String {
        match self.namespace.as_str() {
            "" => "everywhere".to_owned(),
            namespace => format!("in namespace {namespace}"),
        }
    }
}

pub(super) fn place(source: &str, line: Option<u32>) -> String {
    line.map_or_else(|| source.to_owned(), |line| format!("{source}:{line}"))
}

impl Whole {
    /// A rule as it is written.
    pub fn of(rule: Rule<'_>) -> Self {
        Self {
            verbs: rule.verbs().map(str::to_owned).collect(),
            groups: rule.groups().map(str::to_owned).collect(),
            resources: rule.resources().map(str::to_owned).collect(),
            names: rule.names().map(str::to_owned).collect(),
            urls: rule.urls().map(str::to_owned).collect(),
        }
    }

    /// Verbs, and what they are on: `get, list pods, deployments.apps; only web`.
    pub fn words(&self) -> String {
        let verbs = self.verbs.join(", ");
        if !self.urls.is_empty() {
            return format!("{verbs} {}", self.urls.join(", "));
        }
        let of_group = |group: &String| {
            self.resources.iter().map(|it| resource_name(group, it)).collect::<Vec<_>>()
        };
        let resources: Vec<_> = self.groups.iter().flat_map(of_group).collect();
        let only = if self.names.is_empty() {
            String::new()
        } else {
            format!("; only {}", self.names.join(", "))
        };
        format!("{verbs} {}{only}", resources.join(", "))
    }
}
