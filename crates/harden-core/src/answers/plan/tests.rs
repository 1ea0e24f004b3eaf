#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use harden_yaml::Position;

use super::*;
use crate::source::Cut;

fn options() -> Options {
    Options {
        aim: Level::Restricted,
        server: MinorVersion(37),
        configured: Configured::default(),
        namespace: "default".to_owned(),
        asked: Vec::new(),
        has_system: false,
        context: Some("c".to_owned()),
    }
}

/// The plan for these objects, one text each, as a cluster is read.
fn plan_with(options: Options, texts: &[String]) -> Plan {
    let cut = || Cut { start: Position { line: 1, column: 1 }, list: Arc::default() };
    let json = |text: &String| {
        let value = serde_yaml::from_str::<serde_json::Value>(text);
        value.map_or_else(|_| text.clone(), |it| it.to_string())
    };
    let sources: Vec<_> = texts.iter().map(|it| Source::cut("c".into(), json(it), cut())).collect();
    let mut planner = Planner::new(options);
    sources.iter().for_each(|it| planner.learn(it));
    sources.iter().for_each(|it| planner.judge(std::slice::from_ref(it)));
    planner.finish(Vec::new())
}

fn plan(texts: &[String]) -> Plan {
    plan_with(options(), texts)
}

const SOUND: &str = "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}, \
    containers: [{name: a, image: i, securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]";
const PLAIN: &str = "containers: [{name: a, image: i}]";
const PRIVILEGED: &str = "containers: [{name: a, image: i, securityContext: {privileged: true}}]";

fn namespace(labels: &str) -> String {
    let labels = labels.split_whitespace().map(|it| {
        let (key, value) = it.split_once('=').unwrap();
        format!("pod-security.kubernetes.io/{key}: '{value}'")
    });
    let labels: Vec<_> = labels.collect();
    format!(
        "{{apiVersion: v1, kind: Namespace, metadata: {{name: n, labels: {{{}}}}}}}",
        labels.join(", ")
    )
}

fn pod(name: &str, metadata: &str, spec: &str, status: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: n{metadata}}}, spec: {{{spec}}}, status: {{{status}}}}}"
    )
}

fn owner(kind: &str, name: &str) -> String {
    format!(", ownerReferences: [{{kind: {kind}, name: {name}, controller: true}}]")
}

fn maker(api: &str, kind: &str, name: &str, metadata: &str, more: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: {api}, kind: {kind}, metadata: {{name: {name}, namespace: n{metadata}}}, spec: {{{more}template: {{spec: {{{spec}}}}}}}}}"
    )
}

fn deployment(name: &str, spec: &str) -> String {
    maker("apps/v1", "Deployment", name, "", "replicas: 0, ", spec)
}

/// What is in the way of a step, as kinds and names.
fn in_the_way(step: &Step) -> Vec<String> {
    let members = step.blocks.iter().flat_map(|it| &it.members);
    members.map(|it| format!("{} {}", it.kind, it.name)).collect()
}

fn aside(step: &Step) -> Vec<(String, State)> {
    step.aside.iter().map(|it| (it.name.clone(), it.state)).collect()
}

#[test]
fn the_highest_level_and_version_that_all_hold_is_found() {
    let host = "livenessProbe: {httpGet: {port: 1, host: h}}";
    let probe = |spec: &str| spec.replace("name: a", &format!("name: a, {host}"));
    for (specs, server, holds) in [
        (vec![SOUND.to_owned()], 37, "restricted:v1.37"),
        (vec![SOUND.to_owned()], 30, "restricted:v1.30"),
        (vec![SOUND.to_owned(), PLAIN.to_owned()], 37, "baseline:v1.37"),
        (vec![SOUND.to_owned(), PRIVILEGED.to_owned()], 37, "privileged:latest"),
        (vec![probe(SOUND)], 37, "restricted:v1.33"),
        (vec![probe(SOUND), PLAIN.to_owned()], 37, "baseline:v1.33"),
        // A newer version forbids one, an older one the other.
        (
            vec![
                probe(SOUND),
                SOUND
                    .replace("runAsNonRoot: true, ", "")
                    .replace("securityContext: {s", "hostUsers: false, securityContext: {s"),
            ],
            37,
            "baseline:v1.33",
        ),
        (vec![], 37, "restricted:v1.37"),
    ] {
        let mut texts = vec![namespace("")];
        texts.extend(specs.iter().enumerate().map(|(at, it)| deployment(&format!("d{at}"), it)));
        let plan = plan_with(Options { server: MinorVersion(server), ..options() }, &texts);
        assert_eq!(plan.answers[0].holds.to_string(), holds, "{specs:?}");
        let commands = plan.answers[0].stages.iter().flat_map(|it| &it.commands);
        assert!({ commands }.all(|it| server == 37 || !it.contains("v1.37")));
    }
}

