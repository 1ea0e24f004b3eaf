//! One such report: what it is called, whose it is, and how much of what was found fits into it.

use std::hash::Hasher as _;

use fnv::FnvHasher;
use serde_json::{Map, Value, json};

use super::super::{View, fingerprints};
use super::result::Entry;
use super::{ReportApi, Subject};
use crate::finding::ObjectReference;
use crate::kubernetes::GroupKind;
use crate::manifest::Manifest;

/// So many results are in a report at most.
pub(super) const MOST: usize = 500;
/// So many bytes of JSON are the results of a report at most: etcd takes 1.5 MB, and some are for what is around them.
pub(super) const ROOM: usize = 1_000_000;
/// A result takes so many bytes for its time and what is between it and the next.
pub(super) const BETWEEN: usize = 64;

/// Built-in kinds that live in no namespace.
const CLUSTER_WIDE: [&str; 20] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// Where a report belongs.
#[derive(Debug)]
pub(super) struct Place<'a> {
    name: String,
    /// Its namespace, empty for the current one; none where it is in none.
    namespace: Option<&'a str>,
    /// The object of a cluster with which it goes.
    owner: Option<&'a ObjectReference>,
    scope: Option<Value>,
}

/// The results of a report, and what is said of all that were to be in it.
#[derive(Default)]
pub(super) struct Results {
    kept: Vec<Value>,
    /// How many there are of each sort, left out or not.
    pub(super) failed: usize,
    pub(super) skipped: usize,
    errors: usize,
    /// How many there was no room for.
    left_out: usize,
    /// The kinds of results that are in it.
    with_skipped: bool,
    used: usize,
    digest: FnvHasher,
}

impl<'a> Place<'a> {
    pub(super) fn of(subject: Subject<'a>, view: &View<'a>) -> Self {
        match subject {
            Subject::Object(object) => Self::of_object(object, view.cluster.is_some()),
            Subject::Source(name) => {
                Self { name: hashed(&[name]), namespace: view.namespace, owner: None, scope: None }
            }
        }
    }

    /// That of what is said of a whole run.
    pub(super) fn of_run(rule: &str, view: &View<'a>) -> Self {
        let name = format!("kubectl-harden-{rule}");
        Self { name, namespace: view.namespace, owner: None, scope: None }
    }

    fn of_object(object: &'a ObjectReference, is_of_cluster: bool) -> Self {
        let group = object.api_version.rsplit_once('/').map_or("", |(group, _)| group);
        let owner = is_of_cluster.then_some(object).filter(|it| is_name(&it.uid));
        // Kyverno calls its reports by the UID alone.
        let name = owner.map_or_else(
            || hashed(&[group, &object.kind, &object.namespace, &object.name]),
            |it| ReportApi::name(&it.uid),
        );
        let namespace = if is_of_cluster {
            match object.namespace.as_str() {
                // What is said of a namespace is said to those who look into it.
                "" if GroupKind::NAMESPACE.is(group, &object.kind) => Some(object.name.as_str()),
                "" => None,
                namespace => Some(namespace),
            }
        } else if CLUSTER_WIDE.contains(&object.kind.as_str()) {
            None
        } else {
            // Without one, `kubectl apply` puts the report where it puts the object: the current one.
            Some(object.namespace.as_str())
        };
        let mut scope =
            json!({"apiVersion": object.api_version, "kind": object.kind, "name": object.name});
        if !object.namespace.is_empty() {
            insert(&mut scope, "namespace", json!(object.namespace));
        }
        Self { name, namespace, owner, scope: Some(scope) }
    }

    /// The report of these results.
    pub(super) fn report(self, api: ReportApi, view: &View<'_>, results: Results) -> Manifest {
        let Self { name, namespace, owner, scope } = self;
        let [inside, outside] = api.kinds();
        let kind = if namespace.is_some() { inside } else { outside };
        let namespace = namespace.filter(|it| !it.is_empty());
        let mut body = Map::new();
        let mut add = |key: &str, value: Value| body.insert(key.to_owned(), value);
        if api == ReportApi::Open {
            add("source", json!("kubectl-harden"));
        }
        if view.cluster.is_some() && api == ReportApi::Open && owner.is_some() {
            let statuses: &[&str] =
                if results.with_skipped { &["fail", "skip"] } else { &["fail"] };
            add("configuration", json!({"limits": {"maxResults": MOST, "statusFilter": statuses}}));
        }
        let mut digest = results.digest;
        if let Some(scope) = scope {
            digest.write(scope.to_string().as_bytes());
            add("scope", scope);
        }
        let summary = json!({
            "pass": 0,
            "fail": results.failed,
            "warn": 0,
            "error": results.errors,
            "skip": results.skipped,
        });
        digest.write(summary.to_string().as_bytes());
        digest.write(results.left_out.to_string().as_bytes());
        add("summary", summary);
        add("results", Value::Array(results.kept));
        let mut manifest = Manifest::new(kind, namespace, &name, "", body.into());
        let mut annotations = Map::new();
        if view.cluster.is_some() {
            let digest = fingerprints::hex(digest.finish());
            annotations.insert(ReportApi::DIGEST.to_owned(), digest.into());
        }
        if results.left_out > 0 {
            annotations.insert(LEFT_OUT.to_owned(), results.left_out.to_string().into());
        }
        if let Some(metadata) = manifest.object.get_mut("metadata") {
            let [key, value] = ReportApi::LABEL;
            insert(metadata, "labels", json!({key: value}));
            if !annotations.is_empty() {
                insert(metadata, "annotations", annotations.into());
            }
            if let Some(ObjectReference { api_version, kind, name, uid, .. }) = owner {
                let owner =
                    json!({"apiVersion": api_version, "kind": kind, "name": name, "uid": uid});
                insert(metadata, "ownerReferences", json!([owner]));
            }
        }
        manifest
    }
}

/// How many results there was no room for.
pub(super) const LEFT_OUT: &str = "harden.kubectl.io/left-out";

impl Results {
    /// Takes in a result, if there is room for it.
    pub(super) fn add(&mut self, entry: Entry, seconds: Option<i64>) {
        let text = entry.text();
        let used = self.used + text.len() + BETWEEN;
        // After the first that does not fit, less severe ones are not put in its place.
        if self.left_out > 0 || self.kept.len() == MOST || used > ROOM {
            self.left_out += 1;
            return;
        }
        self.used = used;
        self.digest.write(text.as_bytes());
        self.kept.push(entry.into_value(seconds));
    }

    /// The results of findings of which so many fail, and so many are ignored.
    pub(super) fn of(failed: usize, skipped: usize, with_skipped: bool) -> Self {
        Self { failed, skipped, with_skipped, ..Self::default() }
    }

    /// What is said of a run: errors, or else what was skipped.
    pub(super) fn of_run(entries: Vec<Entry>, is_error: bool, seconds: Option<i64>) -> Self {
        let count = entries.len();
        let mut results = if is_error {
            Self { errors: count, ..Self::default() }
        } else {
            Self::of(0, count, true)
        };
        entries.into_iter().for_each(|it| results.add(it, seconds));
        results
    }
}

pub(super) fn insert(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

/// Whether the name of an object can end so.
fn is_name(uid: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-';
    (1..=64).contains(&uid.len()) && !uid.ends_with('-') && uid.bytes().all(is_part)
}

/// A report of the same object has the same name in every run.
fn hashed(parts: &[&str]) -> String {
    let mut hash = FnvHasher::default();
    for part in parts {
        hash.write(part.as_bytes());
        hash.write_u8(0);
    }
    format!("kubectl-harden-{:016x}", hash.finish())
}
