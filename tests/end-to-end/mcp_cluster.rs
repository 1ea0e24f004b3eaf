//! `mcp` and a cluster: the same answers as the command, nothing secret, and nothing changed unasked.

pub(crate) mod session;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{ControlPlane, Options, eventually};
use serde_json::{Value, json};

use crate::cluster::line_on;
use session::Session;

/// What must never be said, wherever it was put.
pub(crate) const MARKER: &str = "m4rker-of-a-value";

fn namespace(plane: &ControlPlane, name: &str) {
    plane.apply(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"));
}

fn workload(name: &str, namespace: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
         spec: {{replicas: 1, selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, spec: {{hostPID: true, containers: [{{name: a, image: 'web:1'}}]}}}}}}\n---\n"
    )
}

fn wait_for(plane: &ControlPlane, what: &str, namespace: &str, count: usize) {
    eventually(what, || {
        let names = plane.kubectl_ok(["get", what, "-n", namespace, "-o", "name"]);
        (names.lines().count() == count).then_some(())
    });
}

/// A report without what differs from run to run.
fn timeless(mut report: Value) -> Value {
    let fields = report.as_object_mut().unwrap();
    fields.remove("time");
    fields.remove("page");
    report
}

#[test]
fn the_tools_answer_what_the_command_answers() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    namespace(&plane, "one");
    plane.apply(&(workload("web", "one") + &workload("api", "one")));
    wait_for(&plane, "pods", "one", 2);
    let mut session = Session::start(&plane, "--max-bytes 1000000");

    let ended = line_on(&plane, "check -n one -o json --sort severity --quiet");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let told = session.call("check_cluster", &json!({"namespace": "one"}));
    assert!(told["findings"].as_array().unwrap().len() > 5);
    assert_eq!(timeless(told), timeless(report));

    let ended = line_on(&plane, "check -A -o json --sort severity --quiet --min-severity high");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let asked = json!({"all_namespaces": true, "min_severity": "high"});
    assert_eq!(timeless(session.call("check_cluster", &asked)), timeless(report));

    let ended = line_on(&plane, "plan one --level baseline -o json");
    let plan: Value = serde_json::from_str(&ended.stdout).unwrap();
    let told = session.call("plan_namespace", &json!({"namespace": "one", "level": "baseline"}));
    assert_eq!(timeless(told), timeless(plan));

    for (tool, asked, says) in [
        ("check_cluster", json!({"namespace": "nope"}), "has no namespace `nope`"),
        ("plan_namespace", json!({"namespace": "nope"}), "has no namespace `nope`"),
        ("plan_namespace", json!({"namespace": "NO"}), "namespace: "),
        ("plan_namespace", json!({"level": "privileged"}), "--level is what to reach"),
        (
            "check_cluster",
            json!({"namespace": "a", "all_namespaces": true}),
            "cannot be used together",
        ),
        ("check_cluster", json!({"selector": "a in ("}), "selector"),
    ] {
        let said = session.refused(tool, &asked);
        assert!(said.contains(says), "{tool} {asked}: {said}");
    }
    session.end();

    // A short answer tells the worst, and the rest page by page.
    let mut session = Session::start(&plane, "--max-bytes 16384");
    let (mut rules, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let page = session.call("check_cluster", &json!({"namespace": "one", "cursor": cursor}));
        rules.extend(page["findings"].as_array().unwrap().iter().map(|it| it["rule"].clone()));
        cursor = page["page"]["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let ended = line_on(&plane, "check -n one -o json --sort severity --quiet");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let all: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|it| it["rule"].clone()).collect();
    assert_eq!(rules, all);
    session.end();
}

#[test]
fn objects_come_page_by_page_and_in_order() {
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "mcp-pages");
    let maps: String = (0..30)
        .map(|it| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m-{it:02}, namespace: mcp-pages, labels: {{odd: '{}'}}}}\ndata: {{a: {MARKER}}}\n---\n", it % 2))
        .collect();
    plane.apply(&maps);
    wait_for(plane, "configmaps", "mcp-pages", 31);
    let asked = json!({"apiVersion": "v1", "kind": "ConfigMap", "namespace": "mcp-pages"});
    for flags in ["", "--max-bytes 4096"] {
        let mut session = Session::start(plane, flags);
        let (mut names, mut cursor, mut pages) = (Vec::new(), Value::Null, 0);
        loop {
            let mut asked = asked.clone();
            asked["limit"] = 9.into();
            asked["cursor"] = cursor;
            let page = session.call("get_kubernetes_resources", &asked);
            assert!(page.to_string().len() <= 65_536);
            let items = page["items"].as_array().unwrap();
            assert!(!items.is_empty() && items.len() <= 9, "{page}");
            names
                .extend(items.iter().map(|it| it["metadata"]["name"].as_str().unwrap().to_owned()));
            pages += 1;
            cursor = page["page"]["nextCursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        let mut all: Vec<_> = (0..30).map(|it| format!("m-{it:02}")).collect();
        all.insert(0, "kube-root-ca.crt".to_owned());
        assert_eq!(names, all);
        assert!(pages >= 4, "{pages}");

        let odd = json!({"apiVersion": "v1", "kind": "ConfigMap", "namespace": "mcp-pages", "selector": "odd=1", "limit": 3});
        let page = session.call("get_kubernetes_resources", &odd);
        assert_eq!(page["items"][0]["metadata"]["name"], "m-01");
        let one = json!({"apiVersion": "v1", "kind": "ConfigMap", "namespace": "mcp-pages", "name": "m-07"});
        let page = session.call("get_kubernetes_resources", &one);
        assert_eq!(page["items"][0]["data"]["a"], "(hidden)");
        for (asked, says) in [
            (json!({"apiVersion": "v1", "kind": "Deployment"}), "there is Deployment of apps/v1"),
            (json!({"apiVersion": "v1", "kind": "Podd"}), "there is Pod of v1"),
            (json!({"apiVersion": "x.example/v1", "kind": "Nothing"}), "has no kind Nothing"),
            (json!({"apiVersion": "v1", "kind": "pods"}), "there is Pod of v1"),
            (json!({"apiVersion": "V/../1", "kind": "Pod"}), "apiVersion must be written"),
            (
                json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview"}),
                "it has no verb list",
            ),
            (
                json!({"apiVersion": "v1", "kind": "NodeProxyOptions"}),
                "has no kind NodeProxyOptions",
            ),
            (json!({"apiVersion": "v1", "kind": "Node", "namespace": "a"}), "leave out namespace"),
            (json!({"apiVersion": "v1", "kind": "Pod", "name": "a/../b"}), "name: must be a name"),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "name": "none", "namespace": "mcp-pages"}),
                "there is no Pod `none` in namespace mcp-pages",
            ),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "selector": "a in ("}),
                "a selector is written as",
            ),
            (json!({"apiVersion": "v1", "kind": "Pod", "cursor": "x"}), "cursor: must be"),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "limit": 0}),
                "limit: must be from 1 to 500",
            ),
        ] {
            let said = session.refused("get_kubernetes_resources", &asked);
            assert!(said.contains(says), "{asked}: {said}");
        }
        let said = session.end();
        assert!(!said.contains(MARKER), "{said}");
    }
}