#[test]
fn what_is_said_of_owners_is_not_said_again_in_any_order() {
    let replica_set = |spec: &str| {
        maker("apps/v1", "ReplicaSet", "web-1", &owner("Deployment", "web"), "replicas: 2, ", spec)
    };
    let mut texts = vec![
        namespace(""),
        deployment("web", PLAIN),
        replica_set(PLAIN),
        pod("web-1-a", &owner("ReplicaSet", "web-1"), PLAIN, ""),
        pod("web-1-b", &owner("ReplicaSet", "web-1"), PLAIN, ""),
    ];
    let forward = plan(&texts);
    let step = &forward.answers[0].steps[0];
    assert_eq!(in_the_way(step), ["Deployment web"]);
    assert_eq!(step.blocks[0].members[0].pods, ["web-1-a", "web-1-b"]);
    assert_eq!((forward.answers[0].templates, forward.answers[0].pods), (1, 2));
    texts.reverse();
    assert_eq!(to_json(&plan(&texts), &[]), to_json(&forward, &[]));
    // What a webhook added on the way of one pod.
    texts.push(pod(
        "web-1-c",
        &owner("ReplicaSet", "web-1"),
        &PLAIN.replace("}]", "}, {name: sidecar, image: i}]"),
        "",
    ));
    let hooked = plan(&texts);
    assert_eq!(in_the_way(&hooked.answers[0].steps[0]), ["Deployment web", "Pod web-1-c"]);
    let text = to_text(&hooked, false);
    assert!(
        text.contains("Pod web-1-c of ReplicaSet web-1, which does not say so itself"),
        "{text}"
    );
    // The template holds, and its pods do not.
    let texts = [
        namespace(""),
        deployment("web", SOUND),
        replica_set(SOUND),
        texts[texts.len() - 1].clone(),
    ];
    assert_eq!(in_the_way(&plan(&texts).answers[0].steps[0]), ["Pod web-1-c"]);
}

#[test]
fn what_makes_no_pod_any_more_is_named_and_not_in_the_way() {
    let ended = |kind: &str| format!("phase: {kind}");
    let job = maker("batch/v1", "Job", "done", "", "", PLAIN).replace(
        "spec: {template",
        "status: {conditions: [{type: Complete, status: 'True'}]}, spec: {template",
    );
    let old = maker(
        "apps/v1",
        "ReplicaSet",
        "web-0",
        &owner("Deployment", "web"),
        "replicas: 0, ",
        PLAIN,
    );
    let texts = [
        namespace(""),
        deployment("web", SOUND),
        old.clone(),
        job,
        pod("done-x", &owner("Job", "done"), PLAIN, &ended("Succeeded")),
        pod("evicted", "", PLAIN, &ended("Failed")),
        pod("leaving", ", deletionTimestamp: '2026-01-01T00:00:00Z'", PLAIN, &ended("Running")),
    ];
    let mut made = plan(&texts);
    let answer = &made.answers[0];
    assert_eq!(answer.holds.to_string(), "restricted:v1.37");
    assert!(answer.is_reached());
    let text = to_text(&made, false);
    assert!(text.contains("(ended, and starts nothing any more): Job done, Pod evicted"), "{text}");
    // One more that stands makes the others be named.
    let texts =
        [texts.to_vec(), vec![deployment("plain", PLAIN.replace("name: a", "name: b").as_str())]]
            .concat();
    made = plan(&texts);
    let step = &made.answers[0].steps[0];
    assert_eq!(in_the_way(step), ["Deployment plain"]);
    let named = aside(step);
    for (name, state) in [
        ("done", State::Over),
        ("evicted", State::Over),
        ("leaving", State::Ending),
        ("web-0", State::Kept),
    ] {
        assert!(named.contains(&(name.to_owned(), state)), "{name}: {named:?}");
    }
    // The server warns about every pod that is there.
    assert!(
        step.warnings[1].starts_with("done-x (and 2 other pods): allowPrivilegeEscalation"),
        "{step:?}"
    );
    // Nobody scaled this one down but its user, and nobody knows of this one's owner.
    for alone in
        [old.replace(&owner("Deployment", "web"), ""), old.replace("name: web,", "name: gone,")]
    {
        let plan = plan(&[namespace(""), deployment("web", SOUND), alone]);
        assert_eq!(in_the_way(&plan.answers[0].steps[0]), ["ReplicaSet web-0"]);
    }
}

