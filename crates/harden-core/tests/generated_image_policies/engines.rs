//! Kyverno 1.19 and policy-controller 0.15 let in what a policy promises, and nothing else.
//!
//! What they said is recorded by the hash of what they were asked; `tests/peers/signed-images` says how they are asked.

use harden_core::generators::image_policy::{Options, SignatureFormat, Unmatched, Verifier};
use harden_core::intents::{KyvernoKind, Mode};

use super::promise::{LISTED, is_listed, lets_in};
use super::records::{Question, Records};
use super::situations::{all, around};
use super::{WAYS, keyed, keyless, made, variety};

const WORKFLOW: &str =
    "https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main";

#[test]
fn kyverno_lets_in_what_is_promised() {
    compare(Verifier::Kyverno);
}

#[test]
fn policy_controller_lets_in_what_is_promised() {
    compare(Verifier::PolicyController);
}

fn compare(verifier: Verifier) {
    let ways = || WAYS.into_iter().filter(|it| it.0 == verifier);
    let asked: Vec<_> = ways().flat_map(|(_, kyverno)| policies(verifier, kyverno)).collect();
    let mut questions: Vec<_> = asked.iter().map(question).collect();
    let read = ways().flat_map(|(_, kyverno)| variety(verifier, kyverno));
    let read: Vec<_> = read
        .filter(|it| it.mode == Mode::Deny)
        .map(|it| Question { situations: Vec::new(), ..question(&it) })
        .collect();
    questions.extend(read.iter().cloned());
    let records = Records::of(verifier, &questions);
    let mut wrong = Vec::new();
    let (mut let_in, mut refused) = (0, 0);
    for (options, question) in asked.iter().zip(&questions) {
        let said = records.answer(question).unwrap_or_else(|it| panic!("{}: {it}", question.name));
        assert_eq!(said.len(), question.situations.len(), "{}", question.name);
        for (letter, situation) in said.chars().zip(&question.situations) {
            let promised = lets_in(options, situation);
            let is_as_promised = match letter {
                // A tag is replaced by what was verified.
                'P' => promised,
                'p' => {
                    promised && verifier == Verifier::PolicyController || situation.is_left_alone()
                }
                's' | '-' => promised && situation.is_left_alone(),
                _ => !promised,
            };
            let_in += u32::from(promised);
            refused += u32::from(!promised);
            if !is_as_promised {
                wrong.push(format!("{}: {letter} {}", question.name, situation.text()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are not as promised\n{}", wrong.len(), wrong.join("\n"));
    assert!(let_in > 200 && refused > 1000, "{let_in} are let in, {refused} refused");
    for question in &read {
        assert_eq!(records.answer(question), Ok(""), "{}", question.name);
    }
}

impl super::situations::Situation {
    /// Whether no policy is about it.
    fn is_left_alone(&self) -> bool {
        self.namespace == "kube-system"
            || self.kind == "Deployment"
            || self.images.iter().all(|(_, it)| !is_listed(*it))
    }
}

fn question(options: &Options) -> Question {
    let manifests = made(options.clone()).manifests;
    let trusted = trusted(options);
    let form = match options.signature_format {
        SignatureFormat::Bundle => "bundle",
        SignatureFormat::Legacy => "tag",
    };
    let mut situations = all(trusted, !options.without_log);
    if options.verifier == Verifier::Kyverno && options.attestation.is_empty() {
        situations.extend(around(trusted, form));
    }
    let Options { key, trusted_root, attestation, builder, without_log, unmatched, .. } = options;
    let name = format!(
        "{:?} {:?} {form} key {key:?} log {} root {trusted_root:?} {attestation:?} {builder:?} {unmatched:?}",
        options.verifier, options.kyverno, !without_log,
    );
    Question { name, policies: manifests.into_iter().map(|it| it.object).collect(), situations }
}

/// By whom images are signed that policies of the options let in.
fn trusted(options: &Options) -> &'static str {
    match (options.key.is_some(), options.trusted_root.is_some()) {
        (true, false) => "key",
        (true, true) => "own-key",
        (false, false) => "workflow",
        (false, true) => "own-workflow",
    }
}

/// The policies that one kind of policy is asked by.
fn policies(verifier: Verifier, kyverno: KyvernoKind) -> Vec<Options> {
    let is_controller = verifier == Verifier::PolicyController;
    let root = |it: &Options| Options { trusted_root: Some("root.json".to_owned()), ..it.clone() };
    let workflow =
        Options { subject: Some(WORKFLOW.to_owned()), subject_regexp: None, ..keyless() };
    let key = keyed("cosign.pub");
    let without_log = Options { without_log: true, ..key.clone() };
    let mut made = Vec::new();
    for signature_format in [SignatureFormat::Bundle, SignatureFormat::Legacy] {
        let is_bundle = signature_format == SignatureFormat::Bundle;
        if !is_bundle && !is_controller && kyverno == KyvernoKind::ValidatingPolicy {
            // It finds the format out itself.
            continue;
        }
        let mut signers = vec![workflow.clone()];
        if !(is_bundle && is_controller) {
            signers.extend([key.clone(), without_log.clone()]);
            if is_controller || kyverno == KyvernoKind::ValidatingPolicy {
                signers.extend([root(&workflow), root(&key)]);
            }
        }
        let of = |it: Options| Options {
            filename: Vec::new(),
            registry: LISTED.map(str::to_owned).to_vec(),
            verifier,
            kyverno,
            signature_format,
            ..it
        };
        for plain in signers.into_iter().map(of) {
            made.push(Options { unmatched: Unmatched::Allow, ..plain.clone() });
            let with = |all: &[&str]| Options {
                attestation: all.iter().map(|&it| it.to_owned()).collect(),
                ..plain.clone()
            };
            made.push(with(&["slsa-provenance", "sbom", "vulnerabilities"]));
            made.push(with(&["slsa-provenance"]));
            made.push(Options {
                builder: Some("https://github.com/actions/runner/github-hosted".to_owned()),
                source: Some("https://github.com/example/app".to_owned()),
                ..with(&["slsa-provenance"])
            });
            made.push(plain);
        }
    }
    made
}
