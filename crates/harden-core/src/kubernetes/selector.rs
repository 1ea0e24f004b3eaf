//! Label selectors, matched as upstream matches them.

use harden_yaml::{Kind, Place};

use super::key_value::{is_label_value, is_qualified_name};

/// What labels must be like: every requirement holds. One without requirements matches all labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Selector<'d> {
    requirements: Vec<Requirement<'d>>,
}

/// What labels must have to be matched by a selector.
#[derive(Debug, Clone, Copy)]
pub enum Anchor<'s, 'd> {
    /// One of these values of a key.
    Values(&'d str, &'s [&'d str]),
    /// A key.
    Key(&'d str),
}

/// A selector that the API server rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the API server rejects this selector")]
pub struct Unreadable;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Requirement<'d> {
    key: &'d str,
    condition: Condition<'d>,
}

/// What the value of a key must be like.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Condition<'d> {
    /// This value.
    Is(&'d str),
    /// One of these.
    In(Vec<&'d str>),
    /// None of these, or no value.
    NotIn(Vec<&'d str>),
    /// Any value.
    Exists,
    /// No value.
    DoesNotExist,
}

impl<'d> Selector<'d> {
    /// Reads a LabelSelector. `None` where there is none, which matches nothing in some fields and
    /// everything in others.
    pub fn read(place: Place<'d>) -> Result<Option<Self>, Unreadable> {
        match place.kind() {
            Kind::Missing | Kind::Null => return Ok(None),
            Kind::Map => {}
            _ => return Err(Unreadable),
        }
        let labels = place.at("matchLabels").entries().map(|(key, value)| {
            Ok(Requirement { key, condition: Condition::Is(text(value).ok_or(Unreadable)?) })
        });
        let expressions = place.at("matchExpressions").items().map(Requirement::read);
        let requirements: Vec<_> = labels.chain(expressions).collect::<Result<_, _>>()?;
        let is_valid = requirements.iter().all(Requirement::is_valid);
        if is_valid { Ok(Some(Self { requirements })) } else { Err(Unreadable) }
    }

    /// Each key with what its value must be like.
    pub fn conditions(&self) -> impl Iterator<Item = (&'d str, &Condition<'d>)> {
        self.requirements.iter().map(|it| (it.key, &it.condition))
    }

    /// Whether it matches whatever there is.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }

    /// Whether no labels at all satisfy it: what it asks of a key contradicts itself. `given` are keys that are
    /// always there.
    pub fn is_contradictory(&self, given: &[&str]) -> bool {
        self.requirements.iter().any(|first| {
            let of_key = || self.requirements.iter().filter(|it| it.key == first.key);
            let named = of_key().flat_map(|it| match &it.condition {
                Condition::Is(value) => vec![*value],
                Condition::In(values) => values.clone(),
                _ => Vec::new(),
            });
            // No label has this value, so that only what asks for no value in particular takes it.
            let mut values = named.chain(["\0"]).map(Some).chain([None]);
            let may_be = |it: Option<&str>| it.is_some() || !given.contains(&first.key);
            !values.any(|value| may_be(value) && of_key().all(|it| it.holds(value)))
        })
    }

    /// Whether labels satisfy every requirement; `label` gives the value of a key.
    pub fn matches<'l>(&self, mut label: impl FnMut(&str) -> Option<&'l str>) -> bool {
        self.requirements.iter().all(|it| it.holds(label(it.key)))
    }

    /// Whether a list of labels satisfies every requirement.
    pub fn matches_all(&self, labels: &[(String, String)]) -> bool {
        self.matches(|key| find(labels, key))
    }

    /// The only requirement that labels do not satisfy, when it is a value that they should have:
    /// its key and the value.
    pub fn only_mismatch(&self, labels: &[(String, String)]) -> Option<(&'d str, &'d str)> {
        let mut failing = self.requirements.iter().filter(|it| !it.holds(find(labels, it.key)));
        let first = failing.next()?;
        match (&first.condition, failing.next()) {
            (Condition::Is(value), None) => Some((first.key, value)),
            _ => None,
        }
    }

    /// The values that labels must have, each with its key.
    pub fn values(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.requirements.iter().filter_map(|it| match &it.condition {
            Condition::Is(value) => Some((it.key, *value)),
            _ => None,
        })
    }

    /// What labels must have to be matched, requirement by requirement.
    pub fn anchors(&self) -> impl Iterator<Item = Anchor<'_, 'd>> {
        self.requirements.iter().filter_map(|it| match &it.condition {
            Condition::Is(value) => Some(Anchor::Values(it.key, std::slice::from_ref(value))),
            Condition::In(values) => Some(Anchor::Values(it.key, values)),
            Condition::Exists => Some(Anchor::Key(it.key)),
            Condition::NotIn(_) | Condition::DoesNotExist => None,
        })
    }

    /// The value that it wants of a key, if it names one.
    pub fn wanted(&self, key: &str) -> Option<&'d str> {
        self.requirements.iter().find(|it| it.key == key).and_then(|it| match &it.condition {
            Condition::Is(value) => Some(*value),
            Condition::In(values) if values.len() == 1 => values.first().copied(),
            _ => None,
        })
    }
}

fn find<'l>(labels: &'l [(String, String)], key: &str) -> Option<&'l str> {
    labels.iter().find(|(it, _)| it == key).map(|(_, value)| value.as_str())
}

