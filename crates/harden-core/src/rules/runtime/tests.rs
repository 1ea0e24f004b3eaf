//! What files are Falco's, and which rule says what of them.

use crate::check::{Settings, check};

const SHELL: &str = "\
- rule: r
  desc: d
  condition: evt.type = open and proc.name = cat
  output: by %proc.name
  priority: INFO
";

/// The ids of the rules that find something in a text, and what they say; of every rule that there is.
fn found(text: &str) -> Vec<(String, String)> {
    let outcome = check(Settings::new(crate::rules::all()), [text]);
    let said = |it: crate::finding::Finding| (it.about.id.to_string(), it.message.to_string());
    outcome.findings.into_iter().map(said).collect()
}

fn ids(text: &str) -> Vec<String> {
    found(text).into_iter().map(|it| it.0).collect()
}

#[test]
fn nothing_is_said_of_a_file_that_is_right() {
    for text in [
        SHELL.to_owned(),
        format!("- required_engine_version: 0.57.0\n{SHELL}"),
        format!("# of the house\n---\n{SHELL}---\n- macro: m\n  condition: proc.pid = 1\n"),
        SHELL.replace("proc.name = cat", "proc.name in (l)") + "- list: l\n  items: [a]\n",
    ] {
        assert_eq!(found(&text), [], "{text}");
        let outcome = check(Settings::new(crate::rules::all()), [&*text]);
        assert!(outcome.incomplete.is_empty(), "{text}: {:?}", outcome.incomplete);
    }
}

#[test]
fn other_lists_are_not_for_falco() {
    for text in [
        "- rule: [\n",
        "- rule: {}\n  condition: \"(\"\n",
        "- list: x\n- macro: y\n- rule: z\n",
        "- alert: x\n  condition: \"(\"\n",
        "- apiVersion: example.com/v1\n  kind: Rule\n  rule: x\n  condition: \"(\"\n",
        "rule: x\ncondition: \"(\"\n",
        "[]",
        "",
        "- 1\n- ~\n",
    ] {
        assert!(ids(text).iter().all(|it| !it.starts_with("falco-")), "{text}");
    }
}

#[test]
fn every_error_is_said_once() {
    for (from, to, id) in [
        ("= cat", "=", "falco-file-refused"),
        ("INFO", "SOME", "falco-file-refused"),
        ("proc.name = cat", "proc.nam = cat", "falco-unknown-field"),
        ("%proc.name", "%proc", "falco-unknown-field"),
        ("proc.name = cat", "shell", "falco-missing-definition"),
        ("priority", "priorty", "falco-file-refused"),
    ] {
        let text = SHELL.replace(from, to);
        assert_eq!(ids(&text).first().map(String::as_str), Some(id), "{text}");
    }
    let text = format!("- list: l\n  items: [a, b]\n{}", SHELL.replace("= cat", "= l"));
    assert_eq!(ids(&text), ["falco-list-as-text"]);
    let text = format!(
        "{SHELL}- rule: s\n  condition: and proc.pid = 1\n  override: {{condition: append}}\n"
    );
    let end = "Falco does not start unless a file before this one defines the rule s";
    assert_eq!(found(&text), [("falco-missing-definition".to_owned(), end.to_owned())]);
}

#[test]
fn a_document_is_read_with_those_before_it() {
    let text = format!(
        "- macro: m\n  condition: proc.pid = 1\n---\n{}",
        SHELL.replace("proc.name = cat", "m and n")
    );
    let said = found(&text);
    let [(id, message)] = &said[..] else { panic!("{said:?}") };
    assert_eq!(id, "falco-missing-definition");
    assert!(message.ends_with("the macro n"), "{message}");
}

#[test]
fn what_is_cut_off_is_one_sentence() {
    let text = format!("{SHELL}- rule: \"s\n");
    let said = found(&text);
    assert!(said.iter().any(|it| it.0 == "falco-file-refused"), "{said:?}");
    let text = SHELL.replace("  desc", "\tdesc");
    assert!(ids(&text).contains(&"falco-file-refused".to_owned()), "{:?}", found(&text));
}

#[test]
fn rules_of_falco_are_replaced_in_few_files_only() {
    let text = SHELL.replace("rule: r", "rule: Terminal shell in container");
    assert_eq!(ids(&text), ["falco-stock-rule-replaced"]);
    let change =
        "- rule: Terminal shell in container\n  enabled: false\n  override: {enabled: replace}\n";
    assert_eq!(ids(change), ["falco-missing-definition"]);
}
