//! Documents that are no manifests, cannot be read, or are of kinds that are gone.

use harden_core::kubernetes::MinorVersion;

use super::{Verdict, of, outcome_at, texts, verdicts};

/// The outcome's headline would say what was not checked.
fn incomplete(names: &[&str]) -> Option<(Vec<String>, usize)> {
    let texts = texts(names)?;
    let (_, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let lines = outcome.incomplete.iter().map(|it| format!("{}: {}", it.what, it.why));
    Some((lines.collect(), outcome.coverage.objects))
}

#[test]
fn objects_without_api_version_or_kind_are_named_and_judged_all_the_same() {
    for (name, said) in [
        ("no-api-version.yaml", "kubectl refuses an object without `apiVersion`; Pod is in v1"),
        ("no-kind.yaml", "`Kind` is not `kind`, without which kubectl refuses the object"),
    ] {
        let Some(verdicts) = verdicts(&[name]) else { return };
        let untyped = of(&verdicts, "untyped-object");
        assert!(
            untyped.iter().any(|it| it.message == said && it.severity == "high"),
            "{verdicts:?}"
        );
        let privileged = of(&verdicts, "privileged-container");
        assert!(privileged.iter().any(|it| it.object.starts_with("Pod/no")), "{verdicts:?}");
        assert!(of(&verdicts, "unknown-field").is_empty(), "{verdicts:?}");
    }
}

/// What is said of a text, whether anything was checked, and how many of its documents are no object.
fn said_of(text: &str) -> (Vec<Verdict>, bool, usize) {
    let texts = [("fragment.yaml".to_owned(), text.to_owned())];
    let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    let nothing = "it holds no Kubernetes object, so nothing was checked";
    let is_unchecked = outcome.incomplete.iter().any(|it| it.why == nothing);
    (verdicts, is_unchecked, outcome.coverage.foreign)
}

#[test]
fn parts_that_do_not_say_what_they_are_part_of_are_not_judged() {
    let claim = "{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}";
    for text in [
        "spec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n",
        "spec: {replicas: 3}\n",
        "spec: {template: {metadata: {labels: {app: a}}}}\n",
        "metadata: {name: a, labels: {app: a}}\nspec: {replicas: 3}\n",
        "metadata: {name: a}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n",
        "metadata: {name: a}\nspec: {replicas: 3, replicas: 4}\n",
        "metadata: {name: a}\nspec: {volumes: [{size: 1Gi, name: a}]}\n",
        "metadata: {name: a}\ndata: {a: b}\n",
        "metadata: {name: a}\nitems: [{a: 1}]\n",
        "metadata: {name: a}\nrules: [{host: example.com}]\n",
        "metadata: {name: a}\ntemplate: {spec: {a: 1}}\n",
        "kind: pipeline\nmetadata: {name: a}\nspec: {steps: [{run: make}]}\n",
        "spec: {type: LoadBalancer, ports: [{port: 80}]}\n",
        "\"metadata:{name:a} spec:{}\"\n",
        &format!("- {claim}\n- {claim}\n"),
        &format!("[{claim}, {{spec: {{replicas: 1}}}}]"),
        &format!("volumeClaimTemplates: [{claim}]\n"),
    ] {
        let (verdicts, is_unchecked, foreign) = said_of(text);
        assert_eq!(verdicts, [], "{text}");
        assert!(is_unchecked, "{text}");
        assert_eq!(foreign, 1, "{text}");
    }
}

#[test]
fn a_part_beside_an_object_is_counted_as_no_object() {
    let object = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let (_, is_unchecked, foreign) = said_of(&format!("{object}---\nspec: {{replicas: 3}}\n"));
    assert!(!is_unchecked);
    assert_eq!(foreign, 1);
}

#[test]
fn what_runs_or_gives_rights_is_judged_without_saying_what_it_is() {
    let container = "{name: a, image: 'a:1', securityContext: {privileged: true}}";
    for (text, rules) in [
        (format!("spec: {{containers: [{container}]}}"), "untyped-object privileged-container"),
        (
            format!("spec: {{template: {{spec: {{initContainers: [{container}]}}}}}}"),
            "untyped-object privileged-container",
        ),
        (
            format!(
                "spec: {{jobTemplate: {{spec: {{template: {{spec: {{containers: [{container}]}}}}}}}}}}"
            ),
            "untyped-object privileged-container",
        ),
        (
            format!("- {{metadata: {{name: a}}, spec: {{containers: [{container}]}}}}"),
            "loose-objects untyped-object privileged-container",
        ),
        (
            "spec: {template: {spec: {hostNetwork: true}}}".to_owned(),
            "untyped-object host-namespaces",
        ),
        (
            "spec: {volumes: [{name: a, hostPath: {path: /}}]}".to_owned(),
            "untyped-object host-path-volume",
        ),
        (
            "spec: {template: {spec: {securityContext: {runAsUser: 0}}}}".to_owned(),
            "untyped-object",
        ),
        (format!("metadata: {{name: a}}\ncontainers: [{container}]"), "untyped-object"),
        (
            format!("metadata: {{name: a}}\ntemplate: {{spec: {{containers: [{container}]}}}}"),
            "untyped-object",
        ),
        (
            format!("kind: pod\nmetadata: {{name: a}}\nspec: {{containers: [{container}]}}"),
            "untyped-object",
        ),
        (
            "metadata: {name: a}\nroleRef: {kind: ClusterRole, name: cluster-admin}".to_owned(),
            "untyped-object",
        ),
        (
            "metadata: {name: a}\nrules: [{apiGroups: ['*'], resources: ['*'], verbs: ['*']}]"
                .to_owned(),
            "untyped-object",
        ),
        ("metadata: {name: a}\nstringData: {a: b}".to_owned(), "untyped-object"),
        ("metadata: {name: a}\ntype: Opaque\ndata: {a: b}".to_owned(), "untyped-object"),
        ("apiVersion: apps/v1\nspec: {replicas: 3}".to_owned(), "untyped-object"),
        (
            "Kind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}".to_owned(),
            "untyped-object",
        ),
    ] {
        let (verdicts, is_unchecked, _) = said_of(&text);
        for rule in rules.split(' ') {
            let found = of(&verdicts, rule);
            assert!(
                found.iter().any(|it| ["high", "critical"].contains(&it.severity.as_str())),
                "{rule} of {text}: {verdicts:?}"
            );
        }
        assert!(!is_unchecked, "{text}");
    }
}

#[test]
fn json_with_comments_that_names_no_object_is_no_manifest() {
    let Some(verdicts) = verdicts(&["plain-json.json"]) else { return };
    assert_eq!(verdicts, []);
    let Some((incomplete, objects)) = incomplete(&["plain-json.json"]) else { return };
    assert_eq!(objects, 0);
    assert_eq!(incomplete, ["the input: it holds no Kubernetes object, so nothing was checked"]);
}

#[test]
fn a_broken_document_with_braces_in_quotes_is_no_template() {
    let name = "broken-with-quoted-template.yaml";
    let Some(verdicts) = verdicts(&[name]) else { return };
    let broken = of(&verdicts, "unreadable-document");
    assert_eq!(broken.len(), verdicts.len(), "{verdicts:?}");
    assert!(broken.iter().all(|it| it.lines == [10] && it.severity == "high"), "{verdicts:?}");
    let Some((incomplete, _)) = incomplete(&[name]) else { return };
    assert_eq!(incomplete, [format!("{name}: a document could not be read")]);
}

#[test]
fn templates_of_jinja_are_templates() {
    let Some(verdicts) = verdicts(&["jinja-template.yaml"]) else { return };
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    assert!(verdicts.iter().all(|it| it.rule == "unrendered-template" && it.lines == [1]));
    let Some((incomplete, _)) = incomplete(&["jinja-template.yaml"]) else { return };
    let why = "jinja-template.yaml: 1 template was not checked: render first, and check the result";
    assert_eq!(incomplete, [why]);
}

#[test]
fn a_chart_is_named_once() {
    let files = [
        "chart/Chart.yaml",
        "chart/values.yaml",
        "chart/templates/deployment.yaml",
        "chart/templates/other.yaml",
    ];
    let Some(verdicts) = verdicts(&files) else { return };
    assert_eq!(verdicts, []);
    for (files, why) in [
        (&files[..], "a Helm chart, of which 2 templates were not checked"),
        (&files[..2], "a Helm chart whose templates are not among the input"),
    ] {
        let Some((incomplete, _)) = incomplete(files) else { return };
        assert_eq!(incomplete, [format!("chart: {why}: check what `helm template` makes of it")]);
    }
}

#[test]
fn kinds_that_are_gone_say_where_they_were_and_what_became_of_them() {
    let Some(verdicts) = verdicts(&["psp-v1.yaml"]) else { return };
    assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    assert!(verdicts.iter().all(|it| it.rule == "unknown-kind"
        && it.message.contains("policy/v1beta1")
        && it.message.contains("label namespaces with a level")));
}

#[test]
fn the_older_name_of_an_encryption_configuration_is_judged_as_the_newer() {
    let Some(texts) = texts(&["encryption-config-v1.yaml"]) else { return };
    let newer = texts.iter().map(|(name, text)| {
        let text = text.replace("kind: EncryptionConfig", "kind: EncryptionConfiguration");
        (name.clone(), text.replace("apiVersion: v1", "apiVersion: apiserver.config.k8s.io/v1"))
    });
    let newer: Vec<_> = newer.collect();
    let rules = |texts: &[(String, String)]| {
        let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, texts);
        verdicts.into_iter().map(|it| (it.rule, it.message)).collect::<Vec<_>>()
    };
    assert_eq!(rules(&texts), rules(&newer));
    assert!(rules(&texts).iter().any(|(rule, _)| rule == "encryption-unauthenticated"));
}

