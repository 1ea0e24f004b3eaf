//! The roles and bindings that Kubernetes and kubeadm make themselves, from
//! `tests/rbac-table/README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{PolicyRule, Subject};
use crate::kubernetes::MinorVersion;
use crate::object::Object;

/// What a role of Kubernetes or kubeadm allows, in any supported version: the API server adds what a
/// version brings, and takes nothing away.
#[derive(Debug, Default)]
pub(super) struct Permissions {
    lines: Vec<Line>,
    versions: Versions,
}

/// The minor versions that make something by themselves, as ranges; `None` for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Versions(Option<Vec<(u16, u16)>>);

/// Verbs on the resources of a group, or on URLs.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) verbs: Vec<&'static str>,
    /// `core` for the core group, [`URLS`] for URLs.
    group: &'static str,
    resources: Vec<&'static str>,
    /// The names of the only objects that are meant; none for all.
    pub(super) names: Vec<&'static str>,
    versions: Versions,
}

/// Whom a binding of Kubernetes or kubeadm gives which role.
#[derive(Debug)]
pub(super) struct Holders {
    role: &'static str,
    subjects: Vec<(&'static str, Versions)>,
    versions: Versions,
}

/// A role or binding that a new cluster has, by kind, namespace and name; the namespace is empty outside of any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made<T> {
    pub(super) kind: &'static str,
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    pub(super) what: T,
}

/// The roles that a new cluster of a version has by itself.
pub(super) fn roles(version: MinorVersion) -> impl Iterator<Item = Made<&'static Permissions>> {
    let all = TABLE.roles.iter().filter(move |(_, it)| it.versions.include(version));
    all.map(|(key, what)| Made::new(key, what))
}

/// The bindings that a new cluster of a version has by itself.
pub(super) fn bindings(version: MinorVersion) -> impl Iterator<Item = Made<&'static Holders>> {
    let all = TABLE.bindings.iter().filter(move |(_, it)| it.versions.include(version));
    all.map(|(key, what)| Made::new(key, what))
}

impl<T> Made<T> {
    fn new(key: &'static str, what: T) -> Self {
        let mut words = key.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default();
        let (kind, namespace, name) = (word(), word(), word());
        Self { kind, namespace: if namespace == "-" { "" } else { namespace }, name, what }
    }
}

impl Versions {
    fn include(&self, version: MinorVersion) -> bool {
        let is_in = |(since, until): &(u16, u16)| (*since..=*until).contains(&version.0);
        self.0.as_ref().is_none_or(|ranges| ranges.iter().any(is_in))
    }

    /// Reads `28-28,30-`; `-` is none.
    fn read(text: &str) -> Self {
        let bound = |text: &str, open| if text.is_empty() { Some(open) } else { text.parse().ok() };
        let range = |it: &str| {
            let (since, until) = it.split_once('-')?;
            Some((bound(since, 0)?, bound(until, u16::MAX)?))
        };
        let ranges = text.split(',').filter(|_| text != "-");
        Self(Some(ranges.filter_map(range).collect()))
    }
}

impl Line {
    /// The API group; empty for the core group, and none for URLs.
    pub(super) fn group(&self) -> Option<&'static str> {
        match self.group {
            URLS => None,
            "core" => Some(""),
            group => Some(group),
        }
    }

    /// The resources or the URLs.
    pub(super) fn resources(&self) -> &[&'static str] {
        &self.resources
    }
}

const URLS: &str = "url";

/// By kind, namespace and name; `-` is the namespace of what is outside of namespaces.
#[derive(Debug, Default)]
struct Table {
    roles: BTreeMap<String, Permissions>,
    bindings: BTreeMap<String, Holders>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| read(include_str!("built_in/table.txt")));

/// What Kubernetes or kubeadm has a role of this kind, namespace and name allow, if it makes one.
pub(super) fn permissions(role: &Object<'_>) -> Option<&'static Permissions> {
    TABLE.roles.get(&key(role.kind, namespace(role), role.name()))
}

/// Whom Kubernetes or kubeadm has a binding of this kind, namespace and name bind, if it makes one.
pub(super) fn holders(binding: &Object<'_>) -> Option<&'static Holders> {
    TABLE.bindings.get(&key(binding.kind, namespace(binding), binding.name()))
}

/// Whether Kubernetes or kubeadm makes a ClusterRole of this name.
pub(super) fn is_cluster_role(name: &str) -> bool {
    TABLE.roles.contains_key(&key("ClusterRole", "-", name))
}

fn key(kind: &str, namespace: &str, name: &str) -> String {
    format!("{kind} {namespace} {name}")
}

fn namespace<'d>(object: &Object<'d>) -> &'d str {
    let is_cluster_wide = object.kind.starts_with("Cluster");
    if is_cluster_wide { "-" } else { object.namespace().unwrap_or("") }
}

