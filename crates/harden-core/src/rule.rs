//! What a rule is: one thing that can be wrong, as a value.

mod collector;
pub(crate) mod page;
#[cfg(feature = "admission")]
mod reachability;
mod reporter;
mod server_files;
mod subject;
mod target;
mod workload;
mod world;

pub use collector::Collector;
#[cfg(feature = "admission")]
pub use reachability::Reachability;
pub use reporter::{Edits, FlawedContainer, Reporter, Unjudged};
pub use server_files::ServerFiles;
pub use subject::{Answers, Subject};
pub use target::Target;
pub(crate) use workload::Silence;
pub use workload::Workload;
pub use world::World;

pub use crate::finding::{Companion, Mend, Reference, Severity};

use harden_yaml::Document;

use crate::finding::{About, Example};
use crate::inventory::PodSummary;
use crate::kubernetes::{GroupKind, Level};
use crate::lock::Lock;
use crate::object::Object;

/// One thing that can be wrong. Rules are data: the engine, `explain`, the documentation, SARIF's
/// rule table, the playground's examples and the tests all read the same value.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case name of the flaw, so that `ignore[<id>]` reads well.
    pub id: &'static str,
    /// What it is about.
    pub category: Category,
    /// How bad it is where nothing else stands in the way.
    pub severity: Severity,
    /// The lowest level of the Pod Security Standards that forbids it; `None` beyond the standards.
    pub level: Option<Level>,
    /// What is wrong, in one line without a full stop: "a container runs privileged".
    pub summary: &'static str,
    /// Why it matters: what an attacker or an accident makes of it. Sentences.
    pub why: &'static str,
    /// What to do, as a command in one line without a full stop: "set privileged to false".
    pub remedy: &'static str,
    /// What may break when it is fixed, and what to do about it; empty when nothing does.
    pub breaks: &'static str,
    /// How its findings are mended; a test holds it against what they carry.
    pub mend: Mend,
    /// Where the field says the same.
    pub references: &'static [Reference<&'static str>],
    /// The kinds that it reads beside what it is shown. For rules that look at all objects together, objects
    /// of these kinds are kept until all were seen; others ask [`Reporter::context`]. Where one of the kinds
    /// cannot be read, the rule does not run.
    pub reads: &'static [GroupKind],
    /// How it is found.
    pub check: Check,
    /// A manifest that must be flagged, shown in the documentation.
    pub bad: &'static str,
    /// The same manifest without the flaw, which must not be flagged.
    pub good: &'static str,
}

/// How often a rule runs, and what it is shown.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Once for every document, readable or not.
    Document(fn(&Document<'_>, &mut Reporter<'_, '_>)),
    /// Once for every object.
    Object(for<'d> fn(&Object<'d>, &mut Reporter<'_, 'd>)),
    /// Once for every pod and pod template.
    Workload(for<'d> fn(&Workload<'d>, &mut Reporter<'_, 'd>)),
    /// By the check of the Pod Security Standards that upstream gives this identifier.
    PodSecurity(&'static str),
    /// Once, with all objects at hand; what it reports, it reports on one of them.
    World(for<'d> fn(&World<'d>, &mut Reporter<'_, 'd>)),
    /// Once for every pod and pod template, of which only all objects together tell whether it is flawed.
    Held {
        /// Reports what may be a flaw, without a message.
        report: for<'d> fn(&Workload<'d>, &mut Reporter<'_, 'd>),
        /// Says what is wrong with a pod about which something was reported; `None` if nothing is.
        confirm: for<'d> fn(&World<'d>, &PodSummary) -> Option<String>,
    },
    /// Once for every pod and pod template, where there is a lock.
    LockedWorkload {
        /// The lock that the examples are judged by.
        lock: &'static str,
        /// What it reports.
        check: for<'d> fn(&Workload<'d>, &Lock, &mut Reporter<'_, 'd>),
    },
    /// Once, with all objects at hand, where there is a lock.
    LockedWorld {
        /// The lock that the examples are judged by.
        lock: &'static str,
        /// What it reports.
        check: for<'d> fn(&World<'d>, &Lock, &mut Reporter<'_, 'd>),
    },
}

impl Check {
    /// Whether it looks at all objects together.
    pub fn is_over_all(&self) -> bool {
        matches!(self, Self::World(_) | Self::Held { .. } | Self::LockedWorld { .. })
    }

    /// The lock that the examples are judged by; none for what runs without one.
    pub fn lock(&self) -> Option<&'static str> {
        match *self {
            Self::LockedWorkload { lock, .. } | Self::LockedWorld { lock, .. } => Some(lock),
            _ => None,
        }
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Text that kubectl would reject or read otherwise than meant.
    Yaml,
    /// Fields and versions that the API does not have.
    Schema,
    /// The Pod Security Standards.
    PodSecurity,
    /// Pods beyond the Pod Security Standards.
    Workload,
    /// Who may do what.
    Rbac,
    /// Who may talk to whom.
    Network,
    /// What a namespace bounds and defends.
    Namespace,
    /// Files that the API server reads.
    Configuration,
    /// Secrets that come from a store outside of the cluster.
    ExternalSecrets,
    /// What policies let in.
    Admission,
    /// What is told of containers while they run.
    Runtime,
}

impl From<&'static Rule> for About {
    fn from(rule: &'static Rule) -> Self {
        Self {
            id: rule.id.into(),
            category: rule.category.name().into(),
            severity: rule.severity,
            level: rule.level,
            title: rule.summary.into(),
            why: rule.why.into(),
            remedy: rule.remedy.into(),
            breaks: rule.breaks.into(),
            mend: rule.mend,
            references: rule.references.iter().copied().map(Into::into).collect(),
            example: Some(Example { bad: rule.bad.into(), good: rule.good.into() }),
        }
    }
}

impl Category {
    /// Its kebab-case name, which is also that of the folder of its rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Schema => "schema",
            Self::PodSecurity => "pod-security",
            Self::Workload => "workload",
            Self::Rbac => "rbac",
            Self::Network => "network",
            Self::Namespace => "namespace",
            Self::Configuration => "configuration",
            Self::ExternalSecrets => "external-secrets",
            Self::Admission => "admission",
            Self::Runtime => "runtime",
        }
    }
}
