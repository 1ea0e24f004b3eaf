//! How much is logged, and by which rules.

use super::rule::PolicyRule;
use super::{Noise, Options};
use crate::configuration::audit::{AuditLevel, GROUP_WILDCARD, Sensitive};
use crate::kubernetes::{MinorVersion, NamespaceName};

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Profile {
    /// Who did what, and no bodies
    Minimal,
    /// Bodies of changes to access, admission, network and workloads, without noise
    Recommended,
    /// What CIS 3.2.2 asks for, with nothing left out
    Cis,
    /// Bodies and answers of every change, with nothing left out
    Forensic,
}

const CHANGES: [&str; 5] = ["create", "update", "patch", "delete", "deletecollection"];

/// The groups that decide who may do what, and what is let in.
const SECURITY: [&str; 6] = [
    "admissionregistration.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
];

/// The groups of Kubernetes whose status the cluster writes, in every version before [`GROUP_WILDCARD`].
const WITH_STATUS: [&str; 11] = [
    "",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "policy",
    "storage.k8s.io",
];

/// The first version whose API server takes `pods/resize`.
const RESIZE: MinorVersion = MinorVersion(32);

impl Profile {
    /// As the command line spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Recommended => "recommended",
            Self::Cis => "cis",
            Self::Forensic => "forensic",
        }
    }

    /// Whether the profile drops a kind of noise when nobody says otherwise.
    pub(super) fn drops(self, noise: Noise) -> bool {
        match self {
            Self::Minimal => noise == Noise::Health,
            Self::Recommended => noise != Noise::Discovery,
            Self::Cis | Self::Forensic => false,
        }
    }

    /// The rules, the first that matches first.
    pub(super) fn rules(self, options: &Options, version: MinorVersion) -> Vec<PolicyRule> {
        let namespaces: Vec<&str> = options.namespace.iter().map(NamespaceName::as_str).collect();
        let has_bodies = self != Self::Minimal || !options.log_bodies_of.is_empty();
        let mut rules = Vec::new();
        if has_bodies || options.drops(Noise::Components) {
            rules.push(sensitive());
        }
        if self != Self::Minimal {
            rules.push(sessions());
        }
        let noise = Noise::EACH.into_iter().filter(|it| options.drops(*it));
        rules.extend(noise.flat_map(|it| it.rules(version)));
        if !options.log_bodies_of.is_empty() {
            rules.push(chosen(options).namespaces(&namespaces, true));
        }
        match self {
            Self::Minimal => {}
            Self::Recommended => {
                rules.push(security().namespaces(&namespaces, true));
                rules.push(workloads(version).namespaces(&namespaces, false));
            }
            Self::Cis => rules.push(workloads(version).namespaces(&namespaces, false)),
            Self::Forensic => {
                rules.push(machinery(version));
                rules.extend(changes(&namespaces, version));
            }
        }
        rules.push(PolicyRule::new(
            AuditLevel::Metadata,
            "Everything else: who did what, without bodies.",
        ));
        rules
    }
}

fn sensitive() -> PolicyRule {
    let why = "Bodies of these hold secrets, or what should have been one: they must not get into the log.";
    let mut rule = PolicyRule::new(AuditLevel::Metadata, why);
    for group in ["", "authentication.k8s.io"] {
        let of_group = Sensitive::ALL.into_iter().filter(|it| it.group() == group);
        let resources: Vec<_> = of_group.map(Sensitive::resource).collect();
        rule = rule.resources(group, &resources);
    }
    rule
}

fn sessions() -> PolicyRule {
    let why = "Shells in containers, tunnels, and ways around the API server. No verbs: kubectl opens a\n\
               WebSocket, which is a `get`, and older clients send a `create`.";
    let subresources = [
        "pods/exec",
        "pods/attach",
        "pods/portforward",
        "pods/proxy",
        "pods/ephemeralcontainers",
        "services/proxy",
        "nodes/proxy",
    ];
    PolicyRule::new(AuditLevel::Request, why).resources("", &subresources)
}

fn chosen(options: &Options) -> PolicyRule {
    let mut rule = PolicyRule::new(AuditLevel::RequestResponse, "Asked for with --log-bodies-of.");
    for it in &options.log_bodies_of {
        match &it.resource {
            Some(resource) => rule = rule.resources(&it.group, &[resource]),
            None => rule = rule.resources(&it.group, &[]),
        }
    }
    rule.verbs(&CHANGES)
}

fn security() -> PolicyRule {
    let why = "Changes to who may do what, what is let in, and who may talk to whom: what was asked for, and\n\
               what came of it.";
    let rule = PolicyRule::new(AuditLevel::RequestResponse, why).verbs(&CHANGES);
    SECURITY.into_iter().fold(rule, |rule, group| rule.resources(group, &[]))
}

fn workloads(version: MinorVersion) -> PolicyRule {
    let why = "Changes to what runs, and as whom: what was asked for.";
    let core = ["namespaces", "pods", "pods/resize", "replicationcontrollers", "serviceaccounts"];
    let core: Vec<_> =
        core.into_iter().filter(|it| *it != "pods/resize" || version >= RESIZE).collect();
    PolicyRule::new(AuditLevel::Request, why)
        .verbs(&CHANGES)
        .resources("", &core)
        .resources("apps", &["daemonsets", "deployments", "replicasets", "statefulsets"])
        .resources("batch", &["cronjobs", "jobs"])
}

fn machinery(version: MinorVersion) -> PolicyRule {
    let why = "What the cluster writes by the thousand: that it did, not what.";
    let named = format!(
        "{why}\n\
         Before {GROUP_WILDCARD} the API server does not start with the group `*`: groups are named, and the status\n\
         of custom resources is left to the rule about every change."
    );
    let has_wildcard = version >= GROUP_WILDCARD;
    let rule = PolicyRule::new(AuditLevel::Metadata, if has_wildcard { why } else { &named })
        .resources("", &["events"])
        .resources("coordination.k8s.io", &["leases"])
        .resources("events.k8s.io", &["events"]);
    let groups: &[&str] = if has_wildcard { &["*"] } else { &WITH_STATUS };
    groups.iter().fold(rule, |rule, group| rule.resources(group, &["*/status"]))
}

fn changes(namespaces: &[&str], version: MinorVersion) -> Vec<PolicyRule> {
    let why = "Every change: what was asked for, and what came of it.";
    PolicyRule::new(AuditLevel::RequestResponse, why)
        .verbs(&CHANGES)
        .namespaces(namespaces, true)
        .every_resource(version)
}
