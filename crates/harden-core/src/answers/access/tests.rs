//! Tests beside the code: words are understood, and answers say why.

use super::*;
use crate::rbac::authorization::{
    Authorization, Origin, Reader, Request, ResourceRequest, Scope, Settings,
};
use crate::source::Source;

const CRD: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wi]}
";

const MANIFESTS: &str = "
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: team}
rules:
- {apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [db]}
- {apiGroups: [''], resources: [pods], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects:
- {kind: ServiceAccount, name: web}
- {kind: Group, name: dev, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: gone, namespace: team}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
subjects: [{kind: User, name: ann, apiGroup: rbac.authorization.k8s.io}]
";

fn read(text: &str) -> Authorization {
    let origin = Origin::Files(None);
    let mut reader = Reader::new(Settings { origin, namespace: "default".to_owned() });
    reader.learn(&Source::new("a.yaml", text));
    reader.finish()
}

fn ask(verb: &str, what: &str, name: &str, namespace: &str) -> (ResourceRequest, Vec<String>) {
    let mut served = Served::default();
    served.learn(&Source::new("crd.yaml", CRD));
    let question = Question::new(verb, what, name, namespace, &served).unwrap();
    let Request::Resource(request) = question.request else { panic!("{question:?}") };
    (request, question.notes)
}

#[test]
fn resources_are_named_as_kubectl_names_them() {
    for (word, group, resource, subresource) in [
        ("pods", "", "pods", ""),
        ("po", "", "pods", ""),
        ("Pod", "", "pods", ""),
        ("deploy", "apps", "deployments", ""),
        ("deployments.apps", "apps", "deployments", ""),
        ("deployments.v1.apps/scale", "apps", "deployments", "scale"),
        ("pods.v1", "", "pods", ""),
        ("events.events.k8s.io", "events.k8s.io", "events", ""),
        ("ev", "", "events", ""),
        ("widgets", "example.com", "widgets", ""),
        ("wi", "example.com", "widgets", ""),
        ("Widget.example.com/status", "example.com", "widgets", "status"),
        ("*", "*", "*", ""),
        ("*.apps", "apps", "*", ""),
    ] {
        let (request, notes) = ask("get", word, "", "");
        let found = (&*request.group, &*request.resource, &*request.subresource);
        assert_eq!(found, (group, resource, subresource), "{word}");
        assert_eq!(notes, [""; 0], "{word}");
    }
}

#[test]
fn words_that_mean_nothing_are_said_to() {
    for (verb, word, name, said) in [
        ("get", "gadgets", "", "Kubernetes has no `gadgets`"),
        ("get", "gadgets.example.org", "", "cannot be told"),
        ("get", "deployments.core", "", "Kubernetes has no `deployments.core`"),
        ("read", "pods", "", "nothing asks for the verb `read`"),
        ("GET", "pods", "", "verbs are in lower case"),
        ("escalate", "pods", "", "of pods, but of roles.rbac.authorization.k8s.io"),
        ("approve", "certificatesigningrequests", "", "but of signers.certificates.k8s.io"),
        ("get", "pods/logs", "", "pods have no subresource `logs`"),
        ("create", "pods", "a", "names nothing"),
        ("list", "secrets", "a", "--field-selector metadata.name=a"),
    ] {
        let (_, notes) = ask(verb, word, name, "");
        assert!(notes.iter().any(|it| it.contains(said)), "{verb} {word}: {notes:?}");
    }
}

#[test]
fn special_verbs_are_asked_of_what_they_are_for() {
    for (verb, word, group, resource) in [
        ("escalate", "clusterroles", "rbac.authorization.k8s.io", "clusterroles"),
        ("approve", "signers", "certificates.k8s.io", "signers"),
        ("impersonate", "users", "", "users"),
        ("impersonate", "serviceaccounts", "", "serviceaccounts"),
        ("impersonate", "userextras/scopes", "authentication.k8s.io", "userextras"),
        ("impersonate:user-info", "users.authentication.k8s.io", "authentication.k8s.io", "users"),
        ("impersonate-on:user-info:get", "pods", "", "pods"),
        (
            "use",
            "securitycontextconstraints",
            "security.openshift.io",
            "securitycontextconstraints",
        ),
    ] {
        let (request, notes) = ask(verb, word, "", "");
        assert_eq!((&*request.group, &*request.resource), (group, resource), "{verb} {word}");
        assert_eq!(notes, [""; 0], "{verb} {word}");
    }
}

#[test]
fn a_request_is_where_its_resource_is() {
    let scope = |what: &str, name: &str, namespace: &str| ask("get", what, name, namespace).0.scope;
    assert_eq!(scope("pods", "", ""), Scope::Anywhere);
    assert_eq!(scope("pods", "", "team"), Scope::Namespace("team".to_owned()));
    assert_eq!(scope("nodes", "", "team"), Scope::Cluster);
    assert_eq!(scope("widgets", "", ""), Scope::Cluster);
    assert_eq!(scope("namespaces", "team", ""), Scope::Namespace("team".to_owned()));
    assert_eq!(scope("namespaces", "", ""), Scope::Cluster);
    let served = Served::default();
    assert!(Question::new("get", "/healthz", "a", "", &served).is_err());
    assert!(Question::new("", "pods", "", "", &served).is_err());
    assert!(Question::new("get", "", "", "", &served).is_err());
}

fn who(verb: &str, what: &str, name: &str, namespace: &str) -> WhoCan {
    let all = read(MANIFESTS);
    let question = Question::new(verb, what, name, namespace, &Served::default()).unwrap();
    let answer = who_can(&all, question);
    let near = near_misses(&all, &answer.question, &answer.holders);
    WhoCan { near, ..answer }
}

#[test]
fn those_who_may_are_named_with_the_way() {
    let answer = who("list", "pods", "", "");
    let names: Vec<_> = answer.holders.iter().map(text::name).collect();
    assert_eq!(names, ["Group dev", "Group system:masters", "ServiceAccount team/web"]);
    let through = &answer.holders[0].through[0];
    assert_eq!(through.way(), "RoleBinding team/b → Role team/r");
    assert_eq!(
        (through.place().as_str(), through.scope().as_str()),
        ("a.yaml:7", "in namespace team")
    );
    assert!(!answer.is_nobody());
}

#[test]
fn nobody_is_whoever_is_above_alone() {
    let answer = who("list", "pods", "", "other");
    assert!(answer.is_nobody() && answer.holders.len() == 1);
    let missing: Vec<_> = answer.near.iter().map(|it| (&*it.subject, &*it.missing)).collect();
    let elsewhere = "the place: it counts in namespace team only";
    assert_eq!(missing, [("Group dev", elsewhere), ("ServiceAccount team/web", elsewhere)]);
}

#[test]
fn who_may_for_some_names_is_apart() {
    let answer = who("get", "secrets", "", "");
    assert!(answer.is_nobody());
    assert_eq!(answer.of_some_names.len(), 2);
    assert!(!who("get", "secrets", "db", "").is_nobody());
    assert!(who("get", "secrets", "other", "").is_nobody());
}

#[test]
fn near_misses_say_the_one_thing_that_is_missing() {
    let near = |verb: &str, what: &str, name: &str| {
        let answer = who(verb, what, name, "team");
        let all = answer.near.into_iter().map(|it| format!("{}: {}", it.subject, it.missing));
        all.collect::<Vec<_>>().join("\n")
    };
    assert!(
        near("delete", "pods", "")
            .contains("ServiceAccount team/web: the verb delete: the rule has get, list")
    );
    assert!(near("get", "pods/log", "").contains("the resource pods/log: the rule has pods"));
    assert!(
        near("get", "pods.metrics.k8s.io", "")
            .contains("the API group \"metrics.k8s.io\": the rule has \"\"")
    );
    assert!(near("get", "secrets", "x").contains("the name x: the rule has db"));
    assert!(
        near("get", "pods", "")
            .contains("User ann: the role: there is no ClusterRole `r`, but a Role")
    );
}

#[test]
fn somebody_is_named_in_several_ways() {
    let of = |text: &str| text.parse::<Somebody>().map(|it| it.to_string());
    for (text, whom) in [
        ("alice", "User alice"),
        ("user:alice", "User alice"),
        ("user:system:masters", "User system:masters"),
        ("alice@example.com", "User alice@example.com"),
        ("https://issuer.example.com#alice", "User https://issuer.example.com#alice"),
        ("oidc:alice/x", "User oidc:alice/x"),
        ("group:dev", "Group dev"),
        ("group:dev/ops", "Group dev/ops"),
        ("system:masters", "Group system:masters"),
        ("system:serviceaccounts:team", "Group system:serviceaccounts:team"),
        ("system:kube-scheduler", "User system:kube-scheduler"),
        ("team/web", "ServiceAccount team/web"),
        ("serviceaccount:team/web", "ServiceAccount team/web"),
        ("sa:team/web", "ServiceAccount team/web"),
        ("system:serviceaccount:team:web", "ServiceAccount team/web"),
    ] {
        assert_eq!(of(text).as_deref(), Ok(whom), "{text}");
    }
    for text in ["", "user:", "group:", "serviceaccount:web", "sa:a/b/c"] {
        assert!(of(text).is_err(), "{text}");
    }
}

#[test]
fn changes_are_of_meaning_and_not_of_text() {
    let then = read(MANIFESTS);
    let all = |text: &str| {
        let changes = changes_of_all(&read(text), &then);
        let signed = |sign: &str, all: &[Change]| {
            all.iter()
                .flat_map(|it| it.rights.iter().map(|right| format!("{sign}{right}")))
                .collect::<Vec<_>>()
        };
        let each =
            changes.iter().flat_map(|it| [signed("+", &it.gained), signed("-", &it.lost)].concat());
        (changes.len(), each.collect::<Vec<_>>())
    };
    assert_eq!(all(&MANIFESTS.replace("[get, list]", "[list, get]")), (0, vec![]));
    let split = MANIFESTS.replace(
        "- {apiGroups: [''], resources: [pods], verbs: [get, list]}",
        "- {apiGroups: [''], resources: [pods], verbs: [get]}\n- {apiGroups: [''], resources: [pods], verbs: [list]}",
    );
    assert_eq!(all(&split), (0, vec![]));
    let (count, rights) = all(&MANIFESTS.replace("[get, list]", "['*']"));
    assert_eq!((count, rights), (2, vec!["+* pods".to_owned(), "+* pods".to_owned()]));
    let (_, rights) = all(&MANIFESTS.replace(", resourceNames: [db]", ""));
    assert_eq!(rights, ["+get secrets", "+get secrets"], "all is more than one");
    let (_, rights) = all(&MANIFESTS.replace("resourceNames: [db]", "resourceNames: [other]"));
    assert_eq!(rights[..2], ["+get secrets other", "-get secrets db"]);
    let (_, rights) = all(&MANIFESTS.replace("namespace: team", "namespace: other"));
    assert!(rights.contains(&"+get pods".to_owned()) && rights.contains(&"-get pods".to_owned()));
}

#[test]
fn a_star_is_found_wherever_it_is_with_who_holds_it() {
    let all = read(&MANIFESTS.replace("[get, list]", "['*']"));
    let found = wildcards(&all);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].role.as_str(), &found[0].rules[0].of[..]),
        ("Role team/r", &["verbs"][..])
    );
    let holders: Vec<_> =
        found[0].holders.iter().map(|(who, place)| format!("{who} {place}")).collect();
    assert_eq!(holders, ["Group dev team", "ServiceAccount team/web team"]);
}

