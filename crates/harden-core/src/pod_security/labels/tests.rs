use harden_yaml::Document;

use super::*;

/// The policy as `enforce audit warn`, and the errors.
fn read(labels: &str) -> (String, Vec<String>) {
    let text = format!("{{{labels}}}");
    let document = Document::parse_yaml(&text);
    let labels = Labels::read(document.root(), Policy::PRIVILEGED);
    let Policy { enforce, audit, warn } = labels.policy;
    let errors = labels.invalid.iter().map(ToString::to_string).collect();
    (format!("{enforce} {audit} {warn}"), errors)
}

fn policy(labels: &str) -> String {
    let (policy, errors) = read(labels);
    assert!(errors.is_empty(), "{errors:?}");
    policy
}

#[test]
fn warnings_follow_what_is_enforced_unless_they_have_a_level() {
    let enforce = "pod-security.kubernetes.io/enforce: restricted";
    assert_eq!(policy(enforce), "restricted:latest privileged:latest restricted:latest");
    let pinned = format!("{enforce}, pod-security.kubernetes.io/enforce-version: v1.30");
    assert_eq!(policy(&pinned), "restricted:v1.30 privileged:latest restricted:v1.30");
    let own_version = format!("{pinned}, pod-security.kubernetes.io/warn-version: latest");
    assert_eq!(policy(&own_version), "restricted:v1.30 privileged:latest restricted:latest");
    let own_level = format!("{pinned}, pod-security.kubernetes.io/warn: baseline");
    assert_eq!(policy(&own_level), "restricted:v1.30 privileged:latest baseline:latest");
}

#[test]
fn nothing_follows_from_a_version_alone() {
    let labels = "pod-security.kubernetes.io/enforce-version: v1.30, app: x";
    assert_eq!(policy(labels), "privileged:v1.30 privileged:latest privileged:latest");
    assert_eq!(policy("app: x"), "privileged:latest privileged:latest privileged:latest");
}

#[test]
fn invalid_labels_are_rejected_in_the_words_of_the_api_server() {
    let (policy, errors) = read(
        "pod-security.kubernetes.io/warn-version: v2.0, pod-security.kubernetes.io/warn: '', \
         pod-security.kubernetes.io/audit: Baseline, pod-security.kubernetes.io/enforce: Restricted, \
         pod-security.kubernetes.io/enforce-version: '1.30'",
    );
    assert_eq!(policy, "restricted:latest privileged:latest privileged:latest");
    let level = "must be one of privileged, baseline, restricted";
    let version = r#"must be "latest" or "v1.x""#;
    let line = |label: &str, value: &str, rule: &str| {
        format!(
            "metadata.labels[pod-security.kubernetes.io/{label}]: Invalid value: \"{value}\": {rule}"
        )
    };
    assert_eq!(
        errors,
        [
            line("enforce", "Restricted", level),
            line("enforce-version", "1.30", version),
            line("audit", "Baseline", level),
            line("warn", "", level),
            line("warn-version", "v2.0", version),
        ]
    );
}

#[test]
fn a_namespace_is_rejected_with_all_errors_at_once() {
    let text =
        "{pod-security.kubernetes.io/enforce: x, pod-security.kubernetes.io/warn-version: v2}";
    let document = Document::parse_yaml(text);
    let rejection = Labels::read(document.root(), Policy::PRIVILEGED).rejection("w").unwrap();
    assert!(rejection.starts_with("Namespace \"w\" is invalid: [metadata.labels["), "{rejection}");
    assert!(rejection.ends_with("must be \"latest\" or \"v1.x\"]"), "{rejection}");
}

#[test]
fn the_configured_defaults_hold_where_labels_say_nothing() {
    let document = Document::parse_yaml("{pod-security.kubernetes.io/enforce: baseline}");
    let restricted = Standard { level: Level::Restricted, version: Version::Latest };
    let defaults = Policy { enforce: restricted, audit: restricted, warn: restricted };
    let policy = Labels::read(document.root(), defaults).policy;
    assert_eq!(policy.enforce.level, Level::Baseline);
    assert_eq!(policy.warn, restricted, "a laxer level does not loosen warnings");
}

