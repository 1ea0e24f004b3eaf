//! All roles and bindings together: who gets a role and where, as far as they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Binding, PolicyRule, Role, RoleRef, Subject};
use crate::object::Object;
use crate::source::{Homes, folder, is_one_tree};

/// The roles and bindings of a cluster, by the roles.
#[derive(Debug, Default)]
pub struct Access<'d> {
    roles: BTreeMap<Key<'d>, BTreeSet<&'d str>>,
    /// By the role and its folder.
    bindings: BTreeMap<(Key<'d>, Box<str>), Vec<Binding<'d>>>,
    /// The ServiceAccounts that have rights, by name and namespace.
    accounts: BTreeMap<&'d str, BTreeMap<&'d str, Giver<'d>>>,
    /// The namespaces whose ServiceAccounts have rights as a group; empty for all.
    groups: BTreeMap<&'d str, Giver<'d>>,
    /// The files of the roles and bindings, by sources.
    files: BTreeMap<usize, &'d str>,
    /// The rules of labelled ClusterRoles, which may fill aggregated ones.
    sources: BTreeSet<String>,
}

/// A binding that gives rights to a ServiceAccount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Giver<'d> {
    kind: &'d str,
    namespace: &'d str,
    name: &'d str,
}

/// What bindings give a ServiceAccount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rights<'d> {
    /// Nothing that is known.
    Unknown,
    /// Something, by this binding.
    Given(Giver<'d>),
    /// Nothing unless its namespace, which is not written, is this one, where this binding gives it something.
    In(&'d str, Giver<'d>),
}

/// Kind, namespace and name of a role; ClusterRoles have no namespace.
type Key<'d> = (&'d str, &'d str, &'d str);

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is a Role, or every binding of it that is known is for a namespace.
    Namespace,
    /// It is bound for the whole cluster, or could be: no binding of it is known.
    Cluster,
}

/// What a binding's reference to a role comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referent {
    /// A role that is known, or made by Kubernetes; or the reference is none.
    Known,
    /// Nothing that is known, but there is a role of this kind with the name.
    OfKind(&'static str),
    /// Nothing that is known.
    Unknown,
}

