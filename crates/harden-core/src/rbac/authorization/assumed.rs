//! What a new cluster has by itself, for input that does not say it.

use super::Authorization;
use super::records::{BindingRecord, Mark, RoleKey, RoleRecord, RuleRecord, SubjectRecord};
use super::words::{Words, index};
use crate::kubernetes::MinorVersion;
use crate::rbac::built_in;

/// The label by which a role is aggregated, before the name of the role that it fills.
const LABEL: &str = "rbac.authorization.k8s.io/aggregate-to-";

/// The roles that are filled from others, and the one that each fills in turn.
const AGGREGATED: [(&str, Option<&str>); 3] =
    [("admin", None), ("edit", Some("admin")), ("view", Some("edit"))];

/// Adds the roles and bindings that the API server of a version makes when it starts. What an input has under the same
/// name does not keep it from adding what is missing there, unless an annotation does.
pub(super) fn add(all: &mut Authorization, version: MinorVersion) {
    let source = all.words.keep(&format!("Kubernetes {version}"));
    let mark = Mark { source, line: 0 };
    for made in built_in::roles(version) {
        let id = index(all.roles.len());
        let is_cluster_role = made.kind == "ClusterRole";
        let of = AGGREGATED.iter().find(|(name, _)| is_cluster_role && *name == made.name);
        let selector = of.map(|(name, _)| {
            let label = format!("{LABEL}{name}");
            vec![serde_json::json!({"matchLabels": {label: "true"}}).to_string()]
        });
        let words = &mut all.words;
        let own = made.name.strip_prefix("system:aggregate-to-").filter(|_| is_cluster_role);
        let filled = own.or_else(|| of.and_then(|(_, filled)| *filled));
        let label = filled.map(|it| (words.keep(&format!("{LABEL}{it}")), words.keep("true")));
        let key = RoleKey {
            is_cluster_role,
            namespace: words.keep(made.namespace),
            name: words.keep(made.name),
        };
        let mut rules = Vec::new();
        for (number, line) in (0..).zip(made.what.lines(version)).filter(|_| of.is_none()) {
            rules.push(index(all.rules.len()));
            let none = words.keep_all([]);
            let on = words.keep_all(line.resources().iter().copied());
            let (groups, resources, urls) = match line.group() {
                Some(group) => (words.keep_all([group]), on, none),
                None => (none, none, on),
            };
            let verbs = words.keep_all(line.verbs.iter().copied());
            let names = words.keep_all(line.names.iter().copied());
            let rule = RuleRecord { verbs, groups, resources, names, urls, role: id, number, mark };
            all.rules.push(rule);
        }
        all.roles.push(RoleRecord {
            key,
            labels: label.into_iter().collect(),
            selectors: selector,
            rules,
            mark,
            is_assumed: true,
            is_built_in: true,
        });
    }
    add_bindings(all, version, mark);
}

fn add_bindings(all: &mut Authorization, version: MinorVersion, mark: Mark) {
    for made in built_in::bindings(version) {
        let words = &mut all.words;
        let is_cluster_wide = made.kind == "ClusterRoleBinding";
        let namespace = if is_cluster_wide { Words::NONE } else { words.keep(made.namespace) };
        let subjects = made.what.subjects(version);
        let subjects = subjects.map(|it| SubjectRecord::new(words, it, namespace, mark)).collect();
        let (role_kind, role_name) = made.what.role();
        all.bindings.push(BindingRecord {
            is_cluster_wide,
            namespace,
            name: words.keep(made.name),
            role_kind: words.keep(role_kind),
            role_name: words.keep(role_name),
            roles: Vec::new(),
            subjects,
            mark,
            is_assumed: true,
            is_built_in: true,
        });
    }
}
