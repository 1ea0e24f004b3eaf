//! Roles that an audit log shows to be needed, on the API server that wrote the log: they allow what was done,
//! and nothing of them can be spared.
//!
//! `HARDEN_RANDOM_SERIES` sets how many series of requests are tried, `HARDEN_RANDOM_REQUESTS` how long they are,
//! `HARDEN_RANDOM_SEED` which.

mod series;

use std::path::Path;

use harness::{ControlPlane, Options};
use http::Method;
use serde_json::Value;

use crate::cluster::line_on;
use crate::requests::Choices;
use series::{Ask, Asker, JSON, ask, read, reset, series};

const POLICY: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n\
    - {level: Request, resources: [{group: rbac.authorization.k8s.io}]}\n- {level: Metadata}\n";

/// A group that may do everything.
const MASTERS: &str = "workers";

fn start(folder: &Path) -> Option<ControlPlane> {
    let policy = folder.join("policy.yaml");
    std::fs::write(&policy, POLICY).unwrap();
    let plane = ControlPlane::for_test(&Options {
        audit_policy: Some(policy),
        audit_log: Some(folder.join("audit.log")),
        no_controllers: true,
        ..Options::default()
    })?;
    plane.kubectl_ok([
        "create",
        "clusterrolebinding",
        "workers",
        "--clusterrole=cluster-admin",
        "--group=workers",
    ]);
    Some(plane)
}

/// Roles as an administrator writes them over what is there.
fn put(admin: &Asker, roles: &[Value]) {
    for role in roles {
        let metadata = &role["metadata"];
        let name = metadata["name"].as_str().unwrap();
        let place = match metadata["namespace"].as_str() {
            Some(namespace) => format!("namespaces/{namespace}/roles/{name}"),
            None => format!("clusterroles/{name}"),
        };
        let uri = format!("/apis/rbac.authorization.k8s.io/v1/{place}");
        admin.must(&ask(Method::PUT, uri, JSON, role.clone()));
    }
}

/// The same roles with one thing less: a rule, a verb, a resource, a name or a path; each with what is gone.
fn lesser(roles: &[Value]) -> Vec<(String, Vec<Value>)> {
    let mut all = Vec::new();
    for (index, role) in roles.iter().enumerate() {
        let entries = role["rules"].as_array().unwrap();
        for (place, rule) in entries.iter().enumerate() {
            let mut without = roles.to_vec();
            without[index]["rules"].as_array_mut().unwrap().remove(place);
            all.push((format!("{rule}"), without));
            for key in ["verbs", "resources", "resourceNames", "nonResourceURLs"] {
                let items = rule[key].as_array().map_or(0, Vec::len);
                for item in (0..items).filter(|_| items > 1) {
                    let mut without = roles.to_vec();
                    let list = without[index]["rules"][place][key].as_array_mut().unwrap();
                    let gone = list.remove(item);
                    all.push((format!("{gone} of {key} of {rule}"), without));
                }
            }
        }
    }
    all
}

/// Requests in a few lines.
fn shown(asks: &[Ask]) -> String {
    asks.iter().map(|it| format!("{} {}\n", it.method, it.uri)).collect()
}

/// The roles that a log shows to be needed, applied, and as JSON.
fn apply(plane: &ControlPlane, folder: &Path, words: &str) -> Vec<Value> {
    let log = folder.join("audit.log");
    let words = format!("role --from-audit {} {words}", log.display());
    let printed = line_on(plane, &format!("{words} -o json")).ok();
    let list: Value = serde_json::from_str(&printed).unwrap();
    line_on(plane, &format!("{words} --apply")).ok();
    let items = list["items"].as_array().unwrap().clone();
    items.into_iter().filter(|it| it["kind"].as_str().unwrap().ends_with("Role")).collect()
}

