//! The server's own version bounds what every label and every option with a version means.

use harden_core::cluster::Facts;
use harden_core::configuration::admission;
use harden_core::generators::{Generator, namespace, pod_security};
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::pod_security::{Policy, Standard, Version};
use harden_core::simulate::pod_security::{Options, answers};
use harden_core::{ManifestFormat, render};
use harden_yaml::{Document, documents};

use crate::{of, outcome_at, texts};

const OLDEST: u16 = 25;

/// A pod on which the versions disagree.
struct Witness {
    level: Level,
    /// The check, and the rule that speaks for it.
    check: &'static str,
    rule: &'static str,
    spec: &'static str,
    /// Whether the rules of a version reject it.
    is_rejected: fn(u16) -> bool,
}

const WITNESSES: [Witness; 4] = [
    Witness {
        level: Level::Baseline,
        check: "hostProbesAndHostLifecycle",
        rule: "probe-host",
        spec: "{containers: [{name: c, image: i, livenessProbe: {httpGet: {port: 80, host: example.com}}}]}",
        is_rejected: |minor| minor >= 34,
    },
    Witness {
        level: Level::Baseline,
        check: "sysctls",
        rule: "unsafe-sysctls",
        spec: "{securityContext: {sysctls: [{name: net.ipv4.tcp_keepalive_time, value: '1'}]}, \
               containers: [{name: c, image: i}]}",
        is_rejected: |minor| minor < 29,
    },
    Witness {
        level: Level::Restricted,
        check: "runAsNonRoot",
        rule: "root-allowed",
        spec: "{hostUsers: false, securityContext: {seccompProfile: {type: RuntimeDefault}}, \
               containers: [{name: c, image: i, securityContext: {allowPrivilegeEscalation: false, \
               capabilities: {drop: [ALL]}}}]}",
        is_rejected: |minor| minor < 35,
    },
    Witness {
        level: Level::Restricted,
        check: "seccompProfile_restricted",
        rule: "missing-seccomp-profile",
        spec: "{os: {name: windows}, securityContext: {runAsNonRoot: true}, \
               containers: [{name: c, image: i}]}",
        is_rejected: |minor| (19..25).contains(&minor),
    },
];

/// Every way to name a version, and the newest rules that it allows; none for no name at all.
fn names() -> Vec<(Option<String>, u16)> {
    let pinned = [0, 24, 25, 28, 29, 33, 34, 35, 37, 38, 99, 99_999_u32];
    let pinned = pinned.map(|it| (Some(format!("v1.{it}")), u16::try_from(it).unwrap_or(u16::MAX)));
    let open = [(None, u16::MAX), (Some("latest".to_owned()), u16::MAX)];
    // What is no version is the newest to the server, where a label holds it already.
    let junk = JUNK.map(|it| (Some(it.to_owned()), u16::MAX));
    open.into_iter().chain(pinned).chain(junk).collect()
}

/// What is no version of a standard.
const JUNK: [&str; 9] =
    ["", "1.29", "v1", "v1.", "v1.029", "v1.29.1", "v2.0", "Latest", "v1.99999999999999999999"];

fn servers() -> impl Iterator<Item = MinorVersion> {
    (OLDEST..=MinorVersion::NEWEST_KNOWN.0).map(MinorVersion)
}

/// The servers beside which something changes.
fn corners() -> impl Iterator<Item = MinorVersion> {
    [OLDEST, 28, 29, 33, 34, 35, MinorVersion::NEWEST_KNOWN.0].into_iter().map(MinorVersion)
}

fn manifests(labels: &str, spec: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Namespace, metadata: {{name: t, labels: {{{labels}}}}}}}\n---\n\
         {{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: t}}, spec: {spec}}}\n"
    )
}

fn label(mode: &str, level: Level, version: Option<&str>) -> String {
    let label = format!("pod-security.kubernetes.io/{mode}");
    let version = version.map_or(String::new(), |it| format!(", {label}-version: '{it}'"));
    format!("{label}: {level}{version}")
}

#[test]
fn latest_is_the_version_that_is_asked_about() {
    let Some(texts) = texts(&["latest-is-not-the-server.yaml"]) else { return };
    for (minor, expected) in [(34, 1), (35, 0), (37, 0)] {
        let (verdicts, _) = outcome_at(MinorVersion(minor), &texts);
        assert_eq!(of(&verdicts, "root-allowed").len(), expected, "v1.{minor}: {verdicts:?}");
    }
}