#[test]
fn many_calls_at_once_are_all_answered() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut session = Session::start(plane, "");
    let asked = json!({"apiVersion": "v1", "kind": "Namespace", "name": "default"});
    let results = session.call_all("get_kubernetes_resources", &vec![asked; 100]);
    assert_eq!(results.len(), 100);
    for result in results {
        assert_eq!(
            result["structuredContent"]["items"][0]["metadata"]["name"], "default",
            "{result}"
        );
    }
    session.end();
}

/// A Secret, and everything else that may hold a secret, in a namespace.
fn markers(namespace: &str) -> String {
    let objects = [
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, annotations: {{note: {MARKER}}}}}\nstringData: {{password: {MARKER}}}"
        ),
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: m}}\ndata: {{colour: {MARKER}, app.properties: \"password={MARKER}\"}}\nbinaryData: {{b: bTRya2Vy}}"
        ),
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, annotations: {{note.example/a: {MARKER}, whole: '{{\"a\":\"{MARKER}\"}}'}}}}\n\
             spec: {{replicas: 1, selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}, annotations: {{db-password: {MARKER}}}}}, spec: {{hostPID: true, containers: [{{name: a, image: 'web:1', \
             args: ['--password={MARKER}', '--token', {MARKER}], command: [sh, -c, 'PGPASSWORD={MARKER} psql'], \
             env: [{{name: DB_PASSWORD, value: {MARKER}}}, {{name: COLOUR, value: {MARKER}}}, {{name: URL, value: 'postgres://u:{MARKER}@db/x'}}], \
             livenessProbe: {{httpGet: {{path: /, port: 80, httpHeaders: [{{name: Authorization, value: 'Bearer {MARKER}'}}]}}}}}}]}}}}}}"
        ),
        format!(
            "apiVersion: v1\nkind: Event\nmetadata: {{name: e}}\ninvolvedObject: {{kind: Pod, name: p, namespace: {namespace}}}\nreason: Failed\nmessage: 'cannot log in with {MARKER}'\ntype: Warning"
        ),
        format!(
            "apiVersion: mcp.example/v1\nkind: Thing\nmetadata: {{name: t}}\nspec: {{password: {MARKER}, tokens: [{MARKER}], auth: {{apiKey: {{value: {MARKER}}}}}, extraEnv: [{{name: a, value: {MARKER}}}], template: {{data: {{a: {MARKER}}}}}}}"
        ),
    ];
    objects
        .map(|it| it.replacen("metadata: {", &format!("metadata: {{namespace: {namespace}, "), 1))
        .join("\n---\n")
}

