//! Learns roles and bindings while texts stream past.

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_yaml::{Place, Span};
use rustc_hash::FxHashMap;

use super::aggregation::aggregate;
use super::records::{BindingRecord, Holder, Mark, RoleKey, RoleRecord, RuleRecord, SubjectRecord};
use super::refusal::{self, Refused};
use super::request::ACCOUNT;
use super::words::{Word, Words, index};
use super::{Authorization, assumed};
use crate::kubernetes::{GroupKind, MinorVersion};
use crate::object::Object;
use crate::rbac::{self, GROUP, KINDS, PolicyRule, built_in};
use crate::source::{Homes, Positions, Source, folder};

/// One of these words stands in every text that there is something to learn of.
pub const WORDS: &[&str] = &["Role", "ServiceAccount", "Namespace"];

/// Where objects come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From files: what the API server would refuse grants nothing, aggregated roles are filled as their controller
    /// would fill them, and what a new cluster of this version has by itself is assumed, if one is named.
    Files(Option<MinorVersion>),
    /// From a cluster, where all is as it is stored, and nothing else is there.
    Cluster,
}

/// How objects are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where they come from.
    pub origin: Origin,
    /// The namespace of objects that name none.
    pub namespace: String,
}

/// Learns roles and bindings, and what there is of ServiceAccounts and Namespaces.
#[derive(Debug)]
pub struct Reader {
    settings: Settings,
    all: Authorization,
    places: Places,
}

/// The files of roles and bindings, by which a name means the role that is nearest.
#[derive(Debug, Default)]
pub(super) struct Places {
    homes: Homes<(bool, Box<str>, Box<str>)>,
    /// Whether files are looked at at all: a cluster has one object of a name.
    has_files: bool,
}

impl Reader {
    /// Begins to read.
    pub fn new(settings: Settings) -> Self {
        let has_files = settings.origin != Origin::Cluster;
        let places = Places { has_files, ..Places::default() };
        Self { settings, all: Authorization::default(), places }
    }

    /// Learns what a text holds.
    pub fn learn(&mut self, source: &Source<'_>) {
        let text = source.at(0);
        for document in text.documents_that_may_hold(WORDS) {
            if !document.is_readable() {
                *self.all.broken.entry(Arc::clone(&source.name)).or_default() += 1;
                continue;
            }
            for object in text.objects(&document) {
                self.learn_object(&object, &text);
            }
        }
    }

    /// Learns what an object of a text says.
    pub fn learn_object(&mut self, object: &Object<'_>, text: &dyn Positions) {
        if !KINDS.iter().any(|it| object.is_of(*it)) && !object.is_of(GroupKind::NAMESPACE) {
            return;
        }
        if object.is_removal() {
            return;
        }
        if object.is_patch() || object.clone().in_patch(false).is_patch() {
            *self.all.skipped.entry(text.name().into()).or_default() += 1;
            return;
        }
        if object.group != GROUP {
            return self.learn_place(object);
        }
        if matches!(self.settings.origin, Origin::Files(_))
            && let Some((place, why)) = refusal::find(object)
        {
            let line = self.mark(text, place).line;
            self.all.refused.push(Refused {
                kind: object.kind.to_owned(),
                namespace: self.namespace_of(object).to_owned(),
                name: object.generate_name().unwrap_or_else(|| object.name()).to_owned(),
                source: text.name().to_owned(),
                line: Some(line).filter(|it| *it > 0),
                why,
            });
            return;
        }
        if object.kind.ends_with("Role") {
            self.learn_role(object, text);
        } else {
            self.learn_binding(object, text);
        }
    }

    /// Puts all of it together.
    pub fn finish(self) -> Authorization {
        let Self { settings, mut all, mut places } = self;
        if let Origin::Files(Some(version)) = settings.origin {
            assumed::add(&mut all, version);
        }
        for (id, role) in (0..).zip(&all.roles) {
            all.by_name.entry(role.key).or_default().push(id);
        }
        places.learn(&all);
        note_doubles(&mut all);
        if settings.origin != Origin::Cluster {
            aggregate(&mut all, &places);
        }
        let given: Vec<Vec<u32>> = all.bindings.iter().map(|it| places.given(&all, it)).collect();
        for (binding, roles) in all.bindings.iter_mut().zip(given) {
            binding.roles = roles;
        }
        for (id, binding) in (0..).zip(&all.bindings) {
            for (number, subject) in (0..).zip(&binding.subjects) {
                if let Some(holder) = subject.holder {
                    all.by_holder.entry(holder).or_default().push((id, number));
                }
            }
        }
        all
    }

    /// A ServiceAccount or a Namespace.
    fn learn_place(&mut self, object: &Object<'_>) {
        if object.is_of(GroupKind::NAMESPACE) {
            self.all.namespaces.insert(object.name().into());
        } else {
            let namespace: Arc<str> = self.namespace_of(object).into();
            self.all.namespaces.insert(Arc::clone(&namespace));
            self.all.accounts.insert((namespace, object.name().into()));
        }
    }

