//! The reports of ours that a cluster has.

use std::collections::{BTreeMap, HashSet};

use harden_core::kubernetes::Kind;
use harden_core::report::ReportApi;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use crate::cluster::application::MANAGER;
use crate::cluster::{Cluster, marked};
use crate::listing::{self, Reached};

/// What one report of ours is, as far as it is looked at.
#[derive(Debug)]
pub(super) struct Ours {
    pub(super) uid: String,
    pub(super) resource_version: String,
    digest: Option<String>,
    /// Whether nobody else has changed what it says.
    is_intact: bool,
    /// The object that it is about.
    pub(super) owner: Option<OwnerReference>,
}

/// Namespace, empty where there is none, and name.
pub(super) type Key = (String, String);

/// The reports of ours of a kind.
pub(super) type All = BTreeMap<Key, Ours>;

impl Ours {
    fn of(metadata: ObjectMeta) -> (Key, Self) {
        let is_intact = metadata.managed_fields.iter().flatten().any(|it| {
            let fields = it.fields_v1.as_ref().map(|it| &it.0);
            let has = |name| fields.is_some_and(|it| it.get(name).is_some());
            it.manager.as_deref() == Some(MANAGER) && has("f:results") && has("f:summary")
        });
        let annotations = metadata.annotations.unwrap_or_default();
        let ours = Self {
            uid: metadata.uid.unwrap_or_default(),
            resource_version: metadata.resource_version.unwrap_or_default(),
            digest: annotations.get(ReportApi::DIGEST).cloned(),
            is_intact,
            owner: metadata.owner_references.and_then(|it| it.into_iter().next()),
        };
        let key = (metadata.namespace.unwrap_or_default(), metadata.name.unwrap_or_default());
        (key, ours)
    }

    /// Whether it says what a report of this digest says.
    pub(super) fn says(&self, digest: &str) -> bool {
        self.is_intact && self.digest.as_deref() == Some(digest)
    }
}

/// Whether an object is marked as a report of ours.
pub(super) fn is_marked(metadata: &ObjectMeta) -> bool {
    let [key, value] = ReportApi::LABEL;
    metadata.labels.iter().flatten().any(|(name, it)| name == key && it == value)
}

/// Lists those of a kind in what was read.
///
/// # Errors
///
/// Why they are not known, in words.
pub(super) async fn list(cluster: &Cluster, kind: &Kind, reached: &Reached) -> Result<All, String> {
    let selector = ReportApi::LABEL.join("=");
    let kind = listing::Kind {
        group: kind.group.to_owned(),
        version: kind.version.to_owned(),
        kind: kind.kind.to_owned(),
        plural: kind.plural.to_owned(),
        is_namespaced: kind.namespaced,
    };
    let mut all = All::new();
    let what = (&kind, &reached.scope, selector.as_str());
    marked::list(cluster, what, |it| all.extend([Ours::of(it)])).await?;
    Ok(all)
}

/// Those about whom nothing was found any more, though there was a look at all of it.
pub(super) fn out_of_date(
    all: All,
    wanted: &HashSet<Key>,
    is_known: impl Fn(&Key, &Ours) -> bool,
) -> Vec<(Key, Ours)> {
    all.into_iter().filter(|(key, it)| !wanted.contains(key) && is_known(key, it)).collect()
}
