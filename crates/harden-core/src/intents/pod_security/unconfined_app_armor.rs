//! Containers without the AppArmor profile that runtimes give.

use super::pod::{is_profile, of_contexts};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;

pub(super) static INTENT: Intent = Intent {
    id: "unconfined-app-armor",
    constraint: Kind::constraint("HardenUnconfinedAppArmor", "hardenunconfinedapparmor"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let mut validations =
        of_contexts("appArmorProfile.type must be RuntimeDefault or Localhost", |context| {
            is_profile(&format!("{context}.?appArmorProfile"), "true")
        });
    let condition = "!k.startsWith('container.apparmor.security.beta.kubernetes.io/') || \
                     [variables.metadata.annotations[k]].exists(a, a in ['', 'runtime/default'] || \
                     a.startsWith('localhost/'))";
    validations.push(Validation::of_each(
        "variables.metadata.?annotations.orValue({})",
        "k",
        condition,
        "k",
        "annotations must not choose an AppArmor profile other than runtime/default or localhost/NAME",
    ));
    validations
}
