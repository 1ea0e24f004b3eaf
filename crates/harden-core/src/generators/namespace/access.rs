//! Who may do what in the namespace: Roles that cannot undo its hardening, and their bindings.

use std::convert::Infallible;
use std::str::FromStr;

use serde_json::{Value, json};

use super::{Options, Part};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::Kind;

/// The name of a user or group, as the cluster's authentication gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl FromStr for Subject {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

/// What admins of a namespace may do with its Secrets through the API.
///
/// Whoever can make pods can mount Secrets into them, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum AdminSecrets {
    /// Nothing
    #[default]
    None,
    /// Read them
    Read,
    /// Read, make, change and delete them
    Write,
}

/// A role and those who get it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    role: RoleKind,
    secrets: AdminSecrets,
    subjects: Vec<Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoleKind {
    Admin,
    Edit,
    View,
}

/// The roles that someone gets.
pub(super) fn roles(options: &Options) -> Result<Vec<Access>, OptionError> {
    let columns = [
        (
            RoleKind::Admin,
            &options.admin_group,
            "--admin-group",
            &options.admin_user,
            "--admin-user",
        ),
        (RoleKind::Edit, &options.edit_group, "--edit-group", &options.edit_user, "--edit-user"),
        (RoleKind::View, &options.view_group, "--view-group", &options.view_user, "--view-user"),
    ];
    let mut roles = Vec::new();
    for (role, groups, group_option, users, user_option) in columns {
        let mut subjects = subjects("Group", groups, group_option)?;
        subjects.extend(self::subjects("User", users, user_option)?);
        if !subjects.is_empty() {
            roles.push(Access { role, secrets: options.secrets, subjects });
        }
    }
    let no_admin = options.admin_group.is_empty() && options.admin_user.is_empty();
    if options.makes(Part::Rbac) && options.secrets != AdminSecrets::None && no_admin {
        return Err(OptionError::new(
            "--secrets",
            "",
            "says what admins may do; give --admin-group or --admin-user",
        ));
    }
    Ok(roles)
}

fn subjects(
    kind: &str,
    names: &[Subject],
    option: &'static str,
) -> Result<Vec<Value>, OptionError> {
    let mut subjects: Vec<Value> = Vec::new();
    for Subject(name) in names {
        if name.is_empty() || name.trim() != name {
            return Err(OptionError::new(
                option,
                format!("{name:?}"),
                "must be a name without blanks around it",
            ));
        }
        let everyone = match kind {
            "Group" => name.starts_with("system:") && !name.starts_with("system:serviceaccounts:"),
            _ => name == "system:anonymous",
        };
        if everyone {
            let rule = "Kubernetes puts people and components into this group by itself; name one of your own";
            return Err(OptionError::new(option, name, rule));
        }
        let subject = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
        if !subjects.contains(&subject) {
            subjects.push(subject);
        }
    }
    Ok(subjects)
}

pub(super) fn manifests(namespace: &str, roles: &[Access]) -> Vec<Manifest> {
    roles.iter().flat_map(|access| access.manifests(namespace)).collect()
}

impl Access {
    fn manifests(&self, namespace: &str) -> Vec<Manifest> {
        let role = |name: &str, why: &str, rules: Vec<Value>| {
            Manifest::new(Kind::ROLE, Some(namespace), name, why, json!({"rules": rules}))
        };
        match self.role {
            RoleKind::Admin => vec![
                role("namespace-admin", self.admin_why(), admin_rules(namespace, self.secrets)),
                self.binding(namespace, "namespace-admin", "Role", "These run the namespace."),
            ],
            RoleKind::Edit => vec![
                role(
                    "namespace-edit",
                    "What it takes to deploy and watch workloads. No Secrets, no shell in containers,\n\
                     and nothing that would loosen the namespace's policies.",
                    edit_rules(namespace),
                ),
                self.binding(namespace, "namespace-edit", "Role", "These deploy to the namespace."),
            ],
            RoleKind::View => vec![self.binding(
                namespace,
                "view",
                "ClusterRole",
                "These look at the namespace, Secrets excepted (the ClusterRole `view` of Kubernetes).",
            )],
        }
    }

