//! `plan` on a real API server: it names the pods that the server warns about when a label is set, in the same
//! words, and templates beyond them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use harness::ControlPlane;
use serde_json::Value;

use crate::cluster::{harden_on, line_on};
use crate::harden::{finish, line};
use crate::kubectl::Kubectl;

/// So many namespaces with random workloads are compared; `HARDEN_PLAN_NAMESPACES` says another number, and
/// `HARDEN_PLAN_SEED` another seed.
const NAMESPACES: u64 = 6;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

/// Numbers that are the same for the same seed (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn pick<'s>(&mut self, all: &[&'s str]) -> &'s str {
        let at = self.roll(all.len() as u64);
        all[usize::try_from(at).unwrap()]
    }
}

/// The spec of a pod, of which half meets restricted and the rest does not meet it in one way or several.
fn spec(dice: &mut Dice) -> String {
    let sound = dice.roll(2) == 0;
    let mut of_pod = Vec::new();
    let mut of_container = vec!["name: app, image: 'web:1'".to_owned()];
    let (mut context, mut capabilities) = (Vec::new(), "drop: [ALL]");
    let mut breaks = |odds: u64| !sound && dice.roll(odds) == 0;
    if !breaks(3) {
        of_pod.push("runAsNonRoot: true".to_owned());
    }
    if !breaks(3) {
        of_pod.push("seccompProfile: {type: RuntimeDefault}".to_owned());
    }
    let privileged = breaks(6);
    if privileged {
        context.push("privileged: true".to_owned());
    } else if !breaks(3) {
        context.push("allowPrivilegeEscalation: false".to_owned());
    }
    if breaks(4) {
        capabilities = "add: [NET_ADMIN]";
    }
    if !breaks(6) {
        context.push(format!("capabilities: {{{capabilities}}}"));
    }
    if breaks(6) {
        context.push("runAsUser: 0".to_owned());
    }
    if breaks(6) {
        of_container.push("livenessProbe: {httpGet: {port: 80, host: 10.0.0.1}}".to_owned());
    }
    if breaks(6) {
        of_container.push("ports: [{containerPort: 80, hostPort: 80}]".to_owned());
    }
    let mut more = String::new();
    if breaks(8) {
        more.push_str("hostNetwork: true, ");
    }
    if breaks(8) {
        more.push_str("hostPID: true, ");
    }
    if breaks(6) {
        more.push_str("volumes: [{name: v, hostPath: {path: /tmp}}], ");
    }
    of_container.push(format!("securityContext: {{{}}}", context.join(", ")));
    let side = if breaks(4) { ", {name: side, image: 'side:1'}" } else { "" };
    format!(
        "{{{more}securityContext: {{{}}}, containers: [{{{}}}{side}]}}",
        of_pod.join(", "),
        of_container.join(", ")
    )
}

/// Workloads of a namespace: those with pods, and those without.
fn workloads(namespace: &str, dice: &mut Dice) -> String {
    let mut text =
        format!("---\n{{apiVersion: v1, kind: Namespace, metadata: {{name: {namespace}}}}}\n");
    for at in 0..4 + dice.roll(5) {
        let kind = dice.pick(&["Pod", "Pod", "Deployment", "StatefulSet", "Job", "CronJob"]);
        let spec = spec(dice);
        let name = format!("{}-{at}", kind.to_lowercase());
        let head = |api: &str| {
            format!(
                "---\n{{apiVersion: {api}, kind: {kind}, metadata: {{name: {name}, namespace: {namespace}}}, spec: "
            )
        };
        let labels = format!("{{labels: {{app: {name}}}}}");
        let once = spec.replacen('{', "{restartPolicy: Never, ", 1);
        let _ = match kind {
            "Pod" => writeln!(text, "{}{spec}}}", head("v1")),
            "Job" => writeln!(text, "{}{{template: {{spec: {once}}}}}}}", head("batch/v1")),
            "CronJob" => writeln!(
                text,
                "{}{{schedule: '0 0 1 1 *', jobTemplate: {{spec: {{template: {{spec: {once}}}}}}}}}}}",
                head("batch/v1")
            ),
            _ => writeln!(
                text,
                "{}{{replicas: {}, selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {labels}, spec: {spec}}}}}}}",
                head("apps/v1"),
                dice.roll(3)
            ),
        };
    }
    text
}

