//! Hosts that are reached in the clear.

use super::INGRESSES;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "ingress-without-tls",
    constraint: Kind::constraint("HardenIngressWithoutTls", "hardeningresswithouttls"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: INGRESSES, parts: &[".spec", ".metadata.?annotations"] },
    demand: Demand::Hold(demand),
};

/// Whether an annotation `k` gives the controller a certificate, or has TLS end elsewhere.
const HAS_TLS: &str = "(k.contains('certificate') || k.contains('pre-shared-cert') || k.contains('ssl-cert') || k == \
                       'route.openshift.io/termination') && object.metadata.annotations[k] != '' || \
                       (k.endsWith('router.tls') || k.endsWith('ssl-passthrough')) && \
                       object.metadata.annotations[k] == 'true' || k.endsWith('/listen-ports') && \
                       object.metadata.annotations[k].contains('HTTPS')";

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let tls = "dyn(object).spec.?tls.orValue([])";
    // An entry without hosts is for all of them. A wildcard stands for one label.
    let condition = format!(
        "object.metadata.?annotations.orValue({{}}).exists(k, {HAS_TLS}) || size({tls}) > 0 && ({tls}.exists(t, \
         size(t.?hosts.orValue([])) == 0) || dyn(object).spec.?rules.orValue([]).map(r, r.?host.orValue('')).all(h, \
         {tls}.exists(t, h in t.hosts || h.indexOf('.') > 0 && '*' + h.substring(h.indexOf('.')) in t.hosts)))"
    );
    vec![Validation::new(condition, "every host of the Ingress must be in spec.tls")]
}
