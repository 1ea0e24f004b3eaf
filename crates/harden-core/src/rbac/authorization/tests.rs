//! Tests beside the code: who is granted what, and what grants nothing.

use super::*;
use crate::kubernetes::MinorVersion;
use crate::source::Source;

fn read_as(origin: Origin, files: &[(&str, &str)]) -> Authorization {
    let mut reader = Reader::new(Settings { origin, namespace: "default".to_owned() });
    for (name, text) in files {
        reader.learn(&Source::new(*name, *text));
    }
    reader.finish()
}

fn read(text: &str) -> Authorization {
    read_as(Origin::Files(None), &[("a.yaml", text)])
}

/// An object of RBAC in one line.
fn object(kind: &str, name: &str, rest: &str) -> String {
    let head = "apiVersion: rbac.authorization.k8s.io/v1";
    let namespace = if kind.starts_with("Cluster") { "" } else { ", namespace: team" };
    format!("---\n{{{head}, kind: {kind}, metadata: {{name: '{name}'{namespace}}}, {rest}}}\n")
}

fn role(kind: &str, name: &str, rule: &str) -> String {
    object(kind, name, &format!("rules: [{{{rule}}}]"))
}

fn binding(kind: &str, role: &str, subject: &str) -> String {
    let role = role.split_once('/').unwrap();
    let role = format!("roleRef: {{kind: {}, name: '{}'}}", role.0, role.1);
    object(kind, "b", &format!("{role}, subjects: [{{{subject}}}]"))
}

fn request(verb: &str, resource: &str, scope: Scope) -> Request {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    Request::Resource(ResourceRequest {
        verb: verb.to_owned(),
        resource: resource.to_owned(),
        subresource: subresource.to_owned(),
        scope,
        ..ResourceRequest::default()
    })
}

fn in_team(verb: &str, resource: &str) -> Request {
    request(verb, resource, Scope::Namespace("team".to_owned()))
}

const PODS: &str = "apiGroups: [''], resources: [pods], verbs: [get]";

#[test]
fn a_grant_says_through_which_binding_role_and_line() {
    let text = role("Role", "r", PODS) + &binding("RoleBinding", "Role/r", "kind: User, name: ann");
    let all = read(&text);
    let grants: Vec<_> = all.grants(&User::named("ann"), &in_team("get", "pods")).collect();
    let [grant] = grants.as_slice() else { panic!("{}", grants.len()) };
    assert_eq!(grant.binding.to_string(), "RoleBinding team/b");
    assert_eq!(grant.role.to_string(), "Role team/r");
    assert_eq!(grant.rule.spot().to_string(), "a.yaml:2");
    assert_eq!(grant.binding.spot().to_string(), "a.yaml:4");
    let none = |request| all.grants(&User::named("ann"), &request).count();
    assert_eq!(none(in_team("get", "pods/log")), 0);
    assert_eq!(none(in_team("list", "pods")), 0);
    assert_eq!(none(request("get", "pods", Scope::Namespace("other".to_owned()))), 0);
    assert_eq!(none(request("get", "pods", Scope::Cluster)), 0);
    assert_eq!(none(request("get", "pods", Scope::Anywhere)), 1);
    assert_eq!(all.holders(&in_team("get", "pods")).count(), 1);
}

#[test]
fn an_account_is_in_the_namespace_of_its_binding_where_it_names_none() {
    let account = "kind: ServiceAccount, name: web";
    let text = role("Role", "r", PODS) + &binding("RoleBinding", "Role/r", account);
    let all = read(&text);
    assert!(all.allows(&User::account("team", "web"), &in_team("get", "pods")));
    assert!(!all.allows(&User::account("other", "web"), &in_team("get", "pods")));
    assert_eq!(
        all.subjects().iter().map(Subject::to_string).collect::<Vec<_>>(),
        ["ServiceAccount team/web"]
    );
    let text =
        role("ClusterRole", "r", PODS) + &binding("ClusterRoleBinding", "ClusterRole/r", account);
    let all = read(&text);
    assert_eq!(all.refused().len(), 1, "a ClusterRoleBinding has no namespace to give");
    assert_eq!(all.refused()[0].why, "subjects[0].namespace: Required value");
    assert!(all.bindings().next().is_none());
}

