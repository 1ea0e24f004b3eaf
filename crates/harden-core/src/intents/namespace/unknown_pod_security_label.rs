//! Pod Security labels that there are not.

use super::NAMESPACES;
use crate::intents::cel::{list, quoted};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::{Mode, PREFIX};

pub(super) static INTENT: Intent = Intent {
    id: "unknown-pod-security-label",
    constraint: Kind::constraint("HardenUnknownPodSecurityLabel", "hardenunknownpodsecuritylabel"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?labels"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let known = Mode::ALL.into_iter().flat_map(|it| [it.level_label(), it.version_label()]);
    let condition = format!(
        "object.metadata.?labels.orValue({{}}).all(k, !k.startsWith({}) || k in {})",
        quoted(PREFIX),
        list(known)
    );
    let message = "the API server ignores labels of Pod Security other than enforce, audit and warn, each with or \
                   without -version";
    vec![Validation::new(condition, message)]
}