fn problems(labels: &str) -> Vec<(String, LabelProblemKind)> {
    let text = format!("{{{labels}}}");
    let document = Document::parse_yaml(&text);
    let problems = LabelProblem::all(document.root(), crate::kubernetes::MinorVersion(35));
    problems
        .into_iter()
        .map(|problem| {
            let label = problem.place.key().unwrap_or_default();
            (label.trim_start_matches(PREFIX).to_owned(), problem.kind)
        })
        .collect()
}

#[test]
fn labels_that_do_nothing_are_problems() {
    assert_eq!(
        problems(
            "pod-security.kubernetes.io/enforced: baseline, pod-security.kubernetes.io/x: y, \
             pod-security.kubernetes.io/audit-version: v1.30, pod-security.kubernetes.io/Warn: x"
        ),
        [
            ("enforced".to_owned(), LabelProblemKind::Unknown { meant: Some("enforce") }),
            ("x".to_owned(), LabelProblemKind::Unknown { meant: None }),
            ("Warn".to_owned(), LabelProblemKind::Unknown { meant: Some("warn") }),
            ("audit-version".to_owned(), LabelProblemKind::VersionWithoutLevel(Mode::Audit)),
        ]
    );
}

#[test]
fn a_warn_version_does_something_where_warnings_follow() {
    let warn = "pod-security.kubernetes.io/warn-version: v1.30";
    let follows = format!(
        "{warn}, pod-security.kubernetes.io/enforce: baseline, \
         pod-security.kubernetes.io/enforce-version: v1.30"
    );
    assert!(problems(&follows).is_empty());
    let kind = LabelProblemKind::VersionWithoutLevel(Mode::Warn);
    assert_eq!(problems(warn), [("warn-version".to_owned(), kind)]);
}

#[test]
fn versions_that_move_or_are_unknown_are_problems() {
    let labels = "pod-security.kubernetes.io/enforce: baseline, \
                  pod-security.kubernetes.io/enforce-version: latest, \
                  pod-security.kubernetes.io/audit: restricted, \
                  pod-security.kubernetes.io/warn: restricted, \
                  pod-security.kubernetes.io/warn-version: v1.99";
    assert_eq!(
        problems(labels),
        [
            (
                "enforce-version".to_owned(),
                LabelProblemKind::Latest { mode: Mode::Enforce, is_written: true }
            ),
            (
                "audit-version".to_owned(),
                LabelProblemKind::Latest { mode: Mode::Audit, is_written: false }
            ),
            ("warn-version".to_owned(), LabelProblemKind::Unreleased(Mode::Warn)),
        ]
    );
}

#[test]
fn rejected_values_come_with_what_was_probably_meant() {
    for (label, value, meant) in [
        ("enforce", "Restricted", Some("restricted")),
        ("enforce", "baselin", Some("baseline")),
        ("enforce", "strict", None),
        ("enforce-version", "'1.30'", Some("v1.30")),
        ("enforce-version", "v1.30.4", Some("v1.30")),
        ("enforce-version", "v1.07", Some("v1.7")),
        ("enforce-version", "Latest", Some("latest")),
        ("enforce-version", "v2.0", None),
    ] {
        let level = if label == "enforce" {
            ""
        } else {
            "pod-security.kubernetes.io/enforce: privileged, "
        };
        let found = problems(&format!("{level}pod-security.kubernetes.io/{label}: {value}"));
        let expected = LabelProblemKind::Invalid { meant: meant.map(str::to_owned) };
        assert!(found.contains(&(label.to_owned(), expected)), "{label}: {value}: {found:?}");
    }
    let number = problems("pod-security.kubernetes.io/enforce-version: 1.30");
    assert!(number.contains(&(
        "enforce-version".to_owned(),
        LabelProblemKind::NotText { meant: Some("v1.30".to_owned()) }
    )));
}
