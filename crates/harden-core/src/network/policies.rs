//! All policies together: what holds for the pods of a namespace.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::{Direction, NetworkPolicy};
use crate::kubernetes::{Protocol, Selectors};
use crate::object::Object;

/// The policies of a cluster, by their namespaces.
#[derive(Debug, Default)]
pub struct Policies<'d> {
    namespaces: BTreeMap<&'d str, Namespace<'d>>,
    plugins: PluginPolicies<'d>,
}

/// What keeps traffic from pods of a namespace that no policy names.
#[derive(Debug, Clone, Copy)]
pub enum Isolation<'d> {
    /// This policy, which is for every pod.
    By(NetworkPolicy<'d>),
    /// Policies that only some network plugins know, perhaps: what they say is not read.
    Unknown,
    /// Nothing: the namespace has policies, but none for every pod.
    Partial,
    /// Nothing: the namespace has no policy.
    Missing,
}

impl<'d> Policies<'d> {
    /// Those among some objects, of which each comes with the file that it is in.
    pub fn of<'o>(objects: impl IntoIterator<Item = (&'o Object<'d>, &'d str)>) -> Self
    where
        'd: 'o,
    {
        let mut this = Self::default();
        for (object, file) in objects {
            if let Some(policy) = NetworkPolicy::read(object) {
                this.namespaces.entry(policy.namespace).or_default().add(policy, file);
            }
            this.plugins.add(object);
        }
        this
    }

    /// Whether pods of a namespace that no policy names are isolated in this direction, and why. Of several
    /// namespaces of the name, it is the one whose objects are in files that are `near`.
    pub fn isolation(
        &self,
        namespace: &str,
        direction: Direction,
        near: impl Fn(&str) -> bool,
    ) -> Isolation<'d> {
        let all = self.in_namespace(namespace).iter();
        let own: Vec<_> = all.filter(|(_, file)| near(file)).map(|(policy, _)| policy).collect();
        let policy = own.iter().find(|it| it.isolates_all(direction));
        match policy {
            Some(policy) => Isolation::By(**policy),
            None if self.plugins.may_apply(namespace) => Isolation::Unknown,
            None if own.is_empty() => Isolation::Missing,
            None => Isolation::Partial,
        }
    }

    /// Whether a policy may let pods of a namespace reach DNS that is in a file which is `near`.
    pub fn may_resolve_names(&self, namespace: &str, near: impl Fn(&str) -> bool) -> bool {
        let own = self.namespaces.get(namespace);
        own.is_some_and(|it| it.resolving.iter().any(|file| near(file)))
            || self.plugins.may_apply(namespace)
    }

    /// Whether policies of kinds that only some network plugins know may say more about a namespace.
    pub fn has_other_kinds(&self, namespace: &str) -> bool {
        self.plugins.may_apply(namespace)
    }

    /// Whether a NetworkPolicy of a namespace lets DNS out over TCP.
    pub fn allows_dns_over_tcp(&self, namespace: &str) -> bool {
        self.namespaces.get(namespace).is_some_and(|it| it.allows_dns_over_tcp)
    }

    /// The first policy of a namespace that means pods with these labels, rather than every pod.
    pub fn naming(
        &self,
        namespace: &str,
        labels: &[(String, String)],
    ) -> Option<&NetworkPolicy<'d>> {
        let (named, selectors) = self.namespaces.get(namespace)?.naming();
        named.get(selectors.first(labels)?)
    }

    fn in_namespace(&self, namespace: &str) -> &[(NetworkPolicy<'d>, &'d str)] {
        self.namespaces.get(namespace).map_or(&[], |it| &it.policies)
    }
}

/// The NetworkPolicies of one namespace, and what their rules come to.
#[derive(Debug, Default)]
struct Namespace<'d> {
    /// With the files that they are in.
    policies: Vec<(NetworkPolicy<'d>, &'d str)>,
    /// Files with policies that may let pods reach DNS.
    resolving: BTreeSet<&'d str>,
    allows_dns_over_tcp: bool,
    naming: OnceCell<Naming<'d>>,
}

