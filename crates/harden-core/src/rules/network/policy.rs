//! A NetworkPolicy as the API server defaults it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use harden_yaml::Place;
use ipnet::IpNet;

use crate::check::{Object, World};
use crate::kubernetes::{Protocol, Selector};

/// Which way traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    /// The word in `policyTypes`.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }

    /// The field with the rules.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    /// The field of a rule with its peers.
    pub(super) fn peers(self) -> &'static str {
        match self {
            Self::Ingress => "from",
            Self::Egress => "to",
        }
    }
}

/// A NetworkPolicy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Policy<'d> {
    pub(super) spec: Place<'d>,
}

impl<'d> Policy<'d> {
    /// The policy that an object is.
    pub(super) fn read(object: &Object<'d>) -> Option<Self> {
        let is_policy = object.is("networking.k8s.io", "NetworkPolicy");
        is_policy.then(|| Self { spec: object.place.at("spec") })
    }

    /// Whether it isolates the pods that it selects in this direction. Without `policyTypes` it is
    /// for ingress, and for egress if it has a rule for that.
    pub(super) fn isolates(&self, direction: Direction) -> bool {
        let types = self.spec.at("policyTypes");
        if types.is_empty() {
            return direction == Direction::Ingress || !self.spec.at("egress").is_empty();
        }
        types.items().any(|it| it.as_str() == Some(direction.word()))
    }

    /// The rules that have an effect in this direction.
    pub(super) fn rules(
        &self,
        direction: Direction,
    ) -> impl Iterator<Item = TrafficRule<'d>> + use<'d> {
        let has_effect = self.isolates(direction);
        let rules = self.spec.at(direction.field()).items().filter(move |_| has_effect);
        rules.map(move |place| TrafficRule { place, direction })
    }

    /// The pods that it selects; `None` where the API server rejects the selector.
    pub(super) fn selector(&self) -> Option<Selector<'d>> {
        Selector::read(self.spec.at("podSelector")).ok().map(Option::unwrap_or_default)
    }

    /// Whether it selects every pod of its namespace.
    pub(super) fn selects_all(&self) -> bool {
        self.selector().is_some_and(|it| it.is_empty())
    }
}

/// The NetworkPolicies of the input by their namespaces.
pub(super) fn by_namespace<'w, 'd>(
    world: &'w World<'d>,
) -> BTreeMap<&'d str, Vec<(&'w Object<'d>, Policy<'d>)>> {
    let mut policies: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for object in &world.objects {
        if let Some(policy) = Policy::read(object) {
            policies.entry(object.namespace().unwrap_or("")).or_default().push((object, policy));
        }
    }
    policies
}

/// Policies of other kinds, which only some network plugins know.
#[derive(Debug, Default)]
pub(super) struct OtherPolicies<'d> {
    is_for_cluster: bool,
    namespaces: BTreeSet<&'d str>,
}

impl<'d> OtherPolicies<'d> {
    /// Those of the input.
    pub(super) fn of(world: &World<'d>) -> Self {
        let mut this = Self::default();
        for object in &world.objects {
            match (object.group, object.kind) {
                ("cilium.io", "CiliumNetworkPolicy")
                | ("crd.projectcalico.org" | "projectcalico.org", "NetworkPolicy") => {
                    this.namespaces.insert(object.namespace().unwrap_or(""));
                }
                (
                    "cilium.io"
                    | "crd.projectcalico.org"
                    | "policy.networking.k8s.io"
                    | "projectcalico.org",
                    _,
                ) => this.is_for_cluster = true,
                _ => {}
            }
        }
        this
    }

    /// Whether they may say more about a namespace.
    pub(super) fn may_apply(&self, namespace: &str) -> bool {
        self.is_for_cluster || self.namespaces.contains(namespace)
    }
}

/// A rule of a policy: what it lets through.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrafficRule<'d> {
    pub(super) place: Place<'d>,
    direction: Direction,
}

