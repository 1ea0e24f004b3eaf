#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail"
)]

mod fixes;

use super::*;
use crate::protocol::engine::{Aim, CheckAsk, Checked, Filter, FindingKey, Planned};
use crate::protocol::{self, Reply, Request};

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

fn ask(engine: &mut Engine, ask: Ask) -> Result<Answer, String> {
    let reply = engine.reply(&protocol::write(&Request { id: 7, ask }));
    let reply: Reply<Answer> = protocol::read(&reply).expect("a reply");
    assert_eq!(reply.id, 7);
    reply.answer
}

fn check(engine: &mut Engine, filter: Filter) -> Checked {
    let ask_check = CheckAsk {
        files: vec![3],
        names: vec!["web.yaml".to_owned()],
        level: "restricted".to_owned(),
        version: "latest".to_owned(),
        filter,
    };
    match ask(engine, Ask::Check(ask_check)) {
        Ok(Answer::Checked(checked)) => *checked,
        other => panic!("{other:?}"),
    }
}

fn filter(limit: usize) -> Filter {
    Filter { limit, ..Filter::default() }
}

fn plan(engine: &mut Engine, aim: Aim) -> Planned {
    match ask(engine, Ask::Plan(aim)) {
        Ok(Answer::Planned(planned)) => planned,
        other => panic!("{other:?}"),
    }
}

#[test]
fn findings_are_where_a_browser_counts_them() {
    let mut engine = Engine::default();
    engine.put(3, POD.to_owned());
    let checked = check(&mut engine, filter(100));
    let finding = checked.listing.findings.iter().find(|it| it.message.contains("privileged=true"));
    let finding = finding.expect("found");
    let units: Vec<u16> = POD.encode_utf16().collect();
    let at = finding.spots.first().expect("somewhere").at;
    let marked = &units[at.from as usize..at.to as usize];
    assert_eq!(String::from_utf16(marked).expect("text"), "true");
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
    let Ok(Answer::Listed(critical)) = ask(&mut engine, Ask::List(only)) else { panic!() };
    assert_eq!(critical.total, all.severities[0]);
}

#[test]
fn texts_that_are_left_out_of_a_check_are_forgotten() {
    let mut engine = Engine::default();
    engine.put(3, POD.to_owned());
    engine.put(4, "apiVersion: v1\nkind: Secret\n".to_owned());
    check(&mut engine, filter(1));
    assert_eq!(engine.texts.files(), [3]);
}

#[test]
fn nonsense_is_rejected_and_does_no_harm() {
    let mut engine = Engine::default();
    for bytes in [&b""[..], b"{}", &[7, 1, 255, 255, 255, 255, 15], &[0xff; 64]] {
        let reply: Reply<Answer> = protocol::read(&engine.reply(bytes)).expect("a reply");
        assert_eq!(reply.id, 0);
        assert!(reply.answer.is_err(), "{reply:?}");
    }
    let gone = FindingKey {
        rule: "nope".to_owned(),
        file: 7,
        document: u32::MAX,
        object: None,
        path: String::new(),
        nth: usize::MAX,
    };
    assert_eq!(
        plan(&mut engine, Aim::One(gone.clone())),
        Planned::default(),
        "nothing was checked"
    );
    engine.put(3, POD.to_owned());
    check(&mut engine, filter(1));
    let planned = plan(&mut engine, Aim::One(gone.clone()));
    assert_eq!((planned.key, planned.files), (Some(gone), Vec::new()));
    let version =
        CheckAsk { level: "baseline".to_owned(), version: "37".to_owned(), ..CheckAsk::default() };
    assert!(ask(&mut engine, Ask::Check(version)).is_err());
    let rule = ask(&mut engine, Ask::Rule("nope".to_owned()));
    assert_eq!(rule, Err("there is no rule `nope`".to_owned()));
}

#[test]
fn the_scenarios_show_something() {
    let mut engine = Engine::default();
    for scenario in catalogue::all().scenarios {
        engine.put(3, scenario.text);
        let checked = check(&mut engine, filter(1));
        assert!(checked.severities.iter().sum::<usize>() >= 5, "{}", scenario.name);
        assert_eq!(checked.coverage.len(), 1, "{}: {:?}", scenario.name, checked.coverage);
    }
}

#[test]
fn a_finding_is_asked_for_by_what_it_is_about_and_not_by_its_place_in_the_list() {
    let mut engine = Engine::default();
    let list = |names: &[&str]| {
        let items = names.iter().map(|name| {
            let pod = POD.replace("web}", &format!("{name}}}")).replace('\n', "\n  ");
            format!("- {}\n", pod.trim_start_matches("# é😀\n").trim())
        });
        format!("apiVersion: v1\nkind: List\nitems:\n{}", items.collect::<String>())
    };
    engine.put(3, list(&["a", "a"]));
    let checked = check(&mut engine, filter(1000));
    let all: Vec<_> = checked.listing.findings.iter().map(|it| &it.key).collect();
    for (index, key) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|it| it == key), Some(index), "{key:?}");
    }
    let found = checked.listing.findings.iter().filter(|it| it.message.contains("privileged=true"));
    let [first, second] = found.map(|it| it.key.clone()).collect::<Vec<_>>().try_into().unwrap();
    let spots = |key: &FindingKey| {
        let found = checked.listing.findings.iter().find(|it| it.key == *key);
        found.and_then(|it| it.spots.first()).map(|it| it.line)
    };
    assert_eq!((spots(&first), spots(&second)), (Some(12), Some(21)));

    let before = "apiVersion: v1\nkind: Namespace\nmetadata: {name: before}\n";
    engine.put(3, format!("{}---\n{before}", list(&["a"])));
    check(&mut engine, filter(1000));
    assert_eq!(plan(&mut engine, Aim::One(first)).files, [3]);
    assert!(plan(&mut engine, Aim::One(second)).files.is_empty());
}

#[test]
fn flaws_that_are_alike_are_told_apart_by_their_order() {
    let mut engine = Engine::default();
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b, a: c, a: d}\n";
    engine.put(3, object.to_owned());
    let findings = check(&mut engine, filter(1000)).listing.findings;
    let nth: Vec<_> = findings.iter().map(|it| it.key.nth).collect();
    assert_eq!(nth, [0, 1]);
}

#[test]
fn documents_that_may_hold_secrets_are_left_out_of_what_is_kept() {
    let kept = |text: &str| {
        let mut engine = Engine::default();
        engine.put(3, text.to_owned());
        let checked = check(&mut engine, filter(1));
        (checked.has_secrets(), checked.kept.into_iter().next().flatten())
    };
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {a: hunter2marker}\n";
    assert_eq!(kept(POD), (false, None));
    assert_eq!(kept(secret), (true, Some(String::new())), "nothing is left");
    for text in [
        format!("{POD}---\n{secret}"),
        format!("{secret}---\n{POD}"),
        format!("{secret}---\n{POD}---\n{secret}---\n# the end\n"),
        format!("--- # one\n{secret}...\n---\n{POD}"),
    ] {
        let (has_secrets, rest) = kept(&text);
        let rest = rest.expect("something is left out");
        assert!(has_secrets);
        assert!(rest.contains("privileged: true"), "{rest}");
        assert!(rest.contains("# A document was here that is not kept."), "{rest}");
        assert!(!rest.contains("hunter2marker") && !rest.contains("Secret"), "{rest}");
        assert_eq!(kept(&rest), (false, None), "what is kept can be kept again");
    }
}
