//! One side of a rule of Calico: pods, sets of addresses and ranges that traffic comes from or goes to.

use std::net::IpAddr;

use harden_yaml::Place;
use ipnet::IpNet;

use super::super::peers::{Refusal, bounded, known_fields, list, refuse, text};
use super::is_given;
use super::selector::{self, Keys};
use crate::kubernetes::Addresses;
use crate::network::connectivity::labels::{NAMESPACE_NAME, OF_NAMESPACE, Test};
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{PeerRecord, Pods, Within};
use crate::network::connectivity::references::{Wanted, Which};

const FIELDS: [&str; 9] = [
    "namespaceSelector",
    "nets",
    "notNets",
    "notPorts",
    "notSelector",
    "ports",
    "selector",
    "serviceAccounts",
    "services",
];

/// How many ranges a list may have.
const MOST: usize = 256;

/// What one side of a rule asks.
pub(super) struct Side {
    /// Of pods and sets of addresses, if anything.
    endpoints: Option<Endpoints>,
    /// What they must not be like.
    not: Option<Test>,
    nets: Option<Addresses>,
    not_nets: Option<Addresses>,
    /// A Service by its namespace and name.
    service: Option<(u32, String)>,
}

struct Endpoints {
    within: Within,
    /// What is asked of pods within these namespaces.
    pods: Test,
    /// All of it, of what may be in no namespace, too.
    anything: Test,
}

impl Side {
    pub(super) fn read(
        reader: &mut Reader,
        place: Place<'_>,
        namespace: Option<u32>,
    ) -> Result<Self, Refusal> {
        known_fields(place, &FIELDS)?;
        let test = |field, keys| match selector::field(place, field)? {
            Some(text) => {
                selector::parse(text, keys).map(Some).map_err(|why| refuse(place.at(field), why))
            }
            None => Ok(None),
        };
        let own = test("selector", Keys::Endpoints)?;
        let not = test("notSelector", Keys::Endpoints)?;
        let account = account(place.at("serviceAccounts"))?;
        let selects = own.is_some() || account.is_some();
        let pods = Test::all(own.into_iter().chain(account));
        let namespaces = selector::field(place, "namespaceSelector")?;
        let refused = |why| refuse(place.at("namespaceSelector"), why);
        let (within, outer) = match (namespaces, namespace) {
            (Some(outer), _) if selector::is_global(outer) => {
                let is_in_one = Test::Has(format!("{OF_NAMESPACE}{NAMESPACE_NAME}").into());
                (Within::Labelled(Test::never()), Test::not(is_in_one))
            }
            (Some(outer), _) => (
                Within::Labelled(selector::parse(outer, Keys::Namespaces).map_err(refused)?),
                selector::parse(outer, Keys::OfNamespaces).map_err(refused)?,
            ),
            (None, Some(id)) if selects || not.is_some() => {
                let name =
                    reader.namespaces.get(id as usize).map(|it| Test::in_namespace(&it.name));
                (Within::One(id), name.unwrap_or(Test::Always))
            }
            (None, _) => (Within::Labelled(Test::Always), Test::Always),
        };
        let asks = selects || namespaces.is_some() || (not.is_some() && namespace.is_some());
        let endpoints =
            asks.then(|| Endpoints { within, anything: Test::all([outer, pods.clone()]), pods });
        let service = service(reader, place, namespace)?;
        Ok(Self {
            endpoints,
            not,
            nets: nets(place.at("nets"))?,
            not_nets: nets(place.at("notNets"))?,
            service,
        })
    }

    /// Whether it asks for anything of addresses, which a class of pods is not known by.
    pub(super) fn has_addresses(&self) -> bool {
        self.nets.is_some() || self.not_nets.is_some()
    }

    pub(super) fn has_service(&self) -> bool {
        self.service.is_some()
    }

    /// The families of the ranges: whether one is of IPv4, and of IPv6.
    pub(super) fn families(&self) -> [bool; 2] {
        let all = || [&self.nets, &self.not_nets].into_iter().flatten();
        let has =
            |is_v4: bool| all().any(|it| it.ranges().any(|(first, _)| first.is_ipv4() == is_v4));
        [has(true), has(false)]
    }

    /// What it asks of the pods of the policy.
    pub(super) fn own(&self) -> Option<Test> {
        let endpoints = self.endpoints.as_ref().map(|it| it.anything.clone());
        let not = self.not.clone().map(Test::not);
        let test = Test::all(endpoints.into_iter().chain(not));
        (test != Test::Always).then_some(test)
    }

