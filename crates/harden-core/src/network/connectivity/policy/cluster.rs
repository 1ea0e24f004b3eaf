//! ClusterNetworkPolicy of `policy.networking.k8s.io`, `v1alpha2` and `v1beta1`.

use harden_yaml::Place;

use super::peers::{
    Refusal, bounded, fill_rules, only_field, peers, port, priority, refuse, rule_name, subject,
};
use super::{ADMIN, Api, BASELINE};
use crate::kubernetes::Protocol;
use crate::network::Direction;
use crate::network::connectivity::reader::Reader;
use crate::network::connectivity::records::{
    Action, PeerRecord, PolicyRecord, PortRecord, RuleRecord,
};
use crate::object::Object;
use crate::source::Positions;

const MOST: usize = 25;

pub(super) const API: Api =
    Api { group: "policy.networking.k8s.io", kind: "ClusterNetworkPolicy", read };

fn read(reader: &mut Reader, object: &Object<'_>, text: &dyn Positions) -> Vec<PolicyRecord> {
    let spec = object.place.at("spec");
    let tier = match spec.at("tier").as_str() {
        Some("Baseline") => BASELINE,
        _ => ADMIN,
    };
    let mut record = reader.policy("ClusterNetworkPolicy", object, text, tier);
    record.refused = fill(reader, &mut record, spec, text).err();
    vec![record]
}

fn fill(
    reader: &mut Reader,
    record: &mut PolicyRecord,
    spec: Place<'_>,
    text: &dyn Positions,
) -> Result<(), Refusal> {
    record.subject = subject(reader, spec)?;
    if !matches!(spec.at("tier").as_str(), Some("Admin" | "Baseline")) {
        return Err(refuse(spec.at("tier"), "Unsupported value"));
    }
    record.order = priority(spec)?;
    fill_rules(record, spec, MOST, |rule, direction| read_rule(reader, rule, direction, text))
}

fn read_rule(
    reader: &mut Reader,
    rule: Place<'_>,
    direction: Direction,
    text: &dyn Positions,
) -> Result<RuleRecord, Refusal> {
    rule_name(rule)?;
    let action = match rule.at("action").as_str() {
        Some("Accept") => Action::Allow,
        Some("Deny") => Action::Deny,
        Some("Pass") => Action::Pass,
        _ => return Err(refuse(rule.at("action"), "Unsupported value")),
    };
    let (peers, beyond) = peers(reader, rule.at(direction.peers()), MOST, action)?;
    let list = bounded(rule.at("protocols"), MOST)?;
    let ports = list.items().map(read_protocol).collect::<Result<Vec<_>, _>>()?.concat();
    let has_names = ports.iter().any(|it| matches!(it, PortRecord::Name(..)));
    let is_pods = |it: &PeerRecord| matches!(it, PeerRecord::Pods(_));
    if has_names && !peers.iter().all(is_pods) {
        let why = "destinationNamedPort goes with namespaces and pods only";
        return Err(refuse(list, why));
    }
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

fn read_protocol(item: Place<'_>) -> Result<Vec<PortRecord>, Refusal> {
    let (field, value) = only_field(item)?;
    let protocol = match field {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        "destinationNamedPort" => {
            let name = value.as_str().ok_or_else(|| refuse(value, "must be a string"))?;
            return Ok(vec![PortRecord::Name(None, name.into())]);
        }
        _ => return Err(refuse(value, "unknown protocol")),
    };
    let ports = value.at("destinationPort");
    if ports.is_null() || !ports.exists() {
        return Ok(vec![PortRecord::Range(protocol, 1, u16::MAX)]);
    }
    let (field, ports) = only_field(ports)?;
    let (first, last) = match field {
        "number" => {
            let number = port(ports)?;
            (number, number)
        }
        "range" => {
            let (first, last) = (port(ports.at("start"))?, port(ports.at("end"))?);
            if first >= last {
                return Err(refuse(ports, "start must be less than end"));
            }
            (first, last)
        }
        _ => return Err(refuse(ports, "unknown port")),
    };
    Ok(vec![PortRecord::Range(protocol, first, last)])
}