impl<'d> Access<'d> {
    /// That which some objects give, of which each comes with the file that it is in. Of several roles of one
    /// name, a binding gives those that are nearest.
    pub fn of<'o>(objects: impl IntoIterator<Item = (&'o Object<'d>, &'d str)>) -> Self
    where
        'd: 'o,
    {
        let mut this = Self::default();
        let mut homes = Homes::default();
        let mut bindings = Vec::new();
        for (object, file) in objects {
            if let Some(role) = Role::read(object) {
                homes.learn(key(&role), file);
                this.files.insert(object.source, file);
                this.roles.entry(key(&role)).or_default().insert(folder(file));
                if role.is_labelled() && !role.is_aggregated() {
                    this.sources.extend(role.rules().map(PolicyRule::meaning));
                }
            } else if let Some(binding) = Binding::read(object) {
                this.add_rights(object);
                this.files.insert(object.source, file);
                bindings.push((binding, file));
            }
        }
        for (binding, file) in bindings {
            let RoleRef { kind, namespace, name, .. } = binding.role_ref();
            let role = (kind, namespace, name);
            for folder in homes.around(&role, file).iter() {
                let of_role = this.bindings.entry((role, folder.into())).or_default();
                of_role.push(binding.clone());
            }
        }
        this
    }

    fn add_rights(&mut self, object: &Object<'d>) {
        let own = Binding::read_own(object).filter(|it| !it.role_ref().is_for_everyone());
        let Some(binding) = own else { return };
        let namespace = if binding.is_cluster_wide() { "" } else { binding.namespace() };
        let giver = Giver { kind: object.kind, namespace, name: object.name() };
        // The first by name, whatever the order of the files.
        let note = |place: &mut Giver<'d>| *place = giver.min(*place);
        for subject in binding.subjects() {
            if let Some((namespace, name)) = subject.service_account() {
                let places = self.accounts.entry(name).or_default();
                places.entry(namespace).and_modify(note).or_insert(giver);
            }
            if let Some(namespace) = subject.service_account_group() {
                self.groups.entry(namespace).and_modify(note).or_insert(giver);
            }
        }
    }

    /// Whether a rule of an aggregated ClusterRole is one that another ClusterRole brings in, where it is
    /// judged.
    pub fn is_filled_in(&self, rule: PolicyRule<'d>) -> bool {
        self.sources.contains(&rule.meaning())
    }

    /// How far a role reaches.
    pub fn reach(&self, role: &Role<'d>) -> Reach {
        let is_cluster_wide = match self.bindings(role) {
            [] => role.is_cluster_role() && !role.extends_user_roles(),
            some => some.iter().any(Binding::is_cluster_wide),
        };
        if is_cluster_wide { Reach::Cluster } else { Reach::Namespace }
    }

    /// Those who hold a role, each once, by kind, namespace and name.
    pub fn holders(&self, role: &Role<'d>) -> Vec<Subject<'d>> {
        let all = self.bindings(role).iter().flat_map(Binding::subjects);
        let by_name = all.map(|it| ((it.kind, it.namespace, it.name), it));
        by_name.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// Whether the role is known to be for people only: no ServiceAccount gets it.
    pub fn is_for_people(&self, role: &Role<'d>) -> bool {
        let bindings = self.bindings(role);
        if bindings.is_empty() {
            return role.extends_user_roles();
        }
        bindings.iter().flat_map(Binding::subjects).all(|it| !it.is_workload())
    }

    /// What the role that a binding gives comes to.
    pub fn referent(&self, binding: &Binding<'d>) -> Referent {
        let role = binding.role_ref();
        let other = match role.kind {
            "Role" => ("ClusterRole", "", role.name),
            "ClusterRole" => ("Role", binding.namespace(), role.name),
            _ => return Referent::Known,
        };
        let is_known = self.roles.contains_key(&(role.kind, role.namespace, role.name));
        if is_known || role.is_built_in() || role.name.is_empty() {
            return Referent::Known;
        }
        // A ClusterRoleBinding cannot give a Role.
        let may_be_other = other.0 == "ClusterRole" || !binding.is_cluster_wide();
        if may_be_other && self.roles.contains_key(&other) {
            return Referent::OfKind(other.0);
        }
        Referent::Unknown
    }

    /// All roles that are there by kind and namespace, each with its name, in the order of the names.
    pub fn names(&self) -> impl Iterator<Item = ((&'d str, &'d str), &'d str)> {
        self.roles.keys().map(|(kind, namespace, name)| ((*kind, *namespace), *name))
    }

    /// Whether a binding may give the role of this name that is of the kind and in the namespace it says. Where
    /// no namespace is written, only those in its own tree of files.
    pub fn is_beside(&self, binding: &Binding<'d>, name: &str) -> bool {
        let RoleRef { kind, namespace, .. } = binding.role_ref();
        let own = folder(self.file(&binding.object));
        let is_any = kind == "ClusterRole" || !namespace.is_empty();
        let folders = self.roles.get(&(kind, namespace, name));
        folders.is_some_and(|it| is_any || it.iter().any(|it| is_one_tree(it, own)))
    }

    /// Whether the role that a binding gives is known, but only in other trees of files, and neither says its
    /// namespace.
    pub fn is_in_other_tree(&self, binding: &Binding<'d>) -> bool {
        let RoleRef { kind, namespace, name, .. } = binding.role_ref();
        let own = folder(self.file(&binding.object));
        let is_far = |folders: &BTreeSet<&str>| !folders.iter().any(|it| is_one_tree(it, own));
        let folders = self.roles.get(&(kind, namespace, name));
        kind == "Role" && namespace.is_empty() && folders.is_some_and(is_far)
    }

    /// What bindings give a ServiceAccount, by itself or among all of its namespace. Both its namespace
    /// and that of a binding may be unwritten: then they are taken to be the same.
    pub fn rights(&self, namespace: &str, account: &str) -> Rights<'d> {
        let lists = self.accounts.get(account).into_iter().chain([&self.groups]);
        let mut elsewhere = None;
        for by_namespace in lists {
            if let Some(giver) = by_namespace.get(namespace).or_else(|| by_namespace.get("")) {
                return Rights::Given(*giver);
            }
            elsewhere = elsewhere.or(by_namespace.first_key_value());
        }
        match elsewhere {
            Some((of, giver)) if namespace.is_empty() => Rights::In(of, *giver),
            _ => Rights::Unknown,
        }
    }

    fn bindings(&self, role: &Role<'d>) -> &[Binding<'d>] {
        let place = (key(role), folder(self.file(&role.object)).into());
        self.bindings.get(&place).map_or(&[], Vec::as_slice)
    }

    fn file(&self, object: &Object<'d>) -> &'d str {
        self.files.get(&object.source).copied().unwrap_or_default()
    }
}

fn key<'d>(role: &Role<'d>) -> Key<'d> {
    let namespace = if role.is_cluster_role() { None } else { role.object.namespace() };
    (role.object.kind, namespace.unwrap_or(""), role.object.name())
}

