//! The edges that somebody has by what they hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::held::{Clause, Held, numbered};
use super::{Label, Ways};
use crate::escalation::edge::{Edge, Names, Place, Power, When};
use crate::escalation::graph::Way;
use crate::escalation::party::{MASTERS, Party};
use crate::kubernetes::Level;

/// Where an edge leads, and what it is there.
type End = (Party, Label);

impl<'a> Ways<'a> {
    /// Adds what everybody may become by their rights, and then whoever has bound a role.
    pub(super) fn add_rights(&mut self, people: &BTreeSet<Party>) {
        let mut met: BTreeSet<Party> = people.clone();
        let mut open: Vec<Party> = people.iter().cloned().collect();
        while let Some(party) = open.pop() {
            let before = self.parties.len();
            self.add_rights_of(&party);
            let new = self.parties.get(before..).unwrap_or_default().iter();
            for it in new.filter(|it| matches!(it, Party::Holder { .. })) {
                if met.insert(it.clone()) {
                    open.push(it.clone());
                }
            }
            // One Role of the namespace is as good as another.
            let any = self.parties.get(before..).unwrap_or_default().to_vec();
            for it in any {
                if let Party::Power(Power::Bindable, place) = it {
                    open.extend(
                        self.bindable(place.as_deref())
                            .into_iter()
                            .filter(|it| met.insert(it.clone())),
                    );
                }
            }
        }
    }

    fn add_rights_of(&mut self, party: &Party) {
        let held = self.held(party);
        if !held.iter().any(|it| it.is_own) {
            return;
        }
        let places = self.places(&held);
        let version = self.version;
        for (first, edge) in numbered().filter(|(_, it)| it.is_in(version)) {
            if !self.is_met(edge.when) {
                continue;
            }
            let mut at = |place| self.add_edge(party, &held, (first, edge), place);
            match edge.place {
                Place::Cluster => at(None),
                Place::Only(namespace) => at(Some(namespace)),
                Place::Namespace => {
                    at(None);
                    places.iter().for_each(|it| at(Some(*it)));
                }
            }
        }
    }

