//! The edges that need no rights: what follows from having become something.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::held::implied;
use super::{Label, Ways};
use crate::escalation::catalogue;
use crate::escalation::edge::{Edge, From, Power, When};
use crate::escalation::facts::Pod;
use crate::escalation::party::{MASTERS, Party};

/// The powers that there are in each namespace and in all of them.
const PLACED: [Power; 6] = [
    Power::Namespace,
    Power::Secrets,
    Power::Workloads,
    Power::Pods,
    Power::Accounts,
    Power::Bindable,
];

const KUBE_SYSTEM: &str = "kube-system";

impl Ways<'_> {
    /// Adds all that follows.
    pub(super) fn add_following(&mut self) {
        let namespaces = self.namespaces();
        let version = self.version;
        for edge in catalogue::edges().filter(|it| it.is_in(version)) {
            if let From::Having(from) = edge.from {
                self.follow(edge, from, &namespaces);
            }
        }
    }

    /// The namespaces of all that is known; those of Kubernetes there are always.
    fn namespaces(&self) -> BTreeSet<Arc<str>> {
        let mut all: BTreeSet<Arc<str>> = [KUBE_SYSTEM, "default"].map(Arc::from).into();
        all.extend(self.facts.namespaces.keys().cloned());
        all.extend(self.facts.pods.iter().map(|it| it.namespace.clone()));
        for party in &self.parties {
            match party {
                Party::Account(namespace, _) | Party::Power(_, Some(namespace)) => {
                    all.insert(namespace.clone());
                }
                _ => {}
            }
        }
        all
    }

    fn follow(&mut self, edge: &'static Edge, from: Power, namespaces: &BTreeSet<Arc<str>>) {
        use Power as P;
        let within = |power, namespace: &Arc<str>| Party::Power(power, Some(namespace.clone()));
        match (edge.id, from, edge.to) {
            ("in-each-namespace", ..) => {
                for (power, namespace) in
                    PLACED.iter().flat_map(|it| namespaces.iter().map(move |own| (*it, own)))
                {
                    self.imply(&Party::everywhere(power), &within(power, namespace), edge);
                }
            }
            ("everywhere", ..) => {
                self.imply(&Party::CLUSTER_ADMIN, &Party::everywhere(P::Namespace), edge);
            }
            (_, P::Workloads, P::Nodes) => self.follow_levels(edge, namespaces),
            (_, P::Namespace | P::Workloads, to) => {
                for namespace in namespaces {
                    self.imply(&within(from, namespace), &within(to, namespace), edge);
                }
            }
            (_, P::Secrets | P::Accounts, P::KubeSystem) => {
                let from = Party::within(from, KUBE_SYSTEM);
                self.imply(&from, &Party::everywhere(P::KubeSystem), edge);
            }
            (_, P::Secrets, P::Accounts) => self.follow_tokens(edge),
            ("member", ..) => self.follow_membership(edge),
            (_, P::Accounts, P::Cloud) => self.follow_clouds(edge),
            (_, P::Cloud, P::Groups) => self.follow_mappings(edge),
            (_, P::Accounts | P::Users | P::Groups | P::Bindable, to) if from == to => {
                self.follow_choice(edge, from);
            }
            (_, P::Bootstrappers, _) => self.follow_bootstrap(edge),
            (_, P::Pods, _)
            | (_, P::Nodes | P::Node | P::NodeIdentities | P::NodeIdentity, P::Accounts) => {
                self.follow_pods(edge, from);
            }
            (_, P::Nodes, P::Masters) => {
                if self.facts.pods.iter().any(|it| it.is_api_server) {
                    self.imply(&Party::everywhere(P::Nodes), &Party::group(MASTERS), edge);
                }
            }
            (_, P::Masters, to) => self.imply(&Party::group(MASTERS), &Party::everywhere(to), edge),
            (_, from, P::Masters) => {
                self.imply(&Party::everywhere(from), &Party::group(MASTERS), edge);
            }
            (_, from, to) => self.imply(&Party::everywhere(from), &Party::everywhere(to), edge),
        }
    }

    fn imply(&mut self, from: &Party, to: &Party, edge: &'static Edge) {
        self.add(from, to, Vec::new(), edge.into());
    }

    fn follow_levels(&mut self, edge: &'static Edge, namespaces: &BTreeSet<Arc<str>>) {
        for namespace in namespaces {
            let level = self.facts.level(namespace);
            let mut label = Label::from(edge);
            label.detail = Some(namespace.clone());
            label.prevented = match edge.when {
                When::LevelUpTo(most) if level > most => Some(level),
                _ => None,
            };
            let from = Party::Power(Power::Workloads, Some(namespace.clone()));
            self.add(&from, &Party::everywhere(Power::Nodes), Vec::new(), label);
        }
    }

    fn follow_tokens(&mut self, edge: &'static Edge) {
        let facts = self.facts;
        for ((namespace, name), account) in &facts.accounts {
            if let Some(token) = account.tokens.first() {
                let from = Party::Power(Power::Secrets, Some(namespace.clone()));
                let to = Party::Account(namespace.clone(), name.clone());
                let mut label = Label::from(edge);
                label.detail = Some(format!("Secret {namespace}/{token}").into());
                self.add(&from, &to, Vec::new(), label);
            }
        }
    }

    fn follow_membership(&mut self, edge: &'static Edge) {
        for party in self.parties.clone() {
            for group in implied(&party) {
                self.imply(&party, &group, edge);
            }
        }
    }

    /// Of any account, user, group or Role that somebody may be, each that is known.
    fn follow_choice(&mut self, edge: &'static Edge, power: Power) {
        for party in self.parties.clone() {
            match &party {
                Party::Account(namespace, _) if power == Power::Accounts => {
                    let from = Party::Power(power, Some(namespace.clone()));
                    self.imply(&from, &party, edge);
                }
                Party::User(_) if power == Power::Users => {
                    self.imply(&Party::everywhere(power), &party, edge);
                }
                // Certificates are refused for it; impersonation has an edge of its own.
                Party::Group(name) if power == Power::Groups && &**name != MASTERS => {
                    self.imply(&Party::everywhere(power), &party, edge);
                }
                Party::Holder { namespace: Some(namespace), .. } if power == Power::Bindable => {
                    let from = Party::Power(power, Some(namespace.clone()));
                    self.imply(&from, &party, edge);
                }
                _ => {}
            }
        }
    }

    fn follow_bootstrap(&mut self, edge: &'static Edge) {
        const PREFIX: &str = "system:bootstrappers";
        for party in self.parties.clone() {
            let Party::Group(name) = &party else { continue };
            let rest = name.strip_prefix(PREFIX);
            if rest.is_some_and(|it| it.is_empty() || it.starts_with(':')) {
                self.imply(&Party::everywhere(Power::Bootstrappers), &party, edge);
            }
        }
    }

    fn follow_clouds(&mut self, edge: &'static Edge) {
        let facts = self.facts;
        for ((namespace, name), account) in &facts.accounts {
            for role in &account.clouds {
                let from = Party::Account(namespace.clone(), name.clone());
                self.imply(&from, &Party::Cloud(role.clone()), edge);
            }
        }
    }

    fn follow_mappings(&mut self, edge: &'static Edge) {
        let facts = self.facts;
        for mapping in &facts.mappings {
            let from = Party::Cloud(mapping.arn.as_str().into());
            if self.find(&from).is_some() {
                for group in &mapping.groups {
                    self.imply(&from, &Party::group(group), edge);
                }
            }
        }
    }

    /// What pods give away: their accounts, and their nodes.
    fn follow_pods(&mut self, edge: &'static Edge, from: Power) {
        let facts = self.facts;
        for pod in &facts.pods {
            let to = match edge.when {
                When::HostAccess if pod.host_access.is_none() => continue,
                When::HostAccess => Party::everywhere(edge.to),
                _ if !facts.mounts_token(pod) => continue,
                _ => Party::Account(pod.namespace.clone(), pod.account.clone()),
            };
            let mut label = Label::from(edge);
            label.detail = Some(words(pod, edge.when).into());
            match from {
                Power::Pods => {
                    let all = Party::Power(from, Some(pod.namespace.clone()));
                    self.add(&all, &to, Vec::new(), label.clone());
                    if pod.kind == "Pod" {
                        let one = Party::Pod(pod.namespace.clone(), pod.name.clone());
                        if self.find(&one).is_some() {
                            self.add(&one, &to, Vec::new(), label);
                        }
                    }
                }
                Power::Node | Power::NodeIdentity if !pod.is_daemon() => {}
                _ => self.add(&Party::everywhere(from), &to, Vec::new(), label),
            }
        }
    }
}

fn words(pod: &Pod, when: When) -> String {
    let Pod { kind, namespace, name, .. } = pod;
    match &pod.host_access {
        Some(access) if when == When::HostAccess => format!("{kind} {namespace}/{name} {access}"),
        _ => format!("{kind} {namespace}/{name}"),
    }
}