impl fmt::Display for Giver<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            "" => write!(f, "{} `{}`", self.kind, self.name),
            namespace => write!(f, "{} `{namespace}/{}`", self.kind, self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    fn object(kind: &str, name: &str, rest: &str) -> String {
        format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: {name}, \
             namespace: a}}, {rest}}}"
        )
    }

    fn binding(kind: &str, role: &str, subjects: &str) -> String {
        object(kind, "b", &format!("roleRef: {{{role}}}, subjects: [{subjects}]"))
    }

    fn with<T>(items: &[String], ask: impl FnOnce(&Access<'_>, &[Object<'_>]) -> T) -> T {
        let text = format!("{{apiVersion: v1, kind: List, items: [{}]}}", items.join(", "));
        let document = Document::parse_yaml(&text);
        let objects: Vec<_> = objects(document.root()).collect();
        ask(&Access::of(objects.iter().map(|it| (it, ""))), &objects)
    }

    #[test]
    fn a_cluster_role_reaches_as_far_as_it_is_bound() {
        let reach = |bindings: &[&str]| {
            let mut items = vec![object("ClusterRole", "r", "rules: []")];
            let role = "kind: ClusterRole, name: r";
            items.extend(bindings.iter().map(|kind| binding(kind, role, "")));
            with(&items, |access, objects| access.reach(&Role::read(&objects[0]).unwrap()))
        };
        assert_eq!(reach(&[]), Reach::Cluster, "whoever binds it may bind it for the cluster");
        assert_eq!(reach(&["RoleBinding"]), Reach::Namespace);
        assert_eq!(reach(&["RoleBinding", "ClusterRoleBinding"]), Reach::Cluster);
    }

    #[test]
    fn holders_are_named_once_and_with_their_namespaces() {
        let role = "kind: Role, name: r";
        let web = "{kind: ServiceAccount, name: web}, {kind: Group, name: g, namespace: c}";
        let items = [
            object("Role", "r", "rules: []"),
            binding("RoleBinding", role, web),
            binding("RoleBinding", role, &format!("{{kind: User, name: u}}, {web}")),
        ];
        let names = with(&items, |access, objects| {
            let holders = access.holders(&Role::read(&objects[0]).unwrap());
            holders.iter().map(Subject::to_string).collect::<Vec<_>>()
        });
        assert_eq!(names, ["Group g", "ServiceAccount a/web", "User u"]);
    }

    #[test]
    fn a_reference_may_be_to_a_role_of_the_other_kind() {
        let referent = |kind: &str, role: &str| {
            let items = [
                object("Role", "r", "rules: []"),
                object("ClusterRole", "c", "rules: []"),
                binding(kind, role, ""),
            ];
            with(&items, |access, objects| access.referent(&Binding::read(&objects[2]).unwrap()))
        };
        assert_eq!(referent("RoleBinding", "kind: Role, name: r"), Referent::Known);
        assert_eq!(referent("RoleBinding", "kind: ClusterRole, name: view"), Referent::Known);
        assert_eq!(referent("RoleBinding", "kind: Role, name: c"), Referent::OfKind("ClusterRole"));
        assert_eq!(referent("RoleBinding", "kind: ClusterRole, name: r"), Referent::OfKind("Role"));
        assert_eq!(referent("ClusterRoleBinding", "kind: ClusterRole, name: r"), Referent::Unknown);
    }
}
