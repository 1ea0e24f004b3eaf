//! What is known of the input: its objects by kind and namespace, what holds for others, and what
//! was not seen.
//!
//! Rules name the kinds that they read ([`Wanted`]). From that follows which objects are kept, which
//! rules cannot run where a kind was not readable, and what must be judged again after an edit.

mod context;
mod demand;
mod extent;
mod pod;
mod several;

pub use context::{
    Admitted, Bound, Bounds, Context, Definition, Enforced, Limits, QuotaGroup, Scope, Surroundings,
};
pub use demand::Demand;
pub use extent::{Extent, Extents};
pub use pod::PodSummary;
pub use several::Several;

use std::collections::{BTreeMap, BTreeSet};

use crate::kubernetes::GroupKind;
use crate::object::Object;

/// The kinds whose objects are kept until all were seen.
#[derive(Debug, Clone, Default)]
pub struct Wanted(Vec<GroupKind>);

impl Wanted {
    /// Whether objects of this kind are kept.
    pub fn holds(&self, object: &Object<'_>) -> bool {
        self.0.iter().any(|it| object.is_of(*it))
    }

    /// The kinds, in order.
    pub fn kinds(&self) -> impl Iterator<Item = GroupKind> {
        self.0.iter().copied()
    }
}

impl FromIterator<GroupKind> for Wanted {
    fn from_iter<T: IntoIterator<Item = GroupKind>>(kinds: T) -> Self {
        let kinds: BTreeSet<_> = kinds.into_iter().collect();
        Self(kinds.into_iter().collect())
    }
}

/// The objects of the input that rules over all of them read, and its pods.
#[derive(Debug)]
pub struct Inventory<'d> {
    objects: BTreeMap<GroupKind, Vec<Object<'d>>>,
    pods: Vec<&'d PodSummary>,
    /// What the sources are called.
    files: Vec<&'d str>,
}

impl<'d> Inventory<'d> {
    /// Keeps the objects whose kinds are wanted. They are in the order of their namespaces and names, so
    /// that nothing that is said of them depends on the order of the input.
    pub fn new(
        wanted: &Wanted,
        objects: impl IntoIterator<Item = Object<'d>>,
        pods: Vec<&'d PodSummary>,
        files: Vec<&'d str>,
    ) -> Self {
        let mut by_kind: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for object in objects {
            if let Some(kind) = wanted.kinds().find(|it| object.is_of(*it)) {
                by_kind.entry(kind).or_default().push(object);
            }
        }
        for objects in by_kind.values_mut() {
            objects.sort_by(|a, b| {
                let key = |it: &Object<'d>| (it.namespace(), it.name(), it.place.source());
                key(a).cmp(&key(b))
            });
        }
        Self { objects: by_kind, pods, files }
    }

    /// What the source of an object is called.
    pub fn file(&self, object: &Object<'d>) -> &'d str {
        self.files.get(object.source).copied().unwrap_or_default()
    }

    /// The objects of one kind.
    pub fn of_kind(&self, kind: GroupKind) -> &[Object<'d>] {
        self.objects.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The objects of all kinds, kind by kind.
    pub fn objects(&self) -> impl Iterator<Item = &Object<'d>> {
        self.objects.values().flatten()
    }

    /// Every pod and pod template, in the order of the input.
    pub fn pods(&self) -> &[&'d PodSummary] {
        &self.pods
    }

    /// The pods and pod templates by their namespaces, as they are written; in the order of their names.
    pub fn pods_by_namespace(&self) -> BTreeMap<&'d str, Vec<&'d PodSummary>> {
        let mut namespaces: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for pod in &self.pods {
            namespaces.entry(pod.object.namespace.as_str()).or_default().push(*pod);
        }
        for pods in namespaces.values_mut() {
            pods.sort_by(|a, b| (&a.object, &a.labels).cmp(&(&b.object, &b.labels)));
        }
        namespaces
    }
}
