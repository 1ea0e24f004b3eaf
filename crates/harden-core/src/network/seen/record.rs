//! What one line of a log says.

use std::num::NonZeroU16;

use crate::kubernetes::{PortRange, Protocol};
use crate::network::{Direction, End, Fate, Flow};

use super::sighting::NamedPolicy;

/// What a line says.
pub(super) enum Reading {
    /// A flow.
    Flow(Box<Record>),
    /// Several, or why one of them is none.
    Flows(Vec<Result<Record, Aside>>),
    /// Nothing of a flow, and why.
    Aside(Aside),
    /// The names of columns, or a comment.
    Nothing,
    /// So many events are missing from the log.
    Lost(u64),
}

impl From<Result<Record, Aside>> for Reading {
    fn from(result: Result<Record, Aside>) -> Self {
        match result {
            Ok(record) => Self::Flow(Box::new(record)),
            Err(aside) => Self::Aside(aside),
        }
    }
}

/// Why a line that was read tells of no flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aside {
    /// What a server sent back.
    Reply,
    /// ICMP, and all else that has no ports.
    NoPort,
    /// Dropped, and not by a policy.
    OtherDrop,
    /// Refused by a rule about what is said in a connection.
    Layer7,
    /// An end has neither a name nor an address.
    NoEnd,
    /// A step on the way, after which others decide.
    NotFinal,
    /// Not about packets.
    Other,
}

impl Aside {
    /// What such lines are, in the plural.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reply => "replies of servers",
            Self::NoPort => "packets without ports, such as ICMP",
            Self::OtherDrop => "packets dropped for another reason than a policy",
            Self::Layer7 => "requests refused by a rule of layer 7, whose connections went through",
            Self::NoEnd => "flows of which the log does not name an end",
            Self::NotFinal => "steps on the way of a packet, after which others decide",
            Self::Other => "lines about something else",
        }
    }
}

/// A flow with what its line says beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) flow: Flow,
    /// How often, where the log counts.
    pub(super) count: u64,
    /// The side at which it was judged.
    pub(super) direction: Option<Direction>,
    /// The policies that decided, where the log names them.
    pub(super) policies: Vec<NamedPolicy>,
    /// The labels of both ends, where the log has them.
    pub(super) labels: [Vec<(String, String)>; 2],
}

impl Record {
    pub(super) fn new(
        from: End,
        to: End,
        protocol: Protocol,
        port: NonZeroU16,
        fate: Fate,
    ) -> Self {
        let port = Some(PortRange::Number(port));
        Self::of(Flow { from, to, protocol, port, fate })
    }

    pub(super) fn of(flow: Flow) -> Self {
        Self {
            flow,
            count: 1,
            direction: None,
            policies: Vec::new(),
            labels: [Vec::new(), Vec::new()],
        }
    }
}

/// Protocol and port of the server, if a packet goes to it. `flags` are those of TCP, where the log has them.
pub(super) fn port_of(
    protocol: &str,
    source: &str,
    destination: &str,
    flags: Option<Flags>,
) -> Result<(Protocol, NonZeroU16), Aside> {
    let protocol = Protocol::read(protocol).ok_or(Aside::NoPort)?;
    let port = destination.parse().map_err(|_| Aside::NoPort)?;
    if is_reply(source.parse().ok(), port, flags) {
        Err(Aside::Reply)
    } else {
        Ok((protocol, port))
    }
}

/// What the flags of TCP say of who began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) syn: bool,
    pub(super) ack: bool,
}

/// The first port that Linux gives to who connects, if nobody says otherwise.
const FIRST_EPHEMERAL: u16 = 32768;

/// Whether a packet is an answer: by its flags where they tell, else by its ports. Servers seldom listen where
/// clients are given ports.
fn is_reply(source: Option<u16>, destination: NonZeroU16, flags: Option<Flags>) -> bool {
    if let Some(Flags { syn: true, ack }) = flags {
        return ack;
    }
    source.is_some_and(|it| it > 0 && it < FIRST_EPHEMERAL) && destination.get() >= FIRST_EPHEMERAL
}

/// The side at which a log says that it judged.
pub(super) fn direction(text: &str) -> Option<Direction> {
    match text {
        "ingress" | "INGRESS" | "Ingress" | "to-lport" | "dst" | "Dst" | "I" => {
            Some(Direction::Ingress)
        }
        "egress" | "EGRESS" | "Egress" | "from-lport" | "src" | "Src" | "E" => {
            Some(Direction::Egress)
        }
        _ => None,
    }
}
