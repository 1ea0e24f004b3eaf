//! Roles, rules and bindings to look at.

use std::fmt;

use super::matching::{Asked, Miss};
use super::records::{BindingRecord, Holder, Mark, RoleRecord, RuleRecord, SubjectRecord};
use super::words::List;
use super::{Authorization, Request, Scope};
use crate::source::Spot;

/// A Role or ClusterRole.
#[derive(Debug, Clone, Copy)]
pub struct Role<'a> {
    pub(super) of: &'a Authorization,
    pub(super) id: u32,
}

/// One entry of the rules of a role.
#[derive(Debug, Clone, Copy)]
pub struct Rule<'a> {
    pub(super) of: &'a Authorization,
    pub(super) id: u32,
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'a> {
    pub(super) of: &'a Authorization,
    pub(super) id: u32,
}

/// Somebody whom a binding gives its role. Its words are kind and name, as in `ServiceAccount team-a/web`.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub(super) of: &'a Authorization,
    pub(super) binding: u32,
    pub(super) index: u32,
}

/// What gives somebody a right.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// The binding.
    pub binding: Binding<'a>,
    /// The subject of the binding who gets it.
    pub subject: Subject<'a>,
    /// The role that is bound.
    pub role: Role<'a>,
    /// The rule of it, which may be written in a role that it aggregates: [`Rule::role`].
    pub rule: Rule<'a>,
}

/// The record of a number, which is always there.
fn at<T>(all: &[T], id: u32) -> Option<&T> {
    usize::try_from(id).ok().and_then(|it| all.get(it))
}

impl<'a> Role<'a> {
    fn record(self) -> Option<&'a RoleRecord> {
        at(&self.of.roles, self.id)
    }

    /// Its number among all roles.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Whether it is outside of namespaces.
    pub fn is_cluster_role(self) -> bool {
        self.record().is_some_and(|it| it.key.is_cluster_role)
    }

    /// `ClusterRole` or `Role`.
    pub fn kind(self) -> &'static str {
        if self.is_cluster_role() { "ClusterRole" } else { "Role" }
    }

    /// Its namespace; empty for a ClusterRole.
    pub fn namespace(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.key.namespace))
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.key.name))
    }

    /// Its labels.
    pub fn labels(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let words = &self.of.words;
        let labels = self.record().map_or(&[][..], |it| &it.labels);
        labels.iter().map(|(key, value)| (words.text(*key), words.text(*value)))
    }

    /// What it allows: its own rules, or those that it aggregates.
    pub fn rules(self) -> impl Iterator<Item = Rule<'a>> {
        let rules = self.record().map_or(&[][..], |it| &it.rules);
        rules.iter().map(move |id| Rule { of: self.of, id: *id })
    }

    /// Whether a controller fills it with the rules of others.
    pub fn is_aggregated(self) -> bool {
        self.record().is_some_and(|it| it.selectors.is_some())
    }

    /// Whether it was not read, but a new cluster has it.
    pub fn is_assumed(self) -> bool {
        self.record().is_some_and(|it| it.is_assumed)
    }

    /// Whether Kubernetes or kubeadm makes just this role: it allows nothing beyond.
    pub fn is_built_in(self) -> bool {
        self.record().is_some_and(|it| it.is_built_in)
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record().map_or(NOWHERE, |it| self.of.spot(it.mark))
    }

    /// The bindings that give it.
    pub fn bindings(self) -> impl Iterator<Item = Binding<'a>> {
        self.of.bindings().filter(move |it| it.roles().any(|role| role.id == self.id))
    }
}

impl<'a> Rule<'a> {
    fn record(self) -> Option<&'a RuleRecord> {
        at(&self.of.rules, self.id)
    }

    fn texts(self, list: impl Fn(&RuleRecord) -> List) -> impl Iterator<Item = &'a str> + Clone {
        let list = self.record().map(list);
        list.into_iter().flat_map(|it| self.of.words.texts(it))
    }

    /// Its number among all rules.
    pub fn id(self) -> u32 {
        self.id
    }

    /// The verbs.
    pub fn verbs(self) -> impl Iterator<Item = &'a str> + Clone {
        self.texts(|it| it.verbs)
    }

    /// The API groups; the core group is empty.
    pub fn groups(self) -> impl Iterator<Item = &'a str> + Clone {
        self.texts(|it| it.groups)
    }

    /// The resources, as `pods` and `pods/exec`.
    pub fn resources(self) -> impl Iterator<Item = &'a str> + Clone {
        self.texts(|it| it.resources)
    }

    /// The names of the only objects that are meant; none for all.
    pub fn names(self) -> impl Iterator<Item = &'a str> + Clone {
        self.texts(|it| it.names)
    }

    /// The paths that are no objects.
    pub fn urls(self) -> impl Iterator<Item = &'a str> + Clone {
        self.texts(|it| it.urls)
    }

    /// The role that it is written in.
    pub fn role(self) -> Role<'a> {
        Role { of: self.of, id: self.record().map_or(u32::MAX, |it| it.role) }
    }

    /// Which of the rules that are written there it is, from zero.
    pub fn number(self) -> u32 {
        self.record().map_or(0, |it| it.number)
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record().map_or(NOWHERE, |it| self.of.spot(it.mark))
    }

    /// Whether Kubernetes or kubeadm gives the role that it is written in as much.
    pub fn is_built_in(self) -> bool {
        self.record().is_some_and(|it| it.is_built_in)
    }

    /// Whether it allows a request, wherever it is bound.
    pub fn allows(self, request: &Request) -> bool {
        self.is_allowed(&Asked::of(request, &self.of.words))
    }

    /// What of it does not fit a request, wherever it is bound; nothing where it allows it.
    pub fn misses(self, request: &Request) -> Vec<Miss> {
        let asked = Asked::of(request, &self.of.words);
        self.record().map_or_else(Vec::new, |it| asked.misses(it, &self.of.words))
    }

    pub(super) fn is_allowed(self, asked: &Asked) -> bool {
        self.record().is_some_and(|it| asked.is_allowed(it, &self.of.words))
    }
}

