//! Objects that others made, as a cluster lists them beside each other: what both have is reported once.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Coverage;
use crate::finding::{Finding, ObjectReference};
use crate::inventory::PodSummary;
use crate::kubernetes::{GroupKind, Level};
use crate::object::Object;

/// An object that says who made it.
#[derive(Debug, Clone)]
pub(super) struct Owned {
    /// Its source.
    pub(super) source: usize,
    /// The document of the source.
    pub(super) document: u32,
    /// The levels that its pods meet.
    pub(super) levels: Vec<Level>,
    pub(super) object: Arc<ObjectReference>,
    /// Whether it is a ReplicaSet without pods, as Deployments keep them for a way back.
    pub(super) is_retired: bool,
    /// Kind and name of those that made it.
    owners: Vec<(String, String)>,
}

/// Kind, namespace and name of an object.
pub(super) type Name<'n> = (&'n str, &'n str, &'n str);

impl Owned {
    /// Reads who made an object, if somebody did.
    pub(super) fn read(object: &Object<'_>) -> Option<Self> {
        let owners = object.place.at("metadata").at("ownerReferences").items();
        let named = owners.filter_map(|it| {
            Some((it.at("kind").as_str()?.to_owned(), it.at("name").as_str()?.to_owned()))
        });
        let owners: Vec<_> = named.collect();
        let (source, document, levels) = (object.source, object.document, Vec::new());
        let is_retired = object.is_of(GroupKind::new("apps", "ReplicaSet"))
            && object.place.at("spec").at("replicas").as_i64() == Some(0);
        let has_owner = !owners.is_empty();
        has_owner.then(|| Self {
            source,
            document,
            levels,
            object: object.reference(),
            is_retired,
            owners,
        })
    }

    /// Adds kinds and names of those that made its owners.
    pub(super) fn add_owners(&mut self, owners: Vec<(String, String)>) {
        self.owners.extend(owners);
    }

    pub(super) fn owners(&self) -> impl Iterator<Item = Name<'_>> {
        let namespace = self.object.namespace.as_str();
        self.owners.iter().map(move |(kind, name)| (kind.as_str(), namespace, name.as_str()))
    }
}

/// Leaves out of findings and levels what is said of objects and of those that made them, too; says of how
/// many objects. Whoever claims an owner hides nothing by it: only what is said of the owner, too, is left out.
pub(super) fn collapse(
    findings: &mut Vec<Finding>,
    coverage: &mut Coverage,
    owned: &[Owned],
    pods: &[&PodSummary],
) {
    if owned.is_empty() {
        return;
    }
    let owners = owners(owned);
    let with_owners = || owned.iter().zip(&owners).filter(|(_, it)| !it.is_empty());
    let known: FxHashSet<_> =
        pods.iter().filter_map(|it| Some((name(&it.object), it.level?))).collect();
    for (it, owners) in with_owners() {
        for level in &it.levels {
            if owners.iter().any(|owner| known.contains(&(*owner, *level)))
                && let Some(count) = coverage.levels.get_mut(*level as usize)
            {
                *count = count.saturating_sub(1);
            }
        }
    }
    let said: FxHashSet<_> = findings.iter().filter_map(key).collect();
    let place = |it: &Owned| (it.source, it.document, Arc::clone(&it.object));
    let by_place: FxHashMap<_, _> = with_owners().map(|(it, owners)| (place(it), owners)).collect();
    let mut repeated = FxHashSet::default();
    let is_new = |finding: &Finding| {
        let Some(object) = &finding.object else { return true };
        let place = (finding.source, finding.document, Arc::clone(object));
        let own = (&*finding.about.id, &*finding.message);
        let is_said = |owner: &Name<'_>| said.contains(&(*owner, own.0, own.1));
        let is_repeated = by_place.get(&place).is_some_and(|it| it.iter().any(is_said));
        if is_repeated {
            repeated.insert(place);
        }
        !is_repeated
    };
    let kept: Vec<bool> = findings.iter().map(is_new).collect();
    coverage.owned += repeated.len();
    let mut kept = kept.into_iter();
    findings.retain(|_| kept.next().unwrap_or(true));
}

