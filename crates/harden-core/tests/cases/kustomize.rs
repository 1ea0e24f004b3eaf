//! Parts of kustomizations, which are judged by what they say.

use harden_core::kubernetes::MinorVersion;

use crate::{Verdict, of, outcome_at, texts};

fn files(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// What is said of these files in any order, and the folders of kustomizations whose patches are among them.
fn judged(files: &[(String, String)]) -> (Vec<Verdict>, Vec<(String, usize)>) {
    let said = |files: &[(String, String)]| {
        let (mut verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, files);
        verdicts.sort_by(|a, b| (&a.object, &a.rule).cmp(&(&b.object, &b.rule)));
        (verdicts, outcome.coverage.kustomized.into_iter().collect())
    };
    let expected = said(files);
    let mut files = files.to_vec();
    files.reverse();
    assert_eq!(said(&files), expected);
    expected
}

#[test]
fn files_that_a_kustomization_names_are_patches() {
    let Some(texts) = texts(&["kustomize-patch-with-image"]) else { return };
    let (verdicts, folders) = judged(&texts);
    assert_eq!(folders, [("kustomize-patch-with-image".to_owned(), 3)]);
    let said: Vec<_> = verdicts.iter().filter(|it| !it.object.is_empty()).collect();
    assert_eq!(said, [] as [&Verdict; 0], "a patch says nothing of what it does not hold");
}

#[test]
fn what_a_directive_removes_is_not_judged() {
    let Some(texts) = texts(&["kustomize-patch-directive"]) else { return };
    let (verdicts, folders) = judged(&texts);
    assert_eq!(verdicts, []);
    assert_eq!(folders, [("kustomize-patch-directive".to_owned(), 3)]);
}

const PATCH: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {hostNetwork: true, containers: [{name: a, image: a, securityContext: {privileged: true}}]}}}\n";

#[test]
fn what_a_patch_says_is_judged_and_what_it_leaves_out_is_not() {
    let overlay = "patches:\n- path: ./more/patch.yaml\npatchesStrategicMerge: [other.yaml]\n";
    let (verdicts, folders) = judged(&files(&[
        ("overlay/kustomization.yml", overlay),
        ("overlay/more/patch.yaml", PATCH),
        ("./overlay/other.yaml", PATCH),
    ]));
    assert_eq!(folders, [("overlay".to_owned(), 2)]);
    assert_eq!(of(&verdicts, "privileged-container").len(), 2);
    assert_eq!(of(&verdicts, "host-namespaces").len(), 2);
    assert_eq!(of(&verdicts, "missing-memory-limit").len(), 0, "{verdicts:#?}");
    let (verdicts, folders) = judged(&files(&[("overlay/patch.yaml", PATCH)]));
    assert_eq!((of(&verdicts, "missing-memory-limit").len(), folders.len()), (1, 0));
    let nested = PATCH.replace("{name: a,", "{name: a, $patch: replace,");
    let (verdicts, _) = judged(&files(&[("overlay/patch.yaml", &nested)]));
    assert_eq!(of(&verdicts, "missing-memory-limit").len(), 0);
    assert_eq!(of(&verdicts, "unknown-field").len(), 0, "{verdicts:#?}");
    assert_eq!(of(&verdicts, "privileged-container").len(), 1);
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n";

fn namespace(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{pod-security.kubernetes.io/enforce: privileged}}}}\n"
    )
}

#[test]
fn the_namespace_of_a_kustomization_is_that_of_its_resources() {
    let all = [
        ("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        ("base/pod.yaml", POD),
        ("prod/kustomization.yaml", "namespace: shop\nresources: [../base, namespace.yaml]\n"),
        ("prod/namespace.yaml", &namespace("shop")),
    ];
    let found = |all: &[(&str, &str)]| of(&judged(&files(all)).0, "host-namespaces").len();
    assert_eq!(found(&all), 0);
    assert_eq!(found(&all[..2]), 1);
    let mut other = all.to_vec();
    other.push(("dev/kustomization.yaml", "namespace: dev\nresources: [../base]\n"));
    assert_eq!(found(&other), 1, "it depends on who builds");
}

#[test]
fn a_patch_of_a_namespace_says_only_what_it_says() {
    let patch = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, annotations: {a: b}}\n";
    let pod = POD.replace("{name: a}\n", "{name: a, namespace: shop}\n");
    let all = files(&[
        ("base/namespace.yaml", &namespace("shop")),
        ("prod/kustomization.yaml", "resources: [../base]\npatches: [{path: namespace.yaml}]\n"),
        ("prod/namespace.yaml", patch),
        ("prod/pod.yaml", &pod),
    ]);
    assert_eq!(of(&judged(&all).0, "host-namespaces").len(), 0);
}

