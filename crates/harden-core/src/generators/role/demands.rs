//! What the API server demands beside the right to the request itself.

use harden_yaml::{Document, Place};

use super::right::{Right, Verb};
use crate::configuration::audit::Event;
use crate::rbac::GROUP;
use crate::simulate::audit::{Impersonated, Record};

/// A right, the name of the only object that it is needed for, and why.
pub(super) type Demand = (Right, Option<String>, &'static str);

pub(super) const CREATES: &str =
    "The object was not there: then patch and update need create, too.";
pub(super) const IMPERSONATES: &str =
    "It acted as somebody else, whose rights the request then needed.";
pub(super) const UPGRADES: &str = "Since v1.35 the API server wants create beside get for what opens a WebSocket, as kubectl does.";
const HOLDS: &str = "Whoever writes a role must hold what it grants. With escalate instead, it could grant anything.";
const BINDS: &str =
    "Whoever writes a binding must hold what the role grants, or have bind on it, by its name.";
const ESCALATES: &str = "Whoever writes an aggregated ClusterRole must hold everything, or have escalate on it, by its name.";

const UNTOLD_RBAC: &str = "roles or bindings were written, and the log has no bodies of them: the API server lets that through only with what they \
     grant, or with bind or escalate, which are not in this role";

/// Requests that an admission plugin asks for more about, and what it asks for.
const SECOND: [(&str, &str, &str); 3] = [
    (
        "certificates.k8s.io",
        "certificatesigningrequests/approval",
        "certificates were approved: that needs approve on the signer, too (signers.certificates.k8s.io), whose name the log does not tell",
    ),
    (
        "certificates.k8s.io",
        "certificatesigningrequests/status",
        "certificates were signed: that needs sign on the signer, too (signers.certificates.k8s.io), whose name the log does not tell",
    ),
    (
        "certificates.k8s.io",
        "clustertrustbundles",
        "trust bundles were written: those of a signer need attest on it, too (signers.certificates.k8s.io)",
    ),
];

/// The rights that it takes to act as somebody, each with the name that is needed.
///
/// See `buildImpersonationRequests` in `k8s.io/apiserver/pkg/endpoints/filters`. Groups that the server adds
/// by itself need none.
pub(super) fn impersonation(whom: &Impersonated<'_>) -> Vec<(Right, String)> {
    const AUTHENTICATION: &str = "authentication.k8s.io";
    let name = whom.user.name;
    let account = name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'));
    let mut rights = Vec::new();
    let mut implied = vec!["system:authenticated".to_owned()];
    match account {
        Some((namespace, name)) => {
            rights.push((
                Right::new(namespace, "", "serviceaccounts", "impersonate"),
                name.to_owned(),
            ));
            implied.push("system:serviceaccounts".to_owned());
            implied.push(format!("system:serviceaccounts:{namespace}"));
        }
        None => rights.push((Right::new("", "", "users", "impersonate"), name.to_owned())),
    }
    if name == "system:anonymous" {
        implied.push("system:unauthenticated".to_owned());
    }
    for group in &whom.user.groups {
        if !implied.iter().any(|it| it == group) {
            rights.push((Right::new("", "", "groups", "impersonate"), (*group).to_owned()));
        }
    }
    if !whom.uid.is_empty() {
        let right = Right::new("", AUTHENTICATION, "uids", "impersonate");
        rights.push((right, whom.uid.to_owned()));
    }
    for (key, value) in &whom.extra {
        let right = Right::new("", AUTHENTICATION, &format!("userextras/{key}"), "impersonate");
        rights.push((right, (*value).to_owned()));
    }
    rights
}

/// What a request that was allowed needs beside its own right, and what of it the event does not tell.
pub(super) fn of_request(
    record: &Record<'_>,
    event: &Event<'_>,
) -> (Vec<Demand>, Option<&'static str>) {
    let Event { verb, namespace, group, resource, subresource, name, .. } = *event;
    let is_stream = matches!(subresource, "exec" | "attach" | "portforward");
    if (group, resource, verb) == ("", "pods", "get") && is_stream {
        let right = Right::new(namespace, group, &format!("pods/{subresource}"), "create");
        return (vec![(right, Some(name.to_owned()), UPGRADES)], None);
    }
    if !matches!(verb, "create" | "update" | "patch") {
        return (Vec::new(), None);
    }
    let whole = match subresource {
        "" => resource.to_owned(),
        subresource => format!("{resource}/{subresource}"),
    };
    if let Some((.., untold)) =
        SECOND.iter().find(|(of, resource, _)| *of == group && *resource == whole)
    {
        return (Vec::new(), Some(*untold));
    }
    let is_access =
        matches!(resource, "roles" | "clusterroles" | "rolebindings" | "clusterrolebindings");
    if group != GROUP || !is_access || !subresource.is_empty() {
        return (Vec::new(), None);
    }
    // What is not there is not looked at.
    if !record.code().is_none_or(|it| it < 300 || it == 409 && verb == "create") {
        return (Vec::new(), None);
    }
    let Some(body) = record.request_object() else { return (Vec::new(), Some(UNTOLD_RBAC)) };
    let document = Document::parse_yaml(body);
    let demands = of_object(document.root(), resource, namespace, record.object_name());
    let is_told = !demands.is_empty() || document.root().at("rules").is_list();
    (demands, (!is_told).then_some(UNTOLD_RBAC))
}

/// What it takes to write a role or binding, beside the right to write one: see `RoleEscalationCheck` in
/// `k8s.io/kubernetes/pkg/registry/rbac`. A namespace is empty for the whole cluster.
pub(super) fn of_object(
    object: Place<'_>,
    resource: &str,
    namespace: &str,
    name: &str,
) -> Vec<Demand> {
    match resource {
        "roles" | "clusterroles" if object.at("aggregationRule").exists() => {
            let right = Right::new("", GROUP, "clusterroles", "escalate");
            vec![(right, Some(name.to_owned()), ESCALATES)]
        }
        "roles" | "clusterroles" => {
            let rules = object.at("rules").items().flat_map(|it| granted(it, namespace));
            rules.map(|(right, name)| (right, name, HOLDS)).collect()
        }
        _ => {
            let role = object.at("roleRef");
            let text = |key| role.at(key).as_str().unwrap_or_default();
            let resource = match text("kind") {
                "ClusterRole" => "clusterroles",
                "Role" => "roles",
                _ => return Vec::new(),
            };
            let right = Right::new(namespace, GROUP, resource, "bind");
            vec![(right, Some(text("name").to_owned()), BINDS)]
        }
    }
}

/// What an entry of a role's `rules` grants, each with a name where it is for named objects.
pub(super) fn granted(rule: Place<'_>, namespace: &str) -> Vec<(Right, Option<String>)> {
    let words = |key: &'static str| -> Vec<String> {
        rule.at(key).items().filter_map(|it| it.as_str()).map(str::to_owned).collect()
    };
    let names: Vec<Option<String>> = match words("resourceNames") {
        names if names.is_empty() => vec![None],
        names => names.into_iter().map(Some).collect(),
    };
    let mut rights = Vec::new();
    for verb in words("verbs") {
        for url in words("nonResourceURLs") {
            rights.push((Right::url(&url, &verb), None));
        }
        for group in words("apiGroups") {
            for resource in words("resources") {
                let right = Right {
                    verb: Verb(verb.clone()),
                    ..Right::new(namespace, &group, &resource, "")
                };
                rights.extend(names.iter().map(|name| (right.clone(), name.clone())));
            }
        }
    }
    rights
}