/// Waits until controllers have made what they make in these namespaces; what others do elsewhere is no concern.
fn settle(plane: &ControlPlane, namespaces: &[String]) {
    let pods =
        |namespace: &String| plane.kubectl_ok(["get", "pods", "-n", namespace, "-o", "name"]);
    // Deployments and the like say how many pods they have; what they want is there then.
    let ready = |namespace: &String| {
        let kinds = "deployments,statefulsets,jobs";
        let text = plane.kubectl_ok(["get", kinds, "-n", namespace, "-o", "json"]);
        let all: Value = serde_json::from_str(&text).unwrap();
        all["items"].as_array().unwrap().iter().all(|it| {
            let (spec, status) = (&it["spec"], &it["status"]);
            match it["kind"].as_str() {
                Some("Job") => status["active"].as_u64() == Some(1),
                // The second pod of a StatefulSet waits for the first.
                Some("StatefulSet") => {
                    status["replicas"].as_u64().unwrap_or(0)
                        >= spec["replicas"].as_u64().unwrap().min(1)
                }
                _ => status["replicas"].as_u64().unwrap_or(0) == spec["replicas"].as_u64().unwrap(),
            }
        })
    };
    for namespace in namespaces {
        let wait =
            ["wait", "--for=create", "serviceaccount/default", "-n", namespace, "--timeout=60s"];
        plane.kubectl_ok(wait);
        harness::eventually("the pods", || {
            let before = pods(namespace);
            (ready(namespace) && before == pods(namespace)).then_some(())
        });
    }
}

fn plan(plane: &ControlPlane, words: &str) -> Value {
    let ended = line_on(plane, &format!("plan {words} -o json"));
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"))
}