#[test]
fn a_check_that_came_later_is_none_of_an_older_server() {
    let Some(texts) = texts(&["latest-newer-check.yaml"]) else { return };
    for (minor, expected) in [(33, 0), (34, 1), (37, 1)] {
        let (verdicts, _) = outcome_at(MinorVersion(minor), &texts);
        assert_eq!(of(&verdicts, "probe-host").len(), expected, "v1.{minor}: {verdicts:?}");
    }
}

#[test]
fn check_judges_every_label_by_the_older_of_it_and_the_server() {
    for Witness { level, rule, spec, is_rejected, .. } in WITNESSES {
        for (name, newest) in names() {
            let labels = label("enforce", level, name.as_deref());
            let text = [("t.yaml".to_owned(), manifests(&labels, spec))];
            for server in servers() {
                let (verdicts, _) = outcome_at(server, &text);
                let is_found = !of(&verdicts, rule).is_empty();
                assert_eq!(is_found, is_rejected(newest.min(server.0)), "{labels} on {server}");
            }
        }
    }
}

#[test]
fn simulate_answers_by_the_older_of_every_version_and_the_server() {
    for Witness { level, check, spec, is_rejected, .. } in WITNESSES {
        for (name, newest) in names() {
            for server in servers() {
                let version = name.as_deref().and_then(|it| it.parse().ok());
                let version = version.unwrap_or(Version::Latest);
                let standard = Standard { level, version };
                let is_rejected = is_rejected(newest.min(server.0));
                let answer = |text: &str, options: Options| {
                    let documents: Vec<_> = documents(text).collect();
                    let answer = answers(&documents, options).remove(0);
                    let checks: Vec<_> = answer.failures.iter().map(|it| it.check.id).collect();
                    let words = format!("{checks:?} {standard} on {server}: {text}");
                    assert_eq!(checks.contains(&check), answer.allowed == Some(false), "{words}");
                    (answer.allowed == Some(false), answer.warning, answer.audit, words)
                };
                let of_server =
                    Options { server, standard: Standard::PRIVILEGED, ..Options::default() };

                // What a label enforces; warns about; notes.
                let text = manifests(&label("enforce", level, name.as_deref()), spec);
                let (is_found, _, _, words) = answer(&text, of_server.clone());
                assert_eq!(is_found, is_rejected, "{words}");
                for mode in ["warn", "audit"] {
                    let text = manifests(&label(mode, level, name.as_deref()), spec);
                    let (is_found, warning, audit, words) = answer(&text, of_server.clone());
                    let said = if mode == "warn" { warning } else { audit };
                    assert!(!is_found && said.is_some() == is_rejected, "{words}");
                    let start = format!("would violate PodSecurity \"{standard}\": ");
                    assert!(said.is_none_or(|it| it.starts_with(&start)), "{words}");
                }
                // What is enforced without labels, and what the configuration defaults to.
                let text = manifests("a: b", spec);
                let (is_found, _, _, words) =
                    answer(&text, Options { standard, ..of_server.clone() });
                assert_eq!(is_found, is_rejected, "{words}");
                let defaults = Policy { enforce: standard, ..Policy::PRIVILEGED };
                let text = manifests("pod-security.kubernetes.io/audit: privileged", spec);
                let (is_found, _, _, words) = answer(&text, Options { defaults, ..of_server });
                assert_eq!(is_found, is_rejected, "{words}");
            }
        }
    }
}