/// The policies that mean certain pods rather than all, with what they select.
type Naming<'d> = (Vec<NetworkPolicy<'d>>, Selectors<'d>);

impl<'d> Namespace<'d> {
    fn add(&mut self, policy: NetworkPolicy<'d>, file: &'d str) {
        for rule in policy.rules(Direction::Egress) {
            if rule.resolves_names() {
                self.resolving.insert(file);
            }
            self.allows_dns_over_tcp |= rule.allows_dns(Protocol::Tcp);
        }
        self.policies.push((policy, file));
    }

    fn naming(&self) -> &Naming<'d> {
        self.naming.get_or_init(|| {
            let all = self.policies.iter().filter_map(|(it, _)| Some((*it, it.selector()?)));
            let (policies, selectors) = all.filter(|(_, it)| !it.is_empty()).unzip();
            (policies, Selectors::of(selectors))
        })
    }
}

/// Policies of other kinds, which only some network plugins know.
#[derive(Debug, Default)]
struct PluginPolicies<'d> {
    is_for_cluster: bool,
    namespaces: BTreeSet<&'d str>,
}

impl<'d> PluginPolicies<'d> {
    fn add(&mut self, object: &Object<'d>) {
        match (object.group, object.kind) {
            ("cilium.io", "CiliumNetworkPolicy")
            | ("crd.projectcalico.org" | "projectcalico.org", "NetworkPolicy") => {
                self.namespaces.insert(object.namespace().unwrap_or(""));
            }
            ("cilium.io", "CiliumClusterwideNetworkPolicy")
            | ("crd.projectcalico.org" | "projectcalico.org", "GlobalNetworkPolicy")
            | ("policy.networking.k8s.io", "AdminNetworkPolicy" | "ClusterNetworkPolicy") => {
                self.is_for_cluster = true;
            }
            _ => {}
        }
    }

    /// Whether they may say more about a namespace.
    fn may_apply(&self, namespace: &str) -> bool {
        self.is_for_cluster || self.namespaces.contains(namespace)
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    /// What isolates the namespace `a`, in both directions.
    fn isolation(items: &[&str]) -> [&'static str; 2] {
        let text = format!("{{apiVersion: v1, kind: List, items: [{}]}}", items.join(", "));
        let document = Document::parse_yaml(&text);
        let objects: Vec<_> = objects(document.root()).collect();
        let policies = Policies::of(objects.iter().map(|it| (it, "")));
        Direction::ALL.map(|direction| match policies.isolation("a", direction, |_| true) {
            Isolation::By(_) => "by",
            Isolation::Unknown => "unknown",
            Isolation::Partial => "partial",
            Isolation::Missing => "missing",
        })
    }

    fn policy(namespace: &str, spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: \
             {namespace}}}, spec: {spec}}}"
        )
    }

    #[test]
    fn only_a_policy_for_every_pod_isolates_those_that_none_names() {
        let all = policy("a", "{podSelector: {}}");
        let some = policy("a", "{podSelector: {matchLabels: {app: web}}}");
        assert_eq!(isolation(&[]), ["missing", "missing"]);
        assert_eq!(isolation(&[&policy("b", "{}")]), ["missing", "missing"]);
        assert_eq!(isolation(&[&some]), ["partial", "partial"]);
        assert_eq!(isolation(&[&some, &all]), ["by", "partial"]);
    }

    #[test]
    fn what_policies_of_plugins_say_is_not_known() {
        let cilium = |namespace: &str| {
            let metadata = format!("{{name: c, namespace: {namespace}}}");
            format!("{{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {metadata}}}")
        };
        assert_eq!(isolation(&[&cilium("a")]), ["unknown", "unknown"]);
        assert_eq!(isolation(&[&cilium("b")]), ["missing", "missing"]);
        assert_eq!(isolation(&[&cilium("a"), &policy("a", "{}")]), ["by", "unknown"]);
        let cluster = "{apiVersion: policy.networking.k8s.io/v1alpha1, kind: AdminNetworkPolicy}";
        assert_eq!(isolation(&[cluster]), ["unknown", "unknown"]);
    }
}
