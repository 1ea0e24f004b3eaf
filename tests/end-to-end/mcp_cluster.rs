//! `mcp` and a cluster: the same answers as the command, nothing secret, and nothing changed unasked.

mod session;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use harness::{ControlPlane, Options, eventually};
use serde_json::{Value, json};

use crate::cluster::line_on;
use session::Session;

/// What must never be said, wherever it was put.
const MARKER: &str = "m4rker-of-a-value";

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
        plane.kubectl_ok([
            "create".to_owned(),
            "rolebinding".to_owned(),
            user.to_owned(),
            "-n=one".to_owned(),
            format!("--clusterrole={role}"),
            format!("--user={user}"),
        ]);
    }
    let kinds = [
        ("v1", "Secret"),
        ("v1", "ConfigMap"),
        ("v1", "Pod"),
        ("v1", "Event"),
        ("events.k8s.io/v1", "Event"),
        ("v1", "ServiceAccount"),
        ("v1", "Namespace"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "ControllerRevision"),
        ("mcp.example/v1", "Thing"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ];
    let who = ["", "--context alice", "--context bob", "--as carol", "--as dave"];
    let (mut said, mut refused, mut hidden) = (String::new(), 0, 0);
    for flags in who {
        let mut session =
            Session::start(&plane, &format!("--allow-apply --max-bytes 500000 {flags}"));
        let mut calls = vec![
            ("check_cluster", json!({"namespace": "one"})),
            ("check_cluster", json!({"all_namespaces": true})),
            ("check_cluster", json!({"namespace": "one", "selector": "app=web"})),
            ("plan_namespace", json!({"namespace": "one"})),
            ("list_rules", json!({})),
            ("explain_rule", json!({"rule": "secret-in-env"})),
            ("check_manifest", json!({"manifest": markers("one")})),
            ("fix_manifest", json!({"manifest": markers("one")})),
        ];
        for (version, kind) in kinds {
            for name in [json!(null), json!("s"), json!("m"), json!("web"), json!("e"), json!("t")]
            {
                calls.push((
                    "get_kubernetes_resources",
                    json!({"apiVersion": version, "kind": kind, "namespace": if matches!(kind, "Namespace" | "CustomResourceDefinition") { json!(null) } else { json!("one") }, "name": name}),
                ));
            }
        }
        for overwrite in [false, true] {
            let all = markers("one");
            for (index, part) in all.split("\n---\n").enumerate() {
                let other = part.replace(MARKER, &format!("{MARKER}-other"));
                for text in [part, &other, &part.replace("name: ", "name: !!int ")] {
                    calls.push((
                        "apply_kubernetes_manifest",
                        json!({"yaml_content": text, "overwrite": overwrite}),
                    ));
                }
                // The API server quotes what it does not take.
                let wrong = other.replace("replicas: 1", &format!("replicas: {MARKER}"));
                calls.push((
                    "apply_kubernetes_manifest",
                    json!({"yaml_content": wrong, "overwrite": overwrite}),
                ));
                if index == 2 {
                    let wrong = part.replace(
                        "image: 'web:1'",
                        &format!("image: 'web:1', imagePullPolicy: '{MARKER}'"),
                    );
                    calls.push((
                        "apply_kubernetes_manifest",
                        json!({"yaml_content": wrong, "overwrite": overwrite}),
                    ));
                }
            }
            calls.push((
                "apply_kubernetes_manifest",
                json!({"yaml_content": all, "overwrite": overwrite}),
            ));
        }
        for (tool, asked) in &calls {
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
    // What was put there by kubectl was seen by nobody else.
    let log = std::fs::read_to_string(log).unwrap();
    let is_ours = |event: &Value| {
        event["userAgent"]
            .as_str()
            .is_none_or(|it| !it.starts_with("kubectl/") && !it.starts_with("kube-"))
    };
    let events = log.lines().map(|it| serde_json::from_str::<Value>(it).unwrap());
    let ours: Vec<_> = events.filter(is_ours).collect();
    let of_secrets: Vec<_> =
        ours.iter().filter(|it| it["objectRef"]["resource"] == "secrets").collect();
    assert!(of_secrets.len() > 5, "{}", of_secrets.len());
    for event in of_secrets {
        let text = event.to_string();
        assert!(["get", "list"].contains(&event["verb"].as_str().unwrap()), "{text}");
        let value = BASE64_STANDARD.encode(MARKER);
        assert!(!text.contains(&value), "{text}");
        // Of what is not there, nothing comes.
        let Some(kind) = event["responseObject"]["kind"].as_str() else { continue };
        assert!(
            ["PartialObjectMetadata", "PartialObjectMetadataList", "Status"].contains(&kind),
            "{text}"
        );
    }
    assert!(ours.iter().all(|it| it["objectRef"]["subresource"] != "token"));
}

fn deployment(image: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: mcp-apply}}\n\
         spec: {{replicas: 0, selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: a, image: '{image}', env: [{{name: A, value: {MARKER}}}]}}]}}}}}}\n"
    )
}

