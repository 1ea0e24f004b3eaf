//! An intent as one engine is told it.

use super::engine::{Engine, KyvernoKind};
use super::engines;
use super::exemption::Exemption;
use super::{Demand, Intent, Mode, Terms, Values};
use crate::Manifest;
use crate::kubernetes::MinorVersion;

/// An intent with all that is said of it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What is wanted.
    pub intent: &'static Intent,
    /// The version of the API server.
    pub version: MinorVersion,
    /// The version of the Pod Security Standards, which may be older.
    pub standards: MinorVersion,
    /// The values of its parameters.
    pub values: Values,
    /// What becomes of requests that have the flaw.
    pub mode: Mode,
    /// Who and what is left alone.
    pub exempt: Vec<Exemption>,
    /// Groups that may do it nevertheless, which is put into the audit log.
    pub break_glass: Vec<String>,
}

/// Why an engine cannot be told an intent, and what to do; a fragment without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsaid(pub String);

impl Policy {
    /// The objects that tell an engine, in the order in which they must be applied.
    ///
    /// # Errors
    ///
    /// The engine has no words for it.
    pub fn manifests(&self, engine: Engine, kyverno: KyvernoKind) -> Result<Vec<Manifest>, Unsaid> {
        match self.intent.demand {
            Demand::Hold(demand) if demand(&self.terms()).is_empty() => {
                return Err(Unsaid(format!(
                    "Kubernetes {} cannot do yet what {} asks for: use it after an upgrade",
                    self.version, self.intent.id
                )));
            }
            Demand::Hold(_) => {}
            Demand::Never(message) => {
                return engines::requests::write(self, message, engine, kyverno);
            }
            Demand::Change(change) => {
                return engines::changes::write(self, change, engine, kyverno);
            }
            Demand::Across(across) => return engines::across::write(self, across, engine, kyverno),
        }
        match (engine, kyverno) {
            (Engine::Kubernetes, _) => engines::kubernetes::write(self),
            (Engine::Kyverno, KyvernoKind::ValidatingPolicy) => Ok(engines::kyverno::write(self)),
            (Engine::Kyverno, KyvernoKind::ClusterPolicy) => {
                Ok(engines::cluster_policy::write(self))
            }
            (Engine::Gatekeeper, _) => Ok(engines::gatekeeper::write(self)),
        }
    }

    /// What the policy is called, in engines that take a name of dashes.
    pub fn name(&self) -> String {
        format!("harden-{}", self.intent.id)
    }

    /// What its expressions may depend on.
    pub(super) fn terms(&self) -> Terms<'_> {
        Terms { server: self.version, version: self.standards, values: &self.values }
    }

    /// The exemptions from this intent.
    pub(super) fn exemptions(&self) -> Vec<&Exemption> {
        self.exempt.iter().filter(|it| it.is_from(self.intent.id)).collect()
    }

    /// The namespaces that are left alone.
    pub(super) fn exempt_namespaces(&self) -> Vec<String> {
        super::exemption::namespaces(self.exemptions())
    }
}
