//! Permissions that match nothing.

use rustc_hash::FxHashSet;

use super::idle::{Idle, idle};
use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ineffective-permission",
    category: Category::Rbac,
    severity: Severity::Low,
    level: None,
    summary: "a role names a group, resource or verb that no request has",
    why: "Groups are written without a version, the core group as \"\"; resources are plural, in \
          lower case, and each subresource has to be named; verbs are those of the API. What is \
          written otherwise is accepted and allows nothing, so that the role does not do what \
          it says.",
    remedy: "write groups, resources and verbs as the API has them",
    breaks: "The permission begins to work: make sure that it is wanted.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [Pods]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods]
  verbs: [get]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(role) = Role::read_own(object) else { return };
    let mut known = FxHashSet::default();
    let mut words: Vec<String> = Vec::new();
    let mut places = Vec::new();
    for Idle { place, reason, change } in
        role.rules().flat_map(|it| idle(it, !role.is_cluster_role()))
    {
        if known.insert(reason.clone()) {
            words.push(reason);
        }
        places.push((place, String::new(), change));
    }
    reporter.flag_all(format!("matches no request: {}", words.join(", ")), places);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(kind: &str, resource: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
                 rules: [{{apiGroups: [''], resources: ['{resource}'], verbs: [get]}}]}}"
            ),
        )
    }

    #[test]
    fn stars_stand_for_all_or_before_a_subresource() {
        let message = "matches no request: `pods/*` does not stand for every subresource";
        assert_eq!(role("Role", "pods/*"), [message]);
        assert!(role("Role", "*").is_empty());
        assert!(role("Role", "*/scale").is_empty());
        assert!(role("Role", "*/*").len() == 1);
    }

    #[test]
    fn resources_outside_of_namespaces_need_a_cluster_role() {
        assert_eq!(role("Role", "nodes").len(), 1);
        assert!(role("ClusterRole", "nodes").is_empty());
        // Reading the namespace itself is a request in the namespace.
        assert!(role("Role", "namespaces").is_empty());
    }

    fn rule(kind: &str, rule: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, \
             rules: [{{{rule}}}]}}"
        );
        let found = messages(&RULE, &text).join("; ");
        found.trim_start_matches("matches no request: ").to_owned()
    }

    fn of(groups: &str, resources: &str) -> String {
        let lists = format!("apiGroups: [{groups}], resources: [{resources}], verbs: [get]");
        rule("ClusterRole", &lists)
    }

    #[test]
    fn groups_have_no_version() {
        assert_eq!(of("core", "secrets"), "`core` is called by empty text: the core group is \"\"");
        assert_eq!(of("v1", "secrets"), "`v1` is a version: the core group is \"\"");
        assert_eq!(of("v1beta1", "pods"), "`v1beta1` is a version: the core group is \"\"");
        assert_eq!(of("apps/v1", "deployments"), "`apps/v1` is a group with its version");
        assert_eq!(
            of("rbac", "roles"),
            "`rbac` is no API group; one is called `rbac.authorization.k8s.io`"
        );
        assert_eq!(of("bacth", "jobs"), "`bacth` is no API group; one is called `batch`");
        for known in
            ["''", "apps", "'*'", "extensions, apps", "cert-manager.io", "autoscaling.k8s.io"]
        {
            let resource = if known == "''" { "pods" } else { "deployments" };
            assert_eq!(of(known, resource), "", "{known}");
        }
    }

    #[test]
    fn resources_are_in_their_group() {
        assert_eq!(of("''", "deployments"), "`deployments` is in the group `apps`");
        assert_eq!(of("apps", "pods"), "`pods` is in the core group, which is \"\"");
        assert_eq!(
            of("extensions", "ingresses"),
            "`ingresses` is in the group `networking.k8s.io`"
        );
        assert_eq!(of("'', apps", "deployments, pods"), "");
        assert_eq!(of("'', example.com", "deployments"), "", "it may be of that group");
        assert_eq!(of("metrics.k8s.io", "pods"), "");
        assert_eq!(of("'*'", "deployments"), "");
    }

    #[test]
    fn resources_are_plural() {
        assert_eq!(of("''", "secret"), "`secret` is called `secrets`");
        assert_eq!(of("apps", "deployment/scale"), "`deployment/scale` is called `deployments`");
        assert_eq!(of("''", "sa"), "`sa` is called `serviceaccounts`");
        assert_eq!(of("''", "servcies"), "`servcies` is called `services`");
        assert_eq!(
            of("''", "ingress"),
            "`ingress` is called `ingresses`, in the group `networking.k8s.io`"
        );
        assert_eq!(of("''", "users, groups, nodes/metrics, pods/finalizers"), "");
        assert_eq!(of("certificates.k8s.io", "signers"), "");
    }

    #[test]
    fn resources_are_one_word() {
        let list = "is one word to the API server, and no list";
        assert_eq!(of("''", "'pods, services'"), format!("`pods, services` {list}"));
        assert_eq!(of("'a.example.com,b.example.com'", "things").matches(list).count(), 1);
        let pattern = "stands for nothing: `*` is for all or for itself";
        assert_eq!(of("example.com", "'thing*'"), format!("`thing*` {pattern}"));
        let dotted = "has a `.`: its group goes into apiGroups, its version nowhere";
        assert_eq!(of("apps", "deployments.apps"), format!("`deployments.apps` {dotted}"));
        assert_eq!(of("''", "pods/, /pods").matches("has a `/` too many").count(), 2);
        assert_eq!(of("''", "all"), "`all` is a word of kubectl for some kinds, and no resource");
        assert_eq!(of("apps", "ds"), "`ds` is called `daemonsets`");
        assert_eq!(of("example.com", "'*/status', all, '{{ .Values.kind }}'"), "");
    }

    #[test]
    fn subresources_are_spelt_as_they_are() {
        assert_eq!(of("''", "pods/logs"), "`pods/logs` is no subresource; one is called `log`");
        let meant = "is no subresource; one is called `portforward`";
        assert_eq!(of("''", "pods/portfoward"), format!("`pods/portfoward` {meant}"));
        assert_eq!(of("''", "pods/log, pods/exec, services/metrics, namespaces/metrics"), "");
        assert_eq!(of("apps", "deployments/scale, deployments/status, '*/scale'"), "");
    }

    #[test]
    fn verbs_are_those_of_the_api() {
        let verbs = |groups: &str, verbs: &str| {
            let head = format!("apiGroups: [{groups}], resources: [pods], verbs: [{verbs}]");
            rule("ClusterRole", &head)
        };
        assert_eq!(
            verbs("''", "GET, read, List"),
            "`GET` is not in lower case, `read` is no verb; one is called `get`, `List` is not in lower case"
        );
        assert_eq!(verbs("''", "all"), "`all` is no verb; all are called `*`");
        assert_eq!(
            verbs("example.com", "'get,list', 'get*'"),
            "`get,list` is one word to the API server, and no list, `get*` stands for nothing: `*` is for all or \
             for itself"
        );
        assert_eq!(verbs("''", "wacth"), "`wacth` is no verb; one is called `watch`");
        assert_eq!(verbs("''", "'*', use, impersonate, proxy, head, bind"), "");
        assert_eq!(verbs("example.com", "read, edit"), "", "extensions have verbs of their own");
        assert_eq!(verbs("example.com", "Get"), "`Get` is not in lower case");
    }

    #[test]
    fn requests_without_a_name_are_not_for_named_objects() {
        let named = |verbs: &str, resources: &str| {
            let lists = format!("resources: [{resources}], resourceNames: [a], verbs: [{verbs}]");
            rule("Role", &format!("apiGroups: [''], {lists}"))
        };
        let tail = "names no object, so that resourceNames leave nothing of it";
        assert_eq!(named("get, create", "configmaps"), format!("`create` {tail}"));
        assert_eq!(
            named("get, deletecollection", "configmaps"),
            format!("`deletecollection` {tail}")
        );
        assert_eq!(named("create, patch", "configmaps"), "", "applying asks for create by name");
        assert_eq!(named("create", "serviceaccounts/token"), "");
        assert_eq!(named("list, watch", "configmaps"), "", "a field selector names the object");
    }

    #[test]
    fn names_and_urls_are_compared_as_they_are() {
        let names = |resource: &str| {
            let lists = format!("resources: [{resource}], resourceNames: ['web-*'], verbs: [get]");
            rule("Role", &format!("apiGroups: [''], {lists}"))
        };
        assert_eq!(names("pods"), "`web-*` stands for nothing: names are compared as they are");
        assert_eq!(names("nodes").matches(" is outside of namespaces").count(), 1);
        let url =
            |url: &str| rule("ClusterRole", &format!("nonResourceURLs: ['{url}'], verbs: [get]"));
        assert_eq!(url("metrics"), "`metrics` does not begin with `/`");
        assert_eq!(url("/a/*/b"), "`/a/*/b` has a `*` that is not at its end");
        for known in ["*", "/*", "/metrics", "/healthz/*"] {
            assert_eq!(url(known), "", "{known}");
        }
    }
}