    /// Who the other end is.
    pub(super) fn peer(self, reader: &mut Reader, version: Option<bool>) -> PeerRecord {
        let (mut all, mut none) = (Vec::new(), Vec::new());
        if let Some(endpoints) = self.endpoints {
            let pods = Pods::of(endpoints.within, endpoints.pods);
            let pods = PeerRecord::Pods(reader.tables.keep_pods(pods));
            all.push(vec![pods, networks(reader, endpoints.anything)]);
        }
        if let Some(not) = self.not {
            let pods = Pods::of(Within::Labelled(Test::Always), not.clone());
            none.push(PeerRecord::Pods(reader.tables.keep_pods(pods)));
            none.push(networks(reader, not));
        }
        if let Some((namespace, name)) = self.service {
            let pods = reader.tables.reserve_pods();
            all.push(vec![PeerRecord::Pods(pods)]);
            let which = Which::Name(name.into());
            reader.want(Wanted::Services { pods, namespace: Some(namespace), which });
        }
        let family = version
            .and_then(|is_v4| (if is_v4 { "0.0.0.0/0" } else { "::/0" }).parse::<IpNet>().ok());
        let family = family.map(|it| {
            let mut set = Addresses::default();
            set.add(it);
            set
        });
        for set in [self.nets, family].into_iter().flatten() {
            all.push(vec![addresses(reader, set)]);
        }
        if let Some(set) = self.not_nets {
            none.push(addresses(reader, set));
        }
        reader.tables.keep_common(all, none)
    }
}

fn addresses(reader: &mut Reader, set: Addresses) -> PeerRecord {
    let set = reader.tables.keep_set(set);
    PeerRecord::Addresses { set, counts_pods: true, counts_nodes: true }
}

/// The sets of addresses that have such labels.
fn networks(reader: &mut Reader, test: Test) -> PeerRecord {
    PeerRecord::Addresses { set: reader.networks_of(test), counts_pods: true, counts_nodes: true }
}

/// What is asked of ServiceAccounts: one of some names, and labels.
fn account(place: Place<'_>) -> Result<Option<Test>, Refusal> {
    known_fields(place, &["names", "selector"])?;
    let names = list(place.at("names"))?.into_iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let own = match selector::field(place, "selector")? {
        Some(text) => Some(
            selector::parse(text, Keys::Accounts)
                .map_err(|why| refuse(place.at("selector"), why))?,
        ),
        None => None,
    };
    let by_name = (!names.is_empty()).then(|| {
        let key = crate::network::connectivity::labels::ACCOUNT;
        Test::In(key.into(), names.into_iter().map(Into::into).collect())
    });
    let asks = own.is_some() || by_name.is_some();
    Ok(asks.then(|| Test::all(own.into_iter().chain(by_name))))
}

fn service(
    reader: &mut Reader,
    place: Place<'_>,
    namespace: Option<u32>,
) -> Result<Option<(u32, String)>, Refusal> {
    let service = place.at("services");
    if !is_given(service) {
        return Ok(None);
    }
    known_fields(service, &["name", "namespace"])?;
    let name = service.at("name").as_str().filter(|it| !it.is_empty());
    let name = name.ok_or_else(|| refuse(service, "must specify a service name"))?;
    let others =
        ["namespaceSelector", "selector", "notSelector", "serviceAccounts", "nets", "notNets"];
    let is_set = |it: &str| {
        let field = place.at(it);
        is_given(field) && field.as_str() != Some("") && !(field.is_list() && field.is_empty())
    };
    if let Some(other) = others.into_iter().find(|it| is_set(it)) {
        return Err(refuse(
            service,
            &format!("cannot specify {other} and services on the same rule"),
        ));
    }
    let within = match (service.at("namespace").as_str().filter(|it| !it.is_empty()), namespace) {
        (Some(name), _) => reader.namespace(name),
        (None, Some(id)) => id,
        (None, None) => return Err(refuse(service, "must specify a namespace")),
    };
    Ok(Some((within, name.to_owned())))
}

/// Ranges of addresses; none where the list is not there or empty.
fn nets(place: Place<'_>) -> Result<Option<Addresses>, Refusal> {
    let mut all = Addresses::default();
    for item in list(bounded(place, MOST)?)? {
        let range: Option<IpNet> = text(item)?.parse().ok();
        let range = range.ok_or_else(|| refuse(item, "invalid CIDR"))?;
        if matches!(range.addr(), IpAddr::V6(it) if it.to_ipv4_mapped().is_some()) {
            return Err(refuse(item, "an IPv4 address written as IPv6"));
        }
        all.add(range.trunc());
    }
    Ok((!all.is_empty()).then_some(all))
}
