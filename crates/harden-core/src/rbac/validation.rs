//! What the API server rejects in a role or binding.

use std::fmt;

use harden_yaml::Place;

use super::{Binding, GROUP, PolicyRule, Role, Subject};
use crate::kubernetes::{Selector, is_subdomain};

/// A field of a role or binding that the API server rejects; its words are the server's.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'d> {
    /// The field.
    pub place: Place<'d>,
    /// What is wrong with it.
    pub kind: ProblemKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// There is nothing; what should be there, if more is to be said.
    Missing(&'static str),
    /// It cannot be so, and why.
    Invalid(&'static str),
    /// It is another API group than this, the only one; empty where no group belongs.
    Group(&'static str),
    /// It is none of these kinds.
    Kind(&'static [&'static str]),
}

impl<'d> Role<'d> {
    /// As ValidateRole and ValidateClusterRole do.
    pub fn problems(&self) -> Vec<Problem<'d>> {
        let mut problems = Vec::new();
        let mut add = |place, kind| problems.push(Problem { place, kind });
        check_name(self.object.place.follow("metadata.name"), &mut add);
        // Of another type is another flaw.
        let is_rule = |it: &PolicyRule<'_>| it.place.is_map() || it.place.is_null();
        for rule in self.rules().filter(is_rule) {
            check_rule(rule, !self.is_cluster_role(), &mut add);
        }
        let aggregation = self.object.place.at("aggregationRule");
        if self.is_cluster_role() && aggregation.is_map() {
            let selectors = aggregation.at("clusterRoleSelectors");
            if is_nothing(selectors) {
                let what =
                    "at least one clusterRoleSelector required if aggregationRule is non-nil";
                add(selectors, ProblemKind::Missing(what));
            }
            let has_text = |it: &Place<'_>| {
                it.at("matchLabels").entries().all(|(_, value)| value.as_str().is_some())
            };
            let texts = selectors.items().filter(has_text);
            for selector in texts.filter(|it| Selector::read(*it).is_err()) {
                add(selector, ProblemKind::Invalid("invalid label selector."));
            }
        }
        problems
    }
}

/// As ValidatePolicyRule does.
fn check_rule<'d>(
    rule: PolicyRule<'d>,
    is_namespaced: bool,
    add: &mut impl FnMut(Place<'d>, ProblemKind),
) {
    let field = |key| rule.place.at(key);
    if is_nothing(field("verbs")) {
        add(field("verbs"), ProblemKind::Missing("verbs must contain at least one value"));
    }
    let urls = field("nonResourceURLs");
    if !urls.is_empty() {
        if is_namespaced {
            let why = "namespaced rules cannot apply to non-resource URLs";
            add(urls, ProblemKind::Invalid(why));
        }
        let mut others = ["apiGroups", "resources", "resourceNames"].into_iter();
        if others.any(|it| !field(it).is_empty()) {
            let why = "rules cannot apply to both regular resources and non-resource URLs";
            add(urls, ProblemKind::Invalid(why));
        }
        return;
    }
    if is_nothing(field("apiGroups")) {
        let what = "resource rules must supply at least one api group";
        add(field("apiGroups"), ProblemKind::Missing(what));
    }
    if is_nothing(field("resources")) {
        let what = "resource rules must supply at least one resource";
        add(field("resources"), ProblemKind::Missing(what));
    }
}

/// Whether a list is empty, or not there; something of another type is another flaw.
fn is_nothing(list: Place<'_>) -> bool {
    !list.exists() || list.is_list() && list.is_empty()
}

/// As `IsPathSegmentName` does.
fn check_name<'d>(name: Place<'d>, add: &mut impl FnMut(Place<'d>, ProblemKind)) {
    let why = match name.as_str() {
        Some(".") => "may not be '.'",
        Some("..") => "may not be '..'",
        Some(text) if text.contains('/') => "may not contain '/'",
        Some(text) if text.contains('%') => "may not contain '%'",
        _ => return,
    };
    add(name, ProblemKind::Invalid(why));
}

/// As ValidateServiceAccountName does; names that something else fills in are not judged.
fn account_name_flaw(name: &str) -> Option<&'static str> {
    if name.is_empty() || name.contains('$') || is_subdomain(name) {
        None
    } else if name.len() > 253 {
        Some("must be no more than 253 bytes")
    } else {
        Some(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
             '.', and must start and end with an alphanumeric character",
        )
    }
}

impl<'d> Binding<'d> {
    /// As ValidateRoleBinding and ValidateClusterRoleBinding do; a missing apiGroup is defaulted before.
    pub fn problems(&self) -> Vec<Problem<'d>> {
        let mut problems = Vec::new();
        let mut add = |place, kind| problems.push(Problem { place, kind });
        check_name(self.object.place.follow("metadata.name"), &mut add);
        let role = self.role_ref();
        let group = role.place.at("apiGroup");
        if group.as_str().is_some_and(|it| !it.is_empty() && it != GROUP) {
            add(group, ProblemKind::Group(GROUP));
        }
        let kinds: &[&str] =
            if self.is_cluster_wide() { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
        if !kinds.contains(&role.kind) {
            add(role.place.at("kind"), ProblemKind::Kind(kinds));
        }
        if role.name.is_empty() {
            add(role.place.at("name"), ProblemKind::Missing(""));
        }
        check_name(role.place.at("name"), &mut add);
        for subject in self.subjects() {
            check_subject(&subject, self.is_cluster_wide(), &mut add);
        }
        problems
    }
}

/// As ValidateRoleBindingSubject does.
fn check_subject<'d>(
    subject: &Subject<'d>,
    is_cluster_wide: bool,
    add: &mut impl FnMut(Place<'d>, ProblemKind),
) {
    let place = subject.place;
    let group = place.at("apiGroup");
    let written = group.as_str().filter(|it| !it.is_empty());
    if subject.name.is_empty() {
        add(place.at("name"), ProblemKind::Missing(""));
    }
    match subject.kind {
        "ServiceAccount" => {
            if let Some(why) = account_name_flaw(subject.name) {
                add(place.at("name"), ProblemKind::Invalid(why));
            }
            if written.is_some() {
                add(group, ProblemKind::Group(""));
            }
            let namespace = place.at("namespace");
            if is_cluster_wide && namespace.as_str().is_none_or(str::is_empty) {
                add(namespace, ProblemKind::Missing(""));
            }
        }
        "User" | "Group" => {
            if written.is_some_and(|it| it != GROUP) {
                add(group, ProblemKind::Group(GROUP));
            }
        }
        _ => add(place.at("kind"), ProblemKind::Kind(&["ServiceAccount", "User", "Group"])),
    }
}

impl fmt::Display for Problem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group;
        let supported = match self.kind {
            ProblemKind::Missing("") => return f.write_str("Required value"),
            ProblemKind::Missing(what) => return write!(f, "Required value: {what}"),
            ProblemKind::Invalid(why) => {
                let value = self.place.as_str().map(|it| format!("{it:?}: "));
                return write!(f, "Invalid value: {}{why}", value.unwrap_or_default());
            }
            ProblemKind::Group(it) => {
                group = [it];
                &group[..]
            }
            ProblemKind::Kind(kinds) => kinds,
        };
        let supported: Vec<_> = supported.iter().map(|it| format!("\"{it}\"")).collect();
        let value = self.place.as_str().unwrap_or("");
        write!(f, "Unsupported value: \"{value}\": supported values: {}", supported.join(", "))
    }
}
