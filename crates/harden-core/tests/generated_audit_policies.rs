//! What the audit policy generator makes, every rule accepts, and it logs what it says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::configuration::audit::{
    AuditLevel, AuditPolicy, GROUP_WILDCARD, is_catch_all, logged_bodies, read,
};
use harden_core::configuration::first_document;
use harden_core::generators::Generator;
use harden_core::generators::audit_policy::{Backend, Noise, Options, Profile};
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::rules;
use harden_core::simulate::audit::{Request, Simulator};

const NEWEST: MinorVersion = MinorVersion::NEWEST_KNOWN;
const PROFILES: [Profile; 4] =
    [Profile::Minimal, Profile::Recommended, Profile::Cis, Profile::Forensic];

fn text(options: Options) -> String {
    let generated = Generator::AuditPolicy(options).options().generate(&Facts::default()).unwrap();
    assert_eq!(generated.files.len(), 1);
    generated.files[0].text.to_string()
}

/// Every version that policies are made for.
fn versions() -> impl Iterator<Item = MinorVersion> {
    (25..=NEWEST.0).map(MinorVersion)
}

/// What the rules say of a text for a version, as `severity rule: message`.
fn findings(text: &str, version: MinorVersion) -> Vec<String> {
    let settings = Settings { version, ..Settings::new(rules::all()) };
    let outcome = check(settings, [text]);
    let findings = outcome.findings.iter().filter(|it| it.ignored.is_none());
    findings
        .map(|it| format!("{} {}: {}", it.about.severity.name(), it.about.id, it.message))
        .collect()
}

