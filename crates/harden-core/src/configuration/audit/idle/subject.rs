//! Names of users and groups that nobody has.

use crate::kubernetes::{is_label_name, is_subdomain};

/// The groups that Kubernetes itself puts users in.
const GROUPS: [&str; 8] = [
    "kubeadm:cluster-admins",
    "system:authenticated",
    "system:bootstrappers",
    "system:masters",
    "system:monitoring",
    "system:nodes",
    "system:serviceaccounts",
    "system:unauthenticated",
];

/// What the names of other groups of Kubernetes begin with.
const GROUP_PREFIXES: [&str; 2] = ["system:bootstrappers:", "system:serviceaccounts:"];

/// The users that Kubernetes itself has.
const USERS: [&str; 8] = [
    "kubernetes-admin",
    "system:admin",
    "system:aggregator",
    "system:anonymous",
    "system:apiserver",
    "system:kube-controller-manager",
    "system:kube-proxy",
    "system:kube-scheduler",
];

/// What the names of other users of Kubernetes begin with.
const USER_PREFIXES: [&str; 3] = ["system:bootstrap:", "system:node:", "system:serviceaccount:"];

/// Why an entry of `users` matches nobody.
pub(super) fn of_users(name: &str) -> Option<String> {
    let is_group = GROUPS.contains(&name) || GROUP_PREFIXES.iter().any(|it| name.starts_with(it));
    if is_group {
        let hint = "it is a group, and belongs into `userGroups`";
        return Some(format!("`{name}` in users matches nobody: {hint}"));
    }
    let account = name.strip_prefix("system:serviceaccount:");
    if account.is_some_and(|it| !name.contains('*') && !is_account(it)) {
        let hint = "a ServiceAccount is called `system:serviceaccount:NAMESPACE:NAME`";
        return Some(format!("`{name}` in users matches nobody: {hint}"));
    }
    let known = USERS.iter().chain(&GROUPS);
    of_list(name, "users", known.copied(), USER_PREFIXES.iter().chain(&GROUP_PREFIXES).copied())
}

/// Why an entry of `userGroups` matches nobody.
pub(super) fn of_groups(name: &str) -> Option<String> {
    let is_user = USERS.contains(&name) || USER_PREFIXES.iter().any(|it| name.starts_with(it));
    if is_user {
        let hint = "it is a user, and belongs into `users`";
        return Some(format!("`{name}` in userGroups matches nobody: {hint}"));
    }
    let namespace = name.strip_prefix("system:serviceaccounts:");
    if namespace.is_some_and(|it| !name.contains('*') && !is_label_name(it)) {
        let hint = "no namespace can have this name";
        return Some(format!("`{name}` in userGroups matches nobody: {hint}"));
    }
    let known = GROUPS.iter().chain(&USERS);
    let prefixes = GROUP_PREFIXES.iter().chain(&USER_PREFIXES);
    of_list(name, "userGroups", known.copied(), prefixes.copied())
}

/// `NAMESPACE:NAME`, as the API server makes it of a ServiceAccount.
fn is_account(name: &str) -> bool {
    name.split_once(':')
        .is_some_and(|(namespace, name)| is_label_name(namespace) && is_subdomain(name))
}

fn of_list(
    name: &str,
    list: &str,
    mut known: impl Iterator<Item = &'static str>,
    mut prefixes: impl Iterator<Item = &'static str>,
) -> Option<String> {
    let because = |hint: &str| Some(format!("`{name}` in {list} matches nobody: {hint}"));
    if name == "*" {
        return because(&format!("leave `{list}` out to mean all"));
    }
    if name.contains('*') {
        return because("names are compared as they are, without wildcards");
    }
    if name.trim().is_empty() {
        return because("everybody has a name");
    }
    if name.trim() != name {
        return because("there are blanks around it");
    }
    let lower = name.to_ascii_lowercase();
    let meant = known.find(|it| *it == lower).or_else(|| prefixes.find(|it| lower.starts_with(it)));
    meant
        .filter(|it| !name.starts_with(it))
        .and_then(|_| because("names of Kubernetes are lower case"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_no_users_and_users_no_groups() {
        for group in [
            "system:nodes",
            "system:masters",
            "system:authenticated",
            "system:serviceaccounts",
            "system:serviceaccounts:kube-system",
            "system:bootstrappers:kubeadm:default-node-token",
            "kubeadm:cluster-admins",
        ] {
            let reason = of_users(group).unwrap_or_default();
            assert!(reason.contains("belongs into `userGroups`"), "{group}: {reason}");
            assert_eq!(of_groups(group), None, "{group}");
        }
        for user in [
            "system:kube-scheduler",
            "system:kube-proxy",
            "system:anonymous",
            "system:apiserver",
            "system:node:worker-1",
            "system:serviceaccount:kube-system:default",
            "system:bootstrap:abcdef",
        ] {
            let reason = of_groups(user).unwrap_or_default();
            assert!(reason.contains("belongs into `users`"), "{user}: {reason}");
            assert_eq!(of_users(user), None, "{user}");
        }
    }

    #[test]
    fn names_of_others_may_be_anything() {
        for name in ["alice", "dev-team", "System", "oidc:Alice", "arn:aws:iam::1:role/x", "a b"] {
            assert_eq!((of_users(name), of_groups(name)), (None, None), "{name}");
        }
    }

    #[test]
    fn names_that_nobody_can_have_are_named() {
        for name in [
            "",
            " ",
            "*",
            "system:serviceaccount:*",
            "system:serviceaccount:a",
            "system:serviceaccount:A:b",
            "system:serviceaccount:a:b:c",
            "System:Nodes",
            "SYSTEM:KUBE-PROXY",
            " alice",
        ] {
            assert!(of_users(name).is_some(), "{name}");
        }
        for name in
            ["", "*", "system:serviceaccounts:", "system:serviceaccounts:a:b", "System:nodes"]
        {
            assert!(of_groups(name).is_some(), "{name}");
        }
    }
}
