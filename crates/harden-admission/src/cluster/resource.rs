//! How the API server serves a kind.

use harden_core::kubernetes::resources;

/// The resource of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name in paths and rules, such as `deployments`.
    pub name: String,
    /// Whether its objects are in namespaces.
    pub is_namespaced: bool,
    /// Whether neither Kubernetes nor a definition says so.
    pub is_guessed: bool,
}

impl Resource {
    /// That of a kind of Kubernetes itself; for all others a guess.
    pub(crate) fn of(group: &str, kind: &str) -> Self {
        let name = plural(kind);
        let is_guessed = resources::existence(group, &name) == resources::Existence::Foreign;
        // To authorizers a Namespace is in itself; to the API it is in none.
        let is_namespaced = !resources::is_cluster_wide(group, &name) && name != "namespaces";
        Self { name, is_namespaced, is_guessed }
    }
}

/// The name that nearly all kinds are served by.
fn plural(kind: &str) -> String {
    let singular = kind.to_lowercase();
    match singular.as_str() {
        "endpoints" => singular,
        it if it.ends_with('s') => format!("{it}es"),
        it => match it.strip_suffix('y') {
            Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
            _ => format!("{it}s"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_kubernetes_are_served_by_their_plurals() {
        let of = |group, kind| {
            let it = Resource::of(group, kind);
            (it.name, it.is_namespaced, it.is_guessed)
        };
        assert_eq!(
            of("networking.k8s.io", "NetworkPolicy"),
            ("networkpolicies".into(), true, false)
        );
        assert_eq!(of("", "Endpoints"), ("endpoints".into(), true, false));
        assert_eq!(of("networking.k8s.io", "Ingress"), ("ingresses".into(), true, false));
        assert_eq!(of("", "Namespace"), ("namespaces".into(), false, false));
        assert_eq!(of("gateway.networking.k8s.io", "Gateway").0, "gateways");
        assert_eq!(of("kyverno.io", "ClusterPolicy"), ("clusterpolicies".into(), true, true));
    }
}