/// What the API server warns about when a namespace is labelled.
fn warnings(plane: &ControlPlane, command: &str) -> Vec<String> {
    let words = command.strip_prefix("kubectl ").unwrap().split(' ');
    let output = plane.kubectl(words).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command}: {text}");
    text.lines().filter_map(|it| it.strip_prefix("Warning: ")).map(str::to_owned).collect()
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().unwrap().iter();
    all.map(|it| it.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_plan_names_the_pods_that_the_server_warns_about_and_templates_beyond() {
    let Some(plane) = ControlPlane::shared() else { return };
    let mut dice = Dice(number("HARDEN_PLAN_SEED", 0x9e37_79b9_7f4a_7c15).max(1));
    let names: Vec<_> =
        (0..number("HARDEN_PLAN_NAMESPACES", NAMESPACES)).map(|it| format!("plan-{it}")).collect();
    let text: String = names.iter().map(|it| workloads(it, &mut dice)).collect();
    plane.apply(&text);
    settle(plane, &names);
    let (mut warned, mut beyond) = (0, 0);
    for name in &names {
        let plan = plan(plane, name);
        let answer = &plan["answers"][0];
        let steps = answer["steps"].as_array().unwrap();
        for step in steps {
            let (level, version) = step["standard"].as_str().unwrap().split_once(':').unwrap();
            let key = "pod-security.kubernetes.io/enforce";
            let command = format!(
                "kubectl label --dry-run=server --overwrite namespace {name} {key}={level} {key}-version={version}"
            );
            let said = warnings(plane, &command);
            assert_eq!(texts(&step["serverWarnings"]), said, "{name} {step:#}");
            let objects = || {
                step["blocks"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .flat_map(|it| it["objects"].as_array().unwrap())
            };
            let of_kind = |it: &Value, kind: &str| {
                (it["kind"] == kind).then(|| it["name"].as_str().unwrap().to_owned())
            };
            let mut pods: BTreeSet<_> = objects().filter_map(|it| of_kind(it, "Pod")).collect();
            pods.extend(objects().flat_map(|it| texts(&it["pods"])));
            let total: usize = said
                .iter()
                .skip(1)
                .map(|it| {
                    let more = it.split_once(" (and ").and_then(|(_, rest)| rest.split_once(' '));
                    more.map_or(1, |(more, _)| 1 + more.parse::<usize>().unwrap_or(0))
                })
                .sum();
            assert_eq!(pods.len(), total, "{name}: {said:?}");
            warned += total;
            beyond +=
                objects().filter(|it| it["kind"] != "Pod" && texts(&it["pods"]).is_empty()).count();
        }
        // What holds is enforced without a word, as the stage says it.
        if let Some(stage) = answer["stages"].as_array().unwrap().first() {
            for command in texts(&stage["commands"]) {
                assert_eq!(warnings(plane, &command), [""; 0], "{command}");
            }
        }
        // Labels that were set by a plan reject nothing that was there.
        assert_eq!(self::plan(plane, name)["answers"][0]["rejectedToday"], Value::Null, "{name}");
    }
    assert!(warned > 5 && beyond > 0, "{warned} pods and {beyond} templates");
}

#[test]
fn the_patches_of_a_plan_are_taken_and_bring_workloads_to_the_level() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: patched}\n---\n\
         {apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: patched}, spec: {replicas: 0, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [{name: app, image: 'web:1', ports: [{containerPort: 80}]}]}}}}\n---\n\
         {apiVersion: batch/v1, kind: CronJob, metadata: {name: night, namespace: patched}, spec: {schedule: '0 0 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: app, image: 'web:1', securityContext: {privileged: true}}]}}}}}}\n",
    );
    let before = plan(plane, "patched");
    let last = before["answers"][0]["steps"].as_array().unwrap().last().unwrap();
    let blocks = last["blocks"].as_array().unwrap();
    let objects = blocks.iter().flat_map(|it| it["objects"].as_array().unwrap());
    let commands: Vec<_> =
        objects.map(|it| it["mend"]["command"].as_str().unwrap().to_owned()).collect();
    assert_eq!(commands.len(), 2);
    let kubectl = Kubectl::new(plane);
    for command in commands {
        let ended = finish(kubectl.environment("/bin/sh").args(["-c", &command]), "");
        assert_eq!(ended.code, 0, "{command}: {}", ended.stderr);
    }
    let after = line_on(plane, "plan patched");
    assert!(after.stdout.contains("nothing: the labels are to be set"), "{after:?}");
    assert_eq!(after.code, 0);
    let stage = plan(plane, "patched")["answers"][0]["stages"][0].clone();
    for command in texts(&stage["commands"]) {
        assert_eq!(warnings(plane, &command), [""; 0], "{command}");
    }
    let there = line_on(plane, "plan patched").ok();
    assert!(there.contains("it is held to restricted:v1.37 already"), "{there}");
}

