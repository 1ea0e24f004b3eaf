//! What the namespace generator makes, every rule accepts.
//!
//! `HARDEN_RANDOM_OPTIONS` sets how many random sets of options are tried, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "generated/types.rs"]
mod types;

use std::fmt::Debug;
use std::str::FromStr;

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::finding::Finding;
use harden_core::generators::Generator;
use harden_core::generators::namespace::{AdminSecrets, Dns, Options, Part, Size};
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::platform::PlatformName;
use harden_core::{ManifestFormat, render, rules};

/// What the rules say of generated objects, as `severity rule: message`.
fn findings(options: Options) -> Vec<String> {
    let version = match options.kubernetes_version {
        Some(PolicyVersion::Pinned(version)) => version,
        _ => MinorVersion::NEWEST_KNOWN,
    };
    let generated = Generator::Namespace(options).options().generate(&Facts::default()).unwrap();
    let text = render(&generated.manifests, ManifestFormat::Yaml, true);
    assert!(!types::read_all(&text).is_empty());
    let settings = Settings { version, ..Settings::new(rules::all()) };
    let outcome = check(settings, [&*text]);
    assert_eq!(outcome.coverage.objects, generated.manifests.len());
    // Two flags may ask for the same; what denies everything is never too much.
    let is_asked_twice = |it: &Finding| {
        let name = it.object.as_ref().map(|it| it.name.as_str());
        it.about.id == "redundant-network-policy" && name != Some("default-deny")
    };
    let findings = outcome.findings.iter().filter(|it| !is_asked_twice(it));
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
            "203.0.113.0/24:8080".parse().unwrap(),
            "0.0.0.0/0:8443".parse().unwrap(),
        ],
        allow_to: [
            "postgres/app=db:5432",
            "shared",
            "10.0.0.0/8:5432",
            "0.0.0.0/0:443",
            "::/0:443",
            "fd00::/8",
        ]
        .map(|it| it.parse().unwrap())
        .to_vec(),
        allow_webhooks: vec!["app=webhook:9443".parse().unwrap(), "8443".parse().unwrap()],
        allow_apiserver: vec!["10.0.0.10/32:6443".parse().unwrap()],
        allow_internet: true,
        size: Size::Large,
        admin_group: vec!["team-a-admins".parse().unwrap()],
        admin_user: vec!["ann".parse().unwrap()],
        edit_group: vec!["team-a".parse().unwrap()],
        edit_user: vec!["bob".parse().unwrap()],
        view_group: vec!["engineers".parse().unwrap()],
        view_user: vec!["eve".parse().unwrap()],
        bind: ["deployer=group:team-a", "deployer=serviceaccount:ci/runner", "viewer=user:eve"]
            .map(|it| it.parse().unwrap())
            .to_vec(),
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
fn nothing_is_found_in_a_namespace_for_any_platform() {
    for platform in PlatformName::ALL {
        for dns in [vec![], vec![Dns::Openshift]] {
            let options = Options {
                platform: Some(*platform),
                dns,
                dns_selector: Vec::new(),
                dns_cidr: Vec::new(),
                allow_apiserver: vec!["10.0.0.10/32".parse().unwrap()],
                ..everything()
            };
            assert_eq!(findings(options.clone()), [""; 0], "{platform:?}");
            let webhook_source = vec!["10.0.0.0/28".parse().unwrap()];
            assert_eq!(findings(Options { webhook_source, ..options }), [""; 0], "{platform:?}");
        }
        assert_eq!(findings(Options { platform: Some(*platform), ..plain() }), [""; 0]);
    }
}

#[test]
fn only_what_was_asked_for_is_found_in_a_namespace_for_anything() {
    assert_eq!(findings(Options { level: Level::Baseline, ..everything() }), [""; 0]);
    let privileged = findings(Options { level: Level::Privileged, ..plain() });
    assert_eq!(privileged, ["low privileged-namespace: enforce: privileged lets every pod in"]);
}

#[test]
fn other_ports_of_dns_are_known_for_what_they_are() {
    let options = Options {
        dns: vec![Dns::Custom],
        dns_selector: vec!["dns/app=unbound".parse().unwrap()],
        dns_port: vec!["1053".parse().unwrap()],
        ..plain()
    };
    assert_eq!(findings(options), [""; 0]);
}

