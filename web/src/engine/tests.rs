#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

use serde_json::{Value, json};

use super::*;
use crate::protocol::{CheckAsk, Filter, MakeAsk};

/// A machine on which it is always the same day, and whose dice never roll.
struct Still;

impl Machine for Still {
    fn today(&self) -> Option<Date> {
        Some(Date { year: 2026, month: 11, day: 23 })
    }

    fn random(&self, count: usize) -> Option<Random> {
        Some(Random::new(Zeroizing::new(vec![7; count])))
    }
}

const POD: &str = "\
# é😀
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true
";

fn ask(engine: &mut Engine, ask: Ask) -> Answer {
    let request = serde_json::to_string(&Request { id: 7, ask }).expect("it can be written");
    let reply: Reply = serde_json::from_str(&engine.answer(&request, &Still)).expect("a reply");
    assert_eq!(reply.id, 7);
    reply.answer
}

fn check(engine: &mut Engine, filter: Filter) -> crate::protocol::Checked {
    let ask_check = CheckAsk {
        files: vec![3],
        level: "restricted".to_owned(),
        version: "latest".to_owned(),
        filter,
    };
    match ask(engine, Ask::Check(ask_check)) {
        Answer::Checked(checked) => checked,
        other => panic!("{other:?}"),
    }
}

fn filter(limit: usize) -> Filter {
    Filter { limit, ..Filter::default() }
}

#[test]
fn findings_are_where_a_browser_counts_them_and_edits_are_bytes() {
    let mut engine = Engine::default();
    engine.put(3, POD.to_owned());
    let checked = check(&mut engine, filter(100));
    let finding = checked.listing.findings.iter().find(|it| it.message.contains("privileged=true"));
    let finding = finding.expect("found");
    let units: Vec<u16> = POD.encode_utf16().collect();
    let at = finding.spots.first().expect("somewhere").at;
    let marked = &units[at.from as usize..at.to as usize];
    assert_eq!(String::from_utf16(marked).expect("text"), "true");
    let Answer::Mended(mends) = ask(&mut engine, Ask::Mend(finding.index)) else { panic!() };
    let edit = mends.first().and_then(|it| it.edit.clone()).expect("an edit");
    let (from, to) = (edit.bytes.0 as usize, edit.bytes.1 as usize);
    let mended = format!("{}{}{}", &POD[..from], edit.insert, &POD[to..]);
    assert_eq!(mended, POD.replace("privileged: true", "privileged: false"));
}

#[test]
fn a_filter_bounds_what_is_listed_and_not_what_is_counted() {
    let mut engine = Engine::default();
    engine.put(3, POD.to_owned());
    let all = check(&mut engine, filter(1000));
    let few = check(&mut engine, filter(2));
    assert_eq!(few.listing.findings, all.listing.findings[..2]);
    assert_eq!((few.listing.total, few.severities), (all.listing.total, all.severities));
    let only = Filter { hidden: [false, true, true, true], ..filter(1000) };
    let Answer::Listed(critical) = ask(&mut engine, Ask::List(only)) else { panic!() };
    assert_eq!(critical.total, all.severities[0]);
}

#[test]
fn texts_that_are_left_out_of_a_check_are_forgotten() {
    let mut engine = Engine::default();
    engine.put(3, POD.to_owned());
    engine.put(4, "apiVersion: v1\nkind: Secret\n".to_owned());
    check(&mut engine, filter(1));
    assert_eq!(engine.texts.keys().copied().collect::<Vec<_>>(), [3]);
}

#[test]
fn every_form_can_be_filled_in_from_the_words_that_it_makes() {
    let mut engine = Engine::default();
    let Answer::Catalogue(catalogue) = ask(&mut engine, Ask::Catalogue) else { panic!() };
    assert!(!catalogue.forms.is_empty());
    for form in catalogue.forms {
        for field in &form.fields {
            assert!(!field.help.is_empty(), "{} of {:?}", field.flag, form.words);
        }
    }
    let words = "namespace team-a --only dns,quota --allow-from a:80 --allow-from b --label=-x=y";
    let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
    let filled = form::fill(&words);
    // The value of --label is refused, and the reason is the terminal's.
    assert!(filled.expect_err("refused").contains("--label"));
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
    let made = Engine::default().make(&form::fill(&words).expect("sound"), &Still);
    assert_eq!(made.text.trim_end(), printed.trim_end());
    assert_eq!(made.command, "kubectl harden namespace team-a");
}

#[test]
fn what_needs_a_cluster_is_left_to_the_command() {
    let words: Vec<_> = ["namespace", "a", "--dns", "cluster"].map(str::to_owned).into();
    let made = Engine::default().make(&form::fill(&words).expect("sound"), &Still);
    assert!(made.error.contains("copy the command"), "{}", made.error);
    assert_eq!(made.command, "kubectl harden namespace a --dns cluster");
}

#[test]
fn nonsense_is_refused_and_does_no_harm() {
    let mut engine = Engine::default();
    for text in ["", "{}", "[]", r#"{"id":1,"ask":{"Check":{}}}"#] {
        let reply: Value =
            serde_json::from_str(&engine.answer(text, &Still)).expect("a reply as JSON");
        assert!(reply.pointer("/answer/Refused").is_some(), "{reply}");
    }
    assert_eq!(ask(&mut engine, Ask::Mend(99)), Answer::Mended(Vec::new()));
    let version =
        CheckAsk { level: "baseline".to_owned(), version: "37".to_owned(), ..CheckAsk::default() };
    assert!(matches!(ask(&mut engine, Ask::Check(version)), Answer::Refused(_)));
    assert_eq!(
        json!(ask(&mut engine, Ask::Rule("nope".to_owned()))),
        json!({"Refused": "there is no rule `nope`"})
    );
}

#[test]
fn the_scenarios_show_something() {
    let mut engine = Engine::default();
    for scenario in catalogue::all().scenarios {
        engine.put(3, scenario.text);
        let checked = check(&mut engine, filter(1));
        assert!(checked.severities.iter().sum::<usize>() >= 5, "{}", scenario.name);
        assert_eq!(checked.broken, 0, "{}", scenario.name);
    }
}
