//! Rules for controllers of pods, made of rules for pods.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::expression::Flaw;
use super::mutation::rewritten;
use crate::Object;

/// What is rewritten for controllers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rewriting {
    /// Everything, as text.
    Whole,
    /// Conditions and what is applied.
    Mutations,
}

/// A specification for some controllers.
#[derive(Debug)]
struct Generated {
    place: Place,
    spec: Json,
    /// Whether it is about pods that are taken out of the object, wherever they are in it.
    is_extracting: bool,
}

/// Controllers that have their pods at a known place: resource, group, kind, and whether it is that of a
/// `CronJob`.
const KNOWN: [(&str, &str, bool); 6] = [
    ("daemonsets", "apps", false),
    ("deployments", "apps", false),
    ("replicasets", "apps", false),
    ("statefulsets", "apps", false),
    ("jobs", "batch", false),
    ("cronjobs", "batch", true),
];

/// Where controllers have their pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    InCronJob,
    InTemplate,
    Anywhere,
}

impl Place {
    /// The way from the root of the object to the pod; empty where there is no fixed one.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::InCronJob => "spec.jobTemplate.spec.template",
            Self::InTemplate => "spec.template",
            Self::Anywhere => "",
        }
    }
}

/// A policy as it is written, and as what it becomes for controllers, each compiled; the flag says whether it is
/// about pods that are taken out of the object.
pub(super) fn compile_all<T>(
    policy: &Object,
    rewriting: Rewriting,
    compile: impl Fn(&Json, bool) -> Result<T, Flaw>,
) -> Result<Vec<T>, Flaw> {
    let Some(spec) = policy.json().get("spec") else { return Ok(Vec::new()) };
    let own = compile(spec, false);
    let others = generated(spec, rewriting).into_iter();
    let others = others.map(|it| compile(&it.spec, it.is_extracting));
    std::iter::once(own).chain(others).collect()
}

/// What a specification becomes for controllers of pods: where they have them, and whether that is anywhere.
pub(crate) fn for_controllers(spec: &Json) -> Vec<(&'static str, Json, bool)> {
    let generated = generated(spec, Rewriting::Whole).into_iter();
    generated.map(|it| (it.place.path(), it.spec, it.is_extracting)).collect()
}

