//! Audit policies: which requests the API server logs, and how much of them.
//!
//! As `k8s.io/apiserver/pkg/audit/policy` reads and applies them: the first rule that matches
//! decides, and what no rule matches is not logged.

mod bodies;
mod candidates;
mod decision;
mod idle;
mod reach;
mod rule;
mod schema;
mod stage;
mod validation;

pub use bodies::{LoggedBody, Sensitive, logged_bodies};
pub use decision::{Decision, Event, User, decide};
pub use idle::{Criterion, Idle, idle};
pub use reach::{Shadow, is_catch_all, logs_every_resource, shadows};
pub use rule::{AuditRule, GroupResources, Item};
pub use stage::{Stage, Stages};

use std::fmt;
use std::str::FromStr;

use harden_yaml::{Document, Place};

use super::decoding::decode;
use super::file::{meta, repeated_keys};
use super::meta::Meta;
use super::{Fault, Rejection};
use crate::kubernetes::MinorVersion;

const LOADING: &str = "loading audit policy file: ";
const DECODING: &str = "loading audit policy file: failed decoding: ";
const GROUP: &str = "audit.k8s.io";
const INTERNAL: &str = "__internal";

/// The first version whose API server takes `*` for all groups; those before do not start with it.
///
/// See `validateResources` in `k8s.io/apiserver/pkg/apis/audit/validation`.
pub const GROUP_WILDCARD: MinorVersion = MinorVersion(36);

/// A policy that the API server takes.
#[derive(Debug, Clone)]
pub struct AuditPolicy<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// Its rules, in order; never empty.
    pub rules: Vec<AuditRule<'d>>,
    /// The stages that no rule logs.
    pub omit_stages: Stages,
    /// Whether bodies are logged without `managedFields` where a rule does not say.
    pub omit_managed_fields: bool,
    /// What is written and has no effect: unknown fields, and keys that are set twice. The server
    /// logs one warning and goes on without them.
    pub ignored: Vec<Fault<'d>>,
}

/// How much of a request is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuditLevel {
    /// Nothing.
    None,
    /// Who did what to which object, without bodies.
    Metadata,
    /// The body of the request, too.
    Request,
    /// The body of the response, too.
    RequestResponse,
}

/// Reads a policy, or says why the API server of this version would not start with it.
pub fn read<'d>(
    document: &'d Document<'d>,
    version: MinorVersion,
) -> Result<AuditPolicy<'d>, Rejection<'d>> {
    let meta = meta(document).map_err(|fault| Rejection::one(DECODING, fault))?;
    read_at(document, document.root(), meta, version)
}

/// Reads a policy that is somewhere inside a document, as a server reads it that gets it in a file.
pub fn read_inside<'d>(
    document: &'d Document<'d>,
    root: Place<'d>,
    version: MinorVersion,
) -> Result<AuditPolicy<'d>, Rejection<'d>> {
    meta(document).map_err(|fault| Rejection::one(DECODING, fault))?;
    let meta = Meta::read(root).map_err(|fault| Rejection::one(DECODING, fault))?;
    read_at(document, root, meta, version)
}

fn read_at<'d>(
    document: &'d Document<'d>,
    root: Place<'d>,
    mut meta: Meta<'d>,
    version: MinorVersion,
) -> Result<AuditPolicy<'d>, Rejection<'d>> {
    if meta.kind.is_empty() {
        meta.kind = "Policy";
    }
    if meta.version.is_empty() && matches!(meta.group, "" | GROUP) {
        (meta.group, meta.version) = (GROUP, INTERNAL);
    }
    check_type(&meta)?;
    let decoded = decode(root, &schema::POLICY);
    if let Some(fault) = decoded.wrong {
        return Err(Rejection::one(DECODING, fault));
    }
    let faults = validation::faults(root, version);
    if !faults.is_empty() {
        return Err(Rejection::new(LOADING, faults));
    }
    let rules: Vec<_> = root.at("rules").items().map(AuditRule::read).collect();
    if rules.is_empty() {
        let fault = Fault::new(root.at("rules"), "loaded illegal policy with 0 rules");
        return Err(Rejection::one(LOADING, fault));
    }
    Ok(AuditPolicy {
        place: root,
        rules,
        omit_stages: Stages::read(root.at("omitStages")),
        omit_managed_fields: root.at("omitManagedFields").as_bool().unwrap_or(false),
        ignored: repeated_keys(document).into_iter().chain(decoded.strict).collect(),
    })
}

/// Whether an object is one of these files, or was meant to be one.
pub fn is_meant(group: &str, kind: &str, root: Place<'_>) -> bool {
    let has_levels = || root.at("rules").items().any(|it| it.at("level").exists());
    match kind {
        "Policy" => group == GROUP || matches!(group, "" | "audit") && has_levels(),
        "AuditPolicy" => has_levels(),
        _ => group == GROUP && has_levels(),
    }
}

impl AuditPolicy<'_> {
    /// What the server logs as a warning when it starts.
    pub fn warning(&self) -> Option<String> {
        let messages: Vec<_> = self.ignored.iter().map(|it| it.message.as_str()).collect();
        (!messages.is_empty()).then(|| {
            format!(
                "Audit policy contains errors, falling back to lenient decoding: strict decoding \
                 error: {}",
                messages.join(", ")
            )
        })
    }

    /// The stages that a rule does not log: its own and those of the policy.
    pub fn omitted(&self, rule: &AuditRule<'_>) -> Stages {
        self.omit_stages.with(rule.omit_stages)
    }
}

impl AuditLevel {
    /// All of them, from nothing to all.
    pub const ALL: [Self; 4] = [Self::None, Self::Metadata, Self::Request, Self::RequestResponse];

    /// As policies spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Metadata => "Metadata",
            Self::Request => "Request",
            Self::RequestResponse => "RequestResponse",
        }
    }
}

impl fmt::Display for AuditLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be one of None, Metadata, Request, RequestResponse")]
pub struct InvalidLevel;

impl FromStr for AuditLevel {
    type Err = InvalidLevel;

    fn from_str(text: &str) -> Result<Self, InvalidLevel> {
        Self::ALL.into_iter().find(|it| it.as_str() == text).ok_or(InvalidLevel)
    }
}

fn check_type<'d>(meta: &Meta<'d>) -> Result<(), Rejection<'d>> {
    let reject =
        |message: String| Err(Rejection::one(DECODING, Fault::new(meta.kind_place, message)));
    let is_list = matches!(meta.kind, "Event" | "EventList" | "PolicyList");
    match (meta.group, meta.version) {
        (GROUP, "v1") if meta.kind == "Policy" => Ok(()),
        (GROUP, "v1") if is_list => {
            reject(format!("converting (v1.{}) to (audit.Policy): unknown conversion", meta.kind))
        }
        (GROUP, INTERNAL) if meta.kind == "Policy" => {
            let message =
                "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy";
            Err(Rejection::one(LOADING, Fault::new(meta.version_place, message)))
        }
        (GROUP, INTERNAL) if is_list => reject(format!(
            "converting (audit.{}) to (audit.Policy): unknown conversion",
            meta.kind
        )),
        (GROUP, INTERNAL) => reject(format!(
            "no kind {} is registered for the internal version of group \"{GROUP}\"",
            crate::pod_security::go_quoted(meta.kind)
        )),
        (_, "") => reject("Object 'apiVersion' is missing in 'REDACTED'".to_owned()),
        _ => Err(Rejection::one(DECODING, meta.unknown("Policy"))),
    }
}
