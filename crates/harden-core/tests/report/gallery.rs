//! What users see.

use harden_core::report::{self, FORMATS, Format, ReportSource};

use crate::input::{Input, SOURCES};
use crate::written;

/// Snapshots go to the gallery at the top of the repository.
pub(crate) fn gallery() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../snapshots");
    settings.set_snapshot_path(top.join("formats"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

#[test]
fn every_format_shows_the_same_findings() {
    let input = Input::new();
    for Format { name, .. } in FORMATS {
        let text = input.report(|report| written(report, name));
        gallery().bind(|| insta::assert_snapshot!(*name, text));
    }
}

#[test]
fn colour_marks_severities() {
    let coloured = |format| {
        let format = Format::find(format).unwrap();
        Input::new().report(|report| {
            let mut out = Vec::new();
            report::write(report, format, true, &mut out).unwrap();
            String::from_utf8(out).unwrap().replace('\u{1b}', "␛")
        })
    };
    gallery().bind(|| {
        insta::assert_snapshot!("text-colour", coloured("text"));
        insta::assert_snapshot!("wide-colour", coloured("wide"));
    });
}

#[test]
fn findings_without_their_text_are_still_shown() {
    let sources = SOURCES.map(|(name, _)| ReportSource { name, text: None, is_checked: true });
    let text = Input::new().report_of(&sources, |report| written(report, "text"));
    gallery().bind(|| insta::assert_snapshot!("text-without-sources", text));
}

#[test]
fn sound_manifests_get_a_report_too() {
    let input = Input::sound();
    for format in ["text", "markdown", "junit"] {
        let text = input.report(|report| written(report, format));
        gallery().bind(|| insta::assert_snapshot!(format!("{format}-sound"), text));
    }
    for format in ["github", "policyreport", "openreports"] {
        assert_eq!(input.report(|report| written(report, format)), "", "{format}");
    }
}

#[test]
fn no_format_repeats_a_secret() {
    for Format { name, .. } in FORMATS {
        let text = Input::new().report(|report| written(report, name));
        assert!(!text.contains("correct-horse"), "{name}");
        assert!(!text.contains("staple"), "{name}");
    }
}

#[test]
fn no_rule_of_secrets_makes_a_report_repeat_them() {
    let texts = [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {a: b c}}\nstringData:\n  a: hunter-2\n  a: hunter-2\n  b: [hunter-2]\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  password: hunter-2-hunter-2\n  password: hunter-2-hunter-2\n",
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aescbc:\n      keys:\n      - name: a\n        secret: aHVudGVyLTI=\n        secret: aHVudGVyLTI=\n  - identity: {}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: a\n    image: a\n    env:\n    - {name: PASSWORD, value: hunter-2-hunter-2, valu: x}\n    args: [--password=hunter-2-hunter-2]\n",
    ];
    for text in texts {
        Input::of(text).report_of(
            &[ReportSource { name: "a.yaml", text: Some(text), is_checked: true }],
            |report| {
                assert!(!report.findings.is_empty(), "{text}");
                for Format { name, .. } in FORMATS {
                    let shown = written(report, name);
                    for secret in ["hunter-2", "aHVudGVyLTI"] {
                        assert!(!shown.contains(secret), "{name}: {shown}");
                    }
                }
            },
        );
    }
}
