//! Whatever is wrong with a manifest of a Secret, what it holds is not repeated.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

use harden_core::cluster::Facts;
use harden_core::generators::Generator;
use harden_core::generators::external_secret::{Options, Provider};
use harden_core::{ManifestFormat, render};

const MARKER: &str = "hunter2marker";

const MANIFESTS: [&str; 5] = [
    "apiVersion: v1\nkind: Secret\nmetadata: {name: app, namespace: team-a}\ntype: kubernetes.io/basic-auth\nstringData:\n  password: hunter2marker\n  username: 'hunter2marker'\n",
    "{apiVersion: v1, kind: Secret, metadata: {name: app, namespace: a}, data: {user: hunter2marker, password: \"hunter2marker\"}}\n",
    "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n  namespace: a\nstringData:\n  config: |\n    password: hunter2marker\n    a: b\n  other: >-\n    hunter2marker\n",
    "{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"metadata\": {\"name\": \"app\", \"namespace\": \"a\"}, \"data\": {\"user\": \"hunter2marker\"}}",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: app, namespace: a}\nspec:\n  containers:\n  - args: [hunter2marker]\n    env:\n    - {name: A, value: hunter2marker}\n    - {name: B, valueFrom: {secretKeyRef: {name: app, key: b}}}\n    envFrom: [{secretRef: {name: all}}]\n",
];

/// All that the generator says of a manifest.
fn said(text: &str) -> String {
    let options = Options { store: Some(Provider::Fake), ..Options::default() };
    let mut generator = Generator::ExternalSecret(options);
    let read = generator.options_mut().read("-", text);
    let generated = generator.options().generate(&Facts::default());
    let printed = generated.as_ref().map(|it| render(&it.manifests, ManifestFormat::Yaml, true));
    let errors = [read.as_ref().err(), generated.as_ref().err()];
    let errors: Vec<String> = errors.into_iter().flatten().map(ToString::to_string).collect();
    format!("{generator:?}\n{read:?}\n{generated:?}\n{printed:?}\n{errors:?}")
}

#[test]
fn one_slip_anywhere_shows_no_value() {
    let mut tried = 0;
    for manifest in MANIFESTS {
        for at in 0..=manifest.len() {
            let (before, after) = manifest.split_at(at);
            let mut broken = vec![before.to_owned()];
            broken.extend(after.get(1..).map(|rest| format!("{before}{rest}")));
            broken.extend(
                ":{}[],&*!|>'\"%@`#-? \t\n".chars().map(|it| format!("{before}{it}{after}")),
            );
            for text in broken {
                let said = said(&text);
                assert!(!said.contains(MARKER), "{text}\n{said}");
                tried += 1;
            }
        }
    }
    assert!(tried > 15_000, "{tried}");
}

#[test]
fn a_key_without_a_value_is_a_key_if_it_has_a_colon() {
    let of = |data: &str| {
        said(&format!(
            "{{apiVersion: v1, kind: Secret, metadata: {{name: a, namespace: b}}, data: {data}}}"
        ))
    };
    assert!(of("{password: }").contains("secretKey: password"));
    assert!(of("{password: , hunter2marker}").contains("has a key that no Secret can have"));
}