    fn admin_why(&self) -> &'static str {
        match self.secrets {
            AdminSecrets::None => {
                "What it takes to run the namespace, but not to loosen it: its labels, quota, network policies and\n\
                 role bindings are read-only. Secrets are closed, though a pod made here can still mount them."
            }
            AdminSecrets::Read => {
                "What it takes to run the namespace, but not to loosen it: its labels, quota, network policies and\n\
                 role bindings are read-only. Secrets can be read."
            }
            AdminSecrets::Write => {
                "What it takes to run the namespace, but not to loosen it: its labels, quota, network policies and\n\
                 role bindings are read-only. Secrets can be read and changed."
            }
        }
    }

    fn binding(&self, namespace: &str, role: &str, role_kind: &str, why: &str) -> Manifest {
        let name = if role == "view" { "namespace-view" } else { role };
        Manifest::new(
            Kind::ROLE_BINDING,
            Some(namespace),
            name,
            why,
            json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
                "subjects": self.subjects,
            }),
        )
    }
}

/// Routes are of those who deploy; Gateways, which listen, and grants to other namespaces are not.
const GATEWAY: &str = "gateway.networking.k8s.io";

/// Verbs that change nothing.
pub(in crate::generators) const READ: &[&str] = &["get", "list", "watch"];
/// All verbs of resources.
pub(in crate::generators) const WRITE: &[&str] =
    &["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

/// Verbs on resources of a group.
pub(in crate::generators) fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
}

/// What it takes to deploy to a namespace and to watch it.
pub(in crate::generators) fn edit_rules(namespace: &str) -> Vec<Value> {
    vec![
        rule(
            "",
            &[
                "configmaps",
                "persistentvolumeclaims",
                "pods",
                "replicationcontrollers",
                "replicationcontrollers/scale",
                "services",
            ],
            WRITE,
        ),
        rule(
            "apps",
            &[
                "daemonsets",
                "deployments",
                "deployments/scale",
                "replicasets",
                "replicasets/scale",
                "statefulsets",
                "statefulsets/scale",
            ],
            WRITE,
        ),
        rule("batch", &["cronjobs", "jobs"], WRITE),
        rule("autoscaling", &["horizontalpodautoscalers"], WRITE),
        rule("networking.k8s.io", &["ingresses"], WRITE),
        rule(GATEWAY, &["grpcroutes", "httproutes", "tcproutes", "tlsroutes", "udproutes"], WRITE),
        rule("policy", &["poddisruptionbudgets"], WRITE),
        rule("", &["pods/eviction"], &["create"]),
        rule("", &["pods/log"], &["get"]),
        rule(
            "",
            &["endpoints", "events", "limitranges", "resourcequotas", "serviceaccounts"],
            READ,
        ),
        rule("apps", &["controllerrevisions"], READ),
        rule("discovery.k8s.io", &["endpointslices"], READ),
        rule("events.k8s.io", &["events"], READ),
        rule("metrics.k8s.io", &["pods"], &["get", "list"]),
        rule("networking.k8s.io", &["networkpolicies"], READ),
        rule(GATEWAY, &["gateways", "referencegrants"], READ),
        json!({"apiGroups": [""], "resources": ["namespaces"], "resourceNames": [namespace], "verbs": ["get"]}),
    ]
}

fn admin_rules(namespace: &str, secrets: AdminSecrets) -> Vec<Value> {
    let mut rules = edit_rules(namespace);
    rules.extend([
        rule("", &["pods/attach", "pods/exec", "pods/portforward"], &["get", "create"]),
        rule("", &["pods/ephemeralcontainers"], &["get", "update", "patch"]),
        rule("", &["serviceaccounts"], WRITE),
        rule("rbac.authorization.k8s.io", &["rolebindings", "roles"], READ),
    ]);
    match secrets {
        AdminSecrets::None => {}
        AdminSecrets::Read => rules.push(rule("", &["secrets"], READ)),
        AdminSecrets::Write => rules.push(rule("", &["secrets"], WRITE)),
    }
    rules
}
