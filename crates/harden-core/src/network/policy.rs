//! A NetworkPolicy as the API server defaults it.

use harden_yaml::Place;

use super::{Direction, TrafficRule};
use crate::kubernetes::Selector;
use crate::object::Object;

/// A NetworkPolicy.
#[derive(Debug, Clone, Copy)]
pub struct NetworkPolicy<'d> {
    /// Its name; empty when there is none.
    pub name: &'d str,
    /// The namespace whose pods it is for; empty when that is not written.
    pub namespace: &'d str,
    /// Its spec.
    pub spec: Place<'d>,
}

impl<'d> NetworkPolicy<'d> {
    /// The policy that an object is.
    pub fn read(object: &Object<'d>) -> Option<Self> {
        object.is("networking.k8s.io", "NetworkPolicy").then(|| Self {
            name: object.name(),
            namespace: object.namespace().unwrap_or(""),
            spec: object.place.at("spec"),
        })
    }

    /// Whether it isolates the pods that it selects in this direction. Without `policyTypes` it is
    /// for ingress, and for egress if it has a rule for that.
    pub fn isolates(&self, direction: Direction) -> bool {
        let types = self.spec.at("policyTypes");
        if types.is_empty() {
            return direction == Direction::Ingress || !self.spec.at("egress").is_empty();
        }
        types.items().any(|it| it.as_str() == Some(direction.word()))
    }

    /// Whether it isolates every pod of its namespace in this direction, those made later included.
    pub fn isolates_all(&self, direction: Direction) -> bool {
        self.isolates(direction) && self.selects_all()
    }

    /// The rules that have an effect in this direction.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = TrafficRule<'d>> + use<'d> {
        let has_effect = self.isolates(direction);
        let rules = self.spec.at(direction.field()).items().filter(move |_| has_effect);
        rules.map(move |place| TrafficRule { place, direction })
    }

    /// The pods that it selects; `None` where the API server rejects the selector.
    pub fn selector(&self) -> Option<Selector<'d>> {
        Selector::read(self.spec.at("podSelector")).ok().map(Option::unwrap_or_default)
    }

    /// Whether it selects every pod of its namespace.
    pub fn selects_all(&self) -> bool {
        self.selector().is_some_and(|it| it.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn isolates(spec: &str) -> [bool; 2] {
        let document = Document::parse_yaml(spec);
        let policy = NetworkPolicy { name: "a", namespace: "b", spec: document.root() };
        Direction::ALL.map(|it| policy.isolates(it))
    }

    #[test]
    fn missing_policy_types_are_defaulted_as_the_api_server_does() {
        assert_eq!(isolates("{}"), [true, false]);
        assert_eq!(isolates("{policyTypes: []}"), [true, false]);
        assert_eq!(isolates("{egress: []}"), [true, false]);
        assert_eq!(isolates("{egress: [{}]}"), [true, true]);
        assert_eq!(isolates("{policyTypes: [Egress]}"), [false, true]);
        assert_eq!(isolates("{policyTypes: [Ingress], egress: [{}]}"), [true, false]);
    }
}