#[test]
fn files_of_programs_are_named_and_are_nothing_to_judge() {
    let file =
        |name: &str, head: &str| (name.to_owned(), format!("{head}\nmetadata: {{name: a}}\n"));
    let kind = file("kind.yaml", "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster");
    let kubelet = file(
        "kubelet.yaml",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration",
    );
    let map = file("map.yaml", "apiVersion: v1\nkind: ConfigMap");
    let said = |files: &[(String, String)]| {
        let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, files);
        assert_eq!(verdicts, []);
        let files: Vec<_> = outcome.coverage.files.into_iter().collect();
        (files, outcome.incomplete.into_iter().map(|it| it.why).collect::<Vec<_>>())
    };
    let named = |name: &str| (name.to_owned(), 1);
    let (programs, why) = said(&[kind.clone(), kubelet]);
    assert_eq!(programs, [named("kind"), named("the kubelet")]);
    assert_eq!(why, ["it holds nothing but files of kind, the kubelet, which no rule judges"]);
    assert_eq!(said(&[kind, map]), (vec![named("kind")], Vec::new()));
}

#[test]
fn manifests_in_data_are_named_and_are_nothing_that_was_checked() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  a.yaml: |\n    \
               apiVersion: v1\n    kind: Pod\n    spec: {hostPID: true}\n";
    let texts = [("map.yaml".to_owned(), map.to_owned())];
    let (verdicts, outcome) = outcome_at(MinorVersion::NEWEST_KNOWN, &texts);
    assert_eq!(verdicts, []);
    assert_eq!(
        outcome.coverage.manifests.into_iter().collect::<Vec<_>>(),
        [("ConfigMap".to_owned(), 1)]
    );
}
