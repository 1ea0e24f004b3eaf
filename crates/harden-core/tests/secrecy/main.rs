//! What stands where secrets stand gets into no report, however broken the document is.
//!
//! `HARDEN_RANDOM_SECRETS` sets how many documents are broken, `HARDEN_RANDOM_SEED` how.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail"
)]

mod documents;
mod flaws;

use std::fmt::Write as _;

use documents::{HOLDING_SECRETS, MADE_OF_SECRETS};
use flaws::{Random, broken};
use harden_core::check::{Settings, check};
use harden_core::report::{self, FORMATS, Report, ReportSource};
use harden_core::rules;
use harden_core::secrecy::{confidences, disguised};

/// What stands for `MARK` in the documents, and what all of these have in common.
const MARKS: [&str; 3] = ["Zq9xWv7kLm2P", "Zq9x", "hunterZq9x7"];
const COMMON: &str = "Zq9x";

/// All that is said of a text, in every format.
fn said(text: &str) -> String {
    let settings = Settings::new(rules::all());
    let outcome = check(settings.clone(), [text]);
    let sources = ReportSource::all(&outcome);
    let report = Report::of(&outcome, &settings, &sources);
    let mut said = String::new();
    for format in FORMATS {
        let mut out = Vec::new();
        report::write(&report, *format, false, &mut out).unwrap();
        let _ = writeln!(said, "{}:\n{}", format.name, String::from_utf8(out).unwrap());
    }
    for unused in &outcome.unused {
        let _ = writeln!(said, "{unused}");
    }
    said
}

/// What is wrong with what becomes of a text.
fn leak(text: &str) -> Option<String> {
    let shown = said(text);
    if let Some(line) = shown.lines().find(|it| it.contains(COMMON)) {
        return Some(format!("{text}\nis said to be\n{line}\n"));
    }
    let disguised = disguised(text, &confidences(text));
    disguised.contains(COMMON).then(|| format!("{text}\nis kept as\n{disguised}\n"))
}

fn documents() -> impl Iterator<Item = (&'static str, bool)> {
    let made = MADE_OF_SECRETS.into_iter().map(|it| (it, true));
    made.chain(HOLDING_SECRETS.into_iter().map(|it| (it, false)))
}

#[test]
fn no_report_repeats_a_secret_of_a_sound_document() {
    for (text, _) in documents() {
        for mark in MARKS {
            assert_eq!(leak(&text.replace("MARK", mark)), None);
        }
    }
}

#[test]
fn no_report_repeats_what_stands_under_another_kind() {
    for text in [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\ndata:\n  a: Zq9x\nkind: Pod\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: db}\n...\nkind: Secret\ndata:\n  a: Zq9x\n",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Namespace\n  metadata: {name: a}\n  kind: Zq9x\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"data\":{\"a\":\"Zq9x\"},\"kind\":\"Zq9x\"}",
        "apiVersion: v1\nkind: Pod\nspec: {volumes: [{kind: Secret, name: a, data: {b: Zq9x}}]}\n",
        "apiVersion: v1\nkind: Pod\nspec: {volumes: [{kind: Secret, name: a, path: b Zq9x}]}\n",
        "apiVersion: v1\nkind: List\nitems: [{kind: Secret, name: a, key: Zq9x}]\n",
        "apiVersion: v1\nkind: Secret\ndata:\n  ? |-\n    Zq9x\n  : [a]\n",
        "apiVersion: apiserver.config.k8s.io/v1\nresources:\n  providers: [{aescbc: {keys: [{name: a, secret: Zq9x}]}}]\n",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: {Zq9x: a}, labels: {b: {Zq9x: c}}}\ndata: {d: {Zq9x: e}}\n",
    ] {
        assert_eq!(leak(text), None);
    }
}

#[test]
fn no_report_repeats_a_key_that_may_be_a_value() {
    for key in ["? |-\n    Zq9x\n  ", "? >-\n    Zq9x\n  ", "? |\n    a\n    Zq9x\n  "] {
        let text = format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  {key}: b\n  {key}: [a]\n");
        let said = said(&text);
        assert!(said.contains("is set twice") && !said.contains(COMMON), "{text}{said}");
    }
}

#[test]
fn what_only_speaks_of_secrets_stays_readable() {
    for text in [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  web.yaml: |\n    kind: Deployment\n    metadata: {name: secret}\n    data: b\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  policy.yaml: |\n    kind: Policy\n    match: {kind: Secret, name: b}\n    metadata: {name: c}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  run.sh: |\n    A=b&c\n    PASSWORD=$X\"d\"; echo http://a:8080, http://a:80/\n",
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata:\n  name: a\n  ownerReferences: [{apiVersion: v1, kind: Secret, name: b, uid: c, controller: true}]\nspec:\n  listeners:\n  - name: c\n    tls: {certificateRefs: [{kind: Secret, group: '', name: d, namespace: e}]}\n",
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: a}\nspec:\n  valuesFrom:\n  - {kind: Secret, name: b, valuesKey: c, targetPath: d.e, optional: true}\n  # - kind: Secret\n  #   name: f\n",
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  ignoreDifferences: [{kind: Secret, name: b, jsonPointers: [/data]}]\nstatus:\n  resources: [{kind: Secret, name: c, status: Synced, version: v1, health: {status: Healthy}}]\n",
        "# apiVersion: gateway.networking.k8s.io/v1\n# kind: Gateway\n# metadata: {name: a}\n# spec: {listeners: [{tls: {certificateRefs: [{kind: Secret, name: b}]}}]}\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
        "# Source: web/templates/empty.yaml\n---\n# Copyright 2026 The Authors.\n# See: https://example.com/license\n#   - first, this: one\n",
        "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: {name: a}\nspec:\n  secretStoreRef: {kind: SecretStore, name: b}\n  data: [{secretKey: password, remoteRef: {key: c}}]\n",
    ] {
        assert_eq!(confidences(text), [], "{text}");
    }
}

#[test]
fn no_report_repeats_a_secret_of_a_broken_document() {
    let setting = |name: &str, default| {
        std::env::var(name).ok().and_then(|it| it.parse().ok()).unwrap_or(default)
    };
    let (seed, count) = (setting("HARDEN_RANDOM_SEED", 1), setting("HARDEN_RANDOM_SECRETS", 200));
    let documents: Vec<_> = documents().collect();
    let mut leaks = Vec::new();
    for round in 0..count {
        let mut random = Random((seed << 32) + 0x9e37_79b9 * (round + 1));
        for _ in 0..5 {
            random.below(2);
        }
        let (text, is_made_of_secrets) = documents[random.below(documents.len())];
        let mut text = text.replace("MARK", MARKS[random.below(3)]);
        let (next, is_next_made_of_secrets) = documents[random.below(documents.len())];
        let is_made_of_secrets = match random.below(4) {
            0 => {
                // What is broken need not be the only document.
                let next = next.replace("MARK", MARKS[random.below(3)]);
                text = format!("{}---\n{next}", broken(&mut random, &text, is_made_of_secrets));
                is_made_of_secrets && is_next_made_of_secrets
            }
            _ => is_made_of_secrets,
        };
        for _ in 0..=random.below(2) {
            text = broken(&mut random, &text, is_made_of_secrets);
        }
        leaks.extend(leak(&text).map(|it| format!("document {round}: {it}")));
    }
    let first: Vec<_> = leaks.iter().take(6).map(String::as_str).collect();
    assert!(
        leaks.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} leaks\n{}",
        leaks.len(),
        first.join("\n")
    );
}
