use proptest::prelude::*;

use super::*;
use crate::kubernetes::Level;
use crate::rbac::authorization::{Origin, Reader, Settings};
use crate::source::{Source, Text};

fn ask(text: &str, target: &str, starts: &[&str], cutting: Option<Cutting>) -> Becoming {
    let version = MinorVersion(37);
    let settings =
        Settings { origin: Origin::Files(Some(version)), namespace: "default".to_owned() };
    let mut reader = Reader::new(settings);
    let source = Source::new("test.yaml", text);
    reader.learn(&source);
    let mut facts = Facts::new(Level::Privileged, "default");
    let text = source.at(0);
    for document in text.documents(Text::WHOLE) {
        text.objects(&document).for_each(|it| facts.learn(&it));
    }
    let options = Options {
        target: Party::read_target(target).unwrap(),
        starts: starts.iter().map(|it| Party::read_subject(it).unwrap()).collect(),
        cutting,
        version,
        paths: 10,
    };
    Becoming::new(&reader.finish(), &facts, options, Vec::new())
}

const RBAC: &str = "apiVersion: rbac.authorization.k8s.io/v1";

fn role(name: &str, verbs: &str, group: &str, resources: &str) -> String {
    format!(
        "---\n{{{RBAC}, kind: ClusterRole, metadata: {{name: {name}}}, rules: [{{verbs: [{verbs}], apiGroups: ['{group}'], resources: [{resources}]}}]}}\n"
    )
}

fn binding(name: &str, namespace: &str, role: &str, subject: &str) -> String {
    let (kind, metadata) = match namespace {
        "" => ("ClusterRoleBinding", String::new()),
        it => ("RoleBinding", format!(", namespace: {it}")),
    };
    format!(
        "---\n{{{RBAC}, kind: {kind}, metadata: {{name: {name}{metadata}}}, roleRef: {{kind: ClusterRole, name: {role}}}, subjects: [{subject}]}}\n"
    )
}

fn user(name: &str) -> String {
    format!("{{kind: User, name: {name}}}")
}

/// A user makes pods where the account of an operator is cluster-admin; another one impersonates the user.
fn shop() -> String {
    let account = "{kind: ServiceAccount, name: operator, namespace: shop}";
    [
        role("deployer", "create", "", "pods"),
        role("acting", "impersonate", "", "users").replace("}]}", ", resourceNames: [ann]}]}"),
        binding("deployers", "shop", "deployer", &user("ann")),
        binding("acting", "", "acting", &user("bob")),
        binding("operators", "", "cluster-admin", account),
    ]
    .concat()
}

fn names(paths: &[Path]) -> Vec<String> {
    paths.iter().map(|it| it.start.to_string()).collect()
}

fn ids(path: &Path) -> Vec<&str> {
    path.steps.iter().map(|it| it.edge.id).collect()
}

#[test]
fn each_of_a_binding_is_let_by_its_own_entry() {
    let both = format!("{}, {}", user("ann"), user("bob"));
    let it = ask(&binding("b", "", "cluster-admin", &both), "cluster-admin", &[], None);
    let subjects: Vec<_> = it
        .already
        .iter()
        .flat_map(|path| path.steps[0].rights.iter().flat_map(|it| &it.through))
        .filter_map(|it| it.subject.as_deref())
        .collect();
    assert_eq!(subjects, ["User ann", "User bob"]);
}

#[test]
fn what_kubernetes_needs_of_a_binding_or_a_role_is_never_taken_away() {
    let manager = "system:kube-controller-manager";
    let own = user(&format!("'{manager}'"));
    let both = format!("{own}, {}", user("ann"));
    let text = binding(&format!("'{manager}'"), "", &format!("'{manager}'"), &both);
    for cutting in [Cutting::Bindings, Cutting::Rules] {
        let it = ask(&text, "cluster-admin", &["ann"], Some(cutting));
        assert_eq!(names(&it.paths), ["User ann"]);
        let removal = it.removal.as_ref().unwrap();
        let removed: Vec<_> = removal.removed.iter().map(|it| it.what.as_str()).collect();
        assert_eq!(removed, [format!("User ann in ClusterRoleBinding {manager}")]);
        assert!(removal.remaining.is_empty(), "{removal:?}");
    }
}

