//! A way of becoming more than one is, as a value from which the graph, its words, the documentation and the tests
//! follow.

use std::fmt;

use crate::kubernetes::{Level, MinorVersion};

/// A way of becoming something.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    /// What it is called.
    pub id: &'static str,
    /// What somebody does, after whom it is: "runs a pod".
    pub does: &'static str,
    /// What has to be allowed, all of it, by whichever bindings; nothing where having become `from` is enough.
    pub rights: &'static [Right],
    /// Who does it.
    pub from: From,
    /// Where the rights are asked for.
    pub place: Place,
    /// What they become.
    pub to: Power,
    /// What else has to be so.
    pub when: When,
    /// The first version in which it is possible; none for every version.
    pub since: Option<MinorVersion>,
    /// The last version in which it is possible; none where no version ended it.
    pub until: Option<MinorVersion>,
    /// How hard it is.
    pub difficulty: Difficulty,
    /// Why it is possible.
    pub why: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// How it is known.
    pub proof: Proof,
}

/// Something that has to be allowed.
#[derive(Debug, Clone, Copy)]
pub struct Right {
    /// The verbs, each of which is enough.
    pub verbs: &'static [&'static str],
    /// API groups and resources, as `pods/exec`, each of which is enough.
    pub of: &'static [(&'static str, &'static str)],
    /// What `resourceNames` do to it.
    pub names: Names,
    /// Where it is asked for.
    pub at: At,
}

/// Where a right is asked for, beside where the edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    /// In the place of the edge.
    Place,
    /// Outside of namespaces, wherever the edge is.
    Cluster,
    /// In any namespace.
    Anywhere,
}

/// What `resourceNames` do to a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// They take it away: what is asked for has no name yet, or is all that there is.
    Spoil,
    /// They take away creating it, which has no name yet, and leave changing it.
    SpoilCreation,
    /// They do not matter: one object is as good as another.
    DoNotMatter,
    /// They say what is reached.
    Reach,
    /// They have to include the role that is meant, where there are any.
    IncludeRole,
    /// They have to include the namespace of the place, where there are any.
    IncludePlace,
    /// They have to include this, where there are any.
    Include(&'static str),
    /// They have to include one of these, where there are any.
    IncludeOne(&'static [&'static str]),
}

/// Who takes an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Whoever has the rights.
    Holder,
    /// Whoever has become this.
    Having(Power),
}

/// Where the rights of an edge are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Outside of namespaces, or in all of them.
    Cluster,
    /// In some namespace, or in all of them.
    Namespace,
    /// In this one.
    Only(&'static str),
}

/// What somebody can become.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Power {
    /// Whoever may do everything.
    ClusterAdmin,
    /// Root of every node that they choose.
    Nodes,
    /// Root of some node.
    Node,
    /// The identity of every node that they choose.
    NodeIdentities,
    /// The identity of some node.
    NodeIdentity,
    /// Whoever reads every Secret of the place.
    Secrets,
    /// Whoever reads the Secrets of kube-system, or is any of its accounts.
    KubeSystem,
    /// Whoever may do everything in the namespace.
    Namespace,
    /// Whoever runs pods in the place, as any of its accounts.
    Workloads,
    /// Whoever runs commands in the pods of the place that are there, or in one of them.
    Pods,
    /// Any ServiceAccount of the place, or those that are named.
    Accounts,
    /// Any user, or those that are named.
    Users,
    /// Any group, or those that are named.
    Groups,
    /// Any user, group but system:masters, and account.
    Identities,
    /// A member of the groups of bootstrap tokens.
    Bootstrappers,
    /// A member of system:masters.
    Masters,
    /// Whoever holds a role that they may bind.
    Bindable,
    /// Whoever holds what they write into a role that they are bound to.
    OwnRole,
    /// The account of a controller, which upstream calls one of these.
    Deputy(&'static [&'static str]),
    /// A role or account of a cloud.
    Cloud,
}

