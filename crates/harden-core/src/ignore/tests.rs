//! Tests of what comments and annotations are about.

use crate::check::{Settings, check};
use crate::rules;

/// What is found of containers that are privileged: the object, what is said, the lines, and the reason for
/// which it is ignored. Below, how many decisions change nothing.
fn found(text: &str) -> Vec<String> {
    let settings = Settings::new(rules::all().filter(|it| it.id == "privileged-container"));
    let outcome = check(settings, [text]);
    let shown = outcome.findings.iter().map(|it| {
        let lines: Vec<_> = it.spots.iter().map(|spot| spot.start.line).collect();
        let name = it.object.as_ref().map_or("", |it| &it.name);
        let said = it.message.split(" must").next().unwrap_or_default();
        let reason = it.ignored.as_ref().map_or("counts", |it| &it.reason);
        format!("{name} {said} {lines:?} {reason}")
    });
    let unused = Some(outcome.unused.len()).filter(|it| *it > 0);
    shown.chain(unused.map(|it| format!("{it} unused"))).collect()
}

const HEAD: &str = "apiVersion: v1\nkind: List\nitems:\n";

fn item(name: &str) -> String {
    format!(
        "- apiVersion: v1\n  kind: Pod\n  metadata: {{name: {name}}}\n  spec: {{containers: [{{name: c, image: a, securityContext: {{privileged: true}}}}]}}\n"
    )
}

fn said(name: &str, line: u32, reason: &str) -> String {
    format!("{name} privileged: container \"c\" [{line}] {reason}")
}

const COMMENT: &str = "# harden: ignore[privileged-container] why";

#[test]
fn a_comment_between_items_is_about_the_item_below() {
    let (a, b) = (item("a"), item("b"));
    let text = format!("{HEAD}{a}{COMMENT}\n# more\n\n{b}");
    assert_eq!(found(&text), [said("a", 7, "counts"), said("b", 14, "why")]);
    let text = format!("{HEAD}{COMMENT}\n{a}{b}");
    assert_eq!(found(&text), [said("a", 8, "why"), said("b", 12, "counts")]);
    let inside = b.replacen("- ", &format!("-\n  {COMMENT}\n  "), 1);
    assert_eq!(
        found(&format!("{HEAD}{a}{inside}")),
        [said("a", 7, "counts"), said("b", 13, "why")]
    );
}

#[test]
fn a_comment_in_an_item_is_about_nothing_outside_of_it() {
    let (a, b) = (item("a"), item("b"));
    let after = a.replace("  metadata", &format!("  {COMMENT}\n  metadata"));
    for first in [after, format!("{a}  {COMMENT}\n"), format!("{a}      {COMMENT}\n")] {
        let findings = found(&format!("{HEAD}{first}{b}"));
        assert!(findings.contains(&said("b", 12, "counts")), "{findings:?}");
        assert_eq!(findings.last().map(String::as_str), Some("1 unused"), "{first}");
    }
    let above_items = format!("apiVersion: v1\nkind: List\n{COMMENT}\nitems:\n{a}");
    assert_eq!(found(&above_items), [said("a", 8, "counts"), "1 unused".to_owned()]);
}

#[test]
fn a_comment_above_a_list_is_about_all_its_items_and_nothing_else() {
    let (a, b) = (item("a"), item("b"));
    let other = item("c").replace("- ", "").replace(
        "
  ", "
",
    );
    let text = format!("{COMMENT}\n{HEAD}{a}{b}---\n{other}");
    assert_eq!(found(&text), [said("a", 8, "why"), said("b", 12, "why"), said("c", 17, "counts")]);
}

#[test]
fn a_finding_is_ignored_place_by_place() {
    let pod = |c: &str, d: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  \
             - {{name: c, image: a, securityContext: {{privileged: true}}}} {c}\n  \
             - {{name: d, image: a, securityContext: {{privileged: true}}}} {d}\n"
        )
    };
    assert_eq!(
        found(&pod(COMMENT, "")),
        [said("a", 6, "why"), "a privileged: container \"d\" [7] counts".to_owned()]
    );
    let both = "a privileged: containers \"c\", \"d\" [6, 7] why";
    assert_eq!(found(&pod(COMMENT, COMMENT)), [both]);
    let other = "# harden: ignore[*] another";
    assert_eq!(
        found(&pod(other, COMMENT)),
        [said("a", 6, "another"), "a privileged: container \"d\" [7] why".to_owned()]
    );
    assert_eq!(found(&pod("", "")), [both.replace("why", "counts")]);
}

#[test]
fn an_annotation_is_about_the_object_that_has_it() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {}}\nspec: {containers: [{name: c, image: a, securityContext: {privileged: true}}]}\n";
    let ignored = pod.replace("{}", "{harden.kubectl.io/ignore.privileged-container: why}");
    assert_eq!(
        found(&format!("{ignored}---\n{pod}")),
        [said("a", 4, "why"), said("a", 9, "counts")]
    );
}