impl<'a> Binding<'a> {
    fn record(self) -> Option<&'a BindingRecord> {
        at(&self.of.bindings, self.id)
    }

    /// Its number among all bindings.
    pub fn id(self) -> u32 {
        self.id
    }

    /// Whether it gives its role in the whole cluster, and outside of namespaces.
    pub fn is_cluster_wide(self) -> bool {
        self.record().is_some_and(|it| it.is_cluster_wide)
    }

    /// `ClusterRoleBinding` or `RoleBinding`.
    pub fn kind(self) -> &'static str {
        if self.is_cluster_wide() { "ClusterRoleBinding" } else { "RoleBinding" }
    }

    /// Its namespace, where it gives the role; empty for the whole cluster.
    pub fn namespace(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.namespace))
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.name))
    }

    /// Kind and name of the role that it gives.
    pub fn role_ref(self) -> (&'a str, &'a str) {
        let words = &self.of.words;
        self.record().map_or(("", ""), |it| (words.text(it.role_kind), words.text(it.role_name)))
    }

    /// The roles of this kind and name; none where there is no such role.
    pub fn roles(self) -> impl Iterator<Item = Role<'a>> {
        let roles = self.record().map_or(&[][..], |it| &it.roles);
        roles.iter().map(move |id| Role { of: self.of, id: *id })
    }

    /// Those whom it gives its role.
    pub fn subjects(self) -> impl Iterator<Item = Subject<'a>> {
        let count = self.record().map_or(0, |it| super::words::index(it.subjects.len()));
        (0..count).map(move |index| Subject { of: self.of, binding: self.id, index })
    }

    /// Whether it was not read, but a new cluster has it.
    pub fn is_assumed(self) -> bool {
        self.record().is_some_and(|it| it.is_assumed)
    }

    /// Whether Kubernetes or kubeadm makes just this binding: this role, and these subjects or fewer.
    pub fn is_built_in(self) -> bool {
        self.record().is_some_and(|it| it.is_built_in)
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record().map_or(NOWHERE, |it| self.of.spot(it.mark))
    }

    /// Whether what it gives counts where a request is for.
    pub fn holds_for(self, request: &Request) -> bool {
        if self.is_cluster_wide() {
            return true;
        }
        match request {
            Request::Url { .. } => false,
            Request::Resource(it) => match &it.scope {
                Scope::Anywhere => true,
                Scope::Cluster => false,
                Scope::Namespace(name) => !name.is_empty() && self.namespace() == name,
            },
        }
    }
}

impl<'a> Subject<'a> {
    fn record(self) -> Option<&'a SubjectRecord> {
        at(&self.of.bindings, self.binding).and_then(|it| at(&it.subjects, self.index))
    }

    /// `User`, `Group` or `ServiceAccount`; something else gets nothing.
    pub fn kind(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.kind))
    }

    /// The namespace of a ServiceAccount; empty for others.
    pub fn namespace(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.namespace))
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        self.record().map_or("", |it| self.of.words.text(it.name))
    }

    /// Which of the subjects of its binding it is, from zero.
    pub fn number(self) -> u32 {
        self.index
    }

    /// Whether Kubernetes or kubeadm names it in this binding, whomever else the binding names.
    pub fn is_built_in(self) -> bool {
        let binding = at(&self.of.bindings, self.binding);
        binding.is_some_and(|it| it.is_built_in) || self.record().is_some_and(|it| it.is_built_in)
    }

    /// Whether a request can come from it.
    pub fn is_somebody(self) -> bool {
        self.record().is_some_and(|it| it.holder.is_some())
    }

    /// Whether it is a group, whose members are not known.
    pub fn is_group(self) -> bool {
        self.record().is_some_and(|it| matches!(it.holder, Some(Holder::Group(_))))
    }

    /// What the API server calls whoever it is: the name of a user or of a group,
    /// `system:serviceaccount:team:web` for a ServiceAccount.
    pub fn login(self) -> &'a str {
        let words = &self.of.words;
        match self.record().and_then(|it| it.holder) {
            Some(Holder::User(it) | Holder::Group(it)) => words.text(it),
            None => "",
        }
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record().map_or(NOWHERE, |it| self.of.spot(it.mark))
    }
}

const NOWHERE: Spot<'static> = Spot { source: "", line: None };

impl Authorization {
    fn spot(&self, mark: Mark) -> Spot<'_> {
        let line = Some(mark.line).filter(|it| *it > 0);
        Spot { source: self.words.text(mark.source), line }
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, self.kind(), self.namespace(), self.name())
    }
}

impl fmt::Display for Role<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, self.kind(), self.namespace(), self.name())
    }
}

impl fmt::Display for Binding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_named(f, self.kind(), self.namespace(), self.name())
    }
}

fn write_named(f: &mut fmt::Formatter<'_>, kind: &str, namespace: &str, name: &str) -> fmt::Result {
    match namespace {
        "" => write!(f, "{kind} {name}"),
        namespace => write!(f, "{kind} {namespace}/{name}"),
    }
}
