//! How each engine is told what an object must be like beside others.

mod cluster_policy;
mod gatekeeper;

use crate::Manifest;
use crate::intents::across::Across;
use crate::intents::engine::{Engine, KyvernoKind};
use crate::intents::engines::kyverno;
use crate::intents::policy::{Policy, Unsaid};

/// The objects that tell an engine.
pub(in crate::intents) fn write(
    policy: &Policy,
    across: &'static Across,
    engine: Engine,
    of_kyverno: KyvernoKind,
) -> Result<Vec<Manifest>, Unsaid> {
    match (engine, of_kyverno) {
        (Engine::Kubernetes, _) => Err(Unsaid(
            "the API server's own policies see one object at a time: use kyverno or gatekeeper"
                .to_owned(),
        )),
        (Engine::Kyverno, KyvernoKind::ValidatingPolicy) => Ok(kyverno::write(policy)),
        (Engine::Kyverno, KyvernoKind::ClusterPolicy) => cluster_policy::write(policy, across),
        (Engine::Gatekeeper, _) => gatekeeper::write(policy, across),
    }
}