/// What has to be so beside the rights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Nothing.
    Always,
    /// The namespace enforces no level of Pod Security beyond this.
    LevelUpTo(Level),
    /// The role that they are bound to is filled by aggregation.
    Aggregated,
    /// The cluster knows custom objects of this group.
    CustomResources(&'static str),
    /// This ConfigMap is there.
    ConfigMap(&'static str, &'static str),
    /// A pod reaches its node: it is privileged, or has the node's files or processes.
    HostAccess,
    /// The API server runs as a pod.
    ApiServerPod,
    /// The ServiceAccount says so, by its annotations or the Secrets that it lists.
    Account,
}

/// How hard a step is for whoever may take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difficulty {
    /// It is no step: it is so already.
    None,
    /// One request, or two.
    Easy,
    /// It takes some doing: a pod, a name that is guessed, an object of a controller.
    Moderate,
    /// It takes an exploit, waiting or a server of one's own.
    Hard,
}

/// How it is known that an edge is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// A real API server lets it happen with the rights, and refuses it without: `tests/end-to-end/escalation.rs`.
    Server,
    /// What a real API server lets happen is its beginning; this is the rest, which needs more.
    Beginning(&'static str),
    /// It is a matter of words.
    Words,
    /// It takes what the tests do not have.
    Reading(&'static str),
}

impl Edge {
    /// What most edges have in common.
    pub(super) const BASE: Self = Self {
        id: "",
        does: "",
        rights: &[],
        from: From::Holder,
        place: Place::Namespace,
        to: Power::ClusterAdmin,
        when: When::Always,
        since: None,
        until: None,
        difficulty: Difficulty::Easy,
        why: "",
        remedy: "",
        proof: Proof::Server,
    };

    /// Whether it is possible in a version.
    pub fn is_in(&self, version: MinorVersion) -> bool {
        self.since.is_none_or(|it| it <= version) && self.until.is_none_or(|it| version <= it)
    }
}

impl Right {
    /// Verbs on resources, for which no names are given.
    pub(super) const fn of(
        verbs: &'static [&'static str],
        of: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { verbs, of, names: Names::Spoil, at: At::Place }
    }

    /// The same, where names do something else.
    pub(super) const fn names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The same, somewhere else.
    pub(super) const fn at(self, at: At) -> Self {
        Self { at, ..self }
    }
}

impl fmt::Display for Right {
    /// As kubectl writes it: `create pods/exec`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.verbs.join("|"))?;
        for (number, (group, resource)) in self.of.iter().enumerate() {
            let dot = if group.is_empty() || *group == "*" { "" } else { "." };
            let group = if *group == "*" { "" } else { group };
            let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
            let slash = if subresource.is_empty() { "" } else { "/" };
            let before = if number > 0 { ", " } else { "" };
            write!(f, "{before}{resource}{dot}{group}{slash}{subresource}")?;
        }
        match self.names {
            Names::Include(name) => write!(f, " {name}"),
            Names::IncludeOne([name, ..]) => write!(f, " {name}"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Difficulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Easy => "easy",
            Self::Moderate => "moderate",
            Self::Hard => "hard",
        })
    }
}

impl fmt::Display for Power {
    /// What it is, for documentation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClusterAdmin => "cluster-admin",
            Self::Nodes => "root of any node",
            Self::Node => "root of a node",
            Self::NodeIdentities => "the identity of any node",
            Self::NodeIdentity => "the identity of a node",
            Self::Secrets => "its Secrets",
            Self::KubeSystem => "kube-system",
            Self::Namespace => "everything in the namespace",
            Self::Workloads => "pods as any account of it",
            Self::Pods => "inside of its pods",
            Self::Accounts => "its accounts",
            Self::Users => "a user",
            Self::Groups => "a group",
            Self::Identities => "anybody but system:masters",
            Self::Bootstrappers => "system:bootstrappers",
            Self::Masters => "system:masters",
            Self::Bindable => "holder of the role",
            Self::OwnRole => "holder of anything",
            Self::Deputy(names) => return write!(f, "the account {}", names.join(" or ")),
            Self::Cloud => "a role of the cloud",
        })
    }
}