/// The owners of each object. What is said to be made by itself, directly or by way of others, has none.
fn owners(owned: &[Owned]) -> Vec<Vec<Name<'_>>> {
    /// How many objects above one are looked at; real ones have a handful.
    const MOST: usize = 64;

    let mut claims: FxHashMap<_, Vec<_>> = FxHashMap::default();
    for it in owned {
        claims.entry(name(&it.object)).or_default().extend(it.owners());
    }
    let leads = |from, to| {
        let (mut seen, mut open) = (FxHashSet::default(), vec![from]);
        while let Some(next) = open.pop() {
            if next == to || seen.len() > MOST {
                return true;
            }
            if seen.insert(next) {
                open.extend(claims.get(&next).into_iter().flatten().take(MOST));
            }
        }
        false
    };
    let owners_of = |it| Owned::owners(it).filter(|owner| !leads(*owner, name(&it.object)));
    owned.iter().map(|it| owners_of(it).collect()).collect()
}

pub(super) fn name(object: &ObjectReference) -> Name<'_> {
    (object.kind.as_str(), object.namespace.as_str(), object.name.as_str())
}

/// Of whom a finding says what.
fn key(finding: &Finding) -> Option<(Name<'_>, &str, &str)> {
    let object = finding.object.as_ref()?;
    Some((name(object), &*finding.about.id, &*finding.message))
}

#[cfg(test)]
mod tests {
    use crate::check::{Settings, check};
    use crate::rules;

    const SPEC: &str =
        "{containers: [{name: c, image: 'a:1', securityContext: {privileged: true}}]}";

    fn list(pod: &str, owner: &str) -> (Vec<String>, usize, [usize; 3]) {
        let text = format!(
            "{{apiVersion: v1, kind: List, items: [\
             {{apiVersion: v1, kind: Pod, metadata: {{name: p, namespace: n, ownerReferences: [{{kind: ReplicaSet, name: {owner}}}]}}, spec: {pod}}}, \
             {{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: r, namespace: n, ownerReferences: [{{kind: Deployment, name: d}}]}}, spec: {{template: {{spec: {SPEC}}}}}}}, \
             {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: d, namespace: n}}, spec: {{template: {{spec: {SPEC}}}}}}}]}}"
        );
        let settings = Settings::new(rules::all().filter(|it| it.id == "privileged-container"));
        let outcome = check(settings, [text]);
        let names = outcome.findings.iter().filter_map(|it| it.object.as_ref());
        let coverage = &outcome.coverage;
        (names.map(|it| it.name.clone()).collect(), coverage.owned, coverage.levels)
    }

    #[test]
    fn what_an_owner_says_is_said_once() {
        assert_eq!(list(SPEC, "r"), (vec!["d".to_owned()], 2, [1, 0, 0]));
    }

    #[test]
    fn an_owner_hides_nothing_that_is_not_said_of_it() {
        let other = SPEC.replace("name: c", "name: other");
        let both = || vec!["p".to_owned(), "d".to_owned()];
        assert_eq!(list(&other, "r"), (both(), 1, [1, 0, 0]));
        assert_eq!(list(SPEC, "elsewhere"), (both(), 1, [2, 0, 0]));
        let harmless = SPEC.replace("true", "false");
        assert_eq!(list(&harmless, "r"), (vec!["d".to_owned()], 1, [1, 1, 0]));
    }

    #[test]
    fn whoever_owns_itself_hides_nothing() {
        let owner = |kind: &str, name: &str| {
            format!("ownerReferences: [{{kind: {kind}, name: {name}}}, {{kind: Pod, name: b}}]")
        };
        let pod = |name: &str, owner: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: n, {owner}}}, spec: {SPEC}}}"
            )
        };
        let text = [pod("a", &owner("Pod", "a")), pod("b", &owner("Pod", "a"))].join("\n---\n");
        let settings = Settings::new(rules::all().filter(|it| it.id == "privileged-container"));
        let outcome = check(settings, [text]);
        assert_eq!((outcome.findings.len(), outcome.coverage.levels), (2, [2, 0, 0]));
    }
}
