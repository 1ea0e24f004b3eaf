//! `mcp` and what it applies: only what was shown and confirmed, once, and nothing of others unasked.

use harness::{ControlPlane, eventually};
use serde_json::{Value, json};

use crate::mcp_cluster::MARKER;
use crate::mcp_cluster::session::Session;

const TOOL: &str = "apply_kubernetes_manifest";

/// A namespace with a Deployment `web` in it, or to be.
struct Shop<'p> {
    plane: &'p ControlPlane,
    namespace: &'static str,
}

impl<'p> Shop<'p> {
    fn new(plane: &'p ControlPlane, namespace: &'static str) -> Self {
        plane.apply(&format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n"));
        Self { plane, namespace }
    }

    /// The arguments of a call that sets the image.
    fn asked(&self, image: &str) -> Value {
        let namespace = self.namespace;
        json!({"yaml_content": format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {namespace}}}\n\
             spec: {{replicas: 0, selector: {{matchLabels: {{app: web}}}}, template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{{name: a, image: '{image}', env: [{{name: A, value: {MARKER}}}]}}]}}}}}}\n"
        )})
    }

    fn kubectl(&self, words: &[&str]) -> String {
        self.plane.kubectl_ok([words, &["-n", self.namespace]].concat())
    }

    fn image(&self) -> String {
        self.kubectl(&[
            "get",
            "deployment",
            "web",
            "-o",
            "jsonpath={.spec.template.spec.containers[0].image}",
        ])
    }

    /// Waits until controllers have seen the Deployment, so that it stays as it is.
    fn settle(&self) {
        eventually("the status", || {
            let generation = |it: &str| self.kubectl(&["get", "deployment", "web", "-o", it]);
            let seen = generation("jsonpath={.status.observedGeneration}");
            let conditions = generation("jsonpath={.status.conditions[*].type}");
            (seen == generation("jsonpath={.metadata.generation}") && !conditions.is_empty())
                .then_some(())
        });
    }
}

fn with(mut asked: Value, field: &str, value: &Value) -> Value {
    asked[field] = value.clone();
    asked
}

fn confirmed(asked: &Value, shown: &Value) -> Value {
    with(asked.clone(), "confirmation", &shown["confirmation"])
}

#[test]
fn what_was_confirmed_is_applied_once_and_nothing_else_is() {
    let Some(plane) = ControlPlane::shared() else { return };
    let shop = Shop::new(plane, "mcp-confirmed");
    let mut session = Session::start(plane, "--allow-apply");
    let asked = shop.asked("web:1");
    let shown = session.call(TOOL, &asked);
    assert_eq!(
        (&shown["applied"], &shown["objects"][0]["outcome"]),
        (&json!(false), &json!("would be created"))
    );
    let diff = shown["objects"][0]["diff"].as_str().unwrap();
    assert!(diff.contains("image: \"web:1\"") && diff.contains("(hidden)"), "{diff}");
    assert!(!shown["objects"][0]["newFindings"].as_array().unwrap().is_empty());
    assert_eq!(shop.kubectl(&["get", "deployments", "-o", "name"]), "");

    let elsewhere = Shop::new(plane, "mcp-elsewhere").asked("web:1");
    for asked in [
        confirmed(&shop.asked("web:2"), &shown),
        confirmed(&elsewhere, &shown),
        confirmed(&with(asked.clone(), "overwrite", &json!(true)), &shown),
        with(asked.clone(), "confirmation", &json!("a.b")),
    ] {
        let said = session.refused(TOOL, &asked);
        assert!(said.starts_with("confirmation: is not of this server"), "{said}");
    }
    for flags in ["--allow-apply", "--allow-apply --as carol --as-group system:masters"] {
        let mut other = Session::start(plane, flags);
        let said = other.refused(TOOL, &confirmed(&asked, &shown));
        assert!(said.starts_with("confirmation: is not of this server"), "{said}");
        other.end();
    }
    assert_eq!(shop.kubectl(&["get", "deployments", "-o", "name"]), "");

    let done = session.call(TOOL, &confirmed(&asked, &shown));
    assert_eq!(
        (&done["applied"], &done["objects"][0]["outcome"]),
        (&json!(true), &json!("created"))
    );
    assert_eq!(shop.image(), "web:1");
    let said = session.refused(TOOL, &confirmed(&asked, &shown));
    assert!(said.starts_with("confirmation: was used"), "{said}");
    let same = session.call(TOOL, &asked);
    assert_eq!(same["objects"][0]["outcome"], "would stay as it is");
    assert_eq!(same.get("confirmation"), None);
    let said = session.end();
    assert!(!said.contains(MARKER), "{said}");
}