#[test]
fn a_namespace_that_is_named_by_who_builds_it_may_be_called_anything() {
    let blank = "apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n";
    let found = |all: &[(&str, &str)]| of(&judged(&files(all)).0, "invalid-name").len();
    let component = "kind: Component\nresources: [./namespace.yaml]\n";
    let build = "namespace: shop\ncomponents: [../common]\n";
    let by = |text| [("common/kustomization.yaml", text), ("common/namespace.yaml", blank)];
    assert_eq!(found(&by(component)), 0);
    assert_eq!(found(&[by(component).as_slice(), &[("a/kustomization.yaml", build)]].concat()), 0);
    assert_eq!(found(&by("namespace: shop\nresources: [namespace.yaml]\n")), 0);
    assert_eq!(found(&by("resources: [namespace.yaml]\n")), 1);
    assert_eq!(found(&by("kind: Component\nresources: [other.yaml]\n")), 1);
    assert_eq!(found(&[("common/namespace.yaml", blank)]), 1);
    let pod = POD.replace("name: a}", "name: _, namespace: _}");
    let component = ("a/kustomization.yaml", "kind: Component\nresources: [pod.yaml]\n");
    let (verdicts, _) = judged(&files(&[component, ("a/pod.yaml", &pod)]));
    let names = of(&verdicts, "invalid-name");
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].paths, ["metadata.name"]);
}

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop, labels: {tier: front}}\nspec:\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: log, image: 'log:1'}\n      - {name: app, image: 'app:1', securityContext: {privileged: true}}\n";

/// The paths that a rule points at in the base, with this kustomization of an overlay.
fn pointed_at(overlay: &str, more: &[(&str, &str)], rule: &str) -> Vec<String> {
    let overlay = format!("resources: [../base]\n{overlay}");
    let mut all = vec![
        ("base/kustomization.yaml", "resources: [web.yaml]\n"),
        ("base/web.yaml", DEPLOYMENT),
        ("prod/kustomization.yaml", &overlay),
    ];
    all.extend(more);
    let (verdicts, _) = judged(&files(&all));
    of(&verdicts, rule).iter().flat_map(|it| it.paths.clone()).collect()
}

const CONTAINERS: &str = "spec.template.spec.containers";

