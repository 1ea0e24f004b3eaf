//! Roles and bindings that the API server refuses, so that they grant nothing.

use harden_yaml::{Kind, Place};

use crate::object::Object;
use crate::rbac::{Binding, Role};

/// A role or binding that the API server would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its kind.
    pub kind: String,
    /// Its namespace; empty outside of namespaces.
    pub namespace: String,
    /// Its name; empty where there is none.
    pub name: String,
    /// The source that it is in.
    pub source: String,
    /// The line of what is wrong.
    pub line: Option<u32>,
    /// Why it is refused, as `subjects[0].namespace: Required value`.
    pub why: String,
}

/// The first thing that the API server would refuse in a role or binding, and where.
pub(super) fn find<'d>(object: &Object<'d>) -> Option<(Place<'d>, String)> {
    let root = object.place;
    let say = |place: Place<'d>, why: &str| (place, format!("{}: {why}", place.path_from(&root)));
    if !matches!(object.version, "v1" | "") {
        let why = format!("the API server serves no `{}` of it", object.version);
        return Some(say(root.at("apiVersion"), &why));
    }
    let metadata = root.at("metadata");
    if object.name().is_empty() && object.generate_name().is_none() {
        let why = "Required value: name or generateName is required";
        return Some(say(metadata.at("name"), why));
    }
    if let Some((place, what)) = flaw_of_shape(object) {
        return Some(say(place, &format!("must be {what}")));
    }
    let role = Role::read(object).map(|it| it.problems());
    let problems = role.or_else(|| Binding::read(object).map(|it| it.problems()));
    let first = problems.into_iter().flatten().next()?;
    Some(say(first.place, &first.to_string()))
}

/// The first field that is of another type than the API server decodes, and what it has to be.
fn flaw_of_shape<'d>(object: &Object<'d>) -> Option<(Place<'d>, &'static str)> {
    let (root, text) = (object.place, "a string");
    let metadata = root.at("metadata");
    let names = ["name", "namespace", "generateName"].map(|it| metadata.at(it));
    let labels = metadata.at("labels");
    let values: Vec<_> = labels.entries().map(|(_, value)| value).collect();
    first_unlike(names.into_iter().chain(values), Kind::String, text)
        .or_else(|| first_unlike([labels], Kind::Map, "a map of strings"))
        .or_else(|| match object.kind {
            "Role" | "ClusterRole" => flaw_of_role(object),
            _ => flaw_of_binding(object),
        })
}

fn flaw_of_role<'d>(object: &Object<'d>) -> Option<(Place<'d>, &'static str)> {
    let rules = object.place.at("rules");
    let (list, text) = ("a list", "a string");
    first_unlike([rules], Kind::List, list)
        .or_else(|| first_unlike(rules.items(), Kind::Map, "a map"))
        .or_else(|| {
            rules.items().find_map(|rule| {
                ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
                    .map(|key| rule.at(key))
                    .into_iter()
                    .find_map(|it| {
                        first_unlike([it], Kind::List, list)
                            .or_else(|| first_unlike(it.items(), Kind::String, text))
                    })
            })
        })
        .or_else(|| {
            let aggregation = object.place.at("aggregationRule");
            let selectors = aggregation.at("clusterRoleSelectors");
            first_unlike([aggregation], Kind::Map, "a map")
                .or_else(|| first_unlike([selectors], Kind::List, list))
                .or_else(|| first_unlike(selectors.items(), Kind::Map, "a map"))
                .or_else(|| selectors.items().find_map(flaw_of_selector))
        })
}

fn flaw_of_selector(selector: Place<'_>) -> Option<(Place<'_>, &'static str)> {
    let (labels, expressions) = (selector.at("matchLabels"), selector.at("matchExpressions"));
    let text = "a string";
    first_unlike([labels], Kind::Map, "a map of strings")
        .or_else(|| first_unlike([expressions], Kind::List, "a list"))
        .or_else(|| first_unlike(labels.entries().map(|(_, it)| it), Kind::String, text))
        .or_else(|| first_unlike(expressions.items(), Kind::Map, "a map"))
        .or_else(|| {
            expressions.items().find_map(|it| {
                let values = it.at("values");
                first_unlike(["key", "operator"].map(|key| it.at(key)), Kind::String, text)
                    .or_else(|| first_unlike([values], Kind::List, "a list"))
                    .or_else(|| first_unlike(values.items(), Kind::String, text))
            })
        })
}

fn flaw_of_binding<'d>(object: &Object<'d>) -> Option<(Place<'d>, &'static str)> {
    let (role, subjects) = (object.place.at("roleRef"), object.place.at("subjects"));
    let of_role = ["apiGroup", "kind", "name"].map(|key| role.at(key));
    let of_subject =
        |it: Place<'d>| ["apiGroup", "kind", "namespace", "name"].map(|key| it.at(key));
    first_unlike([role], Kind::Map, "a map")
        .or_else(|| first_unlike([subjects], Kind::List, "a list"))
        .or_else(|| first_unlike(subjects.items(), Kind::Map, "a map"))
        .or_else(|| {
            let all = of_role.into_iter().chain(subjects.items().flat_map(of_subject));
            first_unlike(all, Kind::String, "a string")
        })
}

/// The first place that holds something of another type; to Go, null is nothing.
fn first_unlike<'d>(
    places: impl IntoIterator<Item = Place<'d>>,
    kind: Kind,
    what: &'static str,
) -> Option<(Place<'d>, &'static str)> {
    let is_unlike = |it: &Place<'d>| it.exists() && it.kind() != kind;
    places.into_iter().find(is_unlike).map(|it| (it, what))
}