    fn learn_role(&mut self, object: &Object<'_>, text: &dyn Positions) {
        let is_built_in = rbac::Role::read_own(object).is_none();
        let known = built_in::permissions(object);
        let is_cluster_role = object.kind == "ClusterRole";
        let key = RoleKey {
            is_cluster_role,
            namespace: self.scope(object, is_cluster_role),
            name: self.all.words.keep(&name(object)),
        };
        let id = index(self.all.roles.len());
        let aggregation = object.place.at("aggregationRule");
        let selectors = (is_cluster_role && aggregation.exists())
            .then(|| aggregation.at("clusterRoleSelectors").items().map(selector_text).collect());
        let mut rules = Vec::new();
        for (number, place) in (0..).zip(object.place.at("rules").items()) {
            rules.push(index(self.all.rules.len()));
            let mark = self.mark(text, place);
            let words = &mut self.all.words;
            let mut list = |key| words.keep_all(place.at(key).items().map(text_of));
            self.all.rules.push(RuleRecord {
                verbs: list("verbs"),
                groups: list("apiGroups"),
                resources: list("resources"),
                names: list("resourceNames"),
                urls: list("nonResourceURLs"),
                role: id,
                number,
                mark,
                is_built_in: known.is_some_and(|it| it.cover(PolicyRule { place })),
            });
        }
        let labels = object.place.at("metadata").at("labels").entries();
        let words = &mut self.all.words;
        let labels =
            labels.map(|(key, value)| (words.keep(key), words.keep(text_of(value)))).collect();
        let mark = self.mark(text, object.place);
        let role =
            RoleRecord { key, labels, selectors, rules, mark, is_assumed: false, is_built_in };
        self.all.roles.push(role);
    }

    fn learn_binding(&mut self, object: &Object<'_>, text: &dyn Positions) {
        let binding = rbac::Binding::read_own(object);
        let is_built_in = binding.is_none();
        let is_cluster_wide = object.kind == "ClusterRoleBinding";
        let namespace = self.scope(object, is_cluster_wide);
        let role = object.place.at("roleRef");
        let mut subjects = Vec::new();
        for place in object.place.at("subjects").items() {
            let mark = self.mark(text, place);
            let said = |key| text_of(place.at(key));
            let words = &mut self.all.words;
            let subject = (said("kind"), said("namespace"), said("name"));
            let is_built_in = binding.as_ref().is_some_and(|it| it.is_built_in(place));
            let subject = SubjectRecord::new(words, subject, namespace, mark);
            subjects.push(SubjectRecord { is_built_in, ..subject });
        }
        let mark = self.mark(text, object.place);
        let words = &mut self.all.words;
        self.all.bindings.push(BindingRecord {
            is_cluster_wide,
            namespace,
            name: words.keep(&name(object)),
            role_kind: words.keep(text_of(role.at("kind"))),
            role_name: words.keep(text_of(role.at("name"))),
            roles: Vec::new(),
            subjects,
            mark,
            is_assumed: false,
            is_built_in,
        });
    }

    fn scope(&mut self, object: &Object<'_>, is_cluster_wide: bool) -> Word {
        if is_cluster_wide {
            return Words::NONE;
        }
        let namespace = self.namespace_of(object).to_owned();
        self.all.namespaces.insert(namespace.as_str().into());
        self.all.words.keep(&namespace)
    }

    fn namespace_of<'o>(&'o self, object: &Object<'o>) -> &'o str {
        if object.kind.starts_with("Cluster") {
            return "";
        }
        object.namespace().unwrap_or(&self.settings.namespace)
    }

    /// Lines of what a cluster says are those of no text that anybody reads.
    fn mark(&mut self, text: &dyn Positions, place: Place<'_>) -> Mark {
        let line = match self.settings.origin {
            Origin::Files(_) => text.position(start(place.span())).line,
            Origin::Cluster => 0,
        };
        Mark { source: self.all.words.keep(text.name()), line }
    }
}

fn start(span: Span) -> u32 {
    span.start
}

/// What an object is called, with a `*` for what the API server adds.
fn name(object: &Object<'_>) -> String {
    object.generate_name().map_or_else(|| object.name().to_owned(), |it| format!("{it}*"))
}

/// A text; Go takes a null for an empty one.
fn text_of(place: Place<'_>) -> &str {
    place.as_str().unwrap_or("")
}

/// A LabelSelector as JSON, which is kept until all roles are known.
fn selector_text(place: Place<'_>) -> String {
    let labels = place.at("matchLabels").entries();
    let labels: BTreeMap<_, _> = labels.map(|(key, value)| (key, text_of(value))).collect();
    let expressions = place.at("matchExpressions").items().map(|it| {
        let values: Vec<_> = it.at("values").items().map(text_of).collect();
        let operator = text_of(it.at("operator"));
        serde_json::json!({"key": text_of(it.at("key")), "operator": operator, "values": values})
    });
    let expressions: Vec<_> = expressions.collect();
    serde_json::json!({"matchLabels": labels, "matchExpressions": expressions}).to_string()
}

