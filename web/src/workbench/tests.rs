#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use super::*;
use crate::protocol::workbench::MakeAsk;

/// A machine on which it is always the same day, and whose dice never roll.
#[derive(Debug)]
struct Still;

impl Machine for Still {
    fn today(&self) -> Option<Date> {
        Some(Date { year: 2026, month: 11, day: 23 })
    }

    fn random(&self, count: usize) -> Option<Random> {
        Some(Random::new(Zeroizing::new(vec![7; count])))
    }
}

fn bench() -> Workbench {
    Workbench::new(Box::new(Still))
}

#[test]
fn every_form_can_be_filled_in_from_the_words_that_it_makes() {
    let Ok(Answer::Forms(forms)) = bench().answer(Ask::Forms) else { panic!() };
    assert!(!forms.is_empty());
    for form in forms {
        for field in &form.fields {
            assert!(!field.help.is_empty(), "{} of {:?}", field.flag, form.words);
        }
    }
    let words = "namespace team-a --only dns,quota --allow-from a:80 --allow-from b --label=-x=y";
    let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
    let filled = form::fill(&words);
    // The value of --label is rejected, and the reason is the terminal's.
    assert!(filled.expect_err("rejected").contains("--label"));
    let words = words[..words.len() - 1].to_vec();
    let filled = form::fill(&words).expect("sound");
    assert_eq!(form::words(&filled), Ok(words));
}

#[test]
fn options_whose_value_may_be_left_out_are_written_with_it() {
    let words: Vec<_> = ["audit-policy", "--drop-noise"].map(str::to_owned).into();
    let words = form::words(&form::fill(&words).expect("sound")).expect("sound");
    assert!(words[1].starts_with("--drop-noise="), "{words:?}");
    assert!(form::fill(&words).is_ok(), "{words:?}");
}

#[test]
fn words_are_quoted_for_a_shell() {
    let words = ["a", "it's", "$x y", ""].map(str::to_owned);
    assert_eq!(form::quoted(&words), r"a 'it'\''s' '$x y' ''");
}

#[test]
fn blank_lines_and_defaults_are_no_words() {
    let value = |id: &str, values: &[&str]| {
        (id.to_owned(), values.iter().map(|it| (*it).to_owned()).collect())
    };
    let ask = MakeAsk {
        words: vec!["namespace".to_owned()],
        values: vec![
            value("names", &["team-a", " ", ""]),
            value("level", &["restricted"]),
            value("force", &[""]),
        ],
        ..MakeAsk::default()
    };
    assert_eq!(form::words(&ask), Ok(["namespace", "team-a", "--force"].map(str::to_owned).into()));
}

#[test]
fn a_form_makes_what_the_snapshot_of_its_command_shows() {
    let snapshot = include_str!("../../../snapshots/generators/namespace.snap");
    let printed = snapshot.splitn(3, "---\n").nth(2).expect("a snapshot has a header");
    let words: Vec<_> = ["namespace", "team-a"].map(str::to_owned).into();
    let made = bench().make(&form::fill(&words).expect("sound"));
    assert_eq!(made.text.trim_end(), printed.trim_end());
    assert_eq!(made.command, "kubectl harden namespace team-a");
}

#[test]
fn what_needs_a_cluster_is_left_to_the_command() {
    let words: Vec<_> = ["namespace", "a", "--dns", "cluster"].map(str::to_owned).into();
    let made = bench().make(&form::fill(&words).expect("sound"));
    assert!(made.error.contains("copy the command"), "{}", made.error);
    assert_eq!(made.command, "kubectl harden namespace a --dns cluster");
}
