//! How each engine is told that there is no such request.

mod cluster_policy;

use crate::Manifest;
use crate::intents::engine::{Engine, KyvernoKind};
use crate::intents::engines::{kubernetes, kyverno, parts};
use crate::intents::exemption::Exempt;
use crate::intents::policy::{Policy, Unsaid};

/// The objects that tell an engine.
pub(in crate::intents) fn write(
    policy: &Policy,
    message: &'static str,
    engine: Engine,
    of_kyverno: KyvernoKind,
) -> Result<Vec<Manifest>, Unsaid> {
    // What is sent has no metadata, and says nothing of the pod.
    parts::without(policy, "what judges a request and not a pod", |it| {
        matches!(it, Exempt::Image(_) | Exempt::NamespacesOf(_) | Exempt::Object { .. })
    })?;
    match (engine, of_kyverno) {
        (Engine::Kubernetes, _) => kubernetes::write(policy),
        (Engine::Kyverno, KyvernoKind::ValidatingPolicy) => Ok(kyverno::write(policy)),
        (Engine::Kyverno, KyvernoKind::ClusterPolicy) => Ok(cluster_policy::write(policy, message)),
        (Engine::Gatekeeper, _) => Err(Unsaid(
            "Gatekeeper is not asked about connections and tells kinds apart, not requests: use kubernetes, whose \
             policies stand beside Gatekeeper's"
                .to_owned(),
        )),
    }
}
