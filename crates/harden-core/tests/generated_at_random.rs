//! What generators make of random options, no rule objects to for the version asked.
//!
//! `HARDEN_RANDOM_OPTIONS` sets how many sets of options are tried, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "generated/dice.rs"]
mod dice;

use std::fmt::Debug;
use std::str::FromStr;

use dice::Dice;
use harden_core::check::{Settings, check};
use harden_core::cluster::{Facts, Random};
use harden_core::generators::audit_policy::{self, Noise, Profile};
use harden_core::generators::encryption::{self, Provider, Writer};
use harden_core::generators::{Generator, pod_security};
use harden_core::kubernetes::{Date, Level, MinorVersion, PolicyVersion};
use harden_core::platform::PlatformName;
use harden_core::rules;

impl Dice {
    /// Some of these, each at most once.
    fn some<T: Copy>(&mut self, from: &[T]) -> Vec<T> {
        from.iter().copied().filter(|_| self.below(3) == 0).collect()
    }

    fn parsed<T: FromStr<Err: Debug>>(&mut self, from: &[&str]) -> Vec<T> {
        self.some(from).into_iter().map(|it| it.parse().unwrap()).collect()
    }

    /// None half of the time.
    fn platform(&mut self) -> Option<PlatformName> {
        self.toss().then(|| self.pick(PlatformName::ALL))
    }

    fn level(&mut self) -> Level {
        self.pick(&[Level::Privileged, Level::Baseline, Level::Restricted])
    }
}

fn audit_policy(dice: &mut Dice, version: PolicyVersion) -> Generator {
    Generator::AuditPolicy(audit_policy::Options {
        profile: dice.pick(&[
            Profile::Minimal,
            Profile::Recommended,
            Profile::Cis,
            Profile::Forensic,
        ]),
        drop_noise: dice.some(&[
            Noise::Components,
            Noise::Leases,
            Noise::Nodes,
            Noise::Discovery,
            Noise::Events,
            Noise::Health,
        ]),
        log_bodies_of: dice.parsed(&[
            "*.apps",
            "pods",
            "services",
            "*.batch",
            "widgets.example.com",
            "namespaces",
            "*.rbac.authorization.k8s.io",
            "pods/resize",
        ]),
        namespace: dice.parsed(&["team-a", "team-b", "kube-system"]),
        print_flags: dice.toss(),
        kubernetes_version: Some(version),
        platform: dice.platform(),
        ..audit_policy::Options::default()
    })
}

fn encryption(dice: &mut Dice, version: PolicyVersion) -> Generator {
    let provider =
        dice.pick(&[Provider::Secretbox, Provider::Aescbc, Provider::Aesgcm, Provider::Kms]);
    let mut resources = dice.parsed(&[
        "secrets",
        "configmaps",
        "deployments.apps",
        "*.batch",
        "*.",
        "*.*",
        "widgets.example.com",
    ]);
    resources.push("secrets".parse().unwrap());
    Generator::Encryption(encryption::Options {
        writer: Writer {
            provider: Some(provider),
            kms_endpoint: (provider == Provider::Kms)
                .then(|| "unix:///run/kms/vault.sock".parse().unwrap()),
            key_name: (provider != Provider::Kms && dice.toss()).then(|| "key-2".parse().unwrap()),
            kms_name: (provider == Provider::Kms && dice.toss()).then(|| "vault".parse().unwrap()),
            kms_timeout: (provider == Provider::Kms && dice.toss()).then(|| "10s".parse().unwrap()),
        },
        resources,
        migrated: dice.toss(),
        automatic_reload: dice.toss(),
        print_flags: dice.toss(),
        kubernetes_version: Some(version),
        platform: dice.platform(),
        ..encryption::Options::default()
    })
}

fn pod_security(dice: &mut Dice, version: PolicyVersion) -> Generator {
    let mut options = pod_security::Options {
        level: dice.level(),
        audit_level: dice.toss().then(|| dice.level()),
        warn_level: dice.toss().then(|| dice.level()),
        exempt_namespace: dice.parsed(&["kube-system", "gpu", "monitoring"]),
        exempt_user: dice
            .some(&["ann@example.com", "system:serviceaccount:ci:deployer"])
            .into_iter()
            .map(str::to_owned)
            .collect(),
        exempt_runtime_class: dice
            .some(&["kata", "gvisor"])
            .into_iter()
            .map(str::to_owned)
            .collect(),
        print_flags: dice.toss(),
        kubernetes_version: Some(version),
        ..pod_security::Options::default()
    };
    options.exempt_no_namespace = options.exempt_namespace.is_empty() && dice.toss();
    Generator::PodSecurity(options)
}

/// What the options ask for, and rules speak of.
const MEANT: [&str; 3] =
    ["encryption-unauthenticated", "encryption-nonce-reuse", "admission-default-privileged"];

#[test]
fn only_what_was_asked_for_is_found() {
    let setting = |name: &str, otherwise: u64| {
        std::env::var(name).map_or(otherwise, |it| it.parse::<u64>().unwrap())
    };
    let (seed, count) = (setting("HARDEN_RANDOM_SEED", 1), setting("HARDEN_RANDOM_OPTIONS", 600));
    let mut dice = Dice(seed);
    let bytes: Vec<u8> =
        (0..96_u32).map(|it| (it * it * 31 + it * 7 + 129).to_le_bytes()[0]).collect();
    let facts = Facts {
        today: Some(Date { year: 2026, month: 11, day: 23 }),
        random: Random::new(bytes.into()),
        ..Facts::default()
    };
    let mut made = 0;
    for index in 0..count {
        let version = MinorVersion(25 + u16::try_from(dice.below(13)).unwrap());
        let pinned = PolicyVersion::Pinned(version);
        let generator = match index % 3 {
            0 => audit_policy(&mut dice, pinned),
            1 => encryption(&mut dice, pinned),
            _ => pod_security(&mut dice, pinned),
        };
        // What the version does not know, or what contradicts itself, is rejected.
        let Ok(generated) = generator.options().generate(&facts) else { continue };
        for file in &generated.files {
            let settings = Settings { version, ..Settings::new(rules::all()) };
            let outcome = check(settings, [file.text.as_str()]);
            let found = outcome.findings.iter().filter(|it| it.ignored.is_none());
            let found = found.filter(|it| !MEANT.contains(&&*it.about.id));
            let found: Vec<_> =
                found.map(|it| format!("{}: {}", it.about.id, it.message)).collect();
            assert_eq!(found, [""; 0], "seed {seed}: {generator:?}\n{}", *file.text);
        }
        made += 1;
    }
    assert!(made > count / 3, "{made} of {count}");
}