#[test]
fn what_could_not_be_read_and_what_is_laid_over_others_is_named() {
    let broken = "kind: Pod\nmetadata: {name: [}\nspec: {containers: []}\n";
    let patch = format!("{{{RBAC}, kind: ClusterRole, metadata: {{name: a}}, $patch: merge}}");
    let lacks = |text: &str| {
        let origin = Origin::Files(None);
        let mut gathering = Gathering::new(origin, "default", Level::Privileged);
        gathering.learn(&Source::new("a.yaml", text));
        let options = Options {
            target: Party::CLUSTER_ADMIN,
            starts: Vec::new(),
            cutting: None,
            version: MinorVersion(37),
            paths: 1,
        };
        let incomplete = gathering.answer(options, Vec::new()).incomplete;
        incomplete.into_iter().map(|it| format!("{}: {}", it.what, it.why)).collect::<Vec<_>>()
    };
    assert_eq!(lacks(broken), ["a.yaml: 1 document could not be read"]);
    assert!(lacks(&user("ann")).is_empty());
    assert_eq!(lacks(&patch), ["a.yaml: 1 patch says nothing without what it is laid over"]);
}

#[test]
fn what_the_server_would_refuse_and_what_is_there_twice_is_said() {
    let admin = binding("admins", "", "cluster-admin", &user("ann"));
    assert!(ask(&admin, "cluster-admin", &[], None).notes.is_empty());
    let refused = ask(&admin.replace("name: ann", "name: ''"), "cluster-admin", &[], None);
    let twice = binding("admins", "", "view", &user("bob"));
    let twice = ask(&(admin + &twice), "cluster-admin", &[], None);
    assert_eq!(
        (names(&refused.already), names(&twice.already)),
        (vec![], vec!["User ann".to_owned()])
    );
    for (answer, said) in [
        (refused, "ClusterRoleBinding `admins` grants nothing, as the API server refuses it"),
        (twice, "there are several of `ClusterRoleBinding admins`"),
    ] {
        let [note] = answer.notes.as_slice() else { panic!("{said}: {:?}", answer.notes) };
        assert!(note.contains(said), "{note}");
        assert!(to_text(&answer, false).contains(&format!("note: {note}\n")), "{note}");
        assert_eq!(to_json(&answer, &[])["coverage"]["notes"][0], note.as_str());
    }
}

#[test]
fn a_path_goes_from_one_to_the_next() {
    let it = ask(&shop(), "cluster-admin", &[], None);
    assert_eq!(names(&it.already), ["ServiceAccount shop/operator"]);
    assert_eq!(names(&it.paths), ["User ann", "User bob"]);
    let [ann, bob] = it.paths.as_slice() else { panic!("two") };
    assert_eq!(ids(ann), ["create-pods", "run-as-account", "one-of-them", "all-permissions"]);
    assert_eq!((ann.steps_taken(), ann.steps[0].rights[0].through[0].line), (2, Some(2)));
    assert_eq!(
        ids(bob),
        ["impersonate-user", "create-pods", "run-as-account", "one-of-them", "all-permissions"]
    );
    assert!(!it.own.is_empty(), "controllers of Kubernetes");
}

#[test]
fn who_is_asked_about_is_answered_about() {
    let it = ask(&shop(), "cluster-admin", &["bob", "carl"], None);
    assert_eq!(names(&it.paths), ["User bob"]);
    assert_eq!(it.strangers.iter().map(ToString::to_string).collect::<Vec<_>>(), ["User carl"]);
    let it = ask(&shop(), "shop/operator", &["ann"], None);
    assert_eq!(ids(&it.paths[0]), ["create-pods", "run-as-account", "one-of-them"]);
    assert!(ask(&shop(), "user:nobody", &["carl"], None).paths.is_empty());
    let any = ask(&shop(), "user:nobody", &["shop/operator"], None);
    assert_eq!(ids(&any.paths[0]).last(), Some(&"one-of-the-users"), "whoever that is");
}

#[test]
fn the_cut_is_what_all_paths_need() {
    let it = ask(&shop(), "cluster-admin", &[], Some(Cutting::Bindings));
    let removal = it.removal.unwrap();
    assert!(removal.is_least() && removal.remaining.is_empty());
    assert_eq!(removal.removed.len(), 1, "{removal:?}");
    let it = ask(&shop(), "cluster-admin", &[], Some(Cutting::Rules));
    let rules = it.removal.unwrap();
    assert_eq!(rules.removed.len(), 1, "{rules:?}");
}

#[test]
fn what_kubernetes_needs_is_not_in_a_cut() {
    let text = role("signer", "'*'", "certificates.k8s.io", "'*'")
        + &binding("signers", "", "signer", &user("ann"));
    let it = ask(&text, "cluster-admin", &[], Some(Cutting::Bindings));
    assert_eq!(names(&it.paths), ["User ann"]);
    let removal = it.removal.unwrap();
    assert_eq!(
        removal.removed.iter().map(|it| it.what.as_str()).collect::<Vec<_>>(),
        ["ClusterRoleBinding signers"]
    );
    let it = ask(
        "",
        "cluster-admin",
        &["serviceaccount:kube-system:clusterrole-aggregation-controller"],
        Some(Cutting::Bindings),
    );
    let removal = it.removal.unwrap();
    assert!(removal.removed.is_empty());
    assert_eq!(removal.remaining.len(), 1, "it holds escalate by what Kubernetes gives it");
}