#[test]
fn every_format_says_who_and_where() {
    let answer = Answer::WhoCan(who("list", "pods", "", ""));
    let coverage = Coverage::of(&read(MANIFESTS), None, Vec::new(), Vec::new());
    let text = to_text(&answer, &coverage, View { has_system: false });
    let json = to_json(&answer, &coverage);
    let (markdown, csv) = (to_markdown(&answer, &coverage), to_csv(&answer, &coverage));
    for it in [&text, &json.to_string(), &markdown, &csv] {
        assert!(it.contains("web") && it.contains("a.yaml") && it.contains('7'), "{it}");
    }
    assert_eq!(
        json["answers"][0]["through"][0]["rule"]["verbs"],
        serde_json::json!(["get", "list"])
    );
    assert!(csv.lines().all(|it| it.split(',').count() >= 14), "{csv}");
}

#[test]
fn a_name_forges_no_line_and_steers_no_terminal() {
    let text = MANIFESTS.replace("name: dev", r#"name: "dev\nUser root\e[31m\u202e|""#);
    let all = read(&text);
    let question = Question::new("list", "pods", "", "", &Served::default()).unwrap();
    let answer = Answer::WhoCan(who_can(&all, question));
    let coverage = Coverage::default();
    let said = to_text(&answer, &coverage, View { has_system: true });
    assert!(said.contains("Group dev User root"), "{said}");
    for written in [said, to_markdown(&answer, &coverage)] {
        assert!(!written.lines().any(|it| it.starts_with("User root")), "{written}");
        assert!(!written.contains(['\u{1b}', '\u{202e}']), "{written:?}");
    }
}
