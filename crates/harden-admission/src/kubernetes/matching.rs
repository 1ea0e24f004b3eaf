//! Which requests a policy or a binding is about.

mod equivalence;
mod rule;
mod selector;

use equivalence::{Equivalence, between};
use rule::Rule;
pub(super) use selector::Selector;

use super::facts::Facts;
use super::place::{Flaws, Place};
use crate::Operation;

/// `matchConstraints` of a policy or `matchResources` of a binding.
#[derive(Debug, Clone)]
pub(crate) struct Matching {
    rules: Vec<Rule>,
    exclusions: Vec<Rule>,
    namespaces: Selector,
    objects: Selector,
    is_exact: bool,
}

/// Whether a request is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Match {
    No,
    /// With the version of the object that the policy sees.
    As(String),
    /// Nobody can say here, and why.
    Unknown(String),
}

impl Matching {
    pub(crate) fn read(place: &Place<'_>, flaws: &mut Flaws) -> Self {
        let policy = place.at("matchPolicy");
        let is_exact = match policy.text(flaws) {
            "Exact" => true,
            "Equivalent" => false,
            "" if !policy.exists() => false,
            other => {
                flaws.unsupported(&policy, other, &["Equivalent", "Exact"]);
                false
            }
        };
        let namespaces = Selector::read(&place.at("namespaceSelector"), flaws);
        let objects = Selector::read(&place.at("objectSelector"), flaws);
        let mut rules = |key: &str| -> Vec<Rule> {
            place.at(key).items(flaws).iter().map(|it| Rule::read(it, flaws)).collect()
        };
        let (rules, exclusions) = (rules("resourceRules"), rules("excludeResourceRules"));
        Self { rules, exclusions, namespaces, objects, is_exact }
    }

    /// The operations that its rules name.
    pub(super) fn operations(&self) -> impl Iterator<Item = &String> {
        self.rules.iter().flat_map(Rule::operations)
    }

    /// Whether it names no resources, and so means all.
    pub(super) fn is_open(&self) -> bool {
        self.rules.is_empty()
    }

    /// Whether a request is one of those that are meant.
    pub(crate) fn matches(&self, facts: &Facts<'_>) -> Match {
        let namespaces = self.matches_namespace(facts);
        if namespaces == Some(false) || !self.matches_object(facts) {
            return Match::No;
        }
        let excluded = match self.resource(&self.exclusions, facts) {
            Match::As(_) => return Match::No,
            Match::Unknown(why) => Some(why),
            Match::No => None,
        };
        let matched = if self.rules.is_empty() {
            Match::As(facts.object.version().to_owned())
        } else {
            self.resource(&self.rules, facts)
        };
        match (matched, excluded, namespaces) {
            (Match::As(_), Some(why), _) => Match::Unknown(why),
            (Match::As(_), None, None) => {
                let namespace = &facts.namespace;
                Match::Unknown(format!("the labels of the namespace `{namespace}` are not known"))
            }
            (other, ..) => other,
        }
    }

    fn resource(&self, rules: &[Rule], facts: &Facts<'_>) -> Match {
        let about: Vec<&Rule> = rules.iter().filter(|it| it.is_about(facts)).collect();
        let (group, version) = (facts.object.group(), facts.object.version());
        if about.iter().any(|it| it.names_version(group, version)) {
            return Match::As(version.to_owned());
        }
        if self.is_exact {
            return Match::No;
        }
        for rule in about {
            let groups: &[&str] =
                if facts.resource.name == "events" { &["", "events.k8s.io"] } else { &[group] };
            for group in groups {
                for other in rule.versions(group) {
                    match between(facts, group, other) {
                        Equivalence::None => {}
                        Equivalence::Same => return Match::As(other.clone()),
                        Equivalence::Unknown => {
                            return Match::Unknown(format!(
                                "what the object is in the version `{other}` is not known"
                            ));
                        }
                    }
                }
            }
        }
        Match::No
    }

    fn matches_object(&self, facts: &Facts<'_>) -> bool {
        if self.objects.is_empty() {
            return true;
        }
        let request = facts.request;
        [&request.object, &request.old]
            .into_iter()
            .flatten()
            .any(|object| self.objects.matches(|key| object.label(key)))
    }

    /// `None` where it depends on labels that are not known.
    fn matches_namespace(&self, facts: &Facts<'_>) -> Option<bool> {
        let is_namespace = facts.resource.name == "namespaces";
        if self.namespaces.is_empty() || (facts.namespace.is_empty() && !is_namespace) {
            return Some(true);
        }
        let writes = matches!(facts.request.operation, Operation::Create | Operation::Update);
        if is_namespace && facts.request.subresource.is_empty() && writes {
            return Some(self.namespaces.matches(|key| facts.object.label(key)));
        }
        let namespace = facts.request.cluster.namespace(&facts.namespace);
        if facts.knows_namespace {
            return Some(self.namespaces.matches(|key| namespace.label(key)));
        }
        self.namespaces.matches_some(|key| namespace.label(key))
    }
}
