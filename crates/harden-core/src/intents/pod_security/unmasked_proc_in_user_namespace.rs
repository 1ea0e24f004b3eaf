//! Containers that see all of /proc, even in a user namespace of their own.

use super::pod::is_masked;
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "unmasked-proc-in-user-namespace",
    constraint: Kind::constraint(
        "HardenUnmaskedProcInUserNamespace",
        "hardenunmaskedprocinusernamespace",
    ),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![is_masked()]
}
