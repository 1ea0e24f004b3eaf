//! The options of `network-policy` and `namespace` by which a refused connection would be allowed.

use std::net::IpAddr;

use super::party::Resolved;
use super::side::Side;
use crate::kubernetes::{PortRange, Protocol};
use crate::network::connectivity::{Network, Workload};
use crate::network::seen::Sighting;
use crate::network::{Direction, End, Flow};

/// An option that allows a connection at one of its ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The namespace whose policies are made with it.
    pub namespace: String,
    /// The option: `--allow-to`.
    pub option: &'static str,
    /// Its value; empty where it takes none.
    pub value: String,
}

const METADATA: &str =
    "it is the address at which a cloud hands credentials to any pod that asks: keep it refused";
const NOBODY: &str = "the log does not say who it is, so that no option can name it";

/// What would allow a connection, or why nothing is named.
pub(super) fn allow(
    network: &Network,
    from: &Resolved<'_>,
    to: &Resolved<'_>,
    flow: &Flow,
    sides: &[Side],
    sighting: &Sighting,
) -> (Vec<Allow>, Option<&'static str>) {
    if [&flow.from, &flow.to].iter().any(|it| is_metadata(it)) {
        return (Vec::new(), Some(METADATA));
    }
    // Where the policies do not tell which end refuses it, the log may.
    let is_refused = |direction, is_seen| {
        let is_said = sides.iter().any(|it| it.direction == direction);
        is_said || sides.is_empty() && (is_seen || !sighting.egress && !sighting.ingress)
    };
    let mut all = Vec::new();
    let mut keep = None;
    let ends = [(from, to, Direction::Egress), (to, from, Direction::Ingress)];
    for (own, peer, direction) in ends {
        let is_seen =
            if direction == Direction::Egress { sighting.egress } else { sighting.ingress };
        let Some(namespace) = own.namespace().filter(|_| is_refused(direction, is_seen)) else {
            continue;
        };
        match option(network, peer, direction, flow) {
            Some((option, value)) => {
                all.push(Allow { namespace: namespace.to_owned(), option, value });
            }
            None => keep = Some(NOBODY),
        }
    }
    (all, keep)
}

fn option(
    network: &Network,
    peer: &Resolved<'_>,
    direction: Direction,
    flow: &Flow,
) -> Option<(&'static str, String)> {
    let is_out = direction == Direction::Egress;
    if is_out && is_dns(peer, flow) {
        return Some(("--dns", "cluster".to_owned()));
    }
    let option = if is_out { "--allow-to" } else { "--allow-from" };
    let peer = match (&peer.end, peer.workload()) {
        (_, Some(workload)) => pods(network, workload),
        (End::Pod { namespace, labels, .. }, None) if !labels.is_empty() => {
            let labels: Vec<_> =
                labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("{namespace}/{}", labels.join(","))
        }
        (End::Pod { namespace, .. } | End::Workload { namespace, .. }, None) => namespace.clone(),
        (End::Address(IpAddr::V4(address)), None) => format!("{address}/32"),
        (End::Address(IpAddr::V6(address)), None) => format!("{address}/128"),
        (End::Name(_), None) if is_out => return Some(("--allow-internet", String::new())),
        (End::Entity(word), None) if is_out && word.starts_with("world") => {
            return Some(("--allow-internet", String::new()));
        }
        (End::Entity(word), None) if is_out && word == "kube-apiserver" => {
            return Some(("--allow-apiserver", "cluster".to_owned()));
        }
        (End::Name(_) | End::Entity(_), None) => return None,
    };
    Some((option, format!("{peer}{}", port(flow))))
}

/// `:5432`, `:53/udp`, nothing for all ports.
fn port(flow: &Flow) -> String {
    let port = match &flow.port {
        None => return String::new(),
        Some(PortRange::Number(port)) => port.to_string(),
        Some(PortRange::Range(first, last)) => format!("{first}-{last}"),
        Some(PortRange::Name(name)) => name.clone(),
    };
    match flow.protocol {
        Protocol::Tcp => format!(":{port}"),
        other => format!(":{port}/{}", other.to_string().to_lowercase()),
    }
}

/// Labels that mostly say what pods are, the surest first.
const TELLING: [&str; 5] =
    ["app.kubernetes.io/name", "app", "k8s-app", "app.kubernetes.io/component", "name"];

/// `db/app=postgres`: by one label where that is enough to tell the pods from others of the namespace.
fn pods(network: &Network, workload: Workload<'_>) -> String {
    let namespace = workload.namespace().name();
    let others = || {
        network.workloads().filter(|it| {
            it.namespace().name() == namespace
                && (it.name(), it.kind()) != (workload.name(), workload.kind())
        })
    };
    let telling = TELLING.iter().find_map(|key| {
        let own = workload.labels().find(|(own, _)| own == key)?;
        (!others().any(|it| it.labels().any(|it| it == own))).then_some(vec![own])
    });
    let labels = telling.unwrap_or_else(|| workload.labels().collect());
    let labels: Vec<_> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    if labels.is_empty() {
        namespace.to_owned()
    } else {
        format!("{namespace}/{}", labels.join(","))
    }
}

/// Whether it is a question for a name to those who answer for the cluster.
pub(super) fn is_dns(peer: &Resolved<'_>, flow: &Flow) -> bool {
    let is_port =
        matches!(&flow.port, Some(PortRange::Number(port)) if matches!(port.get(), 53 | 5353));
    let of_pods = match (&peer.end, peer.workload()) {
        (_, Some(workload)) => {
            matches!(workload.namespace().name(), "kube-system" | "openshift-dns")
        }
        (End::Pod { namespace, .. } | End::Workload { namespace, .. }, None) => {
            matches!(namespace.as_str(), "kube-system" | "openshift-dns")
        }
        // NodeLocal DNSCache, at the address of its documentation.
        (End::Address(address), None) => address.to_string() == "169.254.20.10",
        (End::Name(_) | End::Entity(_), None) => false,
    };
    is_port && of_pods
}

/// Addresses at which clouds hand credentials to whoever asks.
fn is_metadata(end: &End) -> bool {
    matches!(end, End::Address(address)
        if ["169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"]
            .contains(&address.to_string().as_str()))
}