#[test]
fn groups_follow_from_a_name_and_masters_are_above() {
    let text = role("ClusterRole", "r", PODS)
        + &binding(
            "ClusterRoleBinding",
            "ClusterRole/r",
            "kind: Group, name: 'system:serviceaccounts:team'",
        );
    let all = read(&text);
    let get = request("get", "pods", Scope::Cluster);
    assert!(all.allows(&User::account("team", "any"), &get));
    assert!(!all.allows(&User::account("other", "any"), &get));
    assert!(all.allows(&User::member("system:serviceaccounts:team"), &get));
    assert!(!all.allows(&User::named("system:masters"), &get), "a user of this name is no group");
    let master = User::named("root").with_groups(["system:masters".to_owned()]);
    assert!(all.allows(&master, &request("shred", "disks", Scope::Cluster)));
}

#[test]
fn what_is_bound_to_no_role_or_to_one_of_another_kind_gets_nothing() {
    for (kind, of, rest) in [
        ("RoleBinding", "ClusterRole/r", role("Role", "r", PODS)),
        ("RoleBinding", "Role/r", role("ClusterRole", "r", PODS)),
        ("RoleBinding", "Role/r", String::new()),
        ("ClusterRoleBinding", "Role/r", role("Role", "r", PODS)),
    ] {
        let all = read(&(rest + &binding(kind, of, "kind: User, name: ann")));
        assert!(!all.allows(&User::named("ann"), &in_team("get", "pods")), "{kind} {of}");
    }
}

#[test]
fn wildcards_reach_as_far_as_upstream_has_them() {
    let allows = |resources: &str, verb: &str, resource: &str| {
        let rule = format!("apiGroups: ['*'], resources: ['{resources}'], verbs: ['{verb}']");
        let text =
            role("Role", "r", &rule) + &binding("RoleBinding", "Role/r", "kind: User, name: a");
        read(&text).allows(&User::named("a"), &in_team("update", resource))
    };
    assert!(allows("*/scale", "*", "deployments/scale") && !allows("*/scale", "*", "deployments"));
    assert!(!allows("pods/*", "*", "pods/exec") && !allows("*/*", "*", "pods/exec"));
    assert!(allows("*", "*", "pods/exec") && !allows("*", "upd*", "pods/exec"));
}

#[test]
fn all_of_everything_is_only_what_has_no_bounds() {
    let asks = |rule: &str| {
        let text = role("ClusterRole", "r", rule)
            + &binding("ClusterRoleBinding", "ClusterRole/r", "kind: User, name: a");
        let all = ResourceRequest {
            verb: "*".to_owned(),
            group: "*".to_owned(),
            resource: "*".to_owned(),
            ..ResourceRequest::default()
        };
        let authorization = read(&text);
        let request = Request::Resource(all);
        (
            authorization.holders(&request).count(),
            authorization.holders_by_any_name(&request).count(),
        )
    };
    let all = "apiGroups: ['*'], resources: ['*'], verbs: ['*']";
    assert_eq!(asks(all), (1, 1));
    assert_eq!(asks(&format!("{all}, resourceNames: [a]")), (0, 1));
    assert_eq!(asks(&all.replace("verbs: ['*']", "verbs: [get]")), (0, 0));
    assert_eq!(asks("apiGroups: [''], resources: ['*'], verbs: ['*']"), (0, 0));
}

