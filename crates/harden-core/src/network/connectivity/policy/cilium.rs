//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy of `cilium.io/v2`.
//!
//! What Cilium's documentation and the descriptions of its definitions say is judged: layers 3 and 4, what is refused
//! going before all else, default deny by direction. What it refuses itself, by the rules of its `Sanitize`, makes the
//! whole object say nothing that is known.

mod peers;
mod ports;
mod selector;

use harden_yaml::Place;

use self::selector::{Scope, Selector};
use super::peers::{Refusal, known_fields, list, refuse};
use super::{Api, DEFAULT};
use crate::network::Direction;
use crate::network::connectivity::labels::Test;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{
    Action, Order, Pods, PolicyRecord, RuleRecord, Within,
};
use crate::object::Object;
use crate::source::Positions;

const GROUP: &str = "cilium.io";

pub(super) const API: Api =
    Api { group: GROUP, kind: "CiliumNetworkPolicy", read: read_namespaced };
pub(super) const CLUSTERWIDE: Api =
    Api { group: GROUP, kind: "CiliumClusterwideNetworkPolicy", read: read_clusterwide };

const FIELDS: [&str; 10] = [
    "description",
    "egress",
    "egressDeny",
    "enableDefaultDeny",
    "endpointSelector",
    "ingress",
    "ingressDeny",
    "labels",
    "log",
    "nodeSelector",
];

/// Where rules that refuse stand: before every rule that lets through.
const BEFORE_ALL: Order = Order(f64::NEG_INFINITY);

fn read_namespaced(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    let namespace = reader.namespace_of(object);
    read(reader, object, text, "CiliumNetworkPolicy", Some(namespace))
}

fn read_clusterwide(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    read(reader, object, text, "CiliumClusterwideNetworkPolicy", None)
}

/// A record for each specification that lets through, and one for each that refuses.
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
    let mut specs = Vec::from_iter((spec.exists() && !spec.is_null()).then_some(spec));
    let mut refused = None;
    match list(object.place.at("specs")) {
        Ok(several) => specs.extend(several),
        Err(why) => refused = Some(why),
    }
    if specs.is_empty() && refused.is_none() {
        refused = Some("spec: spec or specs must be provided".to_owned());
    }
    let mut records = Vec::new();
    for spec in specs {
        match read_spec(reader, &blank, spec, text) {
            Ok(own) => records.extend(own),
            Err(why) => {
                refused.get_or_insert(why);
                records.push(blank.with_subject(subject_of_refused(reader, spec, namespace)));
            }
        }
    }
    if refused.is_some() && records.is_empty() {
        records.push(blank.with_subject(everybody(reader, namespace)));
    }
    // Cilium takes all of an object or nothing.
    if let Some(why) = refused {
        records.iter_mut().for_each(|it| it.refused = Some(why.clone()));
    }
    records
}

fn read_spec(
    reader: &mut Reader,
    blank: &PolicyRecord,
    spec: Place<'_>,
    text: &dyn Positions,
) -> Result<Vec<PolicyRecord>, Refusal> {
    known_fields(spec, &FIELDS)?;
    let sections = ["ingress", "ingressDeny", "egress", "egressDeny"];
    if !sections.iter().any(|it| is_given(spec.at(it))) {
        return Err(refuse(spec, "must have ingress, ingressDeny, egress or egressDeny"));
    }
    let (pods, nodes) = (spec.at("endpointSelector"), spec.at("nodeSelector"));
    match (is_given(pods), is_given(nodes)) {
        (true, false) => {}
        (false, true) if blank.namespace.is_none() => {
            Selector::read(nodes)?;
            let mut record = blank.with_subject(Vec::new());
            record.beyond = Some("nodeSelector: it is for nodes");
            return Ok(vec![record]);
        }
        (false, true) => return Err(refuse(nodes, "only a clusterwide policy is for nodes")),
        (true, true) => {
            return Err(refuse(spec, "cannot have both endpointSelector and nodeSelector"));
        }
        (false, false) => {
            return Err(refuse(spec, "must have one of endpointSelector and nodeSelector"));
        }
    }
    let (subject, beyond) = subject(reader, pods, blank.namespace)?;
    let mut allowing = blank.with_subject(subject.clone());
    allowing.beyond = beyond;
    let mut denying = blank.with_subject(subject);
    denying.order = BEFORE_ALL;
    for (at, direction) in Direction::ALL.into_iter().enumerate() {
        let scope = Scope { namespace: blank.namespace, direction };
        let mut read = |field, action| -> Result<Vec<RuleRecord>, Refusal> {
            let rules = list(spec.at(field))?.into_iter();
            rules.map(|it| peers::read_rule(reader, it, &scope, action, text)).collect()
        };
        let (allowed, denied) = match direction {
            Direction::Ingress => ("ingress", "ingressDeny"),
            Direction::Egress => ("egress", "egressDeny"),
        };
        let rules = [read(allowed, Action::Allow)?, read(denied, Action::Deny)?];
        let asked = default_deny(spec.at("enableDefaultDeny"), direction)?;
        let has_rules = rules.iter().any(|it| !it.is_empty());
        let [allowed, denied] = rules;
        if let (Some(isolates), Some(own), Some(before)) =
            (allowing.isolates.get_mut(at), allowing.rules.get_mut(at), denying.rules.get_mut(at))
        {
            *isolates = asked.unwrap_or(has_rules);
            *own = allowed;
            *before = denied;
        }
    }
    let denies = denying.rules.iter().any(|it| !it.is_empty());
    Ok([allowing].into_iter().chain(denies.then_some(denying)).collect())
}

fn is_given(place: Place<'_>) -> bool {
    place.exists() && !place.is_null()
}

fn default_deny(place: Place<'_>, direction: Direction) -> Result<Option<bool>, Refusal> {
    known_fields(place, &["egress", "ingress"])?;
    let asked = place.at(direction.field());
    match asked.as_bool() {
        None if is_given(asked) => Err(refuse(asked, "must be true or false")),
        asked => Ok(asked),
    }
}

/// The pods that a specification is for. One of a namespace is never for pods of another.
fn subject(
    reader: &mut Reader,
    place: Place<'_>,
    namespace: Option<u32>,
) -> Result<(Vec<u32>, Option<&'static str>), Refusal> {
    let selector = Selector::read(place)?;
    let beyond = selector.beyond();
    let pods = match namespace {
        Some(id) => Pods::of(Within::One(id), selector.of_own_namespace()),
        None => Pods::of(Within::Labelled(selector.of_namespaces()), selector.of_pods()),
    };
    Ok((vec![reader.tables.keep_pods(pods)], beyond))
}

fn subject_of_refused(reader: &mut Reader, spec: Place<'_>, namespace: Option<u32>) -> Vec<u32> {
    match subject(reader, spec.at("endpointSelector"), namespace) {
        Ok((subject, _)) => subject,
        Err(_) => everybody(reader, namespace),
    }
}

fn everybody(reader: &mut Reader, namespace: Option<u32>) -> Vec<u32> {
    let within = namespace.map_or(Within::Labelled(Test::Always), Within::One);
    vec![reader.tables.keep_pods(Pods::of(within, Test::Always))]
}