/// A pod that meets restricted, and one that meets no level, both of a runtime class.
const CLASSES: &str = "\
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: kata}
handler: kata
---
apiVersion: v1
kind: Namespace
metadata: {name: gpu}
---
apiVersion: v1
kind: Namespace
metadata: {name: mixed}
---
{apiVersion: v1, kind: Pod, metadata: {name: driver, namespace: gpu}, spec: {hostNetwork: true, containers: [{name: app, image: web}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: vm, namespace: mixed}, spec: {hostNetwork: true, runtimeClassName: kata, containers: [{name: app, image: web}]}}
---
{apiVersion: v1, kind: Pod, metadata: {name: plain, namespace: mixed}, spec: {containers: [{name: app, image: web}]}}
";

#[test]
fn whom_the_server_lets_off_is_let_off_and_what_it_holds_others_to_counts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("admission.yaml");
    let words = "--level baseline --exempt-namespace kube-system,gpu --exempt-runtime-class kata";
    line(&format!("pod-security {words} --output-file {}", file.display())).ok();
    let options = harness::Options {
        admission_config: Some(file.clone()),
        emulated_version: Some("1.36".to_owned()),
        ..harness::Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    crate::cluster::namespace(&plane, "first", "--only namespace");
    plane.apply(CLASSES);
    let words = format!("gpu mixed --admission-config {}", file.display());
    let made = plan(&plane, &words);
    let [gpu, mixed] = made["answers"].as_array().unwrap().as_slice() else { panic!("{made:#}") };
    assert_eq!((&gpu["exempt"], &gpu["steps"]), (&true.into(), &Value::Array(Vec::new())));
    assert_eq!(mixed["exemptRuntimeClasses"]["kata"], 1);
    assert_eq!(mixed["today"]["enforce"].as_str().unwrap().split(':').next(), Some("baseline"));
    assert_eq!(
        mixed["holds"], "baseline:v1.36",
        "no version is pinned that the server does not know"
    );
    let step = &mixed["steps"][0];
    let key = "pod-security.kubernetes.io/enforce";
    for namespace in ["gpu", "mixed"] {
        let command = format!(
            "kubectl label --dry-run=server --overwrite namespace {namespace} {key}=restricted {key}-version=v1.36"
        );
        let said = warnings(&plane, &command);
        if namespace == "gpu" {
            assert!(said.len() == 1 && said[0].contains("is exempt from Pod Security"), "{said:?}");
        } else {
            assert_eq!(texts(&step["serverWarnings"]), said);
        }
    }
    // Without the file, nobody is let off.
    let bare = plan(&plane, "gpu mixed");
    assert_eq!(bare["answers"][0]["steps"][0]["blocks"][0]["objects"][0]["name"], "driver");
}

#[test]
fn what_is_forbidden_is_never_nothing() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: unseen}\n---\n\
         {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: some, namespace: unseen}, rules: [{apiGroups: [''], resources: [pods], verbs: [list]}]}\n---\n\
         {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: some, namespace: unseen}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: some}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}]}\n---\n\
         {apiVersion: v1, kind: Pod, metadata: {name: sound, namespace: unseen}, spec: {securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, containers: [{name: app, image: 'web:1', securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]}}\n",
    );
    let ended = finish(harden_on(plane).args(["plan", "unseen", "--context", "bob"]), "");
    assert_eq!(ended.code, 3, "{ended:?}");
    for said in [
        "unseen     unknown  at most restricted:v1.37  nothing of what was read",
        "not everything could be read, so that more may be in the way",
        "not read: deployments.apps: forbidden for bob",
        "its labels were not read",
    ] {
        assert!(ended.stdout.contains(said), "{said}: {}", ended.stdout);
    }
    let missing = line_on(plane, "plan nowhere").rejected();
    assert!(missing.contains("has no namespace `nowhere`"), "{missing}");
}

#[test]
fn every_command_of_the_page_on_plans_works() {
    let Some(plane) = ControlPlane::for_test(&harness::Options::default()) else { return };
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n");
    let kubectl = Kubectl::new(&plane);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("manifests")).unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: app, image: web:1}]}\n";
    std::fs::write(folder.path().join("manifests/pod.yaml"), pod).unwrap();
    let configured = line_on(&plane, "pod-security --level baseline").ok();
    std::fs::write(folder.path().join("admission.yaml"), configured).unwrap();
    let page = include_str!("../../docs/plan.md");
    let blocks = page.split("```sh\n").skip(1).filter_map(|it| it.split("```").next());
    let lines: Vec<_> = blocks.flat_map(str::lines).collect();
    assert!(lines.len() > 6, "{lines:?}");
    for line in lines {
        let mut shell = kubectl.environment("/bin/bash");
        let ended = finish(shell.args(["-c", line]).current_dir(folder.path()), "");
        let expected = i32::from(line.contains("-f manifests/"));
        assert_eq!(ended.code, expected, "{line}: {}{}", ended.stdout, ended.stderr);
    }
}
