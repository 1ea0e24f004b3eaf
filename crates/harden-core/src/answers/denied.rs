//! What a log says was refused, held against manifests: which policy refuses it, whether it was meant, and what would
//! allow it.

mod allowing;
mod json;
mod meaning;
mod party;
mod side;
#[cfg(test)]
mod tests;
mod text;

pub use allowing::Allow;
pub use json::to_json;
pub use side::{Place, Side};
pub use text::to_text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::answers::reaching;
use crate::kubernetes::{PortRange, Protocol};
use crate::network::connectivity::Network;
use crate::network::seen::{NamedPolicy, Seen, Sighting};
use crate::network::wanted::Wanted;
use crate::network::{End, Fate, Flow};
use party::Resolved;

/// What a log says was refused.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Each pair of ends and port once: what is wanted first, then what is not understood, then what was meant.
    pub refusals: Vec<Refusal>,
}

/// A connection that was refused, or would have been.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// Who opened it, as `namespace/name[Kind]` where manifests say who that is.
    pub from: String,
    /// To whom.
    pub to: String,
    /// The protocol of the port.
    pub protocol: Protocol,
    /// The port; empty for all of them.
    pub port: String,
    /// Whether it went through all the same, as a policy only watched.
    pub is_audited: bool,
    /// How often, as the log counts.
    pub count: u64,
    /// The file with the first line about it.
    pub file: Arc<str>,
    /// That line, from 1.
    pub line: usize,
    /// The policies that the log names.
    pub named: BTreeSet<NamedPolicy>,
    /// The Service by whose address it was, `db/postgres[Service]`; the port is that of the pods behind it.
    pub service: Option<String>,
    /// What the policies that were read make of it.
    pub verdict: Verdict,
    /// The ends at which they refuse it.
    pub sides: Vec<Side>,
    /// Where manifests want it: `web.yaml:12: env DB_HOST`.
    pub wanted: Vec<String>,
    /// What would allow it.
    pub allow: Vec<Allow>,
    /// Why nothing is named that would.
    pub keep: Option<&'static str>,
}

/// What the policies that were read make of a refusal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They refuse it.
    Refused,
    /// They let it through: others refused it, or they changed since.
    LetThrough,
    /// Nobody knows, and why.
    Unknown(String),
}

impl Refusal {
    /// Whether it was meant: nothing that was read wants it.
    pub fn is_meant(&self) -> bool {
        self.wanted.is_empty()
    }

    /// `file:line` of the first line about it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// What is to be looked at first.
    fn rank(&self) -> u8 {
        match (&self.verdict, self.is_meant()) {
            (_, false) => 0,
            (Verdict::LetThrough | Verdict::Unknown(_), true) => 1,
            (Verdict::Refused, true) => 2,
        }
    }
}

impl Answer {
    /// Holds what a log says was refused against policies and what manifests want.
    pub fn of(seen: &Seen, network: &Network, wanted: &Wanted) -> Self {
        let mut refusals: BTreeMap<_, Refusal> = BTreeMap::new();
        let mut ends: FxHashMap<&End, Resolved<'_>> = FxHashMap::default();
        let flows = seen.flows();
        let refused = || flows.iter().filter(|(flow, _)| flow.fate != Fate::Forwarded);
        for end in refused().flat_map(|(flow, _)| [&flow.from, &flow.to]) {
            ends.entry(end).or_insert_with(|| party::resolve(end, seen.labels(end), network));
        }
        for (flow, sighting) in refused() {
            let (Some(from), Some(to)) = (ends.get(&flow.from), ends.get(&flow.to)) else {
                continue;
            };
            let flow = &party::behind(flow, to);
            let key = (from.name(), to.name(), flow.protocol, flow.port.clone(), flow.fate);
            refusals
                .entry(key)
                .and_modify(|it| it.add(sighting))
                .or_insert_with(|| refusal(flow, sighting, [from, to], network, wanted));
        }
        let mut refusals: Vec<_> = refusals.into_values().collect();
        refusals.sort_by_key(Refusal::rank);
        Self { refusals }
    }

    /// Whether something is refused that is wanted.
    pub fn is_no(&self) -> bool {
        self.refusals.iter().any(|it| !it.is_meant() && !it.is_audited)
    }

    /// Whether something was not understood.
    pub fn is_unknown(&self) -> bool {
        self.refusals.iter().any(|it| it.rank() == 1)
    }
}

fn refusal(
    flow: &Flow,
    sighting: &Sighting,
    [from, to]: [&Resolved<'_>; 2],
    network: &Network,
    wanted: &Wanted,
) -> Refusal {
    let (verdict, sides) = side::judge(network, from, to, flow);
    let wanted = meaning::wanted(wanted, from, to, flow);
    let (allow, keep) = match verdict {
        Verdict::LetThrough => (Vec::new(), None),
        _ => allowing::allow(network, from, to, flow, &sides, sighting),
    };
    Refusal {
        from: from.name(),
        to: to.name(),
        protocol: flow.protocol,
        port: match &flow.port {
            None => String::new(),
            Some(PortRange::Number(port)) => port.to_string(),
            Some(PortRange::Range(first, last)) => format!("{first}-{last}"),
            Some(PortRange::Name(name)) => name.clone(),
        },
        is_audited: flow.fate == Fate::Audited,
        count: sighting.count,
        file: Arc::clone(&sighting.file),
        line: sighting.line,
        named: sighting.policies.clone(),
        service: to.service.map(|it| it.to_string()),
        verdict,
        sides,
        wanted,
        allow,
        keep,
    }
}

impl Refusal {
    /// Takes in the same of another pod.
    fn add(&mut self, sighting: &Sighting) {
        self.count = self.count.saturating_add(sighting.count);
        self.named.extend(sighting.policies.iter().cloned());
        if self.file == sighting.file {
            self.line = self.line.min(sighting.line);
        }
    }
}

/// What was read, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// What was read of workloads and policies.
    pub network: reaching::Coverage,
    /// The lines of the logs.
    pub lines: u64,
    /// What of them tells of no connection: what it is, and how many lines.
    pub asides: Vec<(&'static str, u64)>,
    /// What of the logs is missing, in sentences.
    pub gaps: Vec<String>,
}

impl Coverage {
    /// What was read of logs beside what was read of workloads and policies.
    pub fn of(seen: &Seen, network: reaching::Coverage) -> Self {
        let mut gaps = seen.gaps();
        if seen.lines() == 0 {
            gaps.push("there is nothing in it".to_owned());
        }
        Self {
            network,
            lines: seen.lines(),
            asides: seen.asides().map(|(it, count)| (it.words(), count)).collect(),
            gaps,
        }
    }

    /// Whether something was not read.
    pub fn is_incomplete(&self) -> bool {
        self.network.is_incomplete() || !self.gaps.is_empty()
    }
}
