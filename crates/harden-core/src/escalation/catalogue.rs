//! Every way of becoming more than one is that is known, in families.

mod admission;
mod certificates;
mod clouds;
mod deputies;
mod direct;
mod impersonation;
mod implied;
mod nodes;
mod pods;
mod secrets;
mod tokens;
mod unseen;
mod workloads;

use super::edge::Edge;

pub use unseen::UNSEEN;

/// Ways that are alike.
#[derive(Debug, Clone, Copy)]
pub struct Family {
    /// What they are called together.
    pub name: &'static str,
    /// The ways.
    pub edges: &'static [Edge],
}

/// All families, in the order of the documentation.
pub const FAMILIES: &[Family] = &[
    direct::FAMILY,
    impersonation::FAMILY,
    tokens::FAMILY,
    secrets::FAMILY,
    workloads::FAMILY,
    pods::FAMILY,
    nodes::FAMILY,
    certificates::FAMILY,
    admission::FAMILY,
    deputies::FAMILY,
    clouds::FAMILY,
    implied::FAMILY,
];

/// Every way, in the order of the families.
pub fn edges() -> impl Iterator<Item = &'static Edge> {
    FAMILIES.iter().flat_map(|it| it.edges)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::edge::{From, Names, Power};
    use super::*;

    #[test]
    fn every_way_has_a_name_of_its_own_and_says_all_that_is_to_say() {
        let mut ids = BTreeSet::new();
        for edge in edges() {
            let id = edge.id;
            assert!(ids.insert(id), "{id} is there twice");
            assert!(id.chars().all(|it| it.is_ascii_lowercase() || it == '-'), "{id}");
            assert!(!edge.does.is_empty() && !edge.does.ends_with('.'), "{id}");
            assert!(edge.why.ends_with('.') && edge.why.len() > 20, "{id}");
            assert!(!edge.remedy.is_empty() && !edge.remedy.ends_with('.'), "{id}");
            assert_eq!(edge.from == From::Holder, !edge.rights.is_empty(), "{id}");
            assert!(edge.since.zip(edge.until).is_none_or(|(since, until)| since <= until), "{id}");
        }
    }

    #[test]
    fn names_reach_one_thing_only() {
        for edge in edges() {
            let reaching = edge.rights.iter().filter(|it| it.names == Names::Reach).count();
            assert!(reaching <= 1, "{}", edge.id);
            let is_open = matches!(
                edge.to,
                Power::Accounts
                    | Power::Users
                    | Power::Groups
                    | Power::Pods
                    | Power::Bindable
                    | Power::Secrets
            );
            assert!(reaching == 0 || is_open, "{}", edge.id);
        }
    }

    #[test]
    fn what_is_created_has_no_name_yet() {
        for edge in edges() {
            for right in edge.rights.iter().filter(|it| it.verbs.contains(&"create")) {
                let is_whole = right.of.iter().all(|(_, it)| !it.contains('/'));
                let is_spoilt = matches!(right.names, Names::Spoil | Names::SpoilCreation);
                assert!(!is_whole || is_spoilt, "{}: {right}", edge.id);
            }
        }
    }
}