impl SubjectRecord {
    /// A subject by kind, namespace and name, of a binding in a namespace.
    pub(super) fn new(
        words: &mut Words,
        (kind, namespace, name): (&str, &str, &str),
        of_binding: Word,
        mark: Mark,
    ) -> Self {
        let own = match (kind, namespace) {
            ("ServiceAccount", "") => of_binding,
            ("ServiceAccount", own) => words.keep(own),
            _ => Words::NONE,
        };
        let holder = match kind {
            "User" => Some(Holder::User(words.keep(name))),
            "Group" => Some(Holder::Group(words.keep(name))),
            "ServiceAccount" if own != Words::NONE => {
                let login = format!("{ACCOUNT}{}:{name}", words.text(own));
                Some(Holder::User(words.keep(&login)))
            }
            _ => None,
        };
        let (kind, name) = (words.keep(kind), words.keep(name));
        Self { kind, namespace: own, name, holder, is_built_in: false, mark }
    }
}

impl Places {
    /// Learns where the roles are that were read.
    fn learn(&mut self, all: &Authorization) {
        if !self.has_files {
            return;
        }
        for role in all.roles.iter().filter(|it| !it.is_assumed) {
            self.homes.learn(name_of(all, role.key), all.words.text(role.mark.source));
        }
    }

    /// Whether a role is among the nearest of its name, seen from another. What Kubernetes makes is there, too.
    pub(super) fn is_near(&self, all: &Authorization, role: u32, from: u32) -> bool {
        let at = |id: u32| usize::try_from(id).ok().and_then(|it| all.roles.get(it));
        let (Some(role), Some(from)) = (at(role), at(from)) else { return false };
        self.is_near_to(all, role, all.words.text(from.mark.source))
    }

    fn is_near_to(&self, all: &Authorization, role: &RoleRecord, file: &str) -> bool {
        let others = all.by_name.get(&role.key).map_or(0, Vec::len);
        if role.is_assumed || !self.has_files || others < 2 {
            return true;
        }
        let homes = self.homes.around(&name_of(all, role.key), file);
        homes.contains(folder(all.words.text(role.mark.source)))
    }

    /// The roles that a binding gives.
    fn given(&self, all: &Authorization, binding: &BindingRecord) -> Vec<u32> {
        let kind = all.words.text(binding.role_kind);
        let is_cluster_role = kind == "ClusterRole";
        let namespace = if is_cluster_role { Words::NONE } else { binding.namespace };
        let key = RoleKey { is_cluster_role, namespace, name: binding.role_name };
        let is_of_kind = is_cluster_role || kind == "Role" && namespace != Words::NONE;
        let known = all.by_name.get(&key).filter(|_| is_of_kind).into_iter().flatten();
        let file = all.words.text(binding.mark.source);
        let is_near = |id: &&u32| {
            let role = usize::try_from(**id).ok().and_then(|it| all.roles.get(it));
            role.is_some_and(|it| self.is_near_to(all, it, file))
        };
        let near: Vec<u32> = known.filter(is_near).copied().collect();
        // Of several that a cluster answered with, the last is how it is now.
        let skipped = if self.has_files { 0 } else { near.len().saturating_sub(1) };
        near.into_iter().skip(skipped).collect()
    }
}

fn name_of(all: &Authorization, key: RoleKey) -> (bool, Box<str>, Box<str>) {
    let text = |it| all.words.text(it).into();
    (key.is_cluster_role, text(key.namespace), text(key.name))
}

/// Names what more than one object is called alike, Kubernetes' own left out.
fn note_doubles(all: &mut Authorization) {
    let mut doubles = Vec::new();
    let mut counts: FxHashMap<(bool, Word, Word), usize> = FxHashMap::default();
    for binding in all.bindings.iter().filter(|it| !it.is_assumed) {
        let key = (binding.is_cluster_wide, binding.namespace, binding.name);
        let count = counts.entry(key).or_default();
        *count += 1;
        if *count == 2 {
            let kind = if binding.is_cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
            doubles.push((kind, binding.namespace, binding.name));
        }
    }
    for (key, ids) in &all.by_name {
        let read = ids.iter().filter(|id| {
            let role = usize::try_from(**id).ok().and_then(|it| all.roles.get(it));
            role.is_some_and(|it| !it.is_assumed)
        });
        if read.count() > 1 {
            let kind = if key.is_cluster_role { "ClusterRole" } else { "Role" };
            doubles.push((kind, key.namespace, key.name));
        }
    }
    for (kind, namespace, name) in doubles {
        let (namespace, name) = (all.words.text(namespace), all.words.text(name));
        let name = if namespace.is_empty() { name.into() } else { format!("{namespace}/{name}") };
        all.doubles.insert(format!("{kind} {name}"));
    }
}
