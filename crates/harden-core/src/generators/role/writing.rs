//! Rights as Roles, ClusterRoles and their bindings.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::right::{Names, Target, Use, Verb};
use super::scope::{Granted, Places};
use crate::Manifest;
use crate::generators::namespace::Bound;
use crate::kubernetes::Kind;
use crate::rbac::GROUP;

/// An entry of `rules` that is put together: what its verbs and names allow is allowed of each target, and
/// nothing else.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The group; none for paths.
    group: Option<String>,
    names: Names,
    verbs: Vec<Verb>,
}

/// What a role is called, who gets it, and why it is there.
pub(super) struct Naming<'o> {
    pub(super) name: &'o str,
    pub(super) who: Option<&'o Bound>,
    pub(super) why: String,
}

/// A role that is there already, which grants just what is needed.
pub(super) type Existing = BTreeMap<String, (&'static str, String)>;

/// The roles, each with its binding where somebody gets it.
pub(super) fn manifests(
    places: &Places,
    naming: &Naming<'_>,
    existing: &Existing,
) -> Vec<Manifest> {
    let mut manifests = Vec::new();
    for (namespace, granted) in places {
        let there = existing.get(namespace);
        if there.is_none() {
            manifests.push(role(namespace, granted, naming));
        }
        if let Some(who) = naming.who {
            manifests.push(binding(namespace, naming, who, there));
        }
    }
    manifests
}

fn role(namespace: &str, granted: &Granted, naming: &Naming<'_>) -> Manifest {
    let (rules, reasons) = rules(granted);
    role_of(namespace, naming, &rules).explained(reasons)
}

/// A role of these rules; for the whole cluster where there is no namespace.
pub(super) fn role_of(namespace: &str, naming: &Naming<'_>, rules: &[Value]) -> Manifest {
    let (kind, namespace) = match namespace {
        "" => (Kind::CLUSTER_ROLE, None),
        namespace => (Kind::ROLE, Some(namespace)),
    };
    Manifest::new(kind, namespace, naming.name, &naming.why, json!({"rules": rules}))
}

/// The binding by which somebody gets the role, or one that is there already.
pub(super) fn binding(
    namespace: &str,
    naming: &Naming<'_>,
    who: &Bound,
    there: Option<&(&'static str, String)>,
) -> Manifest {
    let (kind, role_kind, place) = match namespace {
        "" => (Kind::CLUSTER_ROLE_BINDING, "ClusterRole", None),
        namespace => (Kind::ROLE_BINDING, "Role", Some(namespace)),
    };
    let (role_kind, role, why) = match there {
        Some((kind, name)) => {
            let why = format!("It gives just what is needed: the {kind} {name} is there already.");
            (*kind, name.as_str(), why)
        }
        None => (role_kind, naming.name, format!("Who gets the {role_kind} {}.", naming.name)),
    };
    let body = json!({
        "roleRef": {"apiGroup": GROUP, "kind": role_kind, "name": role},
        "subjects": [who.to_value()],
    });
    Manifest::new(kind, place, naming.name, &why, body)
}

/// The targets of an entry, and how each of its verbs is used.
type Members<'g> = (Vec<&'g Target>, Vec<(&'g Verb, &'g Use)>);

/// The rules that grant just this, each with its reason.
pub(super) fn rules(granted: &Granted) -> (Vec<Value>, Vec<String>) {
    let mut of_target: BTreeMap<(&Target, &Names), Vec<(&Verb, &Use)>> = BTreeMap::new();
    for ((target, verb), how) in granted {
        of_target.entry((target, &how.names)).or_default().push((verb, how));
    }
    let mut rules: BTreeMap<Key, Members<'_>> = BTreeMap::new();
    for ((target, names), verbs) in of_target {
        let group = match target {
            Target::Resource { group, .. } => Some(group.clone()),
            Target::Url(_) => None,
        };
        let own = verbs.iter().map(|(verb, _)| (*verb).clone()).collect();
        let key = Key { group, names: names.clone(), verbs: own };
        let (targets, uses) = rules.entry(key).or_default();
        targets.push(target);
        uses.extend(verbs);
    }
    let mut written: Vec<_> = rules.into_iter().collect();
    // By group and first resource, and what is about no resource at the end.
    written.sort_by(|(a, (one, _)), (b, (other, _))| {
        (a.group.is_none(), one.first(), a).cmp(&(b.group.is_none(), other.first(), b))
    });
    written.iter().map(|(key, (targets, uses))| (rule(key, targets), reason(uses))).unzip()
}

fn rule(key: &Key, targets: &[&Target]) -> Value {
    let verbs: Vec<&str> = key.verbs.iter().map(|it| it.0.as_str()).collect();
    let words: Vec<&str> = targets
        .iter()
        .map(|it| match it {
            Target::Resource { resource, .. } => resource.as_str(),
            Target::Url(path) => path.as_str(),
        })
        .collect();
    match (&key.group, &key.names) {
        (None, _) => json!({"nonResourceURLs": words, "verbs": verbs}),
        (Some(group), None) => json!({"apiGroups": [group], "resources": words, "verbs": verbs}),
        (Some(group), Some(names)) => json!({
            "apiGroups": [group], "resources": words, "resourceNames": names, "verbs": verbs
        }),
    }
}

/// How often it was used, and what shows it.
fn reason(uses: &[(&Verb, &Use)]) -> String {
    let mut counts: BTreeMap<&Verb, u64> = BTreeMap::new();
    for (verb, how) in uses {
        *counts.entry(verb).or_default() += how.count;
    }
    let total: u64 = counts.values().sum();
    // What was asked for itself says more than what followed from it.
    let asked = uses.iter().map(|(_, it)| it).filter(|it| it.count > 0);
    let first = asked.reduce(|a, b| if b.evidence.is_before(&a.evidence) { b } else { a });
    let Some(first) = first.or(uses.first().map(|(_, it)| it)) else { return String::new() };
    let each: Vec<String> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(verb, count)| format!("{} {count}", verb.0))
        .collect();
    let words = first.evidence.words();
    let place = first.evidence.place();
    let mut text = match (total, each.len()) {
        _ if place.is_empty() => words,
        (0, _) => format!("Needed {place}:\n{words}"),
        (1, _) => format!("Used once {place}:\n{words}"),
        (_, 1) => format!("Used {total} times, first {place}:\n{words}"),
        _ => format!("Used {total} times ({}), first {place}:\n{words}", each.join(", ")),
    };
    let because: BTreeSet<&str> = uses.iter().flat_map(|(_, it)| &it.because).copied().collect();
    for why in because {
        text.push('\n');
        text.push_str(why);
    }
    text
}
