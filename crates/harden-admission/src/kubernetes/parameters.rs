//! The params that a binding hands to a policy.

use super::binding::Binding;
use super::definition::ParamKind;
use super::facts::Facts;
use crate::Object;

/// What a binding hands over.
#[derive(Debug)]
pub(super) enum Parameters {
    /// The policy is asked once, with null.
    Null,
    /// The policy is asked once for each; the flag says whether there may be more.
    Objects(Vec<Object>, bool),
    /// The binding cannot be followed, in words of the server.
    Wrong(String),
    /// Nobody can say here, and why.
    Unknown(String),
}

impl Parameters {
    /// Those of a binding for a request.
    pub(super) fn of(kind: Option<&ParamKind>, binding: &Binding, facts: &Facts<'_>) -> Self {
        let (Some(kind), Some(wanted)) = (kind, &binding.params) else { return Self::Null };
        let cluster = facts.request.cluster;
        let group = kind.group();
        let resource = cluster.resource(group, &kind.kind);
        if resource.is_guessed && cluster.is_whole {
            return Self::Wrong(format!(
                "paramKind kind `&ParamKind{{APIVersion:{},Kind:{},}}` not known",
                kind.api_version, kind.kind
            ));
        }
        let is_namespaced = resource.is_namespaced
            && !(resource.is_guessed && cluster.get(group, &kind.kind, "", &wanted.name).is_some());
        let own = &facts.namespace;
        let namespace = match (is_namespaced, wanted.namespace.as_str()) {
            (false, "") => "",
            (false, _) => {
                return Self::Wrong(
                    "paramRef.namespace must not be provided for a cluster-scoped `paramKind`"
                        .to_owned(),
                );
            }
            (true, "") if own.is_empty() => {
                return Self::Wrong(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped \
                     resources"
                        .to_owned(),
                );
            }
            (true, "") => own,
            (true, namespace) => namespace,
        };
        let found: Vec<Object> = match &wanted.selector {
            None => cluster
                .get(group, &kind.kind, namespace, &wanted.name)
                .cloned()
                .into_iter()
                .collect(),
            Some(selector) => cluster
                .list(group, &kind.kind, Some(namespace))
                .filter(|it| selector.matches(|key| it.label(key)))
                .cloned()
                .collect(),
        };
        let may_be_more = !cluster.is_whole && (found.is_empty() || wanted.selector.is_some());
        if found.is_empty() && may_be_more {
            return Self::Unknown(format!("the {} that it names is not at hand", kind.kind));
        }
        if found.is_empty() && wanted.denies {
            return Self::Wrong(
                "no params found for policy binding with `Deny` parameterNotFoundAction".to_owned(),
            );
        }
        if found.iter().any(|it| {
            it.json().get("apiVersion").and_then(|it| it.as_str()) != Some(&kind.api_version)
        }) {
            let version = &kind.api_version;
            return Self::Unknown(format!("what the params are in `{version}` is not known"));
        }
        Self::Objects(found, may_be_more)
    }
}