const THING: &str = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.mcp.example}\n\
    spec: {group: mcp.example, scope: Namespaced, names: {kind: Thing, plural: things}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, x-kubernetes-preserve-unknown-fields: true}}}}}]}\n";

/// Writes down every request with all that was answered.
const ALL: &str = "apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules:\n- level: RequestResponse\n  resources: [{group: '', resources: [secrets]}]\n- level: Metadata\n";

/// Who looks, as flags of the server: an administrator, an editor, nobody, the administrator of a namespace.
const WHO: [&str; 5] = ["", "--context alice", "--context bob", "--as carol", "--as dave"];

/// Calls that have every place before them where a secret is.
fn calls() -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("check_cluster", json!({"namespace": "one"})),
        ("check_cluster", json!({"all_namespaces": true})),
        ("check_cluster", json!({"namespace": "one", "selector": "app=web"})),
        ("plan_namespace", json!({"namespace": "one"})),
        ("list_rules", json!({})),
        ("check_manifest", json!({"manifest": markers("one")})),
        ("fix_manifest", json!({"manifest": markers("one")})),
    ];
    for (version, kind, namespace) in [
        ("v1", "Secret", Some("one")),
        ("v1", "ConfigMap", Some("one")),
        ("v1", "Pod", Some("one")),
        ("v1", "Event", Some("one")),
        ("events.k8s.io/v1", "Event", Some("one")),
        ("v1", "ServiceAccount", Some("one")),
        ("v1", "Namespace", None),
        ("apps/v1", "Deployment", Some("one")),
        ("apps/v1", "ReplicaSet", Some("one")),
        ("mcp.example/v1", "Thing", Some("one")),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", None),
    ] {
        for name in [None, Some("s"), Some("m"), Some("web"), Some("e"), Some("t")] {
            let asked =
                json!({"apiVersion": version, "kind": kind, "namespace": namespace, "name": name});
            calls.push(("get_kubernetes_resources", asked));
        }
    }
    let all = markers("one");
    let mut texts = vec![all.clone()];
    for part in all.split("\n---\n") {
        let other = part.replace(MARKER, &format!("{MARKER}-other"));
        texts.extend([
            part.to_owned(),
            part.replace("name: ", "name: !!int "),
            // The API server quotes what it does not take.
            other.replace("replicas: 1", &format!("replicas: {MARKER}")),
            other.replace("image: ", &format!("imagePullPolicy: {MARKER}, image: ")),
            other,
        ]);
    }
    for text in texts {
        for overwrite in [false, true] {
            let asked = json!({"yaml_content": text, "overwrite": overwrite});
            calls.push(("apply_kubernetes_manifest", asked));
        }
    }
    calls
}