/// The ClusterRole by which Kubernetes allows a request to everyone who can log in, in every version: a verb on
/// a resource of a group, or on a path where there is no group.
pub fn for_everyone(verb: &str, group: Option<&str>, resource: &str) -> Option<&'static str> {
    const ROLES: [&str; 3] = ["system:basic-user", "system:discovery", "system:public-info-viewer"];
    let group = match group {
        None => URLS,
        Some("") => "core",
        Some(URLS) => return None,
        Some(group) => group,
    };
    ROLES.into_iter().find(|name| {
        let role = TABLE.roles.get(&key("ClusterRole", "-", name));
        role.is_some_and(|it| it.has(verb, group, resource, ""))
    })
}

impl Permissions {
    /// What it allows in a version.
    pub(super) fn lines(&self, version: MinorVersion) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |it| it.versions.include(version))
    }

    /// Whether a rule allows nothing beyond them.
    pub(super) fn cover(&self, rule: PolicyRule<'_>) -> bool {
        let [verbs, groups, resources, names, urls] =
            ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
                .map(|key| rule.words(key));
        let names = if rule.is_for_names() { names } else { vec![""] };
        !verbs.is_empty()
            && !(urls.is_empty() && (groups.is_empty() || resources.is_empty()))
            && verbs.iter().all(|verb| {
                urls.iter().all(|url| self.has(verb, URLS, url, ""))
                    && groups.iter().all(|group| {
                        let group = if group.is_empty() { "core" } else { *group };
                        resources.iter().all(|resource| {
                            names.iter().all(|name| self.has(verb, group, resource, name))
                        })
                    })
            })
    }

    /// Whether a verb is allowed on a resource, as ruleCovers of component-helpers has it; `name` is empty for all
    /// objects.
    fn has(&self, verb: &str, group: &str, resource: &str, name: &str) -> bool {
        let lists = |list: &[&str], word: &str| list.contains(&"*") || list.contains(&word);
        self.lines.iter().any(|it| {
            let is_of_group = it.group == group || it.group == "*" && group != URLS;
            is_of_group
                && lists(&it.verbs, verb)
                && (it.names.is_empty() || it.names.contains(&name))
                && it.resources.iter().any(|own| match own.strip_suffix('*') {
                    Some("") => true,
                    Some(beginning) => group == URLS && resource.starts_with(beginning),
                    None => *own == resource || is_subresource_of_any(own, resource),
                })
        })
    }
}

/// Whether `*/scale`, say, covers a subresource.
fn is_subresource_of_any(own: &str, resource: &str) -> bool {
    let subresource = resource.split_once('/').map(|(_, it)| it);
    subresource.is_some() && own.strip_prefix("*/") == subresource
}

impl Holders {
    /// Kind and name of the role.
    pub(super) fn role(&self) -> (&'static str, &'static str) {
        self.role.split_once('/').unwrap_or_default()
    }

    /// Kind, namespace and name of those whom a version binds.
    pub(super) fn subjects(
        &self,
        version: MinorVersion,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        let all = self.subjects.iter().filter(move |(_, it)| it.include(version));
        all.filter_map(|(subject, _)| {
            let (kind, name) = subject.split_once('/')?;
            let (namespace, name) = name.split_once('/').unwrap_or(("", name));
            Some((kind, namespace, name))
        })
    }

    /// Whether a binding gives this role, written as `ClusterRole/view`.
    pub(super) fn hold(&self, kind: &str, role: &str) -> bool {
        self.role.split_once('/') == Some((kind, role))
    }

    /// Whether this is one of them.
    pub(super) fn include(&self, subject: &Subject<'_>) -> bool {
        self.subjects.iter().filter_map(|(it, _)| it.split_once('/')).any(|(kind, name)| {
            let is_same = match subject.namespace {
                "" => name == subject.name,
                namespace => name.split_once('/') == Some((namespace, subject.name)),
            };
            kind == subject.kind && is_same
        })
    }
}

fn read(text: &'static str) -> Table {
    let mut table = Table::default();
    let mut role = String::new();
    for line in text.lines() {
        let (rest, versions) = with_versions(line, " @");
        let mut words = rest.trim_start().split(' ');
        let mut word = || words.next().unwrap_or_default();
        if line.starts_with(' ') {
            let list = |text: &'static str| text.split(',').filter(|it| !it.is_empty()).collect();
            let line = Line {
                verbs: list(word()),
                group: word(),
                resources: list(word()),
                names: list(word()),
                versions,
            };
            if let Some(permissions) = table.roles.get_mut(&role) {
                permissions.lines.push(line);
            }
            continue;
        }
        let kind = word();
        let key = key(kind, word(), word());
        if kind.ends_with("Binding") {
            let role = word();
            let subjects = words.map(|it| with_versions(it, "@")).collect();
            table.bindings.insert(key, Holders { role, subjects, versions });
        } else {
            let lines = Vec::new();
            table.roles.insert(key.clone(), Permissions { lines, versions });
            role = key;
        }
    }
    table
}

