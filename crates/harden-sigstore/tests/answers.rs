//! What is said of images, with all that is kept beside them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

mod samples;

use harden_sigstore::answer::{Answer, Demand, Outcome, Piece, to_json, to_text};
use harden_sigstore::statement::BuildLevel;
use harden_sigstore::{Artefact, Expectation, Trust};
use samples::{IDENTITY, ISSUER, KEY, OWN, PUBLIC, Sample, by, by_key};

/// 2026-12-31.
const NOW: i64 = 1_798_675_200;

fn asked(image: &str, expectation: &Expectation, demand: &Demand) -> Answer {
    let samples = Sample::all_of(image);
    let pieces: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(number, it)| Piece {
            place: format!("referrer {number}"),
            evidence: it.evidence.clone(),
        })
        .collect();
    let trust = Trust::of_json([OWN, PUBLIC]).unwrap();
    let digest = samples.first().map(|it| it.digest.clone()).unwrap();
    Answer::of(image, Artefact::Digest(&digest), &pieces, &trust, expectation, demand)
}

fn expected(image: &str) -> Expectation {
    if image.contains("key") { by_key(KEY) } else { by(IDENTITY, ISSUER) }
}

#[test]
fn the_gallery_of_answers() {
    let images = [
        "key-bundle-plain",
        "key-unlogged-bundle-all",
        "key-unlogged-tag-all",
        "own-workflow-bundle-all",
        "own-workflow-tag-plain",
        "fork-bundle-plain",
        "other-key-tag-plain",
    ];
    let mut text = String::new();
    for image in images {
        text += &to_text(&asked(image, &expected(image), &Demand::default()), NOW);
        text.push('\n');
    }
    let json = to_json(&asked("own-workflow-bundle-all", &expected("own"), &Demand::default()));
    insta::with_settings!({snapshot_path => "../../../snapshots/formats", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("verify.txt", text);
        insta::assert_snapshot!("verify.json", format!("{json:#}\n"));
    });
}

#[test]
fn each_demand_is_met_or_named() {
    let meets = |demand: &Demand| asked("own-workflow-bundle-all", &expected("own"), demand);
    let all = meets(&Demand::default());
    assert_eq!(all.outcome(), Outcome::Verified);
    let types: Vec<_> = all
        .held
        .iter()
        .filter_map(|it| Some(it.statement.as_ref()?.predicate_type.clone()))
        .collect();
    for wanted in &types {
        let demand = Demand { attestations: vec![wanted.clone()], ..Demand::default() };
        assert_eq!(meets(&demand).outcome(), Outcome::Verified, "{wanted}");
    }
    let unmet = [
        Demand { attestations: vec!["https://openvex.dev/ns".to_owned()], ..Demand::default() },
        Demand {
            attestations: vec![types[0][..types[0].len() - 1].to_owned()],
            ..Demand::default()
        },
        Demand { builder: Some("https://example.com/another".to_owned()), ..Demand::default() },
        Demand {
            source: Some("https://github.com/example/another".to_owned()),
            ..Demand::default()
        },
    ];
    for demand in unmet {
        let answer = meets(&demand);
        assert_eq!(answer.outcome(), Outcome::Refused, "{demand:?}");
        assert_eq!(answer.unmet.len(), 1, "{demand:?}");
    }
    let logged = Demand { log: true, ..Demand::default() };
    assert_eq!(meets(&logged).outcome(), Outcome::Verified);
    let bare = asked("key-unlogged-bundle-all", &by_key(KEY), &logged);
    assert_eq!(bare.unmet, ["no transparency log has a signature of it"]);
}

#[test]
fn a_level_that_the_evidence_does_not_support_is_missing_with_what_would_do() {
    let demand = Demand { level: Some(BuildLevel::L3), ..Demand::default() };
    let answer = asked("key-bundle-plain", &by_key(KEY), &demand);
    let [why] = answer.unmet.as_slice() else { panic!("{:?}", answer.unmet) };
    assert!(why.contains("there is no provenance"), "{why}");
}

#[test]
fn statements_alone_do_not_say_who_an_image_is_from() {
    let samples = Sample::all_of("own-workflow-bundle-all");
    let trust = Trust::of_json([OWN, PUBLIC]).unwrap();
    let expectation = expected("own");
    let mut alone = 0;
    for sample in &samples {
        let piece = Piece { place: "referrer".to_owned(), evidence: sample.evidence.clone() };
        let artefact = Artefact::Digest(&sample.digest);
        let of = |demand: &Demand| {
            Answer::of("x", artefact, std::slice::from_ref(&piece), &trust, &expectation, demand)
        };
        let answer = of(&Demand::default());
        if answer.held[0].is_signature() {
            assert_eq!(answer.outcome(), Outcome::Verified);
            continue;
        }
        alone += 1;
        assert_eq!(answer.outcome(), Outcome::Refused);
        let predicate_type = answer.held[0].statement.as_ref().unwrap().predicate_type.clone();
        let demand = Demand { attestations: vec![predicate_type], ..Demand::default() };
        assert_eq!(of(&demand).outcome(), Outcome::Verified);
    }
    assert_eq!(alone, 2);
}

#[test]
fn what_was_not_read_is_never_taken_for_nothing() {
    let mut answer = asked("fork-bundle-plain", &expected("fork"), &Demand::default());
    assert_eq!(answer.outcome(), Outcome::Refused);
    answer.unread.push("a referrer is too large".to_owned());
    assert_eq!(answer.outcome(), Outcome::Unknown);
    let digest = answer.digest.clone();
    let trust = Trust::of_json([OWN]).unwrap();
    let none = Answer::of(
        "x",
        Artefact::Digest(&digest),
        &[],
        &trust,
        &expected("own"),
        &Demand::default(),
    );
    assert_eq!(none.outcome(), Outcome::Unsigned);
}

#[test]
fn many_of_a_kind_are_counted() {
    let mut answer = asked("key-bundle-plain", &by_key(KEY), &Demand::default());
    answer.others = vec!["application/spdx+json".to_owned(); 3];
    answer.unread = (0..1000).map(|it| format!("referrer {it} is too large")).collect();
    let text = to_text(&answer, NOW);
    assert!(text.contains("not verified: application/spdx+json (3 times)\n"), "{text}");
    assert!(text.contains("  not read: 990 more; -o json has them all\n"), "{text}");
    assert_eq!(to_json(&answer)["unread"].as_array().unwrap().len(), 1000);
}

#[test]
fn a_name_forges_no_line_and_steers_no_terminal() {
    let mut answer = asked("key-bundle-plain", &by_key(KEY), &Demand::default());
    answer.name = "app\n  verified\u{1b}[2J".to_owned();
    let text = to_text(&answer, NOW);
    assert!(!text.contains('\u{1b}') && !text.lines().any(|it| it == "  verified"), "{text}");
}