#[test]
fn a_role_allows_what_was_done_and_nothing_of_it_can_be_spared() {
    let setting = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |value| value.parse().expect(name))
    };
    let seed = setting("HARDEN_RANDOM_SEED", 1);
    let count = setting("HARDEN_RANDOM_SERIES", 4);
    let length = usize::try_from(setting("HARDEN_RANDOM_REQUESTS", 25)).unwrap();
    eprintln!("seed {seed}: {count} series of {length} requests");
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start(folder.path()) else { return };
    let admin = Asker::of(&plane, "admin");
    let mut choices = Choices::new(seed);
    let mut spared = 0;
    for index in 0..count {
        let namespaces: Vec<String> = ["a", "b"].map(|it| format!("s{index}-{it}")).into();
        for name in &namespaces {
            plane.kubectl_ok(["create", "namespace", name]);
        }
        let user = format!("worker-{index}");
        let asks = series(&mut choices, &namespaces, length);
        let whom = [("Impersonate-User", user.as_str()), ("Impersonate-Group", MASTERS)];
        for it in &asks {
            let status = admin.send(&whom, it);
            assert!(!matches!(status, 401 | 403), "seed {seed}: {status} {it:?}");
        }
        reset(&admin, &namespaces);
        assert!(
            !admin.forbidden(&user, &asks).is_empty(),
            "seed {seed}: nobody was held to rights"
        );
        reset(&admin, &namespaces);
        let roles = apply(&plane, folder.path(), &format!("--user {user}"));
        // Rights come to the authorizer with some delay, and a series is replayed from its start.
        let replay = |wanted: bool| {
            let mut last = Vec::new();
            let found = (0..40).any(|_| {
                reset(&admin, &namespaces);
                last = admin.forbidden(&user, &asks);
                let is_so = last.is_empty() == wanted;
                if !is_so {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
                is_so
            });
            (found, last)
        };
        let (is_enough, denied) = replay(true);
        assert!(is_enough, "seed {seed} series {index}: denied are\n{}", shown(&denied));
        for (gone, without) in lesser(&roles) {
            put(&admin, &without);
            let (is_needed, _) = replay(false);
            assert!(
                is_needed,
                "seed {seed} series {index}: without {gone} all succeeds\n{}",
                shown(&asks)
            );
            spared += 1;
            put(&admin, &roles);
            let (is_enough, denied) = replay(true);
            assert!(is_enough, "seed {seed} series {index}: after {gone}: {}", shown(&denied));
        }
    }
    eprintln!("{spared} things less: each was missed");
    assert!(spared > 10 * count, "{spared}");
}

