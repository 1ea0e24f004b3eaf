//! What findings of one kind have in common, wherever it comes from.

use std::borrow::Cow;
use std::fmt;

use super::{Mend, Severity};
use crate::kubernetes::Level;

/// Where the repository shows the pages of the rules.
const PAGES: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/rules/");

/// What findings of one kind have in common: what is wrong, how bad it is, what to do. Nobody who
/// shows a finding needs to know more of where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Kebab-case name of the flaw, e.g. `privileged-container`; what ignores and baselines name.
    pub id: Cow<'static, str>,
    /// Kebab-case name of what it is about, e.g. `pod-security`.
    pub category: Cow<'static, str>,
    /// How bad it is where nothing else stands in the way.
    pub severity: Severity,
    /// The lowest level of the Pod Security Standards that forbids it; `None` beyond the standards.
    pub level: Option<Level>,
    /// What is wrong, in one line without a full stop: "a container runs privileged".
    pub title: Cow<'static, str>,
    /// Why it matters. Sentences.
    pub why: Cow<'static, str>,
    /// What to do, as a command in one line without a full stop.
    pub remedy: Cow<'static, str>,
    /// What may break when it is fixed, and what to do about it; empty when nothing does.
    pub breaks: Cow<'static, str>,
    /// How it is mended.
    pub mend: Mend,
    /// Where the field says the same.
    pub references: Vec<Reference>,
    /// What is flagged, and what is not.
    pub example: Option<Example>,
}

impl About {
    /// The address of the page that explains it.
    pub fn page(&self) -> String {
        format!("{PAGES}{}.md", self.id)
    }
}

/// A manifest with a flaw, and without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The manifest that is flagged.
    pub bad: Cow<'static, str>,
    /// The same without the flaw.
    pub good: Cow<'static, str>,
}

/// Where the field says the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference<T = Cow<'static, str>> {
    /// Upstream's identifier of a Pod Security check.
    PodSecurity(T),
    /// Section of the CIS Kubernetes Benchmark 2.0.1, e.g. `5.2.2`.
    Cis(T),
    /// NSA/CISA Kubernetes Hardening Guide 1.2, by its chapter.
    NsaCisa(T),
    /// MITRE ATT&CK technique, e.g. `T1611`.
    Mitre(T),
    /// OWASP Kubernetes Top Ten, e.g. `K01`.
    Owasp(T),
    /// A page that explains it.
    Page(T),
}

impl From<Reference<&'static str>> for Reference {
    fn from(reference: Reference<&'static str>) -> Self {
        match reference {
            Reference::PodSecurity(id) => Self::PodSecurity(id.into()),
            Reference::Cis(section) => Self::Cis(section.into()),
            Reference::NsaCisa(chapter) => Self::NsaCisa(chapter.into()),
            Reference::Mitre(technique) => Self::Mitre(technique.into()),
            Reference::Owasp(item) => Self::Owasp(item.into()),
            Reference::Page(address) => Self::Page(address.into()),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Reference<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PodSecurity(id) => write!(f, "Pod Security Standards: {id}"),
            Self::Cis(section) => write!(f, "CIS Kubernetes Benchmark 2.0.1: {section}"),
            Self::NsaCisa(chapter) => write!(f, "NSA/CISA Kubernetes Hardening Guide: {chapter}"),
            Self::Mitre(technique) => write!(f, "MITRE ATT&CK: {technique}"),
            Self::Owasp(item) => write!(f, "OWASP Kubernetes Top Ten: {item}"),
            Self::Page(address) => address.fmt(f),
        }
    }
}
