//! Servers of which nothing tells when they can answer requests.

use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "missing-readiness-probe",
    constraint: Kind::constraint("HardenMissingReadinessProbe", "hardenmissingreadinessprobe"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let serves = "c.?ports.orValue([]).exists(p, !p.?name.orValue('').contains('metrics'))";
    // One probe decides for the whole pod, whatever the image of the container that has it.
    let probed = |list: &str| format!("{list}.exists(c, has(c.readinessProbe))");
    let sidecars = "variables.spec.?initContainers.orValue([])";
    let others = format!(
        "!(object.kind in ['Deployment', 'ReplicaSet', 'ReplicationController', 'StatefulSet']) || {} || \
         {sidecars}.exists(c, c.?restartPolicy.orValue('') == 'Always' && has(c.readinessProbe))",
        probed("variables.spec.?containers.orValue([])")
    );
    let message = "a readinessProbe must tell when the containers can answer requests";
    vec![Validation::of_lasting_containers(&format!("!{serves}"), message).unless(&others)]
}