    /// Adds an edge for a place, where anything that it needs is held there.
    fn add_edge(
        &mut self,
        party: &Party,
        held: &[Held<'a>],
        (first, edge): (usize, &'static Edge),
        place: Option<&str>,
    ) {
        match edge.to {
            Power::Bindable => return self.add_binding(party, held, (first, edge), place),
            Power::OwnRole => return self.add_writing(party, held, (first, edge), place),
            _ => {}
        }
        self.add_named(party, held, (first, edge), place, None);
        for (number, right) in (first..).zip(edge.rights) {
            if right.names == Names::Reach {
                for name in self.names(held, number, place) {
                    self.add_named(party, held, (first, edge), place, Some(name));
                }
            }
        }
    }

    fn add_named(
        &mut self,
        party: &Party,
        held: &[Held<'a>],
        (first, edge): (usize, &'static Edge),
        place: Option<&str>,
        name: Option<&str>,
    ) {
        let rights = (first..).zip(edge.rights);
        let clauses: Vec<Clause> = rights.map(|it| self.clause(held, it, place, name)).collect();
        let Some(needs) = needs(&clauses, edge, place) else { return };
        for (to, label) in self.ends(edge, place, name) {
            self.add(party, &to, needs.clone(), label);
        }
    }

    /// Where an edge leads in a place, or for an object of this name.
    fn ends(&self, edge: &'static Edge, place: Option<&str>, name: Option<&str>) -> Vec<End> {
        let label = Label::from(edge);
        let placed = |power| Party::Power(power, place.map(Arc::from));
        let ends: Vec<Party> = match (edge.to, name) {
            (Power::Accounts, Some(name)) if edge.when == When::Account => {
                self.accounts_with_token(place, name)
            }
            (Power::Accounts, None) if edge.when == When::Account => Vec::new(),
            (Power::Accounts, Some(name)) => self.accounts_named(place, name),
            (Power::Pods, Some(name)) => self.pods_named(place, name),
            // Of a ServiceAccount the API server asks for another right, whatever it is called.
            (Power::Users, Some(name)) => Some(Party::user(name))
                .filter(|it| matches!(it, Party::User(_)))
                .into_iter()
                .collect(),
            (Power::Groups, Some(name)) => vec![Party::group(name)],
            (Power::Groups, None) => vec![Party::group(MASTERS), placed(Power::Groups)],
            (Power::Nodes, _) => return self.nodes(edge, place).into_iter().collect(),
            (Power::Masters, _) => vec![Party::group(MASTERS)],
            (Power::Deputy(names), _) => {
                names.iter().flat_map(|it| self.accounts_named(None, it)).collect()
            }
            // In all namespaces it is everything, which another edge is.
            (Power::Namespace, _) if place.is_none() => Vec::new(),
            (
                Power::Namespace
                | Power::Secrets
                | Power::Workloads
                | Power::Pods
                | Power::Accounts,
                None,
            ) => {
                vec![placed(edge.to)]
            }
            (_, Some(_)) => Vec::new(),
            (power, None) => vec![Party::everywhere(power)],
        };
        ends.into_iter().map(|it| (it, label.clone())).collect()
    }

    fn accounts_with_token(&self, place: Option<&str>, token: &str) -> Vec<Party> {
        let accounts = self.facts.accounts.iter().filter(|((namespace, _), it)| {
            place.is_none_or(|it| it == &**namespace) && it.tokens.contains(token)
        });
        accounts
            .map(|((namespace, name), _)| Party::Account(namespace.clone(), name.clone()))
            .collect()
    }

    /// The accounts of a name: that of a namespace, or all that are known.
    fn accounts_named(&self, place: Option<&str>, name: &str) -> Vec<Party> {
        if let Some(place) = place {
            return vec![Party::Account(place.into(), name.into())];
        }
        let known = self.numbers.keys();
        let mut accounts: Vec<_> = known
            .filter(|it| matches!(it, Party::Account(_, own) if &**own == name))
            .cloned()
            .collect();
        accounts.sort_unstable();
        accounts
    }

    fn pods_named(&self, place: Option<&str>, name: &str) -> Vec<Party> {
        if let Some(place) = place {
            return vec![Party::Pod(place.into(), name.into())];
        }
        let known = self.facts.pods.iter().filter(|it| it.kind == "Pod" && &*it.name == name);
        known.map(|it| Party::Pod(it.namespace.clone(), it.name.clone())).collect()
    }

    /// A privileged pod, or one with a directory of its node, as far as Pod Security lets it in.
    fn nodes(&self, edge: &'static Edge, place: Option<&str>) -> Option<End> {
        let level = place.map_or_else(|| self.weakest(), |it| self.facts.level(it));
        let mut label = Label::from(edge);
        match edge.when {
            When::LevelUpTo(most) if level > most => label.prevented = Some(level),
            // Without a label there is none to take off.
            When::Always if edge.id == "unlabel-namespace" && level == Level::Privileged => {
                return None;
            }
            _ => {}
        }
        Some((Party::everywhere(Power::Nodes), label))
    }

    /// The weakest level of any namespace: where pods may be anywhere, it is that of the pod. Kube-system there is
    /// always.
    fn weakest(&self) -> Level {
        let all = self.facts.namespaces.values().copied();
        all.chain([self.facts.level("kube-system")]).min().unwrap_or(Level::Privileged)
    }

    /// Whether what an edge needs beside rights is there, as far as it is one thing for the whole cluster.
    fn is_met(&self, when: When) -> bool {
        match when {
            When::CustomResources(group) => self.facts.custom.contains(group),
            When::ConfigMap(namespace, name) => {
                let own = (namespace.to_owned(), name.to_owned());
                self.facts.config_maps.contains(&own)
            }
            _ => true,
        }
    }
}

/// What an edge needs, if all of it is there and some of it is somebody's own. What holds everywhere is an edge by
/// itself, so that in a namespace something has to be of the namespace.
pub(super) fn needs(
    clauses: &[Clause],
    edge: &Edge,
    place: Option<&str>,
) -> Option<Vec<Box<[Way]>>> {
    let is_own = clauses.iter().any(|it| it.is_own);
    let is_local = place.is_none()
        || matches!(edge.place, Place::Only(_))
        || clauses.iter().any(|it| it.is_local);
    let is_there = clauses.iter().all(|it| !it.ways.is_empty());
    (is_own && is_local && is_there)
        .then(|| clauses.iter().map(|it| it.ways.as_slice().into()).collect())
}