#[test]
fn versions_of_other_modes_do_not_change_what_is_enforced() {
    for Witness { level, rule, spec, is_rejected, .. } in WITNESSES {
        for mode in ["audit", "warn"] {
            for (name, _) in names() {
                for (enforced, newest) in [("v1.25", 25), ("latest", u16::MAX)] {
                    let labels = label("enforce", level, Some(enforced));
                    let other = label(mode, level, name.as_deref());
                    let labels = format!("{labels}, {other}");
                    let text = [("t.yaml".to_owned(), manifests(&labels, spec))];
                    for server in [29, 34].map(MinorVersion) {
                        let (verdicts, _) = outcome_at(server, &text);
                        let is_found = !of(&verdicts, rule).is_empty();
                        let is_rejected = is_rejected(newest.min(server.0));
                        assert_eq!(is_found, is_rejected, "{labels} on {server}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_version_label_that_is_none_is_found_for_every_server() {
    for mode in ["enforce", "audit", "warn"] {
        for (name, _) in names() {
            let is_version = name.as_deref().is_none_or(|it| it.parse::<Version>().is_ok());
            let labels = label(mode, Level::Baseline, name.as_deref());
            let text = [("t.yaml".to_owned(), manifests(&labels, WITNESSES[0].spec))];
            for server in corners() {
                let (verdicts, _) = outcome_at(server, &text);
                let found = of(&verdicts, "invalid-pod-security-label");
                assert_eq!(found.len(), usize::from(!is_version), "{labels} on {server}");
            }
        }
    }
}

/// The versions that generators can be asked for, and the newest rules that they allow.
fn asked() -> impl Iterator<Item = (PolicyVersion, u16)> {
    let pinned = servers().map(|it| (PolicyVersion::Pinned(it), it.0));
    pinned.chain([(PolicyVersion::Latest, u16::MAX)])
}

#[test]
fn a_namespace_that_is_made_for_a_version_holds_pods_to_it_on_every_server() {
    for Witness { level, check, rule, spec, is_rejected } in WITNESSES {
        for (asked, newest) in asked() {
            let generator = Generator::Namespace(namespace::Options {
                names: vec!["t".parse().unwrap()],
                level,
                kubernetes_version: Some(asked),
                only: vec![namespace::Part::Namespace],
                ..namespace::Options::default()
            });
            let made = generator.options().generate(&Facts::default()).unwrap();
            let made = render(&made.manifests, ManifestFormat::Yaml, true);
            let pod = format!("kind: Pod\nmetadata: {{name: p, namespace: t}}\nspec: {spec}\n");
            let text = format!("{made}---\napiVersion: v1\n{pod}");
            let documents: Vec<_> = documents(&text).collect();
            let texts = [("t.yaml".to_owned(), text.clone())];
            for server in corners() {
                let is_rejected = is_rejected(newest.min(server.0));
                let (verdicts, _) = outcome_at(server, &texts);
                let is_found = !of(&verdicts, rule).is_empty();
                assert_eq!(is_found, is_rejected, "check on {server}: {text}");
                let options = Options { server, ..Options::default() };
                let answer = answers(&documents, options).pop().unwrap();
                let is_found = answer.failures.iter().any(|it| it.check.id == check);
                assert_eq!(is_found, is_rejected, "simulate on {server}: {text}");
            }
        }
    }
}

#[test]
fn a_configuration_that_is_made_for_a_version_holds_pods_to_it_on_every_server() {
    for Witness { level, check, spec, is_rejected, .. } in WITNESSES {
        for (asked, newest) in asked() {
            let generator = Generator::PodSecurity(pod_security::Options {
                level,
                kubernetes_version: Some(asked),
                exempt_no_namespace: true,
                ..pod_security::Options::default()
            });
            let made = generator.options().generate(&Facts::default()).unwrap();
            let file = Document::parse_yaml(&made.files.first().unwrap().text);
            let text = manifests("a: b", spec);
            let documents: Vec<_> = documents(&text).collect();
            for server in corners() {
                let read = admission::read(&file, server).unwrap();
                let defaults = read.pod_security.unwrap().defaults;
                let standard = defaults.enforce;
                let options = Options { server, standard, defaults, ..Options::default() };
                let answer = answers(&documents, options).pop().unwrap();
                let is_found = answer.failures.iter().any(|it| it.check.id == check);
                assert_eq!(
                    is_found,
                    is_rejected(newest.min(server.0)),
                    "{level} {asked:?} on {server}"
                );
            }
        }
    }
}

#[test]
fn what_the_server_cannot_decode_is_neither_allowed_nor_rejected() {
    let Some(texts) = texts(&["simulate-undecodable.json"]) else { return };
    let text = &texts.first().unwrap().1;
    let documents: Vec<_> = documents(text).collect();
    let answers = answers(&documents, Options::default());
    assert!(!answers.is_empty() && answers.iter().all(|it| it.allowed.is_none()), "{answers:?}");
}
