//! Decisions not to count a finding.

use crate::{of, verdicts};

#[test]
fn a_comment_in_an_item_of_a_list_is_about_that_item() {
    let Some(verdicts) = verdicts(&["ignore-comment-in-list.yaml"]) else { return };
    let found = of(&verdicts, "privileged-container");
    assert_eq!(found.len(), 1, "{verdicts:#?}");
    assert_eq!(found[0].object, "Pod/second");
}

#[test]
fn containers_are_ignored_each_by_its_line() {
    let Some(verdicts) = verdicts(&["ignore-each-container.yaml"]) else { return };
    let left: Vec<_> =
        of(&verdicts, "privileged-container").iter().map(|it| it.object.as_str()).collect();
    assert!(!left.contains(&"Pod/one") && !left.contains(&"Pod/two"), "{left:?}");
    assert!(!left.contains(&"Pod/three"), "{left:?}");
}

#[test]
fn the_container_without_a_comment_stays() {
    let Some(texts) = crate::texts(&["ignore-each-container.yaml"]) else { return };
    let texts: Vec<_> =
        texts.into_iter().map(|(name, text)| (name, text.replace(" driver too", ""))).collect();
    let (verdicts, _) =
        crate::outcome_at(harden_core::kubernetes::MinorVersion::NEWEST_KNOWN, &texts);
    let left: Vec<_> = of(&verdicts, "privileged-container")
        .into_iter()
        .filter(|it| it.object == "Pod/two")
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(left[0].lines, [23]);
    assert!(left[0].message.starts_with("privileged: container \"d\""), "{left:?}");
}
