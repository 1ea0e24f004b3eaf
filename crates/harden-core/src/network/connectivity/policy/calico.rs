//! NetworkPolicy and GlobalNetworkPolicy of `projectcalico.org/v3`, as `crd.projectcalico.org/v1` stores them, too.
//!
//! Tiers, orders, selectors, actions and layers 3 and 4 are judged as Calico's reference says. What its validator
//! refuses, or its definitions, says nothing that is known.

mod ports;
mod rule;
mod selector;
mod side;

use harden_yaml::Place;

use self::rule::Read;
use self::selector::Keys;
use super::peers::{Refusal, bounded, known_fields, list, refuse, text};
use super::{ADMIN, Api, BASELINE, DEFAULT};
use crate::network::Direction;
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{Order, Pods, PolicyRecord, RuleRecord, Within};
use crate::network::connectivity::references::{CALICO, STORED};
use crate::object::Object;
use crate::source::Positions;

pub(super) const APIS: [Api; 10] = [
    Api { group: CALICO, kind: "NetworkPolicy", read: read_namespaced },
    Api { group: STORED, kind: "NetworkPolicy", read: read_namespaced },
    Api { group: CALICO, kind: "GlobalNetworkPolicy", read: read_global },
    Api { group: STORED, kind: "GlobalNetworkPolicy", read: read_global },
    Api { group: CALICO, kind: "StagedNetworkPolicy", read: read_staged },
    Api { group: STORED, kind: "StagedNetworkPolicy", read: read_staged },
    Api { group: CALICO, kind: "StagedGlobalNetworkPolicy", read: read_staged },
    Api { group: STORED, kind: "StagedGlobalNetworkPolicy", read: read_staged },
    Api { group: CALICO, kind: "StagedKubernetesNetworkPolicy", read: read_staged },
    Api { group: STORED, kind: "StagedKubernetesNetworkPolicy", read: read_staged },
];

const FIELDS: [&str; 8] = [
    "egress",
    "ingress",
    "order",
    "performanceHints",
    "selector",
    "serviceAccountSelector",
    "tier",
    "types",
];
const GLOBAL_FIELDS: [&str; 4] = ["applyOnForward", "doNotTrack", "namespaceSelector", "preDNAT"];

/// How many rules a direction may have.
const MOST: usize = 1_024;

/// A policy that would be, which Calico only reports about.
fn read_staged(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    let kind = match object.kind {
        "StagedNetworkPolicy" => "StagedNetworkPolicy",
        "StagedGlobalNetworkPolicy" => "StagedGlobalNetworkPolicy",
        _ => "StagedKubernetesNetworkPolicy",
    };
    let mut record = reader.policy(kind, object, text, DEFAULT);
    if kind != "StagedGlobalNetworkPolicy" {
        record.namespace = Some(reader.namespace_of(object));
    }
    record.beyond = Some("what is staged");
    vec![record]
}

fn read_namespaced(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    let namespace = reader.namespace_of(object);
    read(reader, object, text, "NetworkPolicy.projectcalico.org", Some(namespace))
}

fn read_global(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    read(reader, object, text, "GlobalNetworkPolicy", None)
}

fn read(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
    kind: &'static str,
    namespace: Option<u32>,
) -> Vec<PolicyRecord> {
    let mut blank = reader.policy(kind, object, text, DEFAULT);
    blank.namespace = namespace;
    let spec = object.place.at("spec");
    match fill(reader, &mut blank, spec, text) {
        Ok(records) => records,
        Err(why) => {
            let everybody = namespace.map_or(Within::Labelled(Test::Always), Within::One);
            let everybody = Pods::of(everybody, Test::Always);
            let subject = subject(spec, namespace).unwrap_or(everybody);
            let mut record = blank.with_subject(vec![reader.tables.keep_pods(subject)]);
            record.refused = Some(why);
            vec![record]
        }
    }
}