#[test]
fn only_what_was_asked_for_is_found_with_random_options() {
    let setting = |name: &str, default: u64| {
        std::env::var(name).map_or(default, |it| it.parse::<u64>().unwrap())
    };
    let seed = setting("HARDEN_RANDOM_SEED", 1);
    let mut random = Random(seed);
    for _ in 0..setting("HARDEN_RANDOM_OPTIONS", 300) {
        let options = random.options();
        let levels = [options.audit_level, options.warn_level];
        let warns_less = levels.into_iter().flatten().any(|it| it < options.level);
        let cuts_off_dns = options.without == [Part::Dns];
        // Whoever names pods or ports of DNS gets these.
        let has_own_dns = !options.dns_port.is_empty() || !options.dns_selector.is_empty();
        let is_asked_for = |finding: &str| {
            let about = |id: &str| finding.contains(&format!(" {id}: "));
            about("privileged-namespace") && options.level == Level::Privileged
                || about("weaker-pod-security-warnings") && warns_less
                || about("denied-dns") && cuts_off_dns
                || about("openshift-dns-port") && has_own_dns
        };
        let mut found = findings(options.clone());
        found.retain(|it| !is_asked_for(it));
        assert!(found.is_empty(), "HARDEN_RANDOM_SEED={seed}, {options:#?}\n{found:#?}");
    }
}

/// Choices that look random; the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Any of several texts, in their order: none of them half of the time.
    fn some<T: FromStr<Err: Debug>>(&mut self, from: &[&str]) -> Vec<T> {
        if self.chance() {
            return Vec::new();
        }
        let mut some = from.to_vec();
        some.retain(|_| self.chance());
        some.into_iter().map(|it| it.parse().unwrap()).collect()
    }

    fn options(&mut self) -> Options {
        let mut dns = vec![Dns::KubeDns, Dns::Nodelocal, Dns::Openshift];
        dns.retain(|_| self.chance());
        let dns_selector = self.some(&["dns/app=unbound", "kube-system", "openshift-dns"]);
        let dns_cidr = self.some(&["10.0.0.53/32", "fd00::53/128", "169.254.25.10/32"]);
        let mut platforms: Vec<_> = PlatformName::ALL.iter().copied().map(Some).collect();
        platforms.extend([None; 9]);
        let platform = self.pick(&platforms);
        if platform.is_none() && dns.is_empty() && dns_selector.is_empty() && dns_cidr.is_empty() {
            dns.push(Dns::KubeDns);
        }
        let hosts = [
            "ingress-nginx/app.kubernetes.io/name=nginx:8080,8443",
            "db:5432",
            "logs",
            "10.0.0.0/8",
            "10.0.0.5:5432,514/udp",
            "0.0.0.0/0:443",
            "[fd00::/64]:5432",
            "198.51.100.0/24:443",
        ];
        let (admin_group, admin_user) = (self.some(&["leads"]), self.some(&["ann"]));
        let has_admin = !admin_group.is_empty() || !admin_user.is_empty();
        let secrets = [AdminSecrets::None, AdminSecrets::Read, AdminSecrets::Write];
        let levels =
            [None, Some(Level::Restricted), Some(Level::Baseline), Some(Level::Privileged)];
        let mut names = self.some(&["team-b", "web", "data-1"]);
        names.push("team-a".parse().unwrap());
        Options {
            names,
            without: self
                .pick(&[&[][..], &[], &[Part::Dns], &[Part::Quota, Part::Limits]])
                .to_vec(),
            annotations: self.some(&["example.com/owner=Ann", "note="]),
            audit_level: self.pick(&levels),
            warn_level: self.pick(&levels),
            kubernetes_version: Some(PolicyVersion::Pinned(MinorVersion(
                25 + u16::try_from(self.below(13)).unwrap(),
            ))),
            labels: self.some(&["team=a", "example.com/tier=web"]),
            level: self.pick(&[Level::Restricted, Level::Baseline, Level::Privileged]),
            dns,
            dns_selector,
            dns_port: self.some(&["53", "1053", "5353", "8053"]),
            dns_cidr,
            allow_same_namespace: self.chance(),
            allow_from: self.some(&hosts),
            allow_to: self.some(&hosts),
            allow_apiserver: self.some(&["10.0.0.10/32:6443", "[fd00::10]:6443"]),
            allow_webhooks: self.some(&["app=webhook:9443", "8443,10250", "tier=a,app=b:hook"]),
            webhook_source: self.some(&["10.0.0.0/28", "fd00::/64"]),
            platform,
            bind: self.some(&["deployer=group:team-a", "a:b=user:ann", "x=serviceaccount:ci/x"]),
            allow_internet: self.chance(),
            size: self.pick(&[Size::Small, Size::Medium, Size::Large]),
            quota: self.some(&["limits.cpu=4", "memory=1Gi", "pods=5", "services.nodeports=2"]),
            admin_group,
            admin_user,
            edit_group: self.some(&["team-a"]),
            edit_user: self.some(&["bob"]),
            view_group: self.some(&["engineers"]),
            view_user: self.some(&["eve"]),
            secrets: if has_admin { self.pick(&secrets) } else { AdminSecrets::None },
            ..plain()
        }
    }
}
