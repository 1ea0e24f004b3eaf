//! What the API server rejects in a binding.

use std::fmt;

use harden_yaml::Place;

use super::{Binding, GROUP, Subject};

/// A field of a binding that the API server rejects; its words are the server's.
#[derive(Debug, Clone, Copy)]
pub struct BindingProblem<'d> {
    /// The field.
    pub place: Place<'d>,
    /// What is wrong with it.
    pub kind: BindingProblemKind,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindingProblemKind {
    /// There is nothing.
    Missing,
    /// It is another API group than this, the only one; empty where no group belongs.
    Group(&'static str),
    /// It is none of these kinds.
    Kind(&'static [&'static str]),
}

impl<'d> Binding<'d> {
    /// As ValidateRoleBinding and ValidateClusterRoleBinding do; a missing apiGroup is defaulted before.
    pub fn problems(&self) -> Vec<BindingProblem<'d>> {
        let mut problems = Vec::new();
        let mut add = |place, kind| problems.push(BindingProblem { place, kind });
        let role = self.role_ref();
        let group = role.place.at("apiGroup");
        if group.as_str().is_some_and(|it| !it.is_empty() && it != GROUP) {
            add(group, BindingProblemKind::Group(GROUP));
        }
        let kinds: &[&str] =
            if self.is_cluster_wide() { &["ClusterRole"] } else { &["Role", "ClusterRole"] };
        if !kinds.contains(&role.kind) {
            add(role.place.at("kind"), BindingProblemKind::Kind(kinds));
        }
        if role.name.is_empty() {
            add(role.place.at("name"), BindingProblemKind::Missing);
        }
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
    add: &mut impl FnMut(Place<'d>, BindingProblemKind),
) {
    let place = subject.place;
    let group = place.at("apiGroup");
    let written = group.as_str().filter(|it| !it.is_empty());
    if subject.name.is_empty() {
        add(place.at("name"), BindingProblemKind::Missing);
    }
    match subject.kind {
        "ServiceAccount" => {
            if written.is_some() {
                add(group, BindingProblemKind::Group(""));
            }
            let namespace = place.at("namespace");
            if is_cluster_wide && namespace.as_str().is_none_or(str::is_empty) {
                add(namespace, BindingProblemKind::Missing);
            }
        }
        "User" | "Group" => {
            if written.is_some_and(|it| it != GROUP) {
                add(group, BindingProblemKind::Group(GROUP));
            }
        }
        _ => add(place.at("kind"), BindingProblemKind::Kind(&["ServiceAccount", "User", "Group"])),
    }
}

impl fmt::Display for BindingProblem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group;
        let supported = match self.kind {
            BindingProblemKind::Missing => return f.write_str("Required value"),
            BindingProblemKind::Group(it) => {
                group = [it];
                &group[..]
            }
            BindingProblemKind::Kind(kinds) => kinds,
        };
        let supported: Vec<_> = supported.iter().map(|it| format!("\"{it}\"")).collect();
        let value = self.place.as_str().unwrap_or("");
        write!(f, "Unsupported value: \"{value}\": supported values: {}", supported.join(", "))
    }
}