#[test]
fn what_a_patch_sets_is_not_missing_however_it_is_written() {
    let memory = |containers: &[usize]| -> Vec<String> {
        containers.iter().map(|it| format!("{CONTAINERS}[{it}].resources.limits.memory")).collect()
    };
    let rule = "missing-memory-limit";
    assert_eq!(pointed_at("", &[], rule), memory(&[0, 1]));
    let laid = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: [{name: app, resources: {limits: {memory: 1Gi}}}]}}}";
    let inline = laid.replace('\n', "\n    ");
    for (overlay, file) in [
        (format!("patches:\n- patch: |-\n    {inline}\n"), ""),
        (format!("patchesStrategicMerge:\n- |-\n    {inline}\n"), ""),
        ("patches: [{path: a.yaml}]\n".to_owned(), laid),
        ("patchesStrategicMerge: [a.yaml]\n".to_owned(), laid),
        (format!("patches:\n- target: {{kind: Deploy.*, labelSelector: tier=front}}\n  patch: |-\n    {inline}\n"), ""),
        ("patches:\n- target: {kind: Deployment, name: w.b}\n  patch: |-\n    - op: add\n      path: /spec/template/spec/containers/1/resources\n      value: {limits: {memory: 1Gi}}\n".to_owned(), ""),
        ("patchesJson6902:\n- target: {group: apps, version: v1, kind: Deployment, name: web}\n  path: a.yaml\n".to_owned(), "[{\"op\": \"add\", \"path\": \"/spec/template/spec/containers/1/resources/limits/memory\", \"value\": \"1Gi\"}]"),
        ("replacements:\n- source: {kind: ConfigMap, name: a, fieldPath: data.memory}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ['spec.template.spec.containers.[name=app].resources.limits.memory']\n".to_owned(), ""),
    ] {
        let more = [("prod/a.yaml", file)];
        let more = if file.is_empty() { &[][..] } else { &more[..] };
        assert_eq!(pointed_at(&overlay, more, rule), memory(&[0]), "{overlay}");
    }
    for overlay in [
        format!("patches:\n- target: {{kind: StatefulSet}}\n  patch: |-\n    {inline}\n"),
        format!("patches:\n- target: {{name: eb}}\n  patch: |-\n    {inline}\n"),
        format!("patches:\n- target: {{labelSelector: tier!=front}}\n  patch: |-\n    {inline}\n"),
        format!("patches:\n- patch: |-\n    {}\n", inline.replace("name: web", "name: other")),
        format!("patches:\n- patch: |-\n    {}\n", inline.replace("memory", "cpu")),
        "patches:\n- target: {kind: Deployment}\n  patch: '[{\"op\": \"replace\", \"path\": \"/spec/template/spec/containers/1/resources\", \"value\": {\"limits\": {\"cpu\": 1}}}]'\n".to_owned(),
        "replacements:\n- targets:\n  - select: {kind: Deployment}\n    reject: [{name: web}]\n    fieldPaths: ['spec.template.spec.containers.*.resources.limits.memory']\n".to_owned(),
    ] {
        assert_eq!(pointed_at(&overlay, &[], rule), memory(&[0, 1]), "{overlay}");
    }
}

#[test]
fn what_a_patch_sets_otherwise_or_removes_is_not_what_is_built() {
    let rule = "privileged-container";
    let privileged = [format!("{CONTAINERS}[1].securityContext.privileged")];
    let patch = |containers: &str| {
        format!(
            "patches:\n- patch: '{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{template: {{spec: {{containers: [{containers}]}}}}}}}}'\n"
        )
    };
    assert_eq!(pointed_at("", &[], rule), privileged);
    for (containers, is_told) in [
        ("{name: app, securityContext: {privileged: false}}", false),
        ("{name: app, securityContext: {privileged: null}}", false),
        ("{name: app, securityContext: {$patch: delete}}", false),
        ("{name: app, $patch: delete}", false),
        ("{name: log, $patch: delete}", true),
        ("{name: app, securityContext: {privileged: true}}", true),
        ("{name: app, securityContext: {runAsNonRoot: true}}", true),
    ] {
        let expected = if is_told { &privileged[..] } else { &[] };
        assert_eq!(pointed_at(&patch(containers), &[], rule), expected, "{containers}");
    }
    let of_pod = patch("").replace(
        "containers: []",
        "securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}",
    );
    for rule in ["run-as-non-root", "seccomp-profile"] {
        assert_eq!(pointed_at(&of_pod, &[], rule), [] as [String; 0], "{rule}");
    }
}

#[test]
fn a_base_is_judged_by_itself_where_a_build_does_not_change_it() {
    let patch = "resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: '[{op: replace, path: /spec/template/spec/containers/1/securityContext/privileged, value: false}]'\n";
    let found = |more: &[(&str, &str)]| {
        pointed_at(&patch.replace("resources: [../base]\n", ""), more, "privileged-container").len()
    };
    assert_eq!(found(&[]), 0);
    assert_eq!(found(&[("dev/kustomization.yaml", "resources: [../base]\n")]), 1);
    assert_eq!(found(&[("dev/kustomization.yaml", patch)]), 0);
    assert_eq!(found(&[("all/kustomization.yaml", "resources: [../prod]\n")]), 0);
    let component =
        ("part/kustomization.yaml", &*patch.replace("resources: [../base]", "kind: Component"));
    let by = |overlay| pointed_at(overlay, &[component], "privileged-container").len();
    assert_eq!((by("components: [../part]\n"), by("")), (0, 1));
    let named = patch.replace("{kind: Deployment}", "{name: a-web-b}");
    let renames =
        ("base/kustomization.yaml", "resources: [web.yaml]\nnamePrefix: a-\nnameSuffix: -b\n");
    let all = [renames, ("base/web.yaml", DEPLOYMENT), ("prod/kustomization.yaml", &named)];
    assert_eq!(of(&judged(&files(&all)).0, "privileged-container").len(), 0);
}

