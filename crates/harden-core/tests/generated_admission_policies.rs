//! What the generator of policies makes, no rule objects to; and what it refuses, it refuses in one sentence.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may fail")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::generators::admission_policy::Options;
use harden_core::generators::{Generate as _, Verdict};
use harden_core::intents::{self, Engine, KyvernoKind, Mode};
use harden_core::kubernetes::{Date, MinorVersion, PolicyVersion};
use harden_core::{ManifestFormat, render, rules};

const TODAY: Date = Date { year: 2026, month: 11, day: 27 };

fn facts() -> Facts {
    Facts { today: Some(TODAY), ..Facts::default() }
}

fn options(intents: &[&str]) -> Options {
    Options { intents: intents.iter().map(|&it| it.to_owned()).collect(), ..Options::default() }
}

/// All intents, with the values that they show as examples.
fn everything(engine: Engine, kyverno: KyvernoKind) -> impl Iterator<Item = Options> {
    intents::all().map(move |it| {
        let set = it.examples().into_iter().map(|(name, value)| format!("{name}={value}"));
        Options { set: set.collect(), engine, kyverno, ..options(&[it.id]) }
    })
}

#[test]
fn no_rule_objects_to_any_policy() {
    let ways = [
        (Engine::Kubernetes, KyvernoKind::ValidatingPolicy),
        (Engine::Kyverno, KyvernoKind::ValidatingPolicy),
        (Engine::Kyverno, KyvernoKind::ClusterPolicy),
        (Engine::Gatekeeper, KyvernoKind::ValidatingPolicy),
    ];
    for (engine, kyverno) in ways {
        for options in everything(engine, kyverno) {
            let Ok(generated) = options.generate(&facts()) else { continue };
            let text = render(&generated.manifests, ManifestFormat::Yaml, true);
            let found = check(Settings::new(rules::all()), [text.as_str()]);
            let found: Vec<_> =
                found.findings.iter().map(|it| (&it.about.id, &it.message)).collect();
            let is_expected =
                |id: &str| kyverno == KyvernoKind::ClusterPolicy && id == "deprecated-policy-kind";
            let found: Vec<_> = found.into_iter().filter(|it| !is_expected(it.0)).collect();
            assert!(found.is_empty(), "{:?} {engine:?}: {found:?}", options.intents);
        }
    }
}

#[test]
fn a_level_is_one_policy_for_each_of_its_checks() {
    let count = |level: &str, minor| {
        let version = Some(PolicyVersion::Pinned(MinorVersion(minor)));
        let options = Options { kubernetes_version: version, ..options(&[level]) };
        options.generate(&facts()).unwrap().manifests.len() / 2
    };
    assert_eq!((count("baseline", 37), count("baseline", 33)), (12, 11));
    assert_eq!((count("restricted", 37), count("restricted", 34)), (15, 15));
}

#[test]
fn what_cannot_be_is_said_in_one_sentence() {
    let refused = |options: Options| options.generate(&facts()).unwrap_err().to_string();
    let legacy = || vec!["legacy".parse().unwrap()];
    let host_port = || options(&["host-port"]);
    let cases = [
        (options(&[]), "INTENT: name what is not let in, such as restricted or mutable-image-tag"),
        (
            options(&["no-such"]),
            "invalid value 'no-such' for 'INTENT': there is no such intent: kubectl harden admission-policy --help lists them",
        ),
        (
            options(&["unlisted-registry"]),
            "invalid value 'unlisted-registry' for 'INTENT': a registry or repository from which images may come: say it with --set registry=VALUE, such as --set 'registry=registry.example.com'",
        ),
        (
            Options {
                set: vec!["registry=https://a.example".to_owned()],
                ..options(&["unlisted-registry"])
            },
            "invalid value 'https://a.example' for '--set': it is no registry or repository, such as registry.example.com/team: write the names in full, without a scheme, wildcard, tag or digest",
        ),
        (
            Options { set: vec!["registry".to_owned()], ..options(&["unlisted-registry"]) },
            "invalid value 'registry' for '--set': write NAME=VALUE",
        ),
        (
            Options { set: vec!["a=b".to_owned()], ..host_port() },
            "invalid value 'a=b' for '--set': nothing of what is named takes a value",
        ),
        (
            Options {
                kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(29))),
                ..host_port()
            },
            "invalid value 'host-port' for 'INTENT': Kubernetes v1.29 has no policies of its own, which came with v1.30: use kyverno or gatekeeper",
        ),
        (
            Options { exempt_namespace: legacy(), ..host_port() },
            "--exempt-reason: say why, so that whoever reads the policy can tell whether it still holds",
        ),
        (
            Options { exempt_reason: Some("a".to_owned()), ..host_port() },
            "--exempt-reason: nothing is left alone: name what is, such as --exempt-namespace legacy",
        ),
        (
            Options {
                exempt_group: vec!["system:authenticated".to_owned()],
                exempt_reason: Some("a".to_owned()),
                ..host_port()
            },
            "invalid value 'system:authenticated' for '--exempt-group': everybody is in that group: nothing would be refused",
        ),
        (
            Options {
                exempt_user: vec!["*".to_owned()],
                exempt_reason: Some("a".to_owned()),
                ..host_port()
            },
            "invalid value '*' for '--exempt-user': names are compared as they are, without wildcards: it would leave nobody alone",
        ),
        (
            Options {
                exempt_image: vec!["*".to_owned()],
                exempt_reason: Some("a".to_owned()),
                ..host_port()
            },
            "invalid value '*' for '--exempt-image': it is no registry or repository, such as registry.example.com/team: write the names in full, without a scheme, wildcard, tag or digest",
        ),
        (
            Options {
                exempt_namespace: legacy(),
                exempt_reason: Some("a".to_owned()),
                exempt_until: Some(Date { day: 26, ..TODAY }),
                ..host_port()
            },
            "invalid value '2026-11-26' for '--exempt-until': today is 2026-11-27: the exemption is over before it begins",
        ),
    ];
    for (options, expected) in cases {
        assert_eq!(refused(options), expected);
    }
}

