//! What the namespace generator makes, every rule accepts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::generators::Generator;
use harden_core::generators::namespace::{AdminSecrets, Dns, Options, Size};
use harden_core::kubernetes::Level;
use harden_core::{ManifestFormat, render, rules};

/// What the rules say of generated objects, as `severity rule: message`.
fn findings(options: Options) -> Vec<String> {
    let generated = Generator::Namespace(options).options().generate(&Facts::default()).unwrap();
    let text = render(&generated.manifests, ManifestFormat::Yaml, true);
    let outcome = check(Settings::new(rules::all()), [&*text]);
    assert_eq!(outcome.coverage.objects, generated.manifests.len());
    let findings = outcome.findings.iter();
    findings
        .map(|it| format!("{} {}: {}", it.about.severity.name(), it.about.id, it.message))
        .collect()
}

fn plain() -> Options {
    Options { names: vec!["team-a".parse().unwrap()], ..Options::default() }
}

fn everything() -> Options {
    Options {
        names: vec!["team-a".parse().unwrap(), "team-b".parse().unwrap()],
        labels: vec!["team=a".parse().unwrap()],
        annotations: vec!["example.com/owner=Ann".parse().unwrap()],
        dns: vec![Dns::KubeDns, Dns::Nodelocal, Dns::Openshift, Dns::Custom],
        dns_selector: vec!["dns/app=unbound".parse().unwrap()],
        dns_cidr: vec!["10.0.0.53/32".parse().unwrap()],
        allow_same_namespace: true,
        allow_from: vec![
            "ingress-nginx/app.kubernetes.io/name=ingress-nginx:8080".parse().unwrap(),
            "monitoring".parse().unwrap(),
        ],
        allow_to: vec!["postgres/app=db:5432".parse().unwrap(), "shared".parse().unwrap()],
        allow_apiserver: vec!["10.0.0.10/32:6443".parse().unwrap()],
        allow_internet: true,
        size: Size::Large,
        admin_group: vec!["team-a-admins".parse().unwrap()],
        admin_user: vec!["ann".parse().unwrap()],
        edit_group: vec!["team-a".parse().unwrap()],
        edit_user: vec!["bob".parse().unwrap()],
        view_group: vec!["engineers".parse().unwrap()],
        view_user: vec!["eve".parse().unwrap()],
        secrets: AdminSecrets::Write,
        ..Options::default()
    }
}

#[test]
fn nothing_is_found_in_a_plain_namespace() {
    assert_eq!(findings(plain()), [""; 0]);
}

#[test]
fn nothing_is_found_in_a_namespace_with_every_option() {
    assert_eq!(findings(everything()), [""; 0]);
    for secrets in [AdminSecrets::None, AdminSecrets::Read] {
        assert_eq!(findings(Options { secrets, ..everything() }), [""; 0]);
    }
    for dns in [Dns::KubeDns, Dns::Nodelocal, Dns::Openshift] {
        let options = Options { dns: vec![dns], dns_selector: Vec::new(), ..everything() };
        assert_eq!(findings(options), [""; 0], "{dns:?}");
    }
}

#[test]
fn only_what_was_asked_for_is_found_in_a_namespace_for_anything() {
    assert_eq!(findings(Options { level: Level::Baseline, ..everything() }), [""; 0]);
    let privileged = findings(Options { level: Level::Privileged, ..plain() });
    assert_eq!(privileged, ["low privileged-namespace: enforce: privileged lets every pod in"]);
}
