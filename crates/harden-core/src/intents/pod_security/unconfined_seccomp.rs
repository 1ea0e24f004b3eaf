//! Containers whose seccomp filter is switched off.

use super::pod::{is_filtered, of_contexts};
use crate::intents::{Demand, Intent, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::kubernetes::MinorVersion;

pub(super) static INTENT: Intent = Intent {
    id: "unconfined-seccomp",
    constraint: Kind::constraint("HardenUnconfinedSeccomp", "hardenunconfinedseccomp"),
    words: Words::OfRule,
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

/// The first version that reads fields. Those before it read annotations.
const FIELDS: MinorVersion = MinorVersion(19);

fn demand(terms: &Terms<'_>) -> Vec<Validation> {
    if terms.version >= FIELDS {
        return of_contexts("seccompProfile.type must be RuntimeDefault or Localhost", |context| {
            is_filtered(context, "true")
        });
    }
    let is_allowed = |key: &str| {
        format!(
            "[variables.metadata.?annotations[?{key}].orValue('runtime/default')].all(a, \
             a in ['runtime/default', 'docker/default'] || a.startsWith('localhost/'))"
        )
    };
    let message = "annotations must not choose a seccomp profile other than runtime/default or localhost/NAME";
    let of_pod = is_allowed("'seccomp.security.alpha.kubernetes.io/pod'");
    let of_container = is_allowed(
        "'container.seccomp.security.alpha.kubernetes.io/' + string(c.?name.orValue(''))",
    );
    vec![
        Validation::new(of_pod, format!("{message}: that of the pod")),
        Validation::of_containers(&of_container, message),
    ]
}
