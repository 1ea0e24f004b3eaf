//! The edges by binding roles and by writing into them, whose end depends on the role.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::held::{Clause, Held};
use super::holding::needs;
use super::{Label, Means, Ways};
use crate::escalation::edge::{Edge, Power, Right, When};
use crate::escalation::graph::Way;
use crate::escalation::party::Party;
use crate::rbac::authorization::Role;

const CLUSTER_ADMIN: &str = "cluster-admin";

impl<'a> Ways<'a> {
    /// Adds what somebody becomes who writes bindings and may bind a role.
    pub(super) fn add_binding(
        &mut self,
        party: &Party,
        held: &[Held<'a>],
        (first, edge): (usize, &'static Edge),
        place: Option<&str>,
    ) {
        let [write, bind] = edge.rights else { return };
        let is_cluster_role = bind.of.iter().any(|(_, it)| *it == "clusterroles");
        let mut names = self.names(held, first + 1, place);
        if is_cluster_role {
            names.insert(CLUSTER_ADMIN);
        } else {
            self.add_any_role(party, held, (first, edge), place);
        }
        for name in names {
            let clauses = [
                self.written(held, (first, write), place, Some((is_cluster_role, name))),
                self.clause(held, (first + 1, bind), place, Some(name)),
            ];
            let Some(needs) = needs(&clauses, edge, place) else { continue };
            for end in self.bound_ends((is_cluster_role, name), place) {
                let detail = if is_cluster_role { "ClusterRole" } else { "Role" };
                let mut label = Label::from(edge);
                label.detail = Some(format!("{detail} {name}").into());
                self.add(party, &end, needs.clone(), label);
            }
        }
    }

    /// Adds that somebody may bind whatever Role there is.
    fn add_any_role(
        &mut self,
        party: &Party,
        held: &[Held<'a>],
        (first, edge): (usize, &'static Edge),
        place: Option<&str>,
    ) {
        let [write, bind] = edge.rights else { return };
        let clauses = [
            self.written(held, (first, write), place, None),
            self.clause(held, (first + 1, bind), place, None),
        ];
        if let Some(needs) = needs(&clauses, edge, place) {
            let to = Party::Power(Power::Bindable, place.map(Arc::from));
            self.add(party, &to, needs, edge.into());
        }
    }

    /// The ways in which somebody may write a binding to a role. One that is there can only be changed where it is
    /// to this role, since what a binding refers to is immutable.
    fn written(
        &self,
        held: &[Held<'a>],
        (number, right): (usize, &Right),
        place: Option<&str>,
        role: Option<(bool, &str)>,
    ) -> Clause {
        let mut clause = self.clause(held, (number, right), place, None);
        let changes = |it: &&Held<'_>| it.rule.verbs().all(|it| it != "create" && it != "*");
        let only_changes: Vec<Way> = held.iter().filter(changes).map(|it| it.way).collect();
        let Some((is_cluster_role, name)) = role else {
            clause.ways.retain(|it| !only_changes.contains(it));
            return clause;
        };
        let kind = if is_cluster_role { "ClusterRole" } else { "Role" };
        let here = (place.unwrap_or_default(), kind, name);
        let known = self.bound.get(&here).map_or(&[][..], Vec::as_slice);
        if known.is_empty() {
            clause.ways.retain(|it| !only_changes.contains(it));
            return clause;
        }
        // Whoever may change bindings of some names may change those that are to the role.
        for it in held.iter().filter(|it| self.matches.has(number, it.rule)) {
            let is_here = it.place.is_none() || it.place == place;
            let may_change = it.rule.verbs().any(|it| matches!(it, "update" | "patch" | "*"));
            if is_here && may_change && it.rule.names().any(|name| known.contains(&name)) {
                clause.ways.push(it.way);
                clause.is_own |= it.is_own;
                clause.is_local |= it.place.is_some();
            }
        }
        clause.ways.sort_unstable();
        clause.ways.dedup();
        clause
    }

    /// What somebody is who has bound a role in a place.
    fn bound_ends(&self, (is_cluster_role, name): (bool, &str), place: Option<&str>) -> Vec<Party> {
        let holder = |namespace: Option<&str>, place: Option<&str>| Party::Holder {
            namespace: namespace.map(Arc::from),
            name: name.into(),
            place: place.map(Arc::from),
        };
        match (is_cluster_role, place) {
            (true, None) if name == CLUSTER_ADMIN => vec![Party::CLUSTER_ADMIN],
            (true, Some(place)) if name == CLUSTER_ADMIN => {
                vec![Party::within(Power::Namespace, place)]
            }
            (true, place) => vec![holder(None, place)],
            (false, Some(place)) => vec![holder(Some(place), Some(place))],
            (false, None) => {
                let roles = self.authorization.roles();
                let named = roles.filter(|it| !it.is_cluster_role() && it.name() == name);
                named.map(|it| holder(Some(it.namespace()), Some(it.namespace()))).collect()
            }
        }
    }

    /// The holders of the Roles of a namespace, or of all.
    pub(super) fn bindable(&self, place: Option<&str>) -> Vec<Party> {
        let roles = self.authorization.roles().filter(|it| {
            !it.is_cluster_role() && place.is_none_or(|place| it.namespace() == place)
        });
        let holder = |it: Role<'_>| Party::Holder {
            namespace: Some(it.namespace().into()),
            name: it.name().into(),
            place: Some(it.namespace().into()),
        };
        roles.map(holder).collect()
    }

    /// Adds what somebody becomes who writes what they want into a role that they are bound to.
    pub(super) fn add_writing(
        &mut self,
        party: &Party,
        held: &[Held<'a>],
        (first, edge): (usize, &'static Edge),
        place: Option<&str>,
    ) {
        let [escalate, write] = edge.rights else { return };
        let is_of_cluster = escalate.of.iter().any(|(_, it)| *it == "clusterroles");
        // By the role and where it is bound, the ways in which it is.
        let mut bound: BTreeMap<(&str, &str), (Vec<Way>, bool)> = BTreeMap::new();
        for it in held {
            let role = it.means.role;
            let is_meant = role.is_cluster_role() == is_of_cluster
                && (is_of_cluster || it.place == place)
                && (edge.when != When::Aggregated || role.is_aggregated());
            if is_meant && it.means.bound.is_some() {
                let way = self.way(Means { rule: None, ..it.means });
                let entry = bound.entry((role.name(), it.place.unwrap_or_default()));
                let (ways, is_own) = entry.or_default();
                ways.push(way);
                *is_own |= it.is_own;
            }
        }
        for ((name, at), (mut ways, is_own)) in bound {
            ways.sort_unstable();
            ways.dedup();
            let asked = Some(name).filter(|_| edge.when != When::Aggregated);
            let clauses = [
                self.clause(held, (first, escalate), place, asked),
                self.clause(held, (first + 1, write), place, Some(name)),
                Clause { ways, is_own, is_local: place.is_some() },
            ];
            let Some(needs) = needs(&clauses, edge, place) else { continue };
            let to = match at {
                "" => Party::CLUSTER_ADMIN,
                namespace => Party::within(Power::Namespace, namespace),
            };
            let mut label = Label::from(edge);
            let kind = if is_of_cluster { "ClusterRole" } else { "Role" };
            label.detail = Some(format!("{kind} {name}").into());
            self.add(party, &to, needs, label);
        }
    }
}
