//! How each engine is told a change: what is set in objects that do not say it.

mod cluster_policy;
mod expressions;
mod gatekeeper;
mod kubernetes;
mod kyverno;

use crate::Manifest;
use crate::intents::change::Change;
use crate::intents::engine::{Engine, KyvernoKind};
use crate::intents::mode::Mode;
use crate::intents::policy::{Policy, Unsaid};

/// The objects that tell an engine.
pub(in crate::intents) fn write(
    policy: &Policy,
    change: &'static Change,
    engine: Engine,
    kyverno: KyvernoKind,
) -> Result<Vec<Manifest>, Unsaid> {
    if policy.version < change.since {
        let since = change.since;
        return Err(Unsaid(format!(
            "what it sets is for Kubernetes {since} and newer: leave it out"
        )));
    }
    if policy.mode != Mode::Deny {
        return Err(Unsaid(
            "a change is made or not, and cannot be looked at first: write it with --mode deny for a namespace that may \
             break"
                .to_owned(),
        ));
    }
    match (engine, kyverno) {
        (Engine::Kubernetes, _) => kubernetes::write(policy, change),
        (Engine::Kyverno, KyvernoKind::ValidatingPolicy) => Ok(kyverno::write(policy, change)),
        (Engine::Kyverno, KyvernoKind::ClusterPolicy) => cluster_policy::write(policy, change),
        (Engine::Gatekeeper, _) => gatekeeper::write(policy, change),
    }
}

/// Why a change is made, for the comment above it, and what may break.
fn why(policy: &Policy, change: &Change, notes: &[&str]) -> String {
    let intent = policy.intent;
    let mut lines =
        vec![format!("Where {}: {}.", intent.summary(), intent.remedy()), change.breaks.to_owned()];
    lines.extend(notes.iter().map(|&it| it.to_owned()));
    lines.join("\n")
}