fn version(plane: &ControlPlane, what: &str) -> String {
    plane.kubectl_ok(["get", what, "-n", "mcp-apply", "-o", "jsonpath={.metadata.resourceVersion}"])
}

#[test]
fn what_was_confirmed_is_applied_once_and_only_as_it_was_shown() {
    const TOOL: &str = "apply_kubernetes_manifest";
    let Some(plane) = ControlPlane::shared() else { return };
    namespace(plane, "mcp-apply");
    let mut session = Session::start(plane, "--allow-apply");
    let asked = |image: &str| json!({"yaml_content": deployment(image)});
    let with = |mut asked: Value, field: &str, value: &Value| {
        asked[field] = value.clone();
        asked
    };

    // What is shown is not done.
    let shown = session.call(TOOL, &asked("web:1"));
    assert_eq!(shown["applied"], false);
    assert_eq!(shown["objects"][0]["outcome"], "would be created");
    let diff = shown["objects"][0]["diff"].as_str().unwrap();
    assert!(diff.contains("image: \"web:1\""), "{diff}");
    assert!(!shown["objects"][0]["newFindings"].as_array().unwrap().is_empty());
    let there = plane.kubectl(["get", "deployment", "web", "-n", "mcp-apply"]).output().unwrap();
    assert!(!there.status.success());

    // A confirmation is for what was shown, and for nothing else.
    let confirmation = shown["confirmation"].clone();
    let confirmed = |image: &str| with(asked(image), "confirmation", &confirmation);
    for (asked, says) in [
        (confirmed("web:2"), "is not of this server"),
        (with(confirmed("web:1"), "overwrite", &json!(true)), "is not of this server"),
        (with(asked("web:1"), "confirmation", &json!("a.b")), "is not of this server"),
    ] {
        let said = session.refused(TOOL, &asked);
        assert!(said.starts_with("confirmation: ") && said.contains(says), "{said}");
    }
    // Nor is it for another server, another user, or another namespace.
    for flags in ["--allow-apply", "--allow-apply --as carol --as-group system:masters"] {
        let mut other = Session::start(plane, flags);
        let said = other.refused(TOOL, &confirmed("web:1"));
        assert!(said.contains("is not of this server"), "{said}");
        other.end();
    }
    let done = session.call(TOOL, &confirmed("web:1"));
    assert_eq!(
        (&done["applied"], &done["objects"][0]["outcome"]),
        (&json!(true), &json!("created"))
    );
    let image = "jsonpath={.spec.template.spec.containers[0].image}";
    assert_eq!(
        plane.kubectl_ok(["get", "deployment", "web", "-n", "mcp-apply", "-o", image]),
        "web:1"
    );
    let said = session.refused(TOOL, &confirmed("web:1"));
    assert!(said.contains("was used"), "{said}");

    // What is as it should be needs no confirmation.
    eventually("the status", || {
        let seen = plane.kubectl_ok([
            "get",
            "deployment",
            "web",
            "-n",
            "mcp-apply",
            "-o",
            "jsonpath={.status.observedGeneration}",
        ]);
        (seen == "1").then_some(())
    });
    let same = session.call(TOOL, &asked("web:1"));
    assert_eq!(same["objects"][0]["outcome"], "would stay as it is");
    assert_eq!(same.get("confirmation"), None);

    // A change in between is not overwritten.
    let shown = session.call(TOOL, &asked("web:2"));
    let before = version(plane, "deployment/web");
    plane.kubectl_ok(["label", "deployment", "web", "-n", "mcp-apply", "a=b"]);
    assert_ne!(version(plane, "deployment/web"), before);
    let said = session.refused(TOOL, &with(asked("web:2"), "confirmation", &shown["confirmation"]));
    assert!(said.contains("Deployment mcp-apply/web is not as it was when it was shown"), "{said}");
    assert_eq!(
        plane.kubectl_ok(["get", "deployment", "web", "-n", "mcp-apply", "-o", image]),
        "web:1"
    );

    // Fields of others are theirs, unless that is asked for.
    plane.kubectl_ok([
        "set",
        "image",
        "deployment/web",
        "-n",
        "mcp-apply",
        "a=web:other",
        "--field-manager=somebody",
    ]);
    let refused = session.call(TOOL, &asked("web:3"));
    assert_eq!(refused["objects"][0]["outcome"], "refused");
    let conflict = &refused["objects"][0]["conflicts"][0];
    assert_eq!(conflict["manager"], "somebody", "{refused}");
    assert!(conflict["field"].as_str().unwrap().ends_with(".image"), "{refused}");
    assert_eq!(refused.get("confirmation"), None);
    let forced = with(asked("web:3"), "overwrite", &json!(true));
    let shown = session.call(TOOL, &forced);
    assert_eq!(shown["objects"][0]["outcome"], "would be changed");
    assert_eq!(shown["objects"][0]["conflicts"][0]["manager"], "somebody");
    let done = session.call(TOOL, &with(forced, "confirmation", &shown["confirmation"]));
    assert_eq!(done["objects"][0]["outcome"], "changed", "{done}");
    assert_eq!(
        plane.kubectl_ok(["get", "deployment", "web", "-n", "mcp-apply", "-o", image]),
        "web:3"
    );

    // What Flux keeps is Flux's.
    plane.kubectl_ok([
        "label",
        "deployment",
        "web",
        "-n",
        "mcp-apply",
        "kustomize.toolkit.fluxcd.io/name=apps",
    ]);
    let kept = session.call(TOOL, &asked("web:4"));
    assert_eq!(
        (&kept["objects"][0]["outcome"], &kept["objects"][0]["managedBy"]),
        (&json!("refused"), &json!("Flux"))
    );

    // Part of it can fail, and all of it is told.
    let quota = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: mcp-apply}\nspec: {hard: {count/configmaps: '2'}}\n";
    plane.apply(quota);
    eventually("the quota", || {
        let used = plane.kubectl_ok([
            "get",
            "quota",
            "q",
            "-n",
            "mcp-apply",
            "-o",
            "jsonpath={.status.used}",
        ]);
        (!used.is_empty()).then_some(())
    });
    let maps = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: mcp-apply}, data: {a: b}}\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: mcp-apply}, data: {a: b}}\n";
    let asked_maps = json!({"yaml_content": maps});
    let shown = session.call(TOOL, &asked_maps);
    let done = session.call(TOOL, &with(asked_maps, "confirmation", &shown["confirmation"]));
    assert_eq!(done["objects"][0]["outcome"], "created", "{done}");
    assert_eq!(done["objects"][1]["outcome"], "failed", "{done}");
    assert_eq!(done["objects"][1]["why"]["status"], 403, "{done}");

    for (text, says) in [
        (
            "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: b}\n",
            "secrets are not applied here",
        ),
        ("a: [", "yaml_content: line 1"),
        (
            "apiVersion: apps/v1\nkind: Deploymentt\nmetadata: {name: a}\n",
            "there is Deployment of apps/v1",
        ),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: a}\n", "has no metadata.name"),
        (
            "apiVersion: authentication.k8s.io/v1\nkind: TokenReview\nmetadata: {name: a}\n",
            "has no verb patch",
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
            "is in it twice",
        ),
    ] {
        let said = session.refused(TOOL, &json!({"yaml_content": text}));
        assert!(said.contains(says), "{text}: {said}");
    }
    let said = session.end();
    assert!(!said.contains(MARKER), "{said}");

    // Without the flag there is no such tool, and a call of it does nothing.
    let mut session = Session::start(plane, "");
    let list = session.ask("tools/list", &json!({}));
    assert!(!list.to_string().contains(TOOL));
    let said = session.refused(TOOL, &asked("web:5"));
    assert!(said.contains("there is no tool apply_kubernetes_manifest"), "{said}");
    session.end();
    let mut session = Session::start(plane, "--allow-apply");
    let list = session.ask("tools/list", &json!({}));
    assert!(list.to_string().contains(TOOL));
    assert!(list.to_string().len() < 24_000, "{}", list.to_string().len());
    session.end();
}
