//! Pod Security levels whose meaning changes with upgrades.

use super::{NAMESPACES, label};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::Mode;

pub(super) static INTENT: Intent = Intent {
    id: "unpinned-pod-security-version",
    constraint: Kind::constraint(
        "HardenUnpinnedPodSecurityVersion",
        "hardenunpinnedpodsecurityversion",
    ),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?labels"] },
    demand: Demand::Hold(demand),
};

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    let level = label(Mode::Enforce.level_label());
    let version = label(Mode::Enforce.version_label());
    let newest = terms.server.0;
    let condition = format!(
        "{level} in ['', 'privileged'] || {version}.matches('^v1\\\\.(0|[1-9][0-9]{{0,4}})$') && \
         int({version}.substring(3)) <= {newest}"
    );
    let message = format!("enforce-version must be v1.{newest} or older, not latest");
    vec![Validation::new(condition, message)]
}