/// What a specification becomes for controllers of pods; nothing where it is not about pods alone.
fn generated(spec: &Json, rewriting: Rewriting) -> Vec<Generated> {
    let Some(constraints) = spec.get("matchConstraints").filter(|it| is_of_pods(it)) else {
        return Vec::new();
    };
    let controllers = spec.pointer("/autogen/podControllers/controllers").and_then(Json::as_array);
    let controllers: Vec<&str> = match controllers {
        Some(list) => list.iter().filter_map(Json::as_str).collect(),
        None => KNOWN.iter().map(|(resource, ..)| *resource).collect(),
    };
    let mut places: BTreeMap<Place, BTreeMap<(&str, &str), Vec<&str>>> = BTreeMap::new();
    for controller in controllers {
        if let Some((place, group, version, resource)) = target(controller) {
            let resources = places.entry(place).or_default().entry((group, version)).or_default();
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
    }
    let operations = constraints.pointer("/resourceRules/0/operations").cloned();
    let operations = operations.unwrap_or_else(|| json!([]));
    let generate = |(place, targets): (Place, BTreeMap<(&str, &str), Vec<&str>>)| {
        let rules: Vec<Json> = targets
            .into_iter()
            .map(|((group, version), resources)| {
                json!({
                    "apiGroups": [group],
                    "apiVersions": [version],
                    "resources": resources,
                    "operations": operations,
                })
            })
            .collect();
        let mut constraints_of = json!({ "resourceRules": rules });
        if let Some(selector) = constraints.get("namespaceSelector")
            && let Some(constraints) = constraints_of.as_object_mut()
        {
            constraints.insert("namespaceSelector".to_owned(), selector.clone());
        }
        let mut spec = spec.clone();
        if let Some(spec) = spec.as_object_mut() {
            spec.insert("matchConstraints".to_owned(), constraints_of);
        }
        let is_extracting = place == Place::Anywhere;
        let spec = match rewriting {
            _ if is_extracting => spec,
            Rewriting::Whole => moved(&spec, place.path()),
            Rewriting::Mutations => rewritten(spec, place),
        };
        Generated { place, spec, is_extracting }
    };
    places.into_iter().map(generate).collect()
}

/// Place, group, version and resource of a controller, by its name or `RESOURCE.VERSION.GROUP`.
fn target(controller: &str) -> Option<(Place, &str, &str, &str)> {
    if let Some((resource, group, is_cron_job)) =
        KNOWN.iter().find(|(resource, ..)| *resource == controller)
    {
        let place = if *is_cron_job { Place::InCronJob } else { Place::InTemplate };
        return Some((place, group, "v1", resource));
    }
    let mut parts = controller.splitn(3, '.');
    let (resource, version, group) = (parts.next()?, parts.next()?, parts.next()?);
    let is_whole = ![resource, version, group].contains(&"");
    is_whole.then_some((Place::Anywhere, group, version, resource))
}

/// Whether constraints name pods, and only these.
fn is_of_pods(constraints: &Json) -> bool {
    let count = |key: &str, of: &Json| match of.get(key) {
        Some(Json::Array(items)) => items.len(),
        Some(Json::Object(fields)) => fields.len(),
        _ => 0,
    };
    let selects = constraints
        .get("objectSelector")
        .is_some_and(|it| count("matchLabels", it) > 0 || count("matchExpressions", it) > 0);
    let rules = constraints.get("resourceRules").and_then(Json::as_array);
    let Some([rule]) = rules.map(Vec::as_slice) else { return false };
    let is = |key: &str, word: &str| rule.get(key) == Some(&json!([word]));
    !selects
        && count("excludeResourceRules", constraints) == 0
        && count("resourceNames", rule) == 0
        && is("apiGroups", "")
        && is("apiVersions", "v1")
        && is("resources", "pods")
}

/// A specification that looks at a pod within its controller: Kyverno replaces text, wherever it stands.
fn moved(spec: &Json, path: &str) -> Json {
    let mut text = spec.to_string();
    for part in ["spec", "metadata"] {
        for root in ["object", "oldObject"] {
            text = replaced(&text, &format!("{root}.{part}"), &format!("{root}.{path}.{part}"));
        }
    }
    serde_json::from_str(&text).unwrap_or_else(|_| spec.clone())
}

/// The text with all of `from` replaced but those before a whole `.namespace`, which pods in templates do
/// not have.
fn replaced(text: &str, from: &str, to: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(from) {
        result.push_str(before);
        let is_of_identifier = |it: char| it == '_' || it.is_ascii_alphanumeric();
        let is_kept =
            after.strip_prefix(".namespace").is_some_and(|it| !it.starts_with(is_of_identifier));
        result.push_str(if is_kept { from } else { to });
        rest = after;
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(controllers: &Json) -> Json {
        json!({
            "autogen": {"podControllers": {"controllers": controllers}},
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"],
            }]},
            "validations": [{
                "expression": "object.spec.a && oldObject.spec.b && object.metadata.namespace != object.metadata.name",
            }],
        })
    }

    #[test]
    fn expressions_look_into_the_template_but_for_the_namespace() {
        let all = generated(&spec(&json!(["jobs", "cronjobs"])), Rewriting::Whole);
        let expressions: Vec<&str> = all
            .iter()
            .map(|it| it.spec.pointer("/validations/0/expression").and_then(Json::as_str).unwrap())
            .collect();
        assert_eq!(
            expressions,
            [
                "object.spec.jobTemplate.spec.template.spec.a && oldObject.spec.jobTemplate.spec.template.spec.b \
                 && object.metadata.namespace != object.spec.jobTemplate.spec.template.metadata.name",
                "object.spec.template.spec.a && oldObject.spec.template.spec.b \
                 && object.metadata.namespace != object.spec.template.metadata.name",
            ]
        );
        assert_eq!(
            all[1].spec.pointer("/matchConstraints/resourceRules"),
            Some(&json!([{
                "apiGroups": ["batch"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["jobs"],
            }]))
        );
    }

    #[test]
    fn controllers_that_are_not_known_have_their_pods_taken_out() {
        let spec = spec(&json!(["jobsets.v1alpha2.jobset.x-k8s.io", "typo"]));
        let all = generated(&spec, Rewriting::Whole);
        assert_eq!(all.len(), 1);
        assert!(all[0].is_extracting);
        assert_eq!(all[0].spec.get("validations"), spec.get("validations"));
    }

    #[test]
    fn what_is_not_about_pods_alone_is_not_made_into_more() {
        let mut spec = spec(&json!(["jobs"]));
        spec["matchConstraints"]["resourceRules"][0]["resources"] = json!(["pods", "services"]);
        assert!(generated(&spec, Rewriting::Whole).is_empty());
    }
}