/// What stands before a mark, and the versions behind it.
fn with_versions(text: &'static str, mark: &str) -> (&'static str, Versions) {
    match text.rsplit_once(mark) {
        Some((rest, versions)) => (rest, Versions::read(versions)),
        None => (text, Versions::default()),
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;
    use crate::rbac::{Binding, Role};

    fn with<T>(text: &str, ask: impl FnOnce(&Object<'_>) -> T) -> T {
        let text = format!("{{apiVersion: rbac.authorization.k8s.io/v1, {text}}}");
        let document = Document::parse_yaml(&text);
        let object = objects(document.root()).next();
        ask(&object.expect("an object"))
    }

    /// How many rules Kubernetes would not give the role.
    fn own_rules(head: &str, rules: &str) -> usize {
        let text = format!("kind: ClusterRole, metadata: {{{head}}}, rules: [{rules}]");
        with(&text, |object| Role::read_own(object).map_or(0, |it| it.rules().count()))
    }

    fn own_subjects(name: &str, role: &str, subjects: &str) -> usize {
        let text = format!(
            "kind: ClusterRoleBinding, metadata: {{name: '{name}'}}, roleRef: {{{role}}}, \
             subjects: [{subjects}]"
        );
        with(&text, |object| Binding::read_own(object).map_or(0, |it| it.subjects().count()))
    }

    #[test]
    fn the_table_can_be_read() {
        assert!(TABLE.roles.len() > 80, "{}", TABLE.roles.len());
        assert!(TABLE.bindings.len() > 60, "{}", TABLE.bindings.len());
        assert!(TABLE.roles.values().all(|it| !it.lines.is_empty() || it.lines.capacity() == 0));
        let all = TABLE.roles.values().flat_map(|it| &it.lines);
        assert!(all.clone().all(|it| !it.verbs.is_empty() && !it.resources.is_empty()));
        assert!(TABLE.bindings.values().all(|it| it.role.contains('/')));
    }

    #[test]
    fn a_rule_is_news_as_far_as_it_goes_beyond() {
        let view = "name: view";
        let pods = "{apiGroups: [''], resources: [services, pods], verbs: [watch, get]}";
        assert_eq!(own_rules(view, pods), 0, "in any order, and split as the API server does");
        assert_eq!(own_rules(view, &pods.replace("watch", "create")), 1);
        assert_eq!(own_rules(view, &pods.replace("pods", "secrets")), 1);
        assert_eq!(own_rules(view, &pods.replace("''", "'*'")), 1);
        assert_eq!(own_rules(view, &pods.replace("watch", "'*'")), 1);
        assert_eq!(own_rules("name: views", pods), 1);
        let named = "{apiGroups: [''], resources: [pods], resourceNames: [a], verbs: [get]}";
        assert_eq!(own_rules(view, named), 0);
        let lease = "{apiGroups: [coordination.k8s.io], resources: [leases], verbs: [update]";
        let scheduler = "name: 'system:kube-scheduler'";
        assert_eq!(own_rules(scheduler, &format!("{lease}, resourceNames: [kube-scheduler]}}")), 0);
        assert_eq!(own_rules(scheduler, &format!("{lease}, resourceNames: [other]}}")), 1);
        assert_eq!(own_rules(scheduler, &format!("{lease}}}")), 1, "all leases are more than one");
        assert_eq!(own_rules(view, "{}"), 1, "what is no rule is not covered");
    }

    #[test]
    fn everyone_may_learn_what_there_is_and_nothing_else() {
        assert_eq!(for_everyone("get", None, "/apis/apps/v1"), Some("system:discovery"));
        assert_eq!(for_everyone("get", None, "/metrics"), None);
        assert_eq!(for_everyone("post", None, "/api"), None);
        let authorization = Some("authorization.k8s.io");
        let review = "selfsubjectaccessreviews";
        assert_eq!(for_everyone("create", authorization, review), Some("system:basic-user"));
        assert_eq!(for_everyone("create", authorization, "subjectaccessreviews"), None);
        assert_eq!(for_everyone("get", Some(""), "pods"), None);
        assert_eq!(for_everyone("get", Some("url"), "/api"), None, "no group is called so");
    }

    #[test]
    fn subjects_are_those_of_the_binding() {
        let admin = "kind: ClusterRole, name: cluster-admin";
        let masters = "{kind: Group, name: 'system:masters'}";
        assert_eq!(own_subjects("cluster-admin", admin, masters), 0);
        assert_eq!(own_subjects("cluster-admins", admin, masters), 1);
        let more = format!("{masters}, {{kind: User, name: ann}}");
        assert_eq!(own_subjects("cluster-admin", admin, &more), 1, "the one who is new");
        let user = "{kind: User, name: 'system:masters'}";
        assert_eq!(own_subjects("cluster-admin", admin, user), 1);
        let view = "kind: ClusterRole, name: view";
        assert_eq!(own_subjects("cluster-admin", view, masters), 1, "another role");
        let role = "kind: ClusterRole, name: 'system:coredns'";
        let dns = "{kind: ServiceAccount, name: coredns, namespace: kube-system}";
        assert_eq!(own_subjects("system:coredns", role, dns), 0);
        assert_eq!(own_subjects("system:coredns", role, &dns.replace("kube-system", "shop")), 1);
    }
}
