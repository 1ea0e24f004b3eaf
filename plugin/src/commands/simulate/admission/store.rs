//! Where policies are, and what they name: files, a snapshot, or a cluster.

mod files;
#[cfg(not(feature = "live"))]
#[path = "store/absent.rs"]
mod live;
#[cfg(feature = "live")]
mod live;
mod recorded;

use harden_admission::report::Written;
use harden_admission::{Cluster, Needs, Object, Policies, User};
use harden_core::check::Incomplete;
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::Namespaces;
use crate::listing::Kind;
pub(super) use files::Files;
pub(super) use live::Live;
pub(super) use recorded::Recorded;

/// Where policies are.
#[expect(clippy::large_enum_variant, reason = "one is made per run")]
pub(super) enum Store {
    /// Files, and a snapshot of the cluster that they are meant for.
    Files(Files, Option<Recorded>),
    Snapshot(Recorded),
    Cluster(Live),
}

/// What a store holds besides policies, as far as it is asked for.
#[derive(Default)]
pub(super) struct Others {
    pub(super) objects: Vec<Object>,
    /// Those that files hold as they are written, which count before the others.
    pub(super) written: Vec<Object>,
    /// Whether what was asked for and is not among them is not there.
    pub(super) is_whole: bool,
    /// Namespaces of objects that are not there.
    pub(super) absent: Vec<String>,
    pub(super) lacks: Vec<Incomplete>,
}

impl Store {
    /// The policies, and what could not be read of them.
    pub(super) fn policies(&mut self) -> anyhow::Result<(Vec<Object>, Vec<Incomplete>)> {
        match self {
            Self::Files(files, _) => Ok(files.policies()),
            Self::Snapshot(snapshot) => snapshot.policies(),
            Self::Cluster(cluster) => cluster.policies(),
        }
    }

    /// What policies read besides the object that they judge, and the Namespaces of these names.
    pub(super) fn others(
        &mut self,
        needs: &Needs,
        namespaces: &Namespaces,
    ) -> anyhow::Result<Others> {
        match self {
            Self::Files(files, recorded) => {
                let others = match recorded {
                    None => Others::default(),
                    Some(it) => it.others(needs)?,
                };
                Ok(Others { written: files.others(), ..others })
            }
            Self::Snapshot(snapshot) => snapshot.others(needs),
            Self::Cluster(cluster) => cluster.others(needs, namespaces),
        }
    }

    /// Whether it is asked for the Namespaces of the objects.
    pub(super) fn asks_for_namespaces(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    /// The version of the API server, where it is known.
    pub(super) fn version(&self) -> Option<MinorVersion> {
        match self {
            Self::Files(_, recorded) => recorded.as_ref().map(|it| it.origin.version),
            Self::Snapshot(snapshot) => Some(snapshot.origin.version),
            Self::Cluster(cluster) => Some(cluster.version()),
        }
    }

    /// Says how the kinds of a cluster are served.
    pub(super) fn serve(&self, known: &mut Cluster) {
        if let Self::Cluster(cluster) = self {
            for kind in cluster.kinds() {
                known.serve(&kind.group, &kind.kind, &kind.plural, kind.is_namespaced);
            }
        }
    }

    /// Whom the cluster takes the user for.
    pub(super) fn user(&self) -> Option<User> {
        match self {
            Self::Cluster(cluster) => cluster.user(),
            _ => None,
        }
    }

    /// The namespace of the context.
    pub(super) fn namespace(&self) -> Option<String> {
        match self {
            Self::Cluster(cluster) => Some(cluster.namespace()),
            _ => None,
        }
    }

    /// Hands over the objects of a snapshot, many at a time; says what could not be read.
    pub(super) fn each_batch(
        &self,
        take: &mut impl FnMut(Vec<Object>),
    ) -> anyhow::Result<Vec<Incomplete>> {
        match self {
            Self::Files(_, Some(recorded)) | Self::Snapshot(recorded) => recorded.each_batch(take),
            _ => Ok(Vec::new()),
        }
    }

    /// What was named and is not there, and what the user should know of the way in.
    pub(super) fn said(&self) -> (&[String], &[String]) {
        match self {
            Self::Files(files, _) => files.said(),
            _ => (&[], &[]),
        }
    }

    /// Whether policies are read from a text of this name.
    pub(super) fn reads(&self, name: &str) -> bool {
        matches!(self, Self::Files(files, _) if files.reads(name))
    }

    /// Where the policies are written.
    pub(super) fn written(&self) -> Written {
        match self {
            Self::Files(files, _) => files.written(),
            _ => Written::default(),
        }
    }
}

/// Whether objects of a kind are policies, or belong to policies.
fn is_policy(kind: &Kind) -> bool {
    let api_version = match kind.group.as_str() {
        "" => kind.version.clone(),
        group => format!("{group}/{}", kind.version),
    };
    Policies::takes(&Object::new(json!({"apiVersion": api_version, "kind": kind.kind})))
}

/// An object of the text that a cluster or a snapshot has of it.
fn read(text: &str) -> Option<Object> {
    serde_json::from_str::<Value>(text).ok().map(Object::new)
}

/// The objects of a kind, and what is to be said of those that cannot be read.
fn read_all(kind: &Kind, texts: &[impl AsRef<str>]) -> (Vec<Object>, Option<Incomplete>) {
    let objects: Vec<Object> = texts.iter().filter_map(|it| read(it.as_ref())).collect();
    let lack = (objects.len() < texts.len()).then(|| Incomplete {
        what: kind.resource(),
        why: match texts.len() - objects.len() {
            1 => "1 object is nested too deeply to be read".to_owned(),
            count => format!("{count} objects are nested too deeply to be read"),
        },
    });
    (objects, lack)
}

/// Whether policies are in an API group of which nothing could be read: `kyverno.io/v1`.
fn may_hold_policies(api_version: &str) -> bool {
    Policies::may_be_in(api_version.split('/').next().unwrap_or_default())
}