#[test]
fn labels_are_never_loosened() {
    let enforce = |plan: &Plan| {
        let stages = plan.answers[0].stages.iter().flat_map(|it| it.labels.clone());
        stages
            .filter(|(key, _)| key.contains("/enforce"))
            .map(|(key, it)| format!("{}={it}", &key[27..]))
            .collect::<Vec<_>>()
    };
    let at = |labels: &str, spec: &str| plan(&[namespace(labels), deployment("web", spec)]);
    let strict = at("enforce=restricted enforce-version=v1.37", PLAIN);
    let rejected = strict.answers[0].rejected.as_ref().unwrap();
    assert_eq!(rejected.standard.to_string(), "restricted:v1.37");
    assert_eq!(rejected.blocks[0].members[0].name, "web");
    assert!(enforce(&strict).is_empty(), "{strict:?}");
    assert_eq!(
        enforce(&at("enforce=baseline enforce-version=v1.30", SOUND)),
        ["enforce=restricted", "enforce-version=v1.37"]
    );
    assert_eq!(
        enforce(&at("enforce=restricted enforce-version=v1.30", SOUND)),
        ["enforce-version=v1.37"]
    );
    assert!(at("enforce=restricted enforce-version=v1.99", SOUND).answers[0].is_there());
    // Nothing is set for what holds nothing, as another default may be stricter.
    let bare = at("", PRIVILEGED);
    assert!(bare.answers[0].stages[0].labels.iter().all(|(key, _)| !key.contains("/enforce")));
    assert_eq!(bare.answers[0].stages.len(), 3);
}

