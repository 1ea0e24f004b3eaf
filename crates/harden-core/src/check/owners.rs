//! Objects that others made, as a cluster lists them beside each other: what both have is reported once.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Finding, ObjectReference};
use crate::object::Object;

/// An object that says who made it.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    /// Its source.
    pub(super) source: usize,
    /// The document of the source.
    pub(super) document: u32,
    object: Arc<ObjectReference>,
    /// Kind and name of those that made it.
    owners: Vec<(String, String)>,
}

impl Owned {
    /// Reads who made an object, if somebody did.
    pub(super) fn read(object: &Object<'_>) -> Option<Self> {
        let owners = object.place.at("metadata").at("ownerReferences").items();
        let named = owners.filter_map(|it| {
            Some((it.at("kind").as_str()?.to_owned(), it.at("name").as_str()?.to_owned()))
        });
        let owners: Vec<_> = named.collect();
        let (source, document) = (object.source, object.document);
        let has_owner = !owners.is_empty();
        has_owner.then(|| Self { source, document, object: object.reference(), owners })
    }
}

/// Leaves out the findings of objects that say the same of the object that made them; returns how many objects
/// that were. Whoever claims an owner hides nothing by it: only what is said of the owner, too, is left out.
pub(super) fn collapse(findings: &mut Vec<Finding>, owned: &[Owned]) -> usize {
    if owned.is_empty() {
        return 0;
    }
    let said: FxHashSet<_> = findings.iter().filter_map(key).collect();
    let is_said = |it: &Owned, finding: &Finding| {
        it.owners.iter().any(|(kind, name)| {
            let own = (kind.as_str(), it.object.namespace.as_str(), name.as_str());
            said.contains(&(own, &*finding.about.id, &*finding.message))
        })
    };
    let place = |it: &Owned| ((it.source, it.document, Arc::clone(&it.object)), it.clone());
    let owned: FxHashMap<_, _> = owned.iter().map(place).collect();
    let mut repeated = FxHashSet::default();
    let is_new = |finding: &Finding| {
        let Some(object) = &finding.object else { return true };
        let place = (finding.source, finding.document, Arc::clone(object));
        let is_repeated = owned.get(&place).is_some_and(|it| is_said(it, finding));
        if is_repeated {
            repeated.insert(place);
        }
        !is_repeated
    };
    let kept: Vec<bool> = findings.iter().map(is_new).collect();
    let count = repeated.len();
    let mut kept = kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or(true));
    count
}

type Key<'f> = ((&'f str, &'f str, &'f str), &'f str, &'f str);

/// Of whom a finding says what.
fn key(finding: &Finding) -> Option<Key<'_>> {
    let object = finding.object.as_ref()?;
    let name = (object.kind.as_str(), object.namespace.as_str(), object.name.as_str());
    Some((name, &*finding.about.id, &*finding.message))
}

#[cfg(test)]
mod tests {
    use crate::check::{Settings, check};
    use crate::rules;

    const SPEC: &str =
        "{containers: [{name: c, image: 'a:1', securityContext: {privileged: true}}]}";

    fn list(pod: &str, owner: &str) -> (Vec<String>, usize) {
        let text = format!(
            "{{apiVersion: v1, kind: List, items: [\
             {{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: n, ownerReferences: [{{kind: ReplicaSet, name: {owner}}}]}}, spec: {pod}}}, \
             {{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: r, namespace: n, ownerReferences: [{{kind: Deployment, name: d}}]}}, spec: {{template: {{spec: {SPEC}}}}}}}, \
             {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d, namespace: n}}, spec: {{template: {{spec: {SPEC}}}}}}}]}}"
        );
        let settings = Settings::new(rules::all().filter(|it| it.id == "privileged-container"));
        let outcome = check(settings, [text]);
        let names = outcome.findings.iter().filter_map(|it| it.object.as_ref());
        (names.map(|it| it.name.clone()).collect(), outcome.coverage.owned)
    }

    #[test]
    fn what_an_owner_says_is_said_once() {
        assert_eq!(list(SPEC, "r"), (vec!["d".to_owned()], 2));
    }

    #[test]
    fn an_owner_hides_nothing_that_is_not_said_of_it() {
        let other = SPEC.replace("name: c", "name: other");
        assert_eq!(list(&other, "r"), (vec!["p".to_owned(), "d".to_owned()], 1));
        assert_eq!(list(SPEC, "elsewhere"), (vec!["p".to_owned(), "d".to_owned()], 1));
    }
}
