//! What the API server refuses of the ports of Services.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::KIND;
use crate::kubernetes::port_name_flaw;
use crate::validation::names;
use crate::validation::pod::unique;
use crate::validation::problem::{ProblemKind, Problems};

/// The ports of a Service of this type.
pub(super) fn check<'d>(spec: Place<'d>, form: &str, problems: &mut Problems<'d>) {
    let all = spec.at("ports");
    let (mut seen, mut taken, mut on_nodes) =
        (FxHashSet::default(), FxHashSet::default(), FxHashSet::default());
    for port in all.items().filter(Place::is_map) {
        let name = port.at("name");
        if all.len() > 1 {
            problems.required(KIND, name, "where a Service has several ports");
        }
        problems.optional_text(KIND, name, names::label);
        unique(name, &mut seen, problems);
        problems.text(KIND, port.at("appProtocol"), names::qualified_name);
        problems.optional_text(KIND, port.at("targetPort"), port_name_flaw);
        let is_port = |it: i64| (0..=65535).contains(&it);
        let rule = "must be between 1 and 65535, inclusive";
        problems.number(KIND, port.at("targetPort"), is_port, rule);
        let protocol = port.at("protocol").as_str().filter(|it| !it.is_empty()).unwrap_or("TCP");
        let number = port.at("port").as_i64();
        if number.is_some_and(|it| !taken.insert((protocol, it))) {
            let message = format!("another port of the Service has the same number for {protocol}");
            problems.add(ProblemKind::Duplicate, port.at("port"), message);
        }
        let node_port = port.at("nodePort");
        let Some(number) = node_port.as_i64().filter(|it| *it != 0) else { continue };
        if form == "ClusterIP" {
            problems.forbidden(KIND, node_port, "when `type` is `ClusterIP`");
        }
        if !on_nodes.insert((protocol, number)) {
            let message =
                format!("another port of the Service has the same node port for {protocol}");
            problems.add(ProblemKind::Duplicate, node_port, message);
        }
    }
}
