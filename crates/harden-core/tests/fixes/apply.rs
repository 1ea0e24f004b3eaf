//! Makes the edits of findings, and adds the objects that go with them.

use std::collections::BTreeSet;

use harden_core::finding::Finding;
use harden_core::fix::{Existing, Wanted};
use harden_core::kubernetes::MinorVersion;
use harden_core::{ManifestFormat, render};
use harden_yaml::{Action, Edit, Pointer};
use serde_json::{Value, json};

/// What a text becomes by the edits and the companions of findings.
pub(crate) fn mended(text: &str, findings: &[Finding]) -> String {
    let documents = harden_yaml::parse(text);
    let mut values: Vec<Value> = documents
        .iter()
        .map(|it| it.to_json().map_or(Value::Null, |it| serde_json::from_str(&it).unwrap()))
        .collect();
    let mut edits: Vec<Edit> = Vec::new();
    for edit in findings.iter().filter_map(Finding::fix).flat_map(|it| it.edits) {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    assert_eq!(contradiction(&edits), None, "{text}");
    // Those further behind first, so that what is removed, inserted or renamed moves nothing that is edited after.
    let order = |it: &Edit| -> Vec<(usize, String)> {
        let steps =
            it.pointer.steps().map(|it| (it.parse().unwrap_or(usize::MAX), it.into_owned()));
        let mut steps: Vec<_> = steps.collect();
        if let Action::Insert(at, _) = it.action {
            steps.push((at, String::new()));
        }
        steps
    };
    let moves = |it: &Edit| match it.action {
        Action::Set(_) | Action::Append(_) => 0,
        Action::Remove | Action::Insert(..) => 1,
        Action::Rename(_) => 2,
    };
    edits.sort_by_key(|it| (moves(it), std::cmp::Reverse(order(it))));
    for edit in &edits {
        apply(&mut values[edit.document], &edit.pointer, &edit.action);
    }
    let mut parts: Vec<_> =
        values.iter().filter(|it| !it.is_null()).map(|it| harden_yaml::write(it)).collect();
    let mut known = BTreeSet::new();
    let existing = Existing::of([text]);
    for finding in findings {
        let wanted = Wanted::of(finding, MinorVersion::NEWEST_KNOWN);
        for companion in wanted.iter().flat_map(|it| it.manifests(&existing)) {
            if known.insert(companion.title()) {
                parts.push(render(&[companion], ManifestFormat::Yaml, true));
            }
        }
    }
    parts.join("---\n")
}

/// Two edits that cannot both be made.
fn contradiction(edits: &[Edit]) -> Option<(&Edit, &Edit)> {
    let adds = |it: &Edit| matches!(it.action, Action::Append(_) | Action::Insert(..));
    let keeps = |it: &Edit| adds(it) || matches!(it.action, Action::Rename(_));
    let excludes = |one: &Edit, other: &Edit| {
        let (above, below) = (one.pointer.as_str(), other.pointer.as_str());
        let is_same = one.document == other.document && above == below;
        let is_above = one.document == other.document
            && below.strip_prefix(above).is_some_and(|rest| rest.starts_with('/'));
        one != other && (is_same && !(adds(one) && adds(other)) || is_above && !keeps(one))
    };
    edits.iter().find_map(|one| Some((one, edits.iter().find(|other| excludes(one, other))?)))
}

fn apply(value: &mut Value, pointer: &Pointer, action: &Action) {
    let steps: Vec<_> = pointer.steps().map(std::borrow::Cow::into_owned).collect();
    if let (Action::Rename(name), Some((last, above))) = (action, steps.split_last()) {
        let map = descend(value, above).as_object_mut().unwrap();
        assert!(!map.contains_key(name), "{pointer} cannot be called {name}");
        let entries = std::mem::take(map).into_iter();
        map.extend(entries.map(|(key, it)| (if key == *last { name.clone() } else { key }, it)));
        return;
    }
    if let (Action::Remove, Some((last, above))) = (action, steps.split_last()) {
        match descend(value, above) {
            Value::Object(map) => drop(map.shift_remove(last)),
            Value::Array(items) => drop(items.remove(last.parse().unwrap())),
            _ => panic!("nothing to remove at {pointer}"),
        }
        return;
    }
    let place = descend(value, &steps);
    match action {
        Action::Set(to) => *place = to.clone(),
        Action::Append(item) => {
            if place.is_null() {
                *place = json!([]);
            }
            place.as_array_mut().unwrap().push(item.clone());
        }
        Action::Insert(at, item) => place.as_array_mut().unwrap().insert(*at, item.clone()),
        Action::Remove | Action::Rename(_) => panic!("the root can only be set"),
    }
}

fn descend<'v>(mut value: &'v mut Value, steps: &[String]) -> &'v mut Value {
    for step in steps {
        if value.is_null() {
            *value = json!({});
        }
        value = match value {
            Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
            Value::Object(map) => map.entry(step).or_insert(Value::Null),
            other => panic!("{step} below {other}"),
        };
    }
    value
}