/// Every combination of options that makes another policy, with the version that it is for.
fn all() -> Vec<(MinorVersion, Options)> {
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
    let mut all = Vec::new();
    for profile in PROFILES {
        for drop_noise in &noises {
            for log_bodies_of in &bodies {
                for version in versions() {
                    for names in [&[][..], &["team-a", "team-b", "team-a"][..]] {
                        if profile == Profile::Minimal
                            && log_bodies_of.is_empty()
                            && !names.is_empty()
                        {
                            continue;
                        }
                        let options = Options {
                            profile,
                            drop_noise: drop_noise.clone(),
                            log_bodies_of: log_bodies_of.clone(),
                            namespace: names.iter().map(|it| it.parse().unwrap()).collect(),
                            kubernetes_version: Some(PolicyVersion::Pinned(version)),
                            ..Options::default()
                        };
                        all.push((version, options));
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
    assert!(all.len() > 2_000);
    for (version, options) in all {
        let text = text(options.clone());
        assert_eq!(findings(&text, version), [""; 0], "{options:?}\n{text}");
        let document = first_document(&text);
        let policy = read(&document, version).unwrap();
        assert_eq!(policy.warning(), None, "{text}");
        assert_eq!(logged_bodies(&policy), [], "{text}");
        assert!(policy.rules.last().is_some_and(is_catch_all), "{text}");
        assert!(policy.rules.iter().rev().skip(1).all(|it| !is_catch_all(it)), "{text}");
    }
}

#[test]
fn flags_are_nothing_to_object_to() {
    for backend in [Backend::Log, Backend::Webhook] {
        for version in versions() {
            let kubernetes_version = Some(PolicyVersion::Pinned(version));
            let options =
                Options { print_flags: true, backend, kubernetes_version, ..Options::default() };
            let text = text(options);
            assert_eq!(findings(&text, version), [""; 0], "{text}");
            let is_list = text.contains("apiVersion: kubeadm.k8s.io/v1beta4");
            assert_eq!(is_list, version >= MinorVersion(31), "{text}");
        }
    }
}

/// The level at which the policy logs a request in the namespace shop.
fn level(policy: &str, user: &str, verb: &str, resource: &str) -> AuditLevel {
    level_in("shop", policy, user, verb, resource)
}

fn level_in(namespace: &str, policy: &str, user: &str, verb: &str, resource: &str) -> AuditLevel {
    let document = first_document(policy);
    let simulator = Simulator::new(&document, "policy.yaml", NEWEST).unwrap();
    let mut request =
        Request { user: user.to_owned(), verb: verb.to_owned(), ..Request::default() };
    if resource.starts_with('/') {
        resource.clone_into(&mut request.path);
    } else {
        resource.clone_into(&mut request.resource);
        namespace.clone_into(&mut request.namespace);
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
    // The versions on both sides of each difference: resizing pods, and one group for all.
    let policies = [25, 31, 32, 35, 36, NEWEST.0].map(|minor| {
        let kubernetes_version = Some(PolicyVersion::Pinned(MinorVersion(minor)));
        PROFILES.map(|profile| text(Options { profile, kubernetes_version, ..Options::default() }))
    });
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
        (KCM, "watch", "pods", [Metadata, None, Metadata, Metadata]),
        (KCM, "list", "widgets.example.com", [Metadata, None, Metadata, Metadata]),
        (KCM, "get", "/metrics", [Metadata; 4]),
        (KCM, "update", "deployments/status", [Metadata; 4]),
        (KUBELET, "patch", "nodes/status", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "get", "secrets", [Metadata; 4]),
        ("alice", "patch", "nodes/status", [Metadata; 4]),
        ("", "get", "/readyz", [None, None, Metadata, Metadata]),
        ("", "post", "/readyz", [Metadata; 4]),
        ("alice", "get", "/metrics", [Metadata; 4]),
    ] {
        for policies in &policies {
            let levels = policies.each_ref().map(|it| level(it, user, verb, resource));
            assert_eq!(levels, expected, "{user} {verb} {resource}\n{}", policies.concat());
        }
    }
}

#[test]
fn a_policy_holds_nothing_that_is_newer_than_its_server() {
    for (version, options) in all() {
        let text = text(options.clone());
        let has_wildcard = text.contains("group: \"*\"");
        assert!(version >= GROUP_WILDCARD || !has_wildcard, "{options:?}\n{text}");
        let is_asked = options.log_bodies_of.iter().any(|it| it.to_string() == "pods/resize");
        let has_resize = text.contains("pods/resize");
        assert!(version >= MinorVersion(32) || is_asked || !has_resize, "{options:?}\n{text}");
    }
}

#[test]
fn what_is_made_for_a_newer_server_an_older_one_rejects_in_its_words() {
    let options = Options { profile: Profile::Forensic, ..Options::default() };
    let text = text(options);
    let document = first_document(&text);
    assert!(read(&document, GROUP_WILDCARD).is_ok());
    let rejection = read(&document, MinorVersion(35)).unwrap_err().text("FILE");
    let words = "loading audit policy file: [rules[2].resources.group: Invalid value: \"*\": a lowercase RFC 1123 subdomain must consist of";
    assert!(rejection.starts_with(words), "{rejection}");
    assert_eq!(findings(&text, MinorVersion(35)).len(), 1, "{text}");
}

#[test]
fn what_a_stolen_credential_changes_is_logged_by_every_profile() {
    use AuditLevel::{Metadata, None, Request, RequestResponse};

    const KCM: &str = "system:kube-controller-manager";
    const KUBELET: &str = "system:node:a";
    const APP: &str = "system:serviceaccount:shop:app";
    let policies = PROFILES.map(|profile| text(Options { profile, ..Options::default() }));
    for (user, verb, resource, namespace, expected) in [
        (KUBELET, "patch", "nodes", "", [Metadata, Metadata, Metadata, RequestResponse]),
        (KUBELET, "update", "nodes", "", [Metadata, Metadata, Metadata, RequestResponse]),
        (KUBELET, "delete", "nodes", "", [Metadata, Metadata, Metadata, RequestResponse]),
        (KUBELET, "get", "nodes", "", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "patch", "nodes/status", "", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "patch", "pods/status", "shop", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "patch", "pods", "shop", [Metadata, Request, Request, RequestResponse]),
        (KUBELET, "update", "leases", "kube-node-lease", [Metadata, None, Metadata, Metadata]),
        (KUBELET, "update", "leases", "kube-system", [Metadata; 4]),
        (KUBELET, "delete", "leases", "kube-node-lease", [Metadata; 4]),
        (KCM, "update", "leases", "kube-system", [Metadata, None, Metadata, Metadata]),
        (KCM, "update", "leases", "shop", [Metadata; 4]),
        (APP, "update", "leases", "kube-system", [Metadata; 4]),
        (APP, "update", "leases", "kube-node-lease", [Metadata; 4]),
        (APP, "update", "leases", "shop", [Metadata; 4]),
        (APP, "patch", "nodes", "", [Metadata, Metadata, Metadata, RequestResponse]),
    ] {
        let levels = policies.each_ref().map(|it| level_in(namespace, it, user, verb, resource));
        assert_eq!(levels, expected, "{user} {verb} {resource} {namespace}");
    }
}

#[test]
fn namespaces_limit_bodies_and_nothing_else() {
    let options = |names: &[&str]| Options {
        namespace: names.iter().map(|it| it.parse().unwrap()).collect(),
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
        look(&read(&document, NEWEST).unwrap())
    });
    assert_eq!(counts, [2, 12, 4, 5]);
}
