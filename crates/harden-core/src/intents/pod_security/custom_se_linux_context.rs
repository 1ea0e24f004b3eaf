//! SELinux contexts other than those for containers.

use super::pod::of_contexts;
use crate::intents::cel::list;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::kubernetes::MinorVersion;

pub(super) static INTENT: Intent = Intent {
    id: "custom-se-linux-context",
    constraint: Kind::constraint("HardenCustomSeLinuxContext", "hardencustomselinuxcontext"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

/// The types that are for containers, with the first version that knows each.
const TYPES: [(&str, u16); 5] = [
    ("", 0),
    ("container_t", 0),
    ("container_init_t", 0),
    ("container_kvm_t", 0),
    ("container_engine_t", 31),
];

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let types = TYPES.iter().filter(|(_, since)| MinorVersion(*since) <= terms.version);
    let types = list(types.map(|(name, _)| name));
    let mut validations =
        of_contexts("seLinuxOptions.type must be one for containers", |context| {
            format!("{context}.?seLinuxOptions.?type.orValue('') in {types}")
        });
    validations.extend(of_contexts("seLinuxOptions must not set user or role", |context| {
        let options = format!("{context}.?seLinuxOptions");
        format!("{options}.?user.orValue('') == '' && {options}.?role.orValue('') == ''")
    }));
    validations
}