#[test]
fn paths_are_granted_for_the_whole_cluster_only() {
    let rule = "nonResourceURLs: ['/healthz*', /version], verbs: [get]";
    let text = role("ClusterRole", "r", rule)
        + &binding("ClusterRoleBinding", "ClusterRole/r", "kind: User, name: a")
        + &binding("RoleBinding", "ClusterRole/r", "kind: User, name: b");
    let all = read(&text);
    let allows = |user: &str, path: &str| {
        let request = Request::Url { verb: "get".to_owned(), path: path.to_owned() };
        all.allows(&User::named(user), &request)
    };
    assert!(allows("a", "/healthz") && allows("a", "/healthz/etcd") && allows("a", "/version"));
    assert!(!allows("a", "/version/") && !allows("b", "/version"));
    let refused = read(&role("Role", "r", rule));
    assert_eq!(refused.refused().len(), 1);
}

#[test]
fn aggregated_roles_have_the_rules_of_others_and_none_of_their_own() {
    let labelled = |name: &str, label: &str, rest: &str| {
        let text = object("ClusterRole", name, rest);
        text.replace(
            &format!("name: '{name}'"),
            &format!("name: '{name}', labels: {{{label}: 'yes'}}"),
        )
    };
    let selects = |label: &str| {
        format!("aggregationRule: {{clusterRoleSelectors: [{{matchLabels: {{{label}: 'yes'}}}}]}}")
    };
    let own = "rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]";
    let text = labelled("inner", "a", &format!("rules: [{{{PODS}}}]"))
        + &labelled("middle", "b", &format!("{}, {own}", selects("a")))
        + &object("ClusterRole", "outer", &selects("b"))
        + &object(
            "ClusterRole",
            "odd",
            "aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: a, operator: DoesNotExist}, {key: b, operator: In, values: ['no', 'yes']}]}]}",
        )
        + &binding("ClusterRoleBinding", "ClusterRole/outer", "kind: User, name: a")
        + &binding("RoleBinding", "ClusterRole/odd", "kind: User, name: b");
    let all = read(&text);
    let get = request("get", "pods", Scope::Cluster);
    let grants: Vec<_> = all.grants(&User::named("a"), &get).collect();
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].role.name(), "outer");
    assert_eq!(grants[0].rule.role().name(), "inner", "the rule is where it is written");
    assert!(!all.allows(&User::named("a"), &request("get", "secrets", Scope::Cluster)));
    assert!(all.allows(&User::named("b"), &in_team("get", "pods")));
    let stored = read_as(Origin::Cluster, &[("cluster", &text)]);
    assert!(!stored.allows(&User::named("a"), &get), "what is stored counts");
}

#[test]
fn what_the_server_refuses_grants_nothing_and_is_named() {
    for (rest, why) in [
        ("rules: {a: b}", "rules: must be a list"),
        ("rules: [null]", "rules[0].verbs: Required value: verbs must contain at least one value"),
        (
            "rules: [{apiGroups: [''], resources: [pods], verbs: get}]",
            "rules[0].verbs: must be a list",
        ),
        (
            "rules: [{apiGroups: [''], resources: [1], verbs: [get]}]",
            "rules[0].resources[0]: must be a string",
        ),
        (
            "rules: [{apiGroups: [''], resources: [pods], verbs: []}]",
            "rules[0].verbs: Required value",
        ),
        ("rules: [{resources: [pods], verbs: [get]}]", "rules[0].apiGroups: Required value"),
        ("aggregationRule: {}", "aggregationRule.clusterRoleSelectors: Required value"),
        (
            "aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: a, operator: Is}]}]}",
            "aggregationRule.clusterRoleSelectors[0]: Invalid value",
        ),
        (
            "aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: 1}}]}",
            "aggregationRule.clusterRoleSelectors[0].matchLabels.a: must be a string",
        ),
    ] {
        let all = read(&object("ClusterRole", "r", rest));
        assert_eq!(all.roles().len(), 0, "{rest}");
        let said: Vec<_> = all.refused().iter().map(|it| it.why.as_str()).collect();
        assert!(said.len() == 1 && said[0].starts_with(why), "{rest}: {said:?}");
    }
    for rest in [
        "rules: null",
        "rules: []",
        "labels: null, rules: [{apiGroups: [null], resources: [pods], verbs: [get]}]",
    ] {
        assert_eq!(read(&object("ClusterRole", "r", rest)).roles().len(), 1, "{rest}");
    }
    let old = object("ClusterRole", "r", "rules: []").replace("/v1,", "/v1beta1,");
    assert_eq!(read(&old).refused()[0].why, "apiVersion: the API server serves no `v1beta1` of it");
}

