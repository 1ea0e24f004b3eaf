//! What the audit policy generator makes, every rule accepts, and it logs what it says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::configuration::audit::{
    AuditLevel, AuditPolicy, is_catch_all, logged_bodies, read,
};
use harden_core::configuration::first_document;
use harden_core::generators::Generator;
use harden_core::generators::audit_policy::{Backend, Noise, Options, Profile};
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::rules;
use harden_core::simulate::audit::{Request, Simulator};

const PROFILES: [Profile; 4] =
    [Profile::Minimal, Profile::Recommended, Profile::Cis, Profile::Forensic];

fn text(options: Options) -> String {
    let generated = Generator::AuditPolicy(options).options().generate(&Facts::default()).unwrap();
    assert_eq!(generated.files.len(), 1);
    generated.files[0].text.to_string()
}

/// What the rules say of a text, as `severity rule: message`.
fn findings(text: &str) -> Vec<String> {
    let outcome = check(Settings::new(rules::all()), [text]);
    let findings = outcome.findings.iter();
    findings
        .map(|it| format!("{} {}: {}", it.about.severity.name(), it.about.id, it.message))
        .collect()
}

/// Every combination of options that makes another policy.
fn all() -> Vec<Options> {
    let noises = [
        vec![],
        vec![Noise::All],
        vec![Noise::None],
        vec![Noise::Components],
        vec![Noise::Leases, Noise::Nodes],
        vec![Noise::Discovery, Noise::Events, Noise::Health],
    ];
    let bodies = [
        vec![],
        vec!["*.apps".parse().unwrap(), "pods".parse().unwrap(), "*.batch".parse().unwrap()],
        vec![
            "widgets.example.com".parse().unwrap(),
            "*.rbac.authorization.k8s.io".parse().unwrap(),
        ],
        [
            "namespaces",
            "pods",
            "pods/resize",
            "replicationcontrollers",
            "serviceaccounts",
            "*.apps",
            "*.batch",
            "pods",
        ]
        .map(|it| it.parse().unwrap())
        .to_vec(),
    ];
    let versions = [None, Some(PolicyVersion::Pinned(MinorVersion(25)))];
    let mut all = Vec::new();
    for profile in PROFILES {
        for drop_noise in &noises {
            for log_bodies_of in &bodies {
                for for_version in versions {
                    for names in [&[][..], &["team-a", "team-b", "team-a"][..]] {
                        if profile == Profile::Minimal
                            && log_bodies_of.is_empty()
                            && !names.is_empty()
                        {
                            continue;
                        }
                        all.push(Options {
                            profile,
                            drop_noise: drop_noise.clone(),
                            log_bodies_of: log_bodies_of.clone(),
                            namespaces: names.iter().map(|it| it.parse().unwrap()).collect(),
                            for_version,
                            ..Options::default()
                        });
                    }
                }
            }
        }
    }
    all
}

#[test]
fn nothing_is_found_in_any_policy() {
    let all = all();
    assert!(all.len() > 300);
    for options in all {
        let text = text(options.clone());
        assert_eq!(findings(&text), [""; 0], "{options:?}\n{text}");
        let document = first_document(&text);
        let policy = read(&document).unwrap();
        assert_eq!(policy.warning(), None, "{text}");
        assert_eq!(logged_bodies(&policy), [], "{text}");
        assert!(policy.rules.last().is_some_and(is_catch_all), "{text}");
        assert!(policy.rules.iter().rev().skip(1).all(|it| !is_catch_all(it)), "{text}");
    }
}

#[test]
fn flags_are_nothing_to_object_to() {
    for backend in [Backend::Log, Backend::Webhook] {
        for minor in [30, 31] {
            let for_version = Some(PolicyVersion::Pinned(MinorVersion(minor)));
            let options = Options { print_flags: true, backend, for_version, ..Options::default() };
            let text = text(options);
            assert_eq!(findings(&text), [""; 0], "{text}");
            let is_list = text.contains("apiVersion: kubeadm.k8s.io/v1beta4");
            assert_eq!(is_list, minor == 31, "{text}");
        }
    }
}

