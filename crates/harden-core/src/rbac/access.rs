//! All roles and bindings together: who gets a role and where, as far as they say.

use std::collections::{BTreeMap, BTreeSet};

use super::{Binding, Role, RoleRef, Subject};
use crate::object::Object;

/// The roles and bindings of a cluster, by the roles.
#[derive(Debug, Default)]
pub struct Access<'d> {
    roles: BTreeSet<Key<'d>>,
    bindings: BTreeMap<Key<'d>, Vec<Binding<'d>>>,
    /// The namespaces of the ServiceAccounts of a name that have rights.
    accounts: BTreeMap<&'d str, BTreeSet<&'d str>>,
    /// The namespaces whose ServiceAccounts have rights as a group; empty for all.
    groups: BTreeSet<&'d str>,
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
    /// That which some objects give.
    pub fn of<'o>(objects: impl IntoIterator<Item = &'o Object<'d>>) -> Self
    where
        'd: 'o,
    {
        let mut this = Self::default();
        for object in objects {
            if let Some(role) = Role::read(object) {
                this.roles.insert(key(&role));
            } else if let Some(binding) = Binding::read(object) {
                this.add(binding);
            }
        }
        this
    }

    fn add(&mut self, binding: Binding<'d>) {
        let RoleRef { kind, namespace, name, .. } = binding.role_ref();
        for subject in binding.subjects() {
            if subject.kind == "ServiceAccount" {
                self.accounts.entry(subject.name).or_default().insert(subject.namespace);
            }
            self.groups.extend(subject.service_account_group());
        }
        self.bindings.entry((kind, namespace, name)).or_default().push(binding);
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
        let is_known = self.roles.contains(&(role.kind, role.namespace, role.name));
        if is_known || role.is_built_in() || role.name.is_empty() {
            return Referent::Known;
        }
        // A ClusterRoleBinding cannot give a Role.
        let may_be_other = other.0 == "ClusterRole" || !binding.is_cluster_wide();
        if may_be_other && self.roles.contains(&other) {
            return Referent::OfKind(other.0);
        }
        Referent::Unknown
    }

    /// The names of the roles that are known where a reference looks for one, in their order.
    pub fn names_beside(&self, role: &RoleRef<'d>) -> impl Iterator<Item = &'d str> {
        let RoleRef { kind, namespace, .. } = *role;
        let from = self.roles.range((kind, namespace, "")..);
        from.take_while(move |it| (it.0, it.1) == (kind, namespace)).map(|it| it.2)
    }

    /// Whether a binding gives a ServiceAccount rights, by itself or among all of its namespace. A
    /// namespace that is not written may be any.
    pub fn gives_rights(&self, namespace: &str, account: &str) -> bool {
        let may_hold = |namespaces: &BTreeSet<&str>| match namespace {
            "" => !namespaces.is_empty(),
            namespace => namespaces.contains("") || namespaces.contains(namespace),
        };
        self.accounts.get(account).is_some_and(may_hold) || may_hold(&self.groups)
    }

    fn bindings(&self, role: &Role<'d>) -> &[Binding<'d>] {
        self.bindings.get(&key(role)).map_or(&[], Vec::as_slice)
    }
}

fn key<'d>(role: &Role<'d>) -> Key<'d> {
    let namespace = if role.is_cluster_role() { None } else { role.object.namespace() };
    (role.object.kind, namespace.unwrap_or(""), role.object.name())
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
        ask(&Access::of(&objects), &objects)
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