#[test]
fn what_a_report_found_may_stay_and_nothing_else() {
    let mut options = Options {
        exempt_until: Some(Date { year: 2030, ..TODAY }),
        from_baseline: vec!["found.json".to_owned()],
        mode: Mode::Deny,
        ..options(&["host-port", "host-path-volume"])
    };
    let report = r#"{"findings": [
        {"rule": "host-port", "object": {"kind": "Deployment", "namespace": "team-a", "name": "web"}},
        {"rule": "host-port", "object": {"kind": "Deployment", "namespace": "team-a", "name": "web"}},
        {"rule": "duplicate-key"}
    ]}"#;
    options.read("found.json", report).unwrap();
    let generated = options.generate(&facts()).unwrap();
    let annotation = |at: usize| {
        let annotations = &generated.manifests[at].object["metadata"]["annotations"];
        annotations["harden.kubectl.io/exemptions"].as_str().unwrap_or("").to_owned()
    };
    let line = "Deployment team-a/web until 2030-11-27: it was there when the policy was made";
    assert!(annotation(0).contains(line), "{}", annotation(0));
    assert!(!annotation(2).contains("team-a"), "{}", annotation(2));
    let baseline = r#"{"version": "v1", "findings": {"host-port/0": 1}}"#;
    assert_eq!(
        options.read("b.json", baseline).unwrap_err().to_string(),
        "invalid value 'b.json' for '--from-baseline': it holds no names of objects: write a report with kubectl harden check -o json"
    );
}

#[test]
fn what_an_engine_has_no_words_for_is_left_out_and_named_and_the_rest_is_made() {
    let of = |intents: &[&str], engine| {
        Options { engine, ..options(intents) }.generate(&facts()).unwrap()
    };
    let some = of(&["pod-access", "host-port"], Engine::Gatekeeper);
    let alone = of(&["host-port"], Engine::Gatekeeper);
    assert_eq!((some.manifests, some.verdict), (alone.manifests, Verdict::Unknown));
    assert!(some.notes[0].starts_with("left out: pod-access: Gatekeeper is not asked"));
    assert_eq!(some.notes[1..], alone.notes);
    assert_eq!(alone.verdict, Verdict::Yes);

    let reversed = of(&["host-port", "pod-access", "shared-ingress-host"], Engine::Kubernetes);
    assert_eq!(reversed.manifests.len(), 4);
    assert!(reversed.notes[0].starts_with("left out: shared-ingress-host: "));
    let none =
        Options { engine: Engine::Gatekeeper, ..options(&["pod-access", "ephemeral-container"]) };
    let refused = none.generate(&facts()).unwrap_err().to_string();
    assert!(
        refused.starts_with("invalid value 'pod-access' for 'INTENT': Gatekeeper"),
        "{refused}"
    );
}

#[test]
fn what_runs_the_cluster_is_not_left_open_to_whoever_enters_it() {
    let text = |intent: &str, engine| {
        let options = Options { engine, ..options(&[intent]) };
        render(&options.generate(&facts()).unwrap().manifests, ManifestFormat::Yaml, false)
    };
    for engine in [Engine::Kubernetes, Engine::Kyverno] {
        assert!(!text("pod-access", engine).contains("kube-system"));
        assert!(!text("ephemeral-container", engine).contains("kube-system"));
        assert!(text("host-port", engine).contains("kube-system"));
    }
    let legacy = Options {
        exempt_namespace: vec!["legacy".parse().unwrap()],
        exempt_reason: Some("is debugged by hand".to_owned()),
        ..options(&["pod-access"])
    };
    let text = render(&legacy.generate(&facts()).unwrap().manifests, ManifestFormat::Yaml, false);
    assert!(text.contains("values: [legacy]") || text.contains("- legacy"), "{text}");
    assert!(text.contains("namespace legacy: is debugged by hand"), "{text}");
}