#[test]
fn what_others_changed_or_keep_is_left_to_them_unless_asked() {
    let Some(plane) = ControlPlane::shared() else { return };
    let shop = Shop::new(plane, "mcp-others");
    let mut session = Session::start(plane, "--allow-apply");
    let asked = shop.asked("web:1");
    let shown = session.call(TOOL, &asked);
    session.call(TOOL, &confirmed(&asked, &shown));
    shop.settle();

    let asked = shop.asked("web:2");
    let shown = session.call(TOOL, &asked);
    assert_eq!(shown["objects"][0]["outcome"], "would be changed");
    shop.kubectl(&["label", "deployment", "web", "a=b"]);
    let said = session.refused(TOOL, &confirmed(&asked, &shown));
    assert!(
        said.contains("Deployment mcp-others/web is not as it was when it was shown"),
        "{said}"
    );
    assert_eq!(shop.image(), "web:1");

    shop.kubectl(&["set", "image", "deployment/web", "a=web:other", "--field-manager=somebody"]);
    shop.settle();
    let asked = shop.asked("web:3");
    let refused = session.call(TOOL, &asked);
    assert_eq!(refused["objects"][0]["outcome"], "refused");
    let conflict = &refused["objects"][0]["conflicts"][0];
    assert_eq!(conflict["manager"], "somebody", "{refused}");
    assert!(conflict["field"].as_str().unwrap().contains("image"), "{refused}");
    assert_eq!(refused.get("confirmation"), None);
    let asked = with(asked, "overwrite", &json!(true));
    let shown = session.call(TOOL, &asked);
    assert_eq!(shown["objects"][0]["conflicts"][0]["manager"], "somebody");
    let done = session.call(TOOL, &confirmed(&asked, &shown));
    assert_eq!(done["objects"][0]["outcome"], "changed", "{done}");
    assert_eq!(shop.image(), "web:3");

    shop.kubectl(&["label", "deployment", "web", "kustomize.toolkit.fluxcd.io/name=apps"]);
    let kept = &session.call(TOOL, &shop.asked("web:4"))["objects"][0];
    assert_eq!((&kept["outcome"], &kept["managedBy"]), (&json!("refused"), &json!("Flux")));
    session.end();
}

#[test]
fn part_of_it_can_fail_and_all_of_it_is_told() {
    let Some(plane) = ControlPlane::shared() else { return };
    let shop = Shop::new(plane, "mcp-part");
    plane.apply("apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: mcp-part}\nspec: {hard: {count/configmaps: '2'}}\n");
    eventually("the quota", || {
        let used = shop.kubectl(&["get", "quota", "q", "-o", "jsonpath={.status.used}"]);
        used.contains("\"1\"").then_some(())
    });
    let mut session = Session::start(plane, "--allow-apply");
    let map = |name: &str| {
        format!(
            "- {{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}, namespace: mcp-part}}, data: {{a: b}}}}\n"
        )
    };
    let list = format!("apiVersion: v1\nkind: List\nitems:\n{}{}", map("a"), map("b"));
    let asked = json!({"yaml_content": list});
    let shown = session.call(TOOL, &asked);
    let done = session.call(TOOL, &confirmed(&asked, &shown));
    assert_eq!(done["objects"][0]["outcome"], "created", "{done}");
    assert_eq!(done["objects"][1]["outcome"], "failed", "{done}");
    assert_eq!(done["objects"][1]["why"]["status"], 403, "{done}");
    session.end();
}

#[test]
fn what_cannot_be_applied_is_refused_with_a_sentence() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut session = Session::start(plane, "--allow-apply");
    let twice = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
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
        (&format!("{twice}---\n{twice}"), "is in it twice"),
    ] {
        let said = session.refused(TOOL, &json!({"yaml_content": text}));
        assert!(said.contains(says), "{text}: {said}");
    }
    let list = session.ask("tools/list", &json!({})).to_string();
    assert!(list.contains(TOOL) && list.len() < 29_000, "{}", list.len());
    session.end();

    // Without the flag there is no such tool.
    let mut session = Session::start(plane, "");
    let list = session.ask("tools/list", &json!({})).to_string();
    assert!(!list.contains(TOOL));
    let said = session.refused(TOOL, &json!({"yaml_content": twice}));
    assert!(said.contains("there is no tool apply_kubernetes_manifest"), "{said}");
    session.end();
}
