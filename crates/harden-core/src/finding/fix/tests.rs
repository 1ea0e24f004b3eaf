#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use harden_yaml::{Place, documents};

use super::*;
use crate::check::testing::findings;
use crate::rules;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: a, image: a, securityContext: {privileged: true}}
  - {name: b, image: b, securityContext: {privileged: true}}
";

fn found(rule: &str, text: &str) -> Finding {
    findings(rules::find(rule).unwrap(), text).remove(0)
}

/// The text as the only item of a List, which is the third document.
fn listed(text: &str) -> String {
    let item = text.lines().map(|line| format!("  {line}\n")).collect::<String>();
    format!("---\n---\n# nothing\n---\napiVersion: v1\nkind: List\nitems:\n- {}", item.trim_start())
}

/// Rules that point at what a label elsewhere in the object lets others do.
const ELSEWHERE: [&str; 1] = ["aggregation-into-view"];

/// Where a pointer leads, or the last place on its way where something is, and what is around that, the nearest
/// last.
fn resolve<'d>(root: Place<'d>, pointer: &Pointer) -> (Place<'d>, Vec<Place<'d>>) {
    let (mut place, mut around) = (root, vec![root]);
    for step in pointer.steps() {
        let Some(below) = place.step(&step) else { break };
        around.push(place);
        place = below;
    }
    (place, around)
}

#[test]
fn a_fix_says_what_to_write_where_and_whether_to_think() {
    let fix = found("privileged-container", POD).fix().unwrap();
    let edit = |index: usize| Edit {
        document: 0,
        pointer: ["spec", "containers", &index.to_string(), "securityContext", "privileged"]
            .into_iter()
            .fold(Pointer::default(), |pointer, key| pointer.at(key)),
        action: Action::set(false),
    };
    assert_eq!(fix.edits, [edit(0), edit(1)]);
    let breaks = rules::find("privileged-container").unwrap().breaks;
    assert_eq!(fix.safety, Safety::NeedsThought(breaks.into()));
    let safe = rules::all().filter(|it| it.breaks.is_empty());
    let safe: Vec<_> = safe.flat_map(|it| findings(it, it.bad)).filter_map(|it| it.fix()).collect();
    assert!(!safe.is_empty());
    assert!(safe.iter().all(|it| it.safety == Safety::Safe));
}

#[test]
fn there_is_no_fix_where_any_spot_takes_a_decision() {
    let mut finding = found("privileged-container", POD);
    finding.spots[1].remedy = None;
    assert_eq!(finding.fix(), None);
}

#[test]
fn the_same_edit_is_said_once() {
    let mut finding = found("privileged-container", POD);
    finding.spots[1] = finding.spots[0].clone();
    assert_eq!(finding.fix().unwrap().edits.len(), 1);
}

#[test]
fn an_item_of_a_list_is_mended_as_the_object_alone_and_where_it_is() {
    let (alone, listed) = (POD, listed(POD));
    let rule = "privileged-container";
    let (alone, listed) = (found(rule, alone), found(rule, &listed));
    let told = |it: &Finding| -> Vec<_> {
        it.spots.iter().map(|it| (it.path.clone(), it.remedy.clone())).collect()
    };
    assert_eq!(told(&alone), told(&listed));
    assert_eq!(alone.fingerprint(), listed.fingerprint());
    for (alone, listed) in alone.fix().unwrap().edits.iter().zip(listed.fix().unwrap().edits) {
        assert_eq!((alone.document, listed.document), (0, 2));
        assert_eq!(listed.pointer.as_str(), format!("/items/0{}", alone.pointer));
    }
}

#[test]
fn every_fix_leads_to_where_its_finding_points_or_beside_it() {
    let mut edits = 0;
    for rule in rules::all() {
        let several = format!("a: 1\n---\n---\n{}\n---\n{}", rule.bad, rule.bad);
        for text in [rule.bad, &several] {
            let documents: Vec<_> = documents(text).collect();
            for finding in findings(rule, text) {
                for spot in finding.spots.iter().filter(|it| it.remedy.is_some()) {
                    let edit = finding.edit(spot.remedy.as_ref().unwrap());
                    let (place, around) = resolve(documents[edit.document].root(), &edit.pointer);
                    // Metadata without labels are pointed at by the name that they hold.
                    let name = place.at("name").span();
                    let spans =
                        [Some(place.grip()), Some(place.span()), place.key_span(), Some(name)];
                    let mut nearest = around.iter().rev().take(2).map(|it| it.span().range());
                    let is_beside = nearest.any(|it| it.contains(&spot.span.range().start))
                        || around.iter().any(|it| it.key_span() == Some(spot.span))
                        || ELSEWHERE.contains(&rule.id);
                    let leads = spans.contains(&Some(spot.span)) || is_beside;
                    assert!(leads, "{}: {edit:?} {text}", rule.id);
                    edits += 1;
                }
            }
        }
    }
    assert!(edits > 150, "{edits}");
}

#[test]
fn what_is_mended_elsewhere_is_no_change_of_a_spot() {
    for (steps, path, is_here) in [
        (&["spec", "containers", "0", "image"][..], "spec.containers[0].image", true),
        (&["metadata", "labels", "a.b/c"], "metadata.labels[\"a.b/c\"]", true),
        (&["a", "say \"b\""], "a[\"say \\\"b\\\"\"]", true),
        (&["0"], "[0]", true),
        (&["rules"], "rules[0].level", false),
        (&["rules", "1"], "rules[0]", false),
        (&["rules", "0", "level"], "rules[0]", false),
        (&["a"], "ab", false),
        (&["a", "b"], "ab", false),
        (&["password"], "[\"…\"]", false),
    ] {
        let pointer = steps.iter().fold(Pointer::default(), |it, step| it.at(step));
        assert_eq!(leads_to(&pointer, path), is_here, "{pointer} {path}");
    }
}
