//! The orders in which reports show findings, and what is left out of them.

use std::cmp::{Ordering, Reverse};

use crate::finding::{Finding, ObjectReference};

/// What findings of a report are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// The worst first, and those alike by place.
    Severity,
    /// By source and place in its text.
    Place,
    /// By the id of the rule, and those of one rule by place.
    Rule,
    /// By kind, namespace and name of the object, and those of one object by place; last what is about none.
    Object,
}

impl Order {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Severity, Self::Place, Self::Rule, Self::Object];

    /// Its lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Place => "place",
            Self::Rule => "rule",
            Self::Object => "object",
        }
    }

    /// Brings findings that are ordered by place into this order.
    pub fn sort(self, findings: &mut [Finding]) {
        match self {
            Self::Severity => findings.sort_by_key(|it| Reverse(it.about.severity)),
            Self::Place => {}
            Self::Rule => findings.sort_by(|a, b| a.about.id.cmp(&b.about.id)),
            Self::Object => findings.sort_by(by_object),
        }
    }
}

fn by_object(a: &Finding, b: &Finding) -> Ordering {
    fn key(object: &ObjectReference) -> (&str, &str, &str, &str) {
        (&object.kind, &object.namespace, &object.name, &object.api_version)
    }
    match (&a.object, &b.object) {
        (Some(a), Some(b)) => key(a).cmp(&key(b)),
        (a, b) => a.is_none().cmp(&b.is_none()),
    }
}

/// Keeps so many findings, the worst, in the order in which they are; those that do not count go first, and then those
/// that an earlier check found, too. Returns
/// how many went.
pub fn keep_worst(findings: &mut Vec<Finding>, most: usize) -> usize {
    let over = findings.len().saturating_sub(most);
    if over == 0 {
        return 0;
    }
    let key = |it: &Finding| (it.ignored.is_some(), it.is_unchanged(), Reverse(it.about.severity));
    let mut keys: Vec<_> = findings.iter().map(key).collect();
    keys.sort_unstable();
    let Some(last) = most.checked_sub(1).and_then(|it| keys.get(it).copied()) else {
        findings.clear();
        return over;
    };
    // Of those that are as bad as the last, the first.
    let mut room = keys.iter().take(most).filter(|it| **it == last).count();
    findings.retain(|it| match key(it).cmp(&last) {
        Ordering::Less => true,
        Ordering::Equal if room > 0 => {
            room -= 1;
            true
        }
        _ => false,
    });
    over
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Settings, check};
    use crate::rules;

    const TEXT: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: b}
spec:
  containers:
  - {name: a, image: 'a:1', securityContext: {privileged: true}}
---
apiVersion: v1
kind: Pod
metadata:
  name: a
  annotations: {harden.kubectl.io/ignore.privileged-container: it loads modules}
spec:
  containers:
  - {name: a, image: a, securityContext: {privileged: true}}
";

    fn findings() -> Vec<Finding> {
        let ids = ["privileged-container", "mutable-image-tag", "unpinned-image"];
        check(Settings::new(ids.map(|id| rules::find(id).expect("it is there"))), [TEXT]).findings
    }

    fn shown(findings: &[Finding]) -> Vec<String> {
        let name = |it: &Finding| it.object.as_ref().map_or(String::new(), |it| it.name.clone());
        findings.iter().map(|it| format!("{} {}", name(it), it.about.id)).collect()
    }

    #[test]
    fn each_order_leaves_those_alike_by_place() {
        let sorted = |order: Order| {
            let mut findings = findings();
            order.sort(&mut findings);
            shown(&findings)
        };
        let (b, a) = (
            ["b unpinned-image", "b privileged-container"],
            ["a mutable-image-tag", "a privileged-container"],
        );
        assert_eq!(sorted(Order::Place), [b[0], b[1], a[0], a[1]]);
        assert_eq!(sorted(Order::Severity), [b[1], a[1], a[0], b[0]]);
        assert_eq!(sorted(Order::Rule), [a[0], b[1], a[1], b[0]]);
        assert_eq!(sorted(Order::Object), [a[0], a[1], b[0], b[1]]);
    }

    #[test]
    fn the_worst_that_count_are_kept_in_their_order() {
        let kept = |most| {
            let mut findings = findings();
            let gone = keep_worst(&mut findings, most);
            assert_eq!(gone + findings.len(), 4);
            shown(&findings)
        };
        assert_eq!(kept(9).len(), 4);
        assert_eq!(kept(3), ["b unpinned-image", "b privileged-container", "a mutable-image-tag"]);
        assert_eq!(kept(2), ["b privileged-container", "a mutable-image-tag"]);
        assert_eq!(kept(1), ["b privileged-container"]);
        assert!(kept(0).is_empty());
    }
}
