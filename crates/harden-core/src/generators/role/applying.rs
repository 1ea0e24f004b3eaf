//! What it takes to apply manifests.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::{Lines, documents};

use super::demands;
use super::evidence::Evidence;
use super::right::{Right, Rights, Use, printable};
use crate::kubernetes::resources;
use crate::object::{Object, objects};
use crate::rbac::GROUP;

/// What it takes to apply manifests.
#[derive(Debug, Default)]
pub(super) struct Applying {
    pub(super) rights: Rights,
    /// Objects of kinds whose resource is not known, so that no right to them is given.
    pub(super) unknown: Vec<String>,
    /// The namespaces that are among the objects.
    pub(super) made: BTreeSet<String>,
    /// Whether some object says no namespace, and nobody else does.
    pub(super) is_in_default: bool,
    /// Whether Helm says that it keeps them.
    pub(super) is_of_helm: bool,
    objects: usize,
}

/// A kind that a CustomResourceDefinition defines.
struct Custom {
    plural: String,
    is_namespaced: bool,
}

type Customs = BTreeMap<(String, String), Custom>;

/// A role by its kind, namespace and name.
type Roles = BTreeSet<(String, String, String)>;

/// What is wanted of the objects.
pub(super) struct Wanted<'o> {
    /// Where objects are that do not say it.
    pub(super) namespace: Option<&'o str>,
    /// Whether they are deleted again.
    pub(super) deletes: bool,
}

impl Applying {
    /// What it takes to apply `manifests`; definitions may also be in `others`.
    pub(super) fn of(
        manifests: &[(String, String)],
        others: &[(String, String)],
        wanted: &Wanted<'_>,
    ) -> Self {
        let mut customs = Customs::new();
        let mut roles = Roles::new();
        each(manifests.iter().chain(others), |object, _| define(object, &mut customs));
        each(manifests.iter(), |object, _| {
            if object.group == GROUP && !object.place.at("aggregationRule").exists() {
                roles.insert(key(object, wanted));
            }
        });
        let mut this = Self::default();
        each(manifests.iter(), |object, place| this.add(object, place, wanted, &customs, &roles));
        this
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects == 0
    }

    fn add(
        &mut self,
        object: &Object<'_>,
        place: &str,
        wanted: &Wanted<'_>,
        customs: &Customs,
        roles: &Roles,
    ) {
        // What a tool reads itself, as kustomizations, gets to no API server.
        if !object.is_complete() || object.group == "kustomize.config.k8s.io" {
            return;
        }
        self.objects += 1;
        let managed = object.place.follow("metadata.labels").at("app.kubernetes.io/managed-by");
        self.is_of_helm |= managed.as_str() == Some("Helm");
        let kind = (object.group.to_owned(), object.kind.to_owned());
        let built_in = || {
            let plural = resources::of_kind(object.group, object.kind)?;
            let is_outside = resources::is_cluster_wide(object.group, plural)
                || (object.group, plural) == ("", "namespaces");
            Some((plural, !is_outside))
        };
        let custom = customs.get(&kind).map(|it| (it.plural.as_str(), it.is_namespaced));
        let Some((plural, is_namespaced)) = custom.or_else(built_in) else {
            self.unknown.push(format!("{} ({place})", printable(&title(object))));
            return;
        };
        if (object.group, plural) == ("", "namespaces") {
            self.made.insert(object.name().to_owned());
        }
        self.is_in_default |=
            is_namespaced && object.namespace().is_none() && wanted.namespace.is_none();
        let namespace = if is_namespaced { home(object, wanted) } else { String::new() };
        let name = Some(object.name()).filter(|it| !it.is_empty());
        let evidence = Evidence::Said(format!("For {} ({place}).", title(object)));
        let mut add = |verb: &str, name: Option<&str>| {
            let right = Right::new(&namespace, object.group, plural, verb);
            self.rights.add(right, Use::of(name, evidence.clone()));
        };
        add("create", None);
        if name.is_some() {
            add("get", name);
            add("patch", name);
            if wanted.deletes {
                add("delete", name);
            }
        }
        if object.group == GROUP {
            self.add_demands(object, plural, &namespace, &evidence, wanted, roles);
        }
    }

    fn add_demands(
        &mut self,
        object: &Object<'_>,
        plural: &str,
        namespace: &str,
        evidence: &Evidence,
        wanted: &Wanted<'_>,
        roles: &Roles,
    ) {
        let role = object.place.at("roleRef");
        let text = |key| role.at(key).as_str().unwrap_or_default().to_owned();
        let of = if text("kind") == "Role" { home(object, wanted) } else { String::new() };
        // Whoever writes a role holds what it grants, and may bind it then.
        if role.exists() && roles.contains(&(text("kind"), of, text("name"))) {
            return;
        }
        for (right, name, why) in demands::of_object(object.place, plural, namespace, object.name())
        {
            let how = Use::of(name.as_deref(), evidence.clone()).because(why);
            self.rights.add(right, how);
        }
    }
}

/// Calls `look` for every object, with the file and the line that it begins in.
fn each<'t>(
    texts: impl Iterator<Item = &'t (String, String)>,
    mut look: impl FnMut(&Object<'_>, &str),
) {
    for (file, text) in texts {
        let lines = Lines::new(text);
        for document in documents(text) {
            for object in objects(document.root()) {
                let line = lines.position(object.place.span().start).line;
                look(&object, &format!("{file}:{line}"));
            }
        }
    }
}

fn define(object: &Object<'_>, customs: &mut Customs) {
    if !object.is("apiextensions.k8s.io", "CustomResourceDefinition") {
        return;
    }
    let spec = object.place.at("spec");
    let text = |keys| spec.follow(keys).as_str().unwrap_or_default().to_owned();
    let (group, kind, plural) = (text("group"), text("names.kind"), text("names.plural"));
    if !kind.is_empty() && !plural.is_empty() {
        let is_namespaced = text("scope") == "Namespaced";
        customs.insert((group, kind), Custom { plural, is_namespaced });
    }
}

fn key(object: &Object<'_>, wanted: &Wanted<'_>) -> (String, String, String) {
    let namespace = if object.kind == "Role" { home(object, wanted) } else { String::new() };
    (object.kind.to_owned(), namespace, object.name().to_owned())
}

fn home(object: &Object<'_>, wanted: &Wanted<'_>) -> String {
    object.namespace().or(wanted.namespace).unwrap_or("default").to_owned()
}

/// `Deployment team-a/web`, as people name an object.
fn title(object: &Object<'_>) -> String {
    let name = object.generate_name().unwrap_or_else(|| object.name());
    match object.namespace() {
        Some(namespace) => format!("{} {namespace}/{name}", object.kind),
        None => format!("{} {name}", object.kind),
    }
}