fn fill(
    reader: &mut Reader,
    blank: &mut PolicyRecord,
    spec: Place<'_>,
    text: &dyn Positions,
) -> Result<Vec<PolicyRecord>, Refusal> {
    let more: &[&str] = if blank.namespace.is_none() { &GLOBAL_FIELDS } else { &[] };
    if !spec.is_map() {
        return Err(refuse(spec, "Required value"));
    }
    known_fields(spec, &[FIELDS.as_slice(), more].concat())?;
    let passes = place_in_tier(reader, blank, spec)?;
    let order = spec.at("order");
    blank.order = match order.as_f64() {
        Some(number) => Order(number),
        None if !is_given(order) => Order(f64::INFINITY),
        None => return Err(refuse(order, "must be a number")),
    };
    let subject = subject(spec, blank.namespace)?;
    let beyond = of_nodes(spec)?;
    if let Some((beyond, true)) = beyond {
        let mut record = blank.with_subject(Vec::new());
        record.beyond = Some(beyond);
        return Ok(vec![record]);
    }
    let mut base = blank.with_subject(vec![reader.tables.keep_pods(subject.clone())]);
    base.beyond = beyond.map(|(what, _)| what);
    let types = types(spec)?;
    base.isolates = types.map(|it| it && !passes);
    let mut narrower: Vec<(usize, Option<Pods>, RuleRecord)> = Vec::new();
    for ((at, direction), applies) in (0..).zip(Direction::ALL).zip(types) {
        for place in list(bounded(spec.at(direction.field()), MOST)?)? {
            let read = Read { namespace: base.namespace, direction };
            let (rule, own) = read.rule(reader, place, text)?;
            if !applies {
                continue;
            }
            // A rule that is for some of the pods only, and all that follow it, are records of their own, so that they
            // stay in their order.
            let own = own.map(|test| {
                Pods::of(subject.within.clone(), Test::all([subject.pods.clone(), test]))
            });
            let is_after = narrower.iter().any(|(other, ..)| *other == at);
            if own.is_some() || is_after {
                narrower.push((at, own, rule));
            } else if let Some(rules) = base.rules.get_mut(at) {
                rules.push(rule);
            }
        }
    }
    let mut records = vec![base];
    for (at, own, rule) in narrower {
        let pods = own.unwrap_or_else(|| subject.clone());
        let mut record = blank.with_subject(vec![reader.tables.keep_pods(pods)]);
        if let Some(rules) = record.rules.get_mut(at) {
            rules.push(rule);
        }
        records.push(record);
    }
    Ok(records)
}

fn is_given(place: Place<'_>) -> bool {
    place.exists() && !place.is_null()
}

/// Whether the tier goes on to the next one at its end, whatever is in it.
fn place_in_tier(
    reader: &mut Reader,
    record: &mut PolicyRecord,
    spec: Place<'_>,
) -> Result<bool, Refusal> {
    let place = spec.at("tier");
    let name = if is_given(place) { text(place)? } else { "" };
    let (tier, passes) = match name {
        "" | "default" => (reader.tier(DEFAULT), false),
        "adminnetworkpolicy" | "kube-admin" => (reader.tier(ADMIN), true),
        "baselineadminnetworkpolicy" | "kube-baseline" => (reader.tier(BASELINE), true),
        name => (reader.tier_called(name), false),
    };
    record.tier = tier;
    Ok(passes)
}

/// The pods that a policy is for.
fn subject(spec: Place<'_>, namespace: Option<u32>) -> Result<Pods, Refusal> {
    let read = |field, keys| match selector::field(spec, field)? {
        Some(text) => selector::parse(text, keys).map_err(|why| refuse(spec.at(field), why)),
        None => Ok(Test::Always),
    };
    let own = [read("selector", Keys::Endpoints)?, read("serviceAccountSelector", Keys::Accounts)?];
    let within = match namespace {
        Some(id) => Within::One(id),
        None => Within::Labelled(read("namespaceSelector", Keys::Namespaces)?),
    };
    Ok(Pods::of(within, Test::all(own)))
}

/// The directions that a policy is for: where it does not say, ingress, unless it has rules of egress only.
fn types(spec: Place<'_>) -> Result<[bool; 2], Refusal> {
    let place = spec.at("types");
    let has_rules = Direction::ALL.map(|it| !spec.at(it.field()).is_empty());
    if !is_given(place) {
        let [ingress, egress] = has_rules;
        return Ok([ingress || !egress, egress]);
    }
    let mut types = [false; 2];
    for item in list(place)? {
        let [ingress, egress] = &mut types;
        let own = match item.as_str() {
            Some("Ingress") => ingress,
            Some("Egress") => egress,
            _ => return Err(refuse(item, "Unsupported value")),
        };
        if std::mem::replace(own, true) {
            return Err(refuse(item, "type specified more than once"));
        }
    }
    if types == [false; 2] { Err(refuse(place, "must name a direction")) } else { Ok(types) }
}

/// What of a policy is for nodes, and whether all of it is.
fn of_nodes(spec: Place<'_>) -> Result<Option<(&'static str, bool)>, Refusal> {
    let is = |field| {
        let place = spec.at(field);
        match place.as_bool() {
            None if is_given(place) => Err(refuse(place, "must be true or false")),
            value => Ok(value == Some(true)),
        }
    };
    let (before, untracked, forwards) = (is("preDNAT")?, is("doNotTrack")?, is("applyOnForward")?);
    let names_egress = spec.at("types").items().any(|it| it.as_str() == Some("Egress"));
    if before && untracked {
        return Err(refuse(spec, "preDNAT and doNotTrack cannot both be true"));
    }
    if before && (names_egress || !spec.at("egress").is_empty()) {
        return Err(refuse(spec, "a preDNAT policy cannot have egress"));
    }
    if (before || untracked) && !forwards {
        return Err(refuse(spec, "preDNAT and doNotTrack need applyOnForward"));
    }
    Ok(match (before, untracked, forwards) {
        (true, ..) => Some(("preDNAT: it is for nodes", true)),
        (_, true, _) => Some(("doNotTrack: it is for nodes", true)),
        (_, _, true) => Some(("applyOnForward: what nodes forward", false)),
        _ => None,
    })
}