#[test]
fn pod_security_prevents_what_it_says() {
    let namespace = "---\n{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}}\n";
    let text = role("deployer", "create", "", "pods")
        + &binding("deployers", "shop", "deployer", &user("ann"));
    assert_eq!(names(&ask(&text, "node", &[], None).paths), ["User ann"]);
    let it = ask(&(text + namespace), "node", &[], None);
    assert!(it.paths.is_empty());
    assert_eq!(names(&it.prevented), ["User ann"]);
    assert_eq!(it.prevented[0].steps[1].prevented, Some(Level::Baseline));
}

#[test]
fn hostile_names_stay_text() {
    let name = r#""a\"]; }--><script>|x|`b`#35;\\\e[31m\u202e""#;
    let text =
        role("deployer", "create", "", "pods") + &binding("deployers", "", "deployer", &user(name));
    let it = ask(&text, "node", &[], Some(Cutting::Bindings));
    assert_eq!(it.paths.len(), 1);
    let svg = to_svg(&it);
    assert!(!svg.contains("<script") && svg.contains("&lt;script"));
    for text in [to_text(&it, true), to_dot(&it), to_mermaid(&it), svg] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    assert!(to_dot(&it).contains(r#"a\"]; }--><script>"#));
    assert!(!to_mermaid(&it).lines().any(|it| it.contains("a\"]") || it.contains('`')));
}

#[test]
fn every_format_says_the_same_whatever_the_order() {
    let text = shop();
    let mut documents: Vec<&str> = text.split("---\n").collect();
    documents.reverse();
    let other = documents.join("---\n");
    let drawn = |text: &str| {
        let it = ask(text, "cluster-admin", &[], Some(Cutting::Bindings));
        (
            to_dot(&it),
            to_mermaid(&it),
            to_svg(&it),
            names(&it.paths),
            it.removal.unwrap().removed.len(),
        )
    };
    assert_eq!(drawn(&text), drawn(&other));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    /// Random bindings of roles that lead from one to another: what is said to be a cut is one, when the bindings are
    /// really gone.
    #[test]
    fn without_what_the_cut_names_nobody_can(picks in prop::collection::vec((0..6_usize, 0..3_usize, 0..6_usize), 1..14)) {
        let roles = [
            role("pods", "create", "", "pods"),
            role("tokens", "create", "", "serviceaccounts/token"),
            role("acting", "impersonate", "", "users"),
            role("binder", "create", "rbac.authorization.k8s.io", "clusterrolebindings, rolebindings"),
            role("may-bind", "bind", "rbac.authorization.k8s.io", "clusterroles"),
        ];
        let names = ["pods", "tokens", "acting", "binder", "may-bind", "cluster-admin"];
        let subjects = [
            user("ann"),
            user("bob"),
            "{kind: ServiceAccount, name: a, namespace: one}".to_owned(),
            "{kind: ServiceAccount, name: b, namespace: two}".to_owned(),
            "{kind: Group, name: 'system:serviceaccounts:one'}".to_owned(),
            "{kind: Group, name: dev}".to_owned(),
        ];
        let bindings: Vec<(String, String)> = picks.iter().enumerate().map(|(number, (role, place, subject))| {
            let name = format!("b{number}");
            let namespace = ["", "one", "two"][*place];
            let kind = if namespace.is_empty() { "ClusterRoleBinding" } else { "RoleBinding" };
            let slash = if namespace.is_empty() { "" } else { "/" };
            (format!("{kind} {namespace}{slash}{name}"), binding(&name, namespace, names[*role], &subjects[*subject]))
        }).collect();
        let all: String = bindings.iter().map(|it| it.1.as_str()).collect();
        let whole = ask(&(roles.concat() + &all), "cluster-admin", &[], Some(Cutting::Bindings));
        let removal = whole.removal.clone().unwrap();
        prop_assert!(removal.is_least());
        let removed: Vec<&str> = removal.removed.iter().map(|it| it.what.as_str()).collect();
        let rest: String = bindings.iter().filter(|it| !removed.contains(&it.0.as_str())).map(|it| it.1.as_str()).collect();
        let after = ask(&(roles.concat() + &rest), "cluster-admin", &[], None);
        let before: Vec<_> = whole.paths.iter().map(|it| &it.start).collect();
        prop_assert!(!after.paths.iter().any(|it| before.contains(&&it.start)), "{removed:?} {:?}", after.paths);
    }
}