#[test]
fn labels_of_a_kustomization_are_those_of_its_objects() {
    let level = "pod-security.kubernetes.io/enforce";
    let bare = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
    let found = |kustomization: &str| {
        let kustomization = format!("resources: [namespace.yaml]\n{kustomization}");
        let all = [("kustomization.yaml", &*kustomization), ("namespace.yaml", bare)];
        of(&judged(&files(&all)).0, "missing-pod-security-labels").len()
    };
    assert_eq!(found(""), 1);
    assert_eq!(found(&format!("labels: [{{pairs: {{{level}: baseline}}}}]\n")), 0);
    assert_eq!(found(&format!("commonLabels: {{{level}: baseline}}\n")), 0);
    assert_eq!(found("commonLabels: {a: b}\n"), 1);
    let patch = format!(
        "patches:\n- target: {{kind: Namespace}}\n  patch: '[{{op: add, path: /metadata/labels, value: {{{level}: baseline}}}}]'\n"
    );
    assert_eq!(found(&patch), 0);

    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: shop}\nspec: {podSelector: {matchLabels: {app: web, part-of: shop}}, policyTypes: [Ingress]}\n";
    let found = |kustomization: &str| {
        let kustomization = format!("resources: [web.yaml, policy.yaml]\n{kustomization}");
        let web = ("web.yaml", DEPLOYMENT);
        let all = [("kustomization.yaml", &*kustomization), web, ("policy.yaml", policy)];
        of(&judged(&files(&all)).0, "misspelt-pod-selector").len()
    };
    let labels = |more| format!("labels: [{{pairs: {{part-of: shop}}{more}}}]\n");
    assert_eq!(found(&labels("")), found(""));
    assert_eq!(found(&labels(", includeSelectors: true")), 0);
    assert_eq!(found(&labels(", includeTemplates: true")), 0);
}

#[test]
fn changes_that_nobody_judges_are_named() {
    let all = files(&[
        ("base/web.yaml", DEPLOYMENT),
        (
            "prod/kustomization.yaml",
            "resources: [../base/web.yaml]\npatches:\n- {patch: '{apiVersion: v1, kind: Pod, metadata: {name: a}}'}\n- {path: a.json, target: {name: web}}\nreplacements: [{path: b.yaml}]\n",
        ),
        ("prod/a.json", "[{\"op\": \"remove\", \"path\": \"/spec\"}]"),
    ]);
    let (_, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &all);
    assert_eq!(outcome.coverage.changes.into_iter().collect::<Vec<_>>(), [("prod".to_owned(), 3)]);
}

#[test]
fn kustomizations_of_any_shape_are_survived() {
    for odd in [
        "patches: {a: b}\nlabels: [1, {pairs: [a]}]\nreplacements: [null, {targets: [{fieldPaths: [1, '[', '[name=', 'a.', '.', '\\.']}]}]\n",
        "patches:\n- {patch: '[', target: {name: '('}}\n- {patch: '[1, {op: 5}, {op: move, path: a}]', target: {name: '(a'}}\n- {patch: '', target: 5}\n- {path: 5}\n",
        "resources: [., .., ../prod]\ncomponents: [., ../prod]\nnamePrefix: [a]\ncommonLabels: [a]\npatches: [{patch: '{}'}]\n",
    ] {
        assert!(!pointed_at(odd, &[], "privileged-container").is_empty(), "{odd}");
    }
}
