//! Kernel parameters that reach further than the pod.

use crate::intents::cel::list;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::kubernetes::MinorVersion;
use crate::pod_security::ALLOWED_SYSCTLS;

pub(super) static INTENT: Intent = Intent {
    id: "unsafe-sysctls",
    constraint: Kind::constraint("HardenUnsafeSysctls", "hardenunsafesysctls"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let allowed = ALLOWED_SYSCTLS.iter().filter(|(_, since)| MinorVersion(*since) <= terms.version);
    let allowed = list(allowed.map(|(name, _)| name));
    vec![Validation::of_each(
        "variables.spec.?securityContext.?sysctls.orValue([])",
        "s",
        &format!("s.?name.orValue('') in {allowed}"),
        "s.?name.orValue('')",
        "sysctls must reach no further than the pod",
    )]
}
