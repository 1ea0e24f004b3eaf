//! What the generator of the cluster-wide Pod Security configuration makes, every rule accepts.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::check::{Settings, check};
use harden_core::cluster::Facts;
use harden_core::configuration::{admission, first_document};
use harden_core::generators::Generator;
use harden_core::generators::pod_security::Options;
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::rules;

fn text(options: Options) -> String {
    let generated = Generator::PodSecurity(options).options().generate(&Facts::default()).unwrap();
    assert_eq!(generated.files.len(), 1);
    generated.files[0].text.to_string()
}

/// What the rules say of a text, as `severity rule: message`.
fn findings(text: &str) -> Vec<String> {
    let outcome = check(Settings::new(rules::all()), [text]);
    let findings = outcome.findings.iter().filter(|it| it.ignored.is_none());
    findings
        .map(|it| format!("{} {}: {}", it.about.severity.name(), it.about.id, it.message))
        .collect()
}

const LEVELS: [Level; 3] = [Level::Privileged, Level::Baseline, Level::Restricted];

#[test]
fn nothing_is_found_but_what_was_asked_for() {
    let mut count = 0;
    for level in LEVELS {
        for (audit_level, warn_level) in
            [(None, None), (Some(Level::Baseline), Some(Level::Restricted))]
        {
            for version in [None, Some(PolicyVersion::Pinned(MinorVersion(25)))] {
                for exempt in [false, true] {
                    let mut options = Options {
                        level,
                        audit_level,
                        warn_level,
                        kubernetes_version: version,
                        ..Options::default()
                    };
                    if exempt {
                        options.exempt_namespace =
                            ["kube-system", "gpu", "gpu"].map(|it| it.parse().unwrap()).to_vec();
                        options.exempt_user = [
                            "ann@example.com",
                            "system:serviceaccount:ci:deployer",
                            "ann@example.com",
                        ]
                        .map(str::to_owned)
                        .to_vec();
                        options.exempt_runtime_class = vec!["kata".to_owned(), "kata".to_owned()];
                    } else {
                        options.exempt_no_namespace = version.is_some();
                    }
                    let text = text(options);
                    let document = first_document(&text);
                    let read = admission::read(&document, MinorVersion::NEWEST_KNOWN)
                        .unwrap()
                        .pod_security
                        .unwrap();
                    assert_eq!(read.defaults.enforce.level, level);
                    assert_eq!(read.usernames.len(), if exempt { 2 } else { 0 }, "{text}");
                    let found = findings(&text);
                    let is_meant = |it: &String| {
                        level == Level::Privileged && it.contains("admission-default-privileged")
                    };
                    assert!(found.iter().all(is_meant), "{found:?}\n{text}");
                    count += 1;
                }
            }
        }
    }
    assert_eq!(count, 24);
}

#[test]
fn flags_are_nothing_to_object_to() {
    let text = text(Options { print_flags: true, ..Options::default() });
    assert_eq!(findings(&text), [""; 0], "{text}");
    assert!(text.contains("--admission-control-config-file=/etc/kubernetes/admission/"), "{text}");
}