#[test]
fn a_new_cluster_is_assumed_in_the_words_of_its_version() {
    let of = |minor| read_as(Origin::Files(Some(MinorVersion(minor))), &[("a.yaml", "")]);
    let (old, new) = (of(25), of(37));
    assert!(old.roles().len() > 60 && old.roles().len() < new.roles().len());
    assert!(old.roles().all(|it| it.is_assumed() && it.spot().to_string() == "Kubernetes v1.25"));
    let named = |all: &Authorization, name: &str| all.roles_named("", name).count();
    let cleaner = "system:controller:legacy-service-account-token-cleaner";
    assert_eq!((named(&old, cleaner), named(&new, cleaner)), (0, 1));
    assert_eq!(named(&new, "kubeadm:get-nodes"), 0, "kubeadm is not Kubernetes");
    let admin = new.roles_named("", "admin").next().unwrap();
    let of_view = admin.rules().find(|it| it.role().name() == "system:aggregate-to-view");
    assert!(of_view.is_some(), "admin has what edit has, and edit what view has");
}

#[test]
fn bindings_of_a_file_add_to_assumed_roles() {
    let more = object(
        "ClusterRole",
        "more",
        "rules: [{apiGroups: [x.io], resources: [xs], verbs: [get]}]",
    )
    .replace(
        "name: 'more'",
        "name: more, labels: {rbac.authorization.k8s.io/aggregate-to-view: 'true'}",
    );
    let text = more + &binding("RoleBinding", "ClusterRole/edit", "kind: User, name: a");
    let all = read_as(Origin::Files(Some(MinorVersion(37))), &[("a.yaml", &text)]);
    assert!(all.allows(&User::named("a"), &in_team("create", "pods")));
    let Request::Resource(get) = in_team("get", "xs") else { unreachable!() };
    let get = Request::Resource(ResourceRequest { group: "x.io".to_owned(), ..get });
    let grant = all.grants(&User::named("a"), &get).next().unwrap();
    assert_eq!((grant.role.name(), grant.rule.spot().source), ("edit", "a.yaml"));
    assert!(!grant.binding.is_built_in());
}

#[test]
fn of_several_roles_of_one_name_the_nearest_is_bound_and_the_input_is_no_one_cluster() {
    let files = [
        ("a/role.yaml", role("Role", "r", PODS)),
        ("a/binding.yaml", binding("RoleBinding", "Role/r", "kind: User, name: a")),
        ("b/role.yaml", role("Role", "r", &PODS.replace("get", "delete"))),
        ("b/binding.yaml", binding("RoleBinding", "Role/r", "kind: User, name: b")),
    ];
    let mut files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    for _ in 0..2 {
        let all = read_as(Origin::Files(None), &files);
        assert_eq!(all.doubles().collect::<Vec<_>>(), ["Role team/r", "RoleBinding team/b"]);
        let verbs = |user: &str| {
            let rules = all.rules_of(&User::named(user));
            rules.flat_map(|it| it.rule.verbs()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!((verbs("a").as_str(), verbs("b").as_str()), ("get", "delete"));
        files.reverse();
    }
}

#[test]
fn what_cannot_be_read_is_counted() {
    let all = read("kind: Role\n  a: b\n---\nkind: Pod\n  a: b\n");
    assert_eq!(
        all.broken().collect::<Vec<_>>(),
        [("a.yaml", 1)],
        "a Pod that is broken is no role"
    );
}