impl<'d> Requirement<'d> {
    fn read(place: Place<'d>) -> Result<Self, Unreadable> {
        let values = place.at("values");
        if values.exists() && !values.is_list() {
            return Err(Unreadable);
        }
        let none = values.is_empty();
        let values =
            || values.items().map(|it| text(it).ok_or(Unreadable)).collect::<Result<Vec<_>, _>>();
        let condition = match (text(place.at("operator")).unwrap_or_default(), none) {
            ("In", false) => Condition::In(values()?),
            ("NotIn", false) => Condition::NotIn(values()?),
            ("Exists", true) => Condition::Exists,
            ("DoesNotExist", true) => Condition::DoesNotExist,
            _ => return Err(Unreadable),
        };
        Ok(Self { key: text(place.at("key")).unwrap_or_default(), condition })
    }

    fn is_valid(&self) -> bool {
        is_qualified_name(self.key)
            && match &self.condition {
                Condition::Is(value) => is_label_value(value),
                Condition::In(values) | Condition::NotIn(values) => {
                    values.iter().all(|it| is_label_value(it))
                }
                Condition::Exists | Condition::DoesNotExist => true,
            }
    }

    fn holds(&self, label: Option<&str>) -> bool {
        match (&self.condition, label) {
            (Condition::Is(value), Some(label)) => *value == label,
            (Condition::In(values), Some(label)) => values.contains(&label),
            (Condition::NotIn(values), Some(label)) => !values.contains(&label),
            (Condition::Is(_) | Condition::In(_), None) => false,
            (Condition::NotIn(_), None) => true,
            (Condition::Exists, label) => label.is_some(),
            (Condition::DoesNotExist, label) => label.is_none(),
        }
    }
}

/// A string; Go takes a null for an empty one.
fn text(place: Place<'_>) -> Option<&str> {
    if place.is_null() { Some("") } else { place.as_str() }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> Option<bool> {
        let document = Document::parse_yaml(selector);
        let selector = Selector::read(document.root()).ok()??;
        let find = |key: &str| labels.iter().find(|(it, _)| *it == key).map(|(_, value)| *value);
        Some(selector.matches(find))
    }

    #[test]
    fn an_empty_selector_matches_everything_and_none_is_none() {
        assert_eq!(matches("{}", &[]), Some(true));
        assert_eq!(matches("{matchLabels: {}, matchExpressions: null}", &[("a", "b")]), Some(true));
        assert_eq!(matches("null", &[]), None);
    }

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let selector =
            "{matchLabels: {a: b}, matchExpressions: [{key: c, operator: NotIn, values: [d]}]}";
        assert_eq!(matches(selector, &[("a", "b")]), Some(true));
        assert_eq!(matches(selector, &[("a", "b"), ("c", "d")]), Some(false));
        assert_eq!(matches(selector, &[("c", "e")]), Some(false));
    }

    #[test]
    fn what_the_api_server_rejects_is_rejected() {
        for selector in [
            "{matchLabels: {a: 1}}",
            "{matchLabels: {'a b': c}}",
            "{matchExpressions: [{key: a, operator: Equals, values: [b]}]}",
            "{matchExpressions: [{key: a, operator: In}]}",
            "{matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
            "[]",
        ] {
            let document = Document::parse_yaml(selector);
            assert_eq!(Selector::read(document.root()), Err(Unreadable), "{selector}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_satisfied_by_nothing() {
        for (expressions, is_contradictory) in [
            ("{key: a, operator: Exists}, {key: a, operator: DoesNotExist}", true),
            (
                "{key: a, operator: In, values: [b]}, {key: a, operator: NotIn, values: [b, c]}",
                true,
            ),
            ("{key: a, operator: In, values: [b]}, {key: a, operator: In, values: [c]}", true),
            (
                "{key: a, operator: In, values: [b, c]}, {key: a, operator: NotIn, values: [b]}",
                false,
            ),
            ("{key: a, operator: NotIn, values: [b]}, {key: a, operator: DoesNotExist}", false),
            ("{key: a, operator: Exists}, {key: b, operator: DoesNotExist}", false),
            ("{key: given, operator: DoesNotExist}", true),
            ("{key: given, operator: NotIn, values: [b]}", false),
        ] {
            let text = format!("{{matchExpressions: [{expressions}]}}");
            let document = Document::parse_yaml(&text);
            let selector = Selector::read(document.root()).unwrap().unwrap();
            assert_eq!(selector.is_contradictory(&["given"]), is_contradictory, "{expressions}");
        }
    }

    #[test]
    fn the_only_value_that_differs_is_named() {
        let document = Document::parse_yaml("{matchLabels: {app: wbe, tier: front}}");
        let selector = Selector::read(document.root()).unwrap().unwrap();
        let labels = |app: &str, tier: &str| {
            vec![("app".to_owned(), app.to_owned()), ("tier".to_owned(), tier.to_owned())]
        };
        assert_eq!(selector.only_mismatch(&labels("web", "front")), Some(("app", "wbe")));
        assert_eq!(selector.only_mismatch(&labels("web", "back")), None);
        assert_eq!(selector.only_mismatch(&labels("wbe", "front")), None);
        assert_eq!(selector.wanted("tier"), Some("front"));
    }
}