/// What kubectl says as somebody.
fn kubectl_as(plane: &ControlPlane, user: &str, words: &str) -> (bool, String) {
    let words = ["--as", user].into_iter().chain(words.split_whitespace());
    let output = plane.kubectl(words).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Whether something becomes so while rights come to the authorizer, which remembers for some seconds who may act as
/// somebody.
fn becomes(mut ask: impl FnMut() -> bool) -> bool {
    (0..300).any(|_| {
        let is_so = ask();
        if !is_so {
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        is_so
    })
}

#[test]
fn who_opens_a_shell_or_acts_as_somebody_gets_what_that_takes() {
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start(folder.path()) else { return };
    plane.apply(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {nodeName: nowhere, containers: [{name: app, image: web}]}\n",
    );
    let exec = "exec web -- id";
    let is_refused = |it: &(bool, String)| it.1.contains("cannot") && it.1.contains("forbidden");
    assert!(is_refused(&kubectl_as(&plane, "dave", exec)));
    kubectl_as(&plane, "dave", &format!("--as-group {MASTERS} {exec}"));
    let roles = apply(&plane, folder.path(), "--user dave");
    assert!(becomes(|| !is_refused(&kubectl_as(&plane, "dave", exec))), "{roles:?}");
    let admin = Asker::of(&plane, "admin");
    // Where kubectl may open no WebSocket, which is a get, it asks again by SPDY, which is a create alone.
    let is_asked_again =
        |gone: &str| gone.starts_with("\"get\" of verbs") && gone.contains("pods/exec");
    for (gone, without) in lesser(&roles).into_iter().filter(|it| !is_asked_again(&it.0)) {
        put(&admin, &without);
        assert!(becomes(|| is_refused(&kubectl_as(&plane, "dave", exec))), "without {gone}");
        put(&admin, &roles);
        assert!(becomes(|| !is_refused(&kubectl_as(&plane, "dave", exec))), "with {gone}");
    }

    for user in ["alice", "bob", "system:serviceaccount:default:robot"] {
        let name = user.replace(':', "-");
        plane.kubectl_ok([
            "create",
            "clusterrolebinding",
            &name,
            "--clusterrole=cluster-admin",
            &format!("--user={user}"),
        ]);
    }
    let alice = Asker::of(&plane, "alice");
    let secret = read("/api/v1/namespaces/default/secrets/x");
    let acts: [&[(&str, &str)]; 3] = [
        &[("Impersonate-User", "bob")],
        &[
            ("Impersonate-User", "bob"),
            ("Impersonate-Group", "ops"),
            ("Impersonate-Extra-scopes", "view"),
        ],
        &[("Impersonate-User", "system:serviceaccount:default:robot")],
    ];
    let refused = || acts.iter().filter(|whom| alice.send(whom, &secret) == 403).count();
    assert!(becomes(|| refused() == 0));
    plane.kubectl_ok(["delete", "clusterrolebinding", "alice"]);
    assert!(becomes(|| refused() == acts.len()));
    let roles = apply(&plane, folder.path(), "--user alice");
    assert!(becomes(|| refused() == 0), "{roles:?}");
    for (gone, without) in lesser(&roles) {
        put(&admin, &without);
        assert!(becomes(|| refused() > 0), "without {gone}");
        put(&admin, &roles);
        assert!(becomes(|| refused() == 0), "with {gone}");
    }
}

const CHART: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: web, labels: {v: VERSION}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: web, labels: {v: VERSION}}
rules: [{apiGroups: [apps], resources: [deployments], resourceNames: [web], verbs: [get, patch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: web, labels: {v: VERSION}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: web}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: dns, labels: {v: VERSION}}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: 'system:kube-dns'}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com, labels: {v: VERSION}}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
";

#[test]
fn who_applies_manifests_gets_what_that_takes() {
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start(folder.path()) else { return };
    let file = |version: &str| {
        let path = folder.path().join(format!("{version}.yaml"));
        std::fs::write(&path, CHART.replace("VERSION", version)).unwrap();
        path.display().to_string()
    };
    let (first, second) = (file("one"), file("two"));
    plane.kubectl_ok(["create", "namespace", "team"]);
    let words = format!("role --for-manifests {first} --user carol -n team --with-delete --apply");
    line_on(&plane, &words).ok();
    let run = |words: &str| kubectl_as(&plane, "carol", &format!("-n team {words}"));
    assert!(
        becomes(|| run(&format!("apply -f {first}")).0),
        "{:?}",
        run(&format!("apply -f {first}"))
    );
    for words in [
        format!("apply -f {second}"),
        format!("apply --server-side --force-conflicts -f {first}"),
        format!("delete --wait=false -f {first}"),
    ] {
        let (went_well, said) = run(&words);
        assert!(went_well, "{words}: {said}");
    }
    let (went_well, said) = run("get secrets");
    assert!(!went_well && said.contains("forbidden"), "{said}");
}

#[test]
fn ready_made_roles_are_taken_and_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let Some(plane) = start(folder.path()) else { return };
    plane.kubectl_ok(["create", "namespace", "team"]);
    for words in ["read-only -n team", "deployer -n team", "ci -n team", "auditor"] {
        let words = format!("role {words} --user erin --apply");
        line_on(&plane, &words).ok();
        let again = line_on(&plane, &format!("{words} --diff --dry-run=server"));
        assert_eq!(again.code, 0, "{words}: {}{}", again.stdout, again.stderr);
    }
    assert!(becomes(|| kubectl_as(&plane, "erin", "get pods -n team").0));
    assert!(kubectl_as(&plane, "erin", "get clusterrolebindings").0);
    assert!(!kubectl_as(&plane, "erin", "get secrets -n team").0);
    assert!(!kubectl_as(&plane, "erin", "get secrets -A").0);
}