#[test]
fn no_tool_tells_a_secret_to_anybody() {
    let folder = tempfile::tempdir().unwrap();
    let (policy, log) = (folder.path().join("policy.yaml"), folder.path().join("audit.log"));
    std::fs::write(&policy, ALL).unwrap();
    let options =
        Options { audit_policy: Some(policy), audit_log: Some(log.clone()), ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    namespace(&plane, "one");
    plane.apply(THING);
    plane.kubectl_ok(["wait", "--for=condition=Established", "crd/things.mcp.example"]);
    plane.apply(&markers("one"));
    wait_for(&plane, "pods", "one", 1);
    for (user, role) in [("alice", "edit"), ("carol", "cluster-admin")] {
        let (role, user_flag) = (format!("--clusterrole={role}"), format!("--user={user}"));
        plane.kubectl_ok(["create", "rolebinding", user, "-n=one", &role, &user_flag]);
    }
    let (mut said, mut refused, mut hidden) = (String::new(), 0, 0);
    for flags in WHO {
        let flags = format!("--allow-apply --max-bytes 500000 {flags}");
        let mut session = Session::start(&plane, &flags);
        for (tool, asked) in calls() {
            let result = session.ask("tools/call", &json!({"name": tool, "arguments": asked}));
            let text = result.to_string();
            assert!(!text.contains(MARKER), "{flags} {tool} {asked}: {text}");
            refused += usize::from(text.contains(" may not "));
            hidden += usize::from(text.contains("(hidden"));
        }
        said += &session.end();
    }
    assert!(!said.contains(MARKER), "it was said");
    assert!(refused > 10 && hidden > 10, "{refused} {hidden}");
    expect_no_value_asked(&std::fs::read_to_string(log).unwrap());
}

/// That of Secrets only metadata was asked for, and no token, as the API server wrote it down.
#[track_caller]
fn expect_no_value_asked(log: &str) {
    const METADATA: [&str; 3] = ["PartialObjectMetadata", "PartialObjectMetadataList", "Status"];
    let is_ours = |event: &Value| {
        let agent = event["userAgent"].as_str().unwrap_or_default();
        !agent.starts_with("kubectl/") && !agent.starts_with("kube-")
    };
    let events = log.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let ours: Vec<_> = events.filter(is_ours).collect();
    let of_secrets = || ours.iter().filter(|it| it["objectRef"]["resource"] == "secrets");
    assert!(of_secrets().count() > 5, "{}", ours.len());
    for event in of_secrets() {
        let text = event.to_string();
        assert!(["get", "list"].contains(&event["verb"].as_str().unwrap()), "{text}");
        assert!(!text.contains(&BASE64_STANDARD.encode(MARKER)), "{text}");
        // Of what is not there, nothing comes.
        let Some(kind) = event["responseObject"]["kind"].as_str() else { continue };
        assert!(METADATA.contains(&kind), "{text}");
    }
    assert!(ours.iter().all(|it| it["objectRef"]["subresource"] != "token"));
}
