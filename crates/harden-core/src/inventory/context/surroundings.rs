//! What is said for the objects of one source.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use harden_yaml::Place;

use super::definitions::Definition;
use super::standards::Enforced;
use super::{Admitted, Context, Limits};
use crate::kubernetes::{MinorVersion, Quantity};
use crate::object::Object;
use crate::schema::{self, Crds, Flaw, FlawKind};

/// What the objects near a source say for those in it.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'c> {
    context: &'c Context,
    source: &'c str,
}

impl<'c> Surroundings<'c> {
    pub(super) fn new(context: &'c Context, source: &'c str) -> Self {
        Self { context, source }
    }

    /// What pods are held to that are written for this namespace, or for none, if a Namespace is known.
    pub fn enforced(self, namespace: &str) -> Option<&'c Enforced> {
        let namespace = self.namespace(namespace);
        if namespace.is_empty() {
            None
        } else {
            self.context.standards.find(namespace, self.source)
        }
    }

    /// What LimitRanges give to containers of this namespace, and what they admit.
    pub fn limits(self, namespace: &str) -> Option<Cow<'c, Limits>> {
        self.context.limit_ranges.together(self.namespace(namespace), self.source)
    }

    /// What ResourceQuotas admit to this namespace; all of it holds.
    pub fn quotas(self, namespace: &str) -> impl Iterator<Item = &'c Admitted> {
        self.context.quotas.find(self.namespace(namespace), self.source)
    }

    /// Whether containers of this namespace that set no such bound (`limits`, `requests`) on a
    /// resource get one; 0 is none.
    pub fn fills_in(self, namespace: &str, bound: &'static str, resource: &str) -> bool {
        if self.context.limit_ranges.is_empty() {
            return false;
        }
        let limits = self.limits(namespace);
        let bounds = limits.as_ref().and_then(|it| it.container.get(resource));
        let given = bounds.and_then(|it| match bound {
            "limits" => it.default.as_ref(),
            _ => it.default_request.as_ref(),
        });
        given.is_some_and(|it| *it > Quantity::zero())
    }

    /// The definitions of a custom kind: none where it is not known, several where they are equally near.
    pub fn definitions(self, group: &str, kind: &str) -> &'c [Arc<Definition>] {
        self.context.definitions.find(group, kind, self.source)
    }

    /// Whether a schema says what fields an object may have, or it is no object for an API server.
    pub fn describes(self, object: &Object<'_>) -> bool {
        let is_of_server = object.group.contains('.') && !is_file(object.group);
        !is_of_server
            || !schema::is_custom(object)
            || !self.definitions(object.group, object.kind).is_empty()
    }

    /// Whether a definition holds an object to rules in CEL, which are not judged here.
    pub fn has_rules(self, object: &Object<'_>) -> bool {
        self.definitions(object.group, object.kind).iter().any(|it| it.crds.has_rules(object))
    }

    /// The folders of the kustomizations that lay the objects of the source over others; none if they are no
    /// patches.
    pub fn patched_by(self) -> Option<&'c BTreeSet<String>> {
        self.context.kustomizations.patched_by(self.source)
    }

    /// Whether kustomize may give the objects of the source another namespace, and its Namespaces another name.
    pub fn may_move(self) -> bool {
        self.context.kustomizations.may_move(self.source)
    }

    /// Whether kustomizations change what a place of an object of the source says, or does not say, however it
    /// is built.
    pub fn change(self, object: &Object<'_>, place: Place<'_>) -> bool {
        self.context.kustomizations.change(self.source, object, place)
    }

    /// The labels that kustomizations give the pods of the source.
    pub fn pod_labels(self) -> impl Iterator<Item = (&'c str, &'c str)> {
        self.context.kustomizations.pod_labels(self.source)
    }

    /// The namespace that an object ends up in which is written for this one.
    fn namespace<'n>(self, written: &'n str) -> &'n str
    where
        'c: 'n,
    {
        self.context.kustomizations.namespace(self.source).unwrap_or(written)
    }

    /// What the API server would reject or drop of an object: of a patch only what it says.
    pub fn flaws<'d>(self, object: &Object<'d>, version: MinorVersion) -> Vec<Flaw<'d>> {
        let mut flaws = self.all_flaws(object, version);
        if object.is_patch() {
            let is_directive = |it: &Flaw<'_>| it.place.key().is_some_and(|it| it.starts_with('$'));
            flaws.retain(|it| it.kind != FlawKind::MissingField && !is_directive(it));
        }
        flaws
    }

    /// What the API server would reject or drop of an object. Where several definitions of its kind are
    /// equally near, what only some of them reject says which.
    fn all_flaws<'d>(self, object: &Object<'d>, version: MinorVersion) -> Vec<Flaw<'d>> {
        let (first, others) = match self.definitions(object.group, object.kind) {
            [] => return schema::check(object, version, &Crds::default()),
            [only] => return schema::check(object, version, &only.crds),
            [first, others @ ..] => (first, others),
        };
        let mut flaws: Vec<(Flaw<'d>, Vec<&str>)> = Vec::new();
        for definition in [first].into_iter().chain(others) {
            for flaw in schema::check(object, version, &definition.crds) {
                let is_same = |it: &Flaw<'d>| {
                    it.kind == flaw.kind
                        && it.message == flaw.message
                        && it.place.span() == flaw.place.span()
                };
                match flaws.iter_mut().find(|(it, _)| is_same(it)) {
                    Some((_, files)) => files.push(&definition.file),
                    None => flaws.push((flaw, vec![&definition.file])),
                }
            }
        }
        let count = others.len() + 1;
        let said = flaws.into_iter().map(|(mut flaw, files)| {
            if files.len() < count {
                let (message, files) = (&flaw.message, files.join(", "));
                flaw.message = format!("{message} by the definition in {files}, of {count}");
            }
            flaw
        });
        said.collect()
    }
}

/// Whether objects of this group are files that programs read, and no API server.
fn is_file(group: &str) -> bool {
    const GROUPS: [&str; 4] =
        ["audit.k8s.io", "client.authentication.k8s.io", "kind.x-k8s.io", "kubeadm.k8s.io"];
    group.ends_with("config.k8s.io") || GROUPS.contains(&group)
}