impl<'d> TrafficRule<'d> {
    /// Where its peers are listed.
    pub(super) fn peers(&self) -> Place<'d> {
        self.place.at(self.direction.peers())
    }

    /// Whether it is for every peer: no list is the same as an empty one.
    pub(super) fn is_for_every_peer(&self) -> bool {
        self.peers().is_empty()
    }

    /// Whether it is for every port.
    pub(super) fn is_for_every_port(&self) -> bool {
        self.place.at("ports").is_empty()
    }

    /// Whether it lets this port through. Ports by name are not known here; those named after DNS
    /// are taken for its port.
    pub(super) fn allows(&self, protocol: Protocol, number: i64) -> bool {
        let ports = self.place.at("ports");
        ports.is_empty() || ports.items().any(|port| Port(port).is(protocol, number))
    }

    /// The ports that it names.
    pub(super) fn ports(&self) -> impl Iterator<Item = Port<'d>> + use<'d> {
        self.place.at("ports").items().map(Port)
    }
}

/// A port of a rule.
#[derive(Debug, Clone, Copy)]
pub(super) struct Port<'d>(pub(super) Place<'d>);

impl Port<'_> {
    /// Whether it includes this port.
    pub(super) fn is(self, protocol: Protocol, number: i64) -> bool {
        let own = self.0.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read);
        let port = self.0.at("port");
        let includes = match (port.as_i64(), port.as_str()) {
            (Some(first), _) => {
                (first..=self.0.at("endPort").as_i64().unwrap_or(first)).contains(&number)
            }
            (None, Some(name)) => matches!(number, 53 | 5353) && name.starts_with("dns"),
            (None, None) => !port.exists(),
        };
        own == Some(protocol) && includes
    }

    /// Whether it is DNS and nothing else; pods of OpenShift's DNS listen on 5353.
    pub(super) fn is_dns(self) -> bool {
        let port = self.0.at("port");
        !self.0.at("endPort").exists()
            && (matches!(port.as_i64(), Some(53 | 5353))
                || port.as_str().is_some_and(|name| name.starts_with("dns")))
    }
}

/// Whether an `ipBlock` includes an address.
pub(super) fn block_includes(block: Place<'_>, address: IpAddr) -> bool {
    let includes = |place: Place<'_>| {
        let net = place.as_str().and_then(|it| it.parse::<IpNet>().ok());
        net.is_some_and(|it| it.contains(&address))
    };
    includes(block.at("cidr")) && !block.at("except").items().any(includes)
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn isolates(spec: &str) -> [bool; 2] {
        let document = Document::parse_yaml(spec);
        let policy = Policy { spec: document.root() };
        [policy.isolates(Direction::Ingress), policy.isolates(Direction::Egress)]
    }

    #[test]
    fn missing_policy_types_are_defaulted_as_the_api_server_does() {
        assert_eq!(isolates("{}"), [true, false]);
        assert_eq!(isolates("{policyTypes: []}"), [true, false]);
        assert_eq!(isolates("{egress: []}"), [true, false]);
        assert_eq!(isolates("{egress: [{}]}"), [true, true]);
        assert_eq!(isolates("{policyTypes: [Egress]}"), [false, true]);
        assert_eq!(isolates("{policyTypes: [Ingress], egress: [{}]}"), [true, false]);
    }

    #[test]
    fn ports_are_numbers_ranges_and_all() {
        let allows = |rule: &str, protocol, number| {
            let document = Document::parse_yaml(rule);
            let rule = TrafficRule { place: document.root(), direction: Direction::Egress };
            rule.allows(protocol, number)
        };
        assert!(allows("{}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: 53, protocol: UDP}]}", Protocol::Udp, 53));
        assert!(!allows("{ports: [{port: 53}]}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: 50, endPort: 60}]}", Protocol::Tcp, 53));
        assert!(allows("{ports: [{protocol: UDP}]}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: dns, protocol: UDP}]}", Protocol::Udp, 53));
        assert!(!allows("{ports: [{port: http}]}", Protocol::Tcp, 80));
    }

    #[test]
    fn exceptions_are_not_included() {
        let includes = |block: &str| {
            let document = Document::parse_yaml(block);
            block_includes(document.root(), "169.254.169.254".parse().unwrap())
        };
        assert!(includes("{cidr: 0.0.0.0/0}"));
        assert!(!includes("{cidr: 0.0.0.0/0, except: [169.254.0.0/16]}"));
        assert!(!includes("{cidr: 10.0.0.0/8}"));
        assert!(!includes("{cidr: nonsense}"));
        assert!(!includes("{cidr: '::/0'}"));
    }
}