/// The level at which the policy logs a request.
fn level(policy: &str, user: &str, verb: &str, resource: &str) -> AuditLevel {
    let document = first_document(policy);
    let simulator = Simulator::new(&document, "policy.yaml").unwrap();
    let mut request =
        Request { user: user.to_owned(), verb: verb.to_owned(), ..Request::default() };
    if resource.starts_with('/') {
        resource.clone_into(&mut request.path);
    } else {
        resource.clone_into(&mut request.resource);
        "shop".clone_into(&mut request.namespace);
    }
    if user.starts_with("system:node:") {
        request.groups.push("system:nodes".to_owned());
    }
    let request = request.complete().unwrap();
    simulator.answer(&request.event()).decision.level
}

#[test]
fn every_profile_logs_what_its_name_says() {
    use AuditLevel::{Metadata, None, Request, RequestResponse};

    const KCM: &str = "system:kube-controller-manager";
    const KUBELET: &str = "system:node:a";
    let policies = PROFILES.map(|profile| text(Options { profile, ..Options::default() }));
    for (user, verb, resource, expected) in [
        ("alice", "get", "secrets", [Metadata; 4]),
        ("alice", "update", "secrets", [Metadata; 4]),
        ("alice", "create", "serviceaccounts/token", [Metadata; 4]),
        ("alice", "create", "tokenreviews.authentication.k8s.io", [Metadata; 4]),
        ("alice", "patch", "configmaps", [Metadata; 4]),
        (KCM, "list", "secrets", [Metadata; 4]),
        ("alice", "get", "pods/exec", [Metadata, Request, Request, Request]),
        ("alice", "create", "pods/exec", [Metadata, Request, Request, Request]),
        ("alice", "get", "pods/portforward", [Metadata, Request, Request, Request]),
        ("alice", "create", "deployments", [Metadata, Request, Request, RequestResponse]),
        ("alice", "patch", "pods", [Metadata, Request, Request, RequestResponse]),
        ("alice", "get", "pods", [Metadata; 4]),
        ("alice", "create", "rolebindings", [Metadata, RequestResponse, Metadata, RequestResponse]),
        ("alice", "create", "widgets.example.com", [Metadata, Metadata, Metadata, RequestResponse]),
        ("alice", "delete", "events", [Metadata; 4]),
        ("alice", "create", "events", [Metadata, None, Metadata, Metadata]),
        (KCM, "update", "leases", [Metadata, None, Metadata, Metadata]),
        (KCM, "watch", "pods", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "patch", "nodes/status", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "get", "secrets", [Metadata; 4]),
        ("alice", "patch", "nodes/status", [Metadata; 4]),
        ("", "get", "/readyz", [None, None, Metadata, Metadata]),
        ("", "post", "/readyz", [Metadata; 4]),
        ("alice", "get", "/metrics", [Metadata; 4]),
    ] {
        let levels = policies.each_ref().map(|it| level(it, user, verb, resource));
        assert_eq!(levels, expected, "{user} {verb} {resource}");
    }
}

#[test]
fn namespaces_limit_bodies_and_nothing_else() {
    let options = |names: &[&str]| Options {
        namespaces: names.iter().map(|it| it.parse().unwrap()).collect(),
        ..Options::default()
    };
    let (here, elsewhere) = (text(options(&["shop"])), text(options(&["other"])));
    assert_eq!(level(&here, "alice", "create", "deployments"), AuditLevel::Request);
    assert_eq!(level(&elsewhere, "alice", "create", "deployments"), AuditLevel::Metadata);
    assert_eq!(level(&elsewhere, "alice", "get", "pods/exec"), AuditLevel::Request);
}

/// That a policy can be looked at is what the tests above rest on.
#[test]
fn a_policy_is_the_same_at_every_run() {
    let look = |policy: &AuditPolicy<'_>| policy.rules.len();
    let counts = PROFILES.map(|profile| {
        let (one, other) = (
            text(Options { profile, ..Options::default() }),
            text(Options { profile, ..Options::default() }),
        );
        assert_eq!(one, other);
        let document = first_document(&one);
        look(&read(&document).unwrap())
    });
    assert_eq!(counts, [2, 11, 4, 5]);
}
