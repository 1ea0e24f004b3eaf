//! AdminNetworkPolicy and BaselineAdminNetworkPolicy of `policy.networking.k8s.io/v1alpha1`.

use harden_yaml::Place;

use super::peers::{
    Refusal, bounded, fill_rules, only_field, peers, port, priority, refuse, rule_name, subject,
};
use super::{ADMIN, Api, BASELINE as BASELINE_TIER};
use crate::kubernetes::Protocol;
use crate::network::Direction;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{Action, PolicyRecord, PortRecord, RuleRecord};
use crate::object::Object;
use crate::source::Positions;

const GROUP: &str = "policy.networking.k8s.io";
const MOST: usize = 100;

pub(super) const API: Api = Api { group: GROUP, kind: "AdminNetworkPolicy", read: read_admin };
pub(super) const BASELINE: Api =
    Api { group: GROUP, kind: "BaselineAdminNetworkPolicy", read: read_baseline };

fn read_admin(reader: &mut Reader, object: &Object<'_>, text: &dyn Positions) -> Vec<PolicyRecord> {
    let mut record = reader.policy("AdminNetworkPolicy", object, text, ADMIN);
    let spec = object.place.at("spec");
    let result = priority(spec).and_then(|order| {
        record.order = order;
        fill(reader, &mut record, spec, text, true)
    });
    record.refused = result.err();
    vec![record]
}

fn read_baseline(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PolicyRecord> {
    let mut record = reader.policy("BaselineAdminNetworkPolicy", object, text, BASELINE_TIER);
    let spec = object.place.at("spec");
    let result = if object.name() == "default" {
        fill(reader, &mut record, spec, text, false)
    } else {
        Err("metadata.name: must be `default`".to_owned())
    };
    record.refused = result.err();
    vec![record]
}

/// Reads what both kinds have, so that a refused policy is still known to be for its subject.
fn fill(
    reader: &mut Reader,
    record: &mut PolicyRecord,
    spec: Place<'_>,
    text: &dyn Positions,
    may_pass: bool,
) -> Result<(), Refusal> {
    record.subject = subject(reader, spec)?;
    fill_rules(record, spec, MOST, |rule, direction| {
        read_rule(reader, rule, direction, text, may_pass)
    })
}

fn read_rule(
    reader: &mut Reader,
    rule: Place<'_>,
    direction: Direction,
    text: &dyn Positions,
    may_pass: bool,
) -> Result<RuleRecord, Refusal> {
    rule_name(rule)?;
    let action = match rule.at("action").as_str() {
        Some("Allow") => Action::Allow,
        Some("Deny") => Action::Deny,
        Some("Pass") if may_pass => Action::Pass,
        _ => return Err(refuse(rule.at("action"), "Unsupported value")),
    };
    let (peers, beyond) = peers(reader, rule.at(direction.peers()), MOST, action)?;
    let list = bounded(rule.at("ports"), MOST)?;
    // A list that is there must not be empty, but one that was never stored is for every port.
    let ports = list.items().map(read_port).collect::<Result<Vec<_>, _>>()?;
    let ports = (!list.is_empty()).then_some(ports);
    Ok(RuleRecord {
        action,
        peers,
        ports,
        except: Vec::new(),
        mark: reader.mark(text, rule),
        beyond,
    })
}

fn read_port(item: Place<'_>) -> Result<PortRecord, Refusal> {
    let (field, value) = only_field(item)?;
    let protocol = |place: Place<'_>| match place.at("protocol").as_str() {
        None => Ok(Protocol::Tcp),
        Some(word) => Protocol::read(word)
            .filter(|it| it.to_string() == word)
            .ok_or_else(|| refuse(place.at("protocol"), "Unsupported value")),
    };
    match field {
        "portNumber" => {
            let number = port(value.at("port"))?;
            Ok(PortRecord::Range(protocol(value)?, number, number))
        }
        "portRange" => {
            let (first, last) = (port(value.at("start"))?, port(value.at("end"))?);
            Ok(PortRecord::Range(protocol(value)?, first, last))
        }
        "namedPort" => {
            let name = value.as_str().ok_or_else(|| refuse(value, "must be a string"))?;
            Ok(PortRecord::Name(None, name.into()))
        }
        _ => Err(refuse(value, "unknown port")),
    }
}
