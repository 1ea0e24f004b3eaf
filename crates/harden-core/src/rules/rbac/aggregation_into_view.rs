//! ClusterRoles that give readers more than reading.

use harden_yaml::{Action, Place};

use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "aggregation-into-view",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a ClusterRole adds more than reading to the role `view`",
    why: "Whoever may look at a namespace by the role `view` gets these permissions, too, in \
          every namespace where it is bound; nobody who binds `view` expects that.",
    remedy: "aggregate it to `edit` or `admin` instead, or leave only get, list and watch, and no \
          Secrets",
    breaks: "Whoever has the role `view` and no other loses what the role lets read.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reports
  labels:
    rbac.authorization.k8s.io/aggregate-to-view: \"true\"
rules:
- apiGroups: [example.com]
  resources: [reports]
  verbs: [get, list, update]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: reports
  labels:
    rbac.authorization.k8s.io/aggregate-to-view: \"true\"
rules:
- apiGroups: [example.com]
  resources: [reports]
  verbs: [get, list, watch]
",
};

/// Aggregates a role into `edit` instead, unless something like it is said already.
fn out_of_view<'d>(object: &Object<'d>) -> Edits<'d> {
    let labels = object.place.at("metadata").at("labels");
    let view = labels.at("rbac.authorization.k8s.io/aggregate-to-view");
    let others = ["edit", "admin"].map(|it| format!("rbac.authorization.k8s.io/aggregate-to-{it}"));
    let is_elsewhere = others.iter().any(|it| labels.get(it).is_some());
    let [edit, _] = others;
    vec![(view, if is_elsewhere { Action::Remove } else { Action::Rename(edit) })]
}

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    // Any role can get the label, those of Kubernetes included; one of them is there for `view`.
    let is_there_for_view = object.name() == "system:aggregate-to-view";
    let role = if is_there_for_view { Role::read_own(object) } else { Role::read(object) };
    let Some(role) = role.filter(|it| it.is_cluster_role() && it.extends_view()) else { return };
    let edits = if is_there_for_view { Vec::new() } else { out_of_view(object) };
    let mut words: Vec<String> = Vec::new();
    let mut places = Vec::new();
    for rule in role.rules() {
        let reads_secrets = rule.naming("", "secrets").is_some() || rule.lists("resources", "*");
        let is_more = |verb: &str| reads_secrets || !matches!(verb, "get" | "list" | "watch");
        let items = rule.place.at("verbs").items();
        let more: Vec<_> = items.filter(|it| it.as_str().is_some_and(is_more)).collect();
        if !more.is_empty() {
            let verbs: Vec<_> = more.iter().filter_map(Place::as_str).collect();
            words.push(format!("{} {}", verbs.join("/"), rule.words("resources").join("/")));
            places.extend(more.into_iter().map(|it| (it, "", edits.clone())));
        }
    }
    reporter.flag_all_with(
        format!("whoever has the role `view` gets {}, too", words.join(", ")),
        places,
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(label: &str, rules: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: a, \
                 labels: {{rbac.authorization.k8s.io/aggregate-to-{label}: 'true'}}}}, rules: {rules}}}"
            ),
        )
    }

    #[test]
    fn secrets_are_no_reading() {
        let read = "[{apiGroups: [''], resources: [secrets], verbs: [get]}]";
        assert_eq!(role("view", read), ["whoever has the role `view` gets get secrets, too"]);
        assert!(role("admin", read).is_empty());
    }

    #[test]
    fn several_rules_are_one_finding() {
        let write = "[{apiGroups: [a.b], resources: [c], verbs: [get, create]}, \
                     {apiGroups: [a.b], resources: [d], verbs: ['*']}]";
        assert_eq!(role("view", write), ["whoever has the role `view` gets create c, * d, too"]);
    }
}