#[test]
fn wrong_labels_mean_what_the_server_takes_them_for() {
    let at = |labels: &str| plan(&[namespace(labels), deployment("web", PLAIN)]).answers.remove(0);
    let answer = at("enforce=strict");
    let notes = &answer.today.as_ref().unwrap().notes;
    assert!(notes[0].contains(r#"metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be one of privileged, baseline, restricted; where it is stored all the same, it means restricted"#), "{notes:?}");
    assert!(answer.rejected.is_some());
    let newer = at("enforce=baseline enforce-version=v1.99").today.unwrap().notes;
    assert!(
        newer[0].contains("v1.99, which this server does not know: it goes by v1.37"),
        "{newer:?}"
    );
    let unknown = at("enforced=baseline").today.unwrap().notes;
    assert_eq!(
        unknown[0],
        "the label pod-security.kubernetes.io/enforced means nothing: pod-security.kubernetes.io/enforce does"
    );
    let twice = plan(&[
        namespace("enforce=baseline"),
        namespace("enforce=restricted"),
        deployment("web", PLAIN),
    ]);
    let today = twice.answers[0].today.as_ref().unwrap();
    assert_eq!(today.policy.enforce.to_string(), "restricted:latest");
    assert!(today.notes.iter().any(|it| it.starts_with("several Namespaces")), "{today:?}");
}

#[test]
fn whom_the_server_lets_off_blocks_nothing_and_is_named() {
    let file = "# c\n{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [{name: PodSecurity, configuration: \
        {apiVersion: pod-security.admission.config.k8s.io/v1, kind: PodSecurityConfiguration, defaults: {enforce: baseline}, \
        exemptions: {namespaces: [gpu], usernames: [alice], runtimeClasses: [kata]}}}]}";
    let configured = Configured::read("a.yaml", file, MinorVersion(37)).unwrap();
    let kata = format!("runtimeClassName: kata, {PRIVILEGED}");
    let texts = [
        namespace(""),
        namespace("").replace("name: n", "name: gpu"),
        deployment("vm", &kata),
        deployment("web", SOUND),
        deployment("driver", PRIVILEGED).replace("namespace: n", "namespace: gpu"),
    ];
    let plan = plan_with(Options { configured, ..options() }, &texts);
    let [gpu, n] = plan.answers.as_slice() else { panic!("{plan:?}") };
    assert!(gpu.is_exempt && gpu.is_reached() && gpu.stages.is_empty());
    assert!(n.is_reached() && n.let_off["kata"] == 1 && n.users == ["alice"]);
    assert_eq!(n.today.as_ref().unwrap().policy.enforce.to_string(), "baseline:latest");
    for (text, why) in [
        (
            "{apiVersion: v1, kind: AdmissionConfiguration}",
            "a.yaml: the API server would not start",
        ),
        (
            "# c\n{apiVersion: apiserver.config.k8s.io/v1, kind: AdmissionConfiguration, plugins: [{name: PodSecurity, path: b.yaml}]}",
            "a.yaml: it has PodSecurity read b.yaml: name that file",
        ),
    ] {
        let error = Configured::read("a.yaml", text, MinorVersion(37)).unwrap_err();
        assert!(error.starts_with(why), "{error}");
    }
}

#[test]
fn pods_of_every_sort_are_judged_as_the_server_judges_them() {
    let windows = "os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: a, image: i}]";
    let debugged = format!("{SOUND}, ephemeralContainers: [{{name: debug, image: i}}]");
    let mirror =
        format!(", annotations: {{kubernetes.io/config.mirror: x}}{}", owner("Node", "node-1"));
    let texts = [
        namespace(""),
        pod("windows", "", windows, ""),
        pod("debugged", "", &debugged, ""),
        pod("proxy", &mirror, PRIVILEGED, ""),
        format!(
            "{{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {{name: r, namespace: n}}, spec: {{template: {{spec: {{{PLAIN}}}}}}}}}"
        ),
    ];
    let plan = plan(&texts);
    let [baseline, restricted] = plan.answers[0].steps.as_slice() else { panic!("{plan:?}") };
    assert_eq!(in_the_way(baseline), ["Pod proxy"]);
    assert_eq!(in_the_way(restricted), ["Rollout r", "Pod debugged", "Pod proxy"]);
    let text = to_text(&plan, true);
    assert!(text.contains("it is a static pod, whose file is on node node-1"), "{text}");
    assert!(
        text.contains("at spec.ephemeralContainers[0].securityContext.allowPrivilegeEscalation"),
        "{text}"
    );
}

#[test]
fn patches_bring_workloads_to_the_level_and_what_they_cannot_is_said() {
    let volume = format!("volumes: [{{name: v, hostPath: {{path: /x}}}}], {PLAIN}");
    let texts = [
        namespace(""),
        deployment("web", PLAIN),
        deployment("disk", &volume),
        pod("bare", "", PLAIN, ""),
    ];
    let plan = plan(&texts);
    let step = plan.answers[0].steps.last().unwrap();
    let members: Vec<_> = step.blocks.iter().flat_map(|it| &it.members).collect();
    let mending = |name: &str| {
        members.iter().find(|it| it.name == name).and_then(|it| it.mending.clone()).unwrap()
    };
    let web = mending("web");
    assert!(web.is_enough && web.by_hand.is_empty(), "{web:?}");
    let patch = web.patch.unwrap().to_string();
    assert!(patch.contains("/spec/template/spec/containers/0/securityContext"), "{patch}");
    let disk = mending("disk");
    assert!(!disk.is_enough && disk.by_hand[0].starts_with("host-path-volume: "), "{disk:?}");
    let bare = mending("bare");
    assert!(bare.patch.is_none() && bare.by_hand[0].starts_with("this is a Pod, and"), "{bare:?}");
}

#[test]
fn what_cannot_be_read_is_never_nothing() {
    let texts = [namespace(""), "a: [".to_owned(), deployment("web", SOUND)];
    let broken = plan(&texts);
    assert_eq!(broken.incomplete[0].why, "a document could not be read");
    let text = to_text(&broken, false);
    assert!(
        text.contains("at most restricted:v1.37") && text.contains("nothing of what was read"),
        "{text}"
    );
    assert_eq!(to_json(&broken, &[])["answers"][0]["complete"], false);
    let wrong =
        plan(&[pod("p", "", &SOUND.replace("runAsNonRoot: true", "runAsNonRoot: 'true'"), "")]);
    assert!(
        wrong.incomplete[0].why.contains("cannot decode spec.securityContext.runAsNonRoot"),
        "{wrong:?}"
    );
}

#[test]
fn namespaces_of_kubernetes_itself_are_set_aside_unless_they_are_asked_about() {
    let texts = [namespace("").replace("name: n", "name: kube-system"), namespace("")];
    let names =
        |plan: &Plan| plan.answers.iter().map(|it| it.namespace.clone()).collect::<Vec<_>>();
    let made = plan(&texts);
    assert_eq!((names(&made), made.system.len()), (vec!["n".to_owned()], 1));
    let all = plan_with(Options { has_system: true, ..options() }, &texts);
    assert_eq!(names(&all), ["kube-system", "n"]);
    let asked = vec!["kube-system".to_owned(), "nowhere".to_owned()];
    let asked = plan_with(Options { asked, ..options() }, &texts);
    assert_eq!(
        (names(&asked), asked.unseen),
        (vec!["kube-system".to_owned()], vec!["nowhere".to_owned()])
    );
}
