//! A policy that judges by expressions, and matches resources as the API server does.

use harden_yaml::Place;

use super::expression::{Tokens, tokens};
use super::{JUDGING_KINDS, KUBERNETES, KYVERNO};
use crate::object::Object;

/// Who judges by a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The API server itself.
    Kubernetes,
    /// Kyverno.
    Kyverno,
}

/// A policy that judges by expressions.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'d> {
    /// Who judges by it.
    pub engine: Engine,
    /// Its spec.
    pub spec: Place<'d>,
}

impl<'d> Policy<'d> {
    /// The policy that an object is, if it is one about objects of the API.
    pub fn of(object: &Object<'d>) -> Option<Self> {
        JUDGING_KINDS.iter().find(|it| it.group != KYVERNO && object.is_of(**it))?;
        let spec = object.place.at("spec");
        let is_about_objects = spec.at("evaluation").at("mode").as_str() != Some("JSON");
        let engine = if object.group == KUBERNETES { Engine::Kubernetes } else { Engine::Kyverno };
        is_about_objects.then_some(Self { engine, spec })
    }

    /// What it matches, rule by rule.
    pub fn resource_rules(&self) -> impl Iterator<Item = Place<'d>> + use<'d> {
        self.spec.at("matchConstraints").at("resourceRules").items()
    }

    /// Whether it matches this resource of this group, a subresource or not.
    pub fn matches(&self, group: &str, resource: &str) -> bool {
        self.resource_rules().any(|it| rule_matches(it, group, resource))
    }

    /// Whether it matches something that makes pods.
    pub fn matches_controllers(&self) -> bool {
        const CONTROLLERS: [(&str, &str); 7] = [
            ("", "replicationcontrollers"),
            ("apps", "daemonsets"),
            ("apps", "deployments"),
            ("apps", "replicasets"),
            ("apps", "statefulsets"),
            ("batch", "cronjobs"),
            ("batch", "jobs"),
        ];
        CONTROLLERS.iter().any(|(group, resource)| self.matches(group, resource))
    }

    /// The words of all that it judges by, expression by expression.
    pub fn expressions(&self) -> impl Iterator<Item = Tokens<'d>> + use<'d> {
        let lists = ["variables", "validations"].map(|it| self.spec.at(it));
        let items = lists.into_iter().flat_map(|it| it.items());
        items.filter_map(|it| it.at("expression").as_str()).map(tokens)
    }

    /// Whether it judges containers by what is the same for every kind of them: images and security contexts.
    pub fn judges_containers(&self) -> bool {
        let (mut finds, mut asks) = (false, false);
        for expression in self.expressions() {
            finds |= expression.names_containers();
            asks |= expression.asks_of_every_container();
        }
        finds && asks
    }
}

/// Whether a list says this, or everything.
pub(super) fn names(list: Place<'_>, wanted: &str) -> bool {
    list.items().any(|it| matches!(it.as_str(), Some(it) if it == "*" || it == wanted))
}

fn rule_matches(rule: Place<'_>, group: &str, resource: &str) -> bool {
    let (whole, part) = resource.split_once('/').map_or((resource, None), |it| (it.0, Some(it.1)));
    let is_named = rule.at("resources").items().filter_map(|it| it.as_str()).any(|it| {
        let (of, sub) = it.split_once('/').map_or((it, None), |it| (it.0, Some(it.1)));
        (of == "*" || of == whole)
            && match (part, sub) {
                (None, None) => true,
                (None, Some(sub)) => of == "*" && sub == "*",
                (Some(part), Some(sub)) => sub == "*" || sub == part,
                (Some(_), None) => false,
            }
    });
    names(rule.at("apiGroups"), group) && is_named
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    #[test]
    fn subresources_are_matched_as_the_server_matches_them() {
        for (resources, pods, ephemeral) in [
            ("[pods]", true, false),
            ("['*']", true, false),
            ("['*/*']", true, true),
            ("['pods/*']", false, true),
            ("[pods, pods/ephemeralcontainers]", true, true),
            ("['*/ephemeralcontainers']", false, true),
            ("[deployments]", false, false),
        ] {
            let text = format!("{{apiGroups: [''], resources: {resources}}}");
            let document = Document::parse_yaml(&text);
            let rule = document.root();
            assert_eq!(rule_matches(rule, "", "pods"), pods, "{resources}");
            assert_eq!(
                rule_matches(rule, "", "pods/ephemeralcontainers"),
                ephemeral,
                "{resources}"
            );
            assert!(!rule_matches(rule, "apps", "pods"), "{resources}");
        }
    }
}
