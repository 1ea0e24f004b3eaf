//! Intents as policies of each engine, and what the engine says.

pub(crate) mod asked;
mod judged;
mod standing;

use harden_admission::report::Texts;
use harden_admission::{Cluster, Object, Policies, Question, User};
use harden_core::intents::{Engine, Intent, KyvernoKind, Mode, Policy, Values};
use harden_core::kubernetes::MinorVersion;
use harden_core::{Manifest, ManifestFormat, render};
use serde_json::json;

#[allow(unused_imports, reason = "some tests alone ask for letters")]
pub(crate) use judged::refuses;
#[allow(unused_imports, reason = "some tests alone ask for messages")]
pub(crate) use standing::{Said, Standing};

/// An engine with the kind of policy that it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way(pub(crate) Engine, pub(crate) KyvernoKind);

/// Every way in which an intent is written.
pub(crate) const WAYS: [Way; 4] = [
    Way(Engine::Kubernetes, KyvernoKind::ValidatingPolicy),
    Way(Engine::Kyverno, KyvernoKind::ValidatingPolicy),
    Way(Engine::Kyverno, KyvernoKind::ClusterPolicy),
    Way(Engine::Gatekeeper, KyvernoKind::ValidatingPolicy),
];

/// The policies of one intent, as an engine is told them.
pub(crate) struct Told {
    text: String,
}

/// An intent with the values that it shows as examples.
pub(crate) fn policy(intent: &'static Intent, standards: MinorVersion) -> Policy {
    Policy {
        intent,
        version: MinorVersion::NEWEST_KNOWN,
        standards,
        values: Values::new(intent.parameters, &intent.examples()).unwrap(),
        mode: Mode::Deny,
        exempt: Vec::new(),
        break_glass: Vec::new(),
    }
}

/// What somebody asks of objects that name no namespace.
pub(crate) fn asked_by(user: User) -> Question {
    Question { operation: None, user, namespace: "team-a".to_owned() }
}

/// The configuration by which Gatekeeper is asked about all operations.
pub(crate) fn webhook() -> Object {
    Object::new(json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "gatekeeper-validating-webhook-configuration"},
        "webhooks": [{"name": "validation.gatekeeper.sh", "rules": [{"operations": ["*"]}]}],
    }))
}

/// Policies, none of which its engine would refuse.
pub(crate) fn compiled(manifests: &[Manifest], cluster: &Cluster) -> Policies {
    let objects: Vec<_> = manifests.iter().map(|it| Object::new(it.object.clone())).collect();
    let policies = Policies::read(&objects, cluster);
    let refused: Vec<_> = policies.refused().collect();
    assert!(refused.is_empty(), "{refused:#?}");
    policies
}

impl Way {
    /// The policies of an intent; none where the engine has no words for it.
    pub(crate) fn engine(self, policy: &Policy) -> Option<Told> {
        let manifests = policy.manifests(self.0, self.1).ok()?;
        Some(Told { text: render(&manifests, ManifestFormat::Yaml, false) })
    }
}

impl Told {
    /// Whether the engine refuses a manifest.
    ///
    /// # Errors
    ///
    /// What was not judged.
    pub(crate) fn refuses(&self, manifest: &str) -> Result<bool, String> {
        let question = asked_by(User::named("alice", &[]));
        let text = format!("{}---\n{manifest}", self.text);
        let told = Texts::ask("test", &text, &question, MinorVersion::NEWEST_KNOWN);
        if let Some(lack) = told.incomplete.first() {
            return Err(lack.to_string());
        }
        let results: Vec<_> =
            told.answers.iter().map(|it| it["result"].as_str().unwrap_or("")).collect();
        match results.iter().find(|it| !matches!(**it, "pass" | "fail" | "skip")) {
            Some(_) => Err(format!("{:?}", told.answers)),
            None => Ok(results.contains(&"fail")),
        }
    }
}
