//! What policies read besides the object that they judge.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Object, Resource};

/// Deeper than any policy is nested.
const DEEPEST: usize = 64;

/// The kinds of objects that some policies read besides the object that they judge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// Groups and kinds, as in manifests.
    kinds: BTreeSet<(String, String)>,
    /// Groups and resources, as in paths.
    resources: BTreeSet<(String, String)>,
    /// Whether an expression decides which.
    is_open: bool,
    /// Whether labels of Namespaces decide something, or anything else of them.
    reads_namespaces: bool,
    /// Whether templates look up what nothing restricts.
    has_free_inventory: bool,
}

impl Needs {
    /// What these policies read. Namespaces and definitions of kinds are always read.
    pub fn of(policies: &[Object]) -> Self {
        let mut needs = Self::default();
        needs.add_kind("", "Namespace");
        needs.add_kind("apiextensions.k8s.io", "CustomResourceDefinition");
        let (mut has_inventory, mut is_restricted) = (false, false);
        for policy in policies {
            needs.reads_namespaces |= reads_namespaces(policy.json(), DEEPEST);
            match policy.group() {
                "admissionregistration.k8s.io" => needs.add_parameters(policy),
                "config.gatekeeper.sh" | "syncset.gatekeeper.sh" => {
                    needs.add_synchronised(policy);
                    is_restricted = true;
                }
                "templates.gatekeeper.sh" => has_inventory |= mentions(policy, "data.inventory"),
                _ => needs.add_below(policy.json(), DEEPEST),
            }
        }
        needs.has_free_inventory = has_inventory && !is_restricted;
        needs
    }

    /// Everything.
    pub fn all() -> Self {
        Self { is_open: true, ..Self::default() }
    }

    /// Whether a kind is read that is at hand, and served by the name that nearly all kinds are served by.
    pub fn want(&self, group: &str, kind: &str) -> bool {
        self.has_free_inventory || self.want_resource(group, kind, &Resource::of(group, kind).name)
    }

    /// Whether a kind is read of a cluster, which is served as this resource.
    pub fn want_resource(&self, group: &str, kind: &str, resource: &str) -> bool {
        if self.is_open {
            return true;
        }
        let has = |set: &BTreeSet<(String, String)>, name: &str| {
            set.contains(&(group.to_owned(), name.to_owned()))
        };
        has(&self.kinds, kind) || has(&self.resources, resource)
    }

    /// Whether policies may read of an object more than that it is there: of Namespaces they most often do not.
    pub fn depend_on(&self, object: &Object) -> bool {
        let is_namespace = object.is("", "Namespace");
        self.want(object.group(), object.kind()) && (!is_namespace || self.want_namespaces())
    }

    /// Whether something that is read may be in a text: cheap, and never wrong where it says no.
    pub fn may_be_in(&self, text: &str) -> bool {
        // What a resource is called does not tell how its kind is written; nor does an escape.
        let is_any = self.is_open || self.has_free_inventory || !self.resources.is_empty();
        is_any || text.contains('\\') || self.kinds.iter().any(|(_, kind)| text.contains(kind))
    }

    /// Whether labels of Namespaces decide something, or anything else of them.
    pub fn want_namespaces(&self) -> bool {
        self.is_open || self.reads_namespaces
    }

    fn add_kind(&mut self, group: &str, kind: &str) {
        self.kinds.insert((group.to_owned(), kind.to_owned()));
    }

    fn add_resource(&mut self, api_version: &str, resource: &str) {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        self.resources.insert((group.to_owned(), resource.to_owned()));
    }

    /// The kind of the parameters that bindings name.
    fn add_parameters(&mut self, policy: &Object) {
        let text = |pointer| policy.at(pointer).and_then(Value::as_str);
        let (version, kind) = (text("/spec/paramKind/apiVersion"), text("/spec/paramKind/kind"));
        if let (Some(version), Some(kind)) = (version, kind) {
            let group = version.split_once('/').map_or("", |(group, _)| group);
            self.add_kind(group, kind);
        }
    }

    /// The kinds that Gatekeeper holds in its inventory.
    fn add_synchronised(&mut self, config: &Object) {
        let lists = ["/spec/sync/syncOnly", "/spec/gvks"];
        let kinds = lists.iter().filter_map(|it| config.at(it)?.as_array()).flatten();
        for kind in kinds {
            let text = |key| kind.get(key).and_then(Value::as_str).unwrap_or_default();
            self.add_kind(text("group"), text("kind"));
        }
    }

    /// What Kyverno's contexts and expressions name.
    fn add_below(&mut self, value: &Value, left: usize) {
        let Some(left) = left.checked_sub(1) else { return };
        match value {
            Value::Object(fields) => {
                for (key, value) in fields {
                    match key.as_str() {
                        "configMap" => self.add_kind("", "ConfigMap"),
                        "urlPath" => self.add_path(value.as_str().unwrap_or_default()),
                        "apiVersion" => {
                            // Parameters, and targets of mutations of what is there already.
                            let kind = fields.get("kind").and_then(Value::as_str);
                            if let (Some(version), Some(kind)) = (value.as_str(), kind) {
                                let group = version.split_once('/').map_or("", |(group, _)| group);
                                self.add_kind(group, kind);
                            }
                        }
                        _ => {}
                    }
                    self.add_below(value, left);
                }
            }
            Value::Array(items) => items.iter().for_each(|it| self.add_below(it, left)),
            Value::String(text) => self.add_calls(text),
            _ => {}
        }
    }

    /// A path of the API: `/api/v1/namespaces/{{ … }}/pods`, `/apis/apps/v1/deployments`.
    fn add_path(&mut self, path: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let mut parts = path.split('/').filter(|it| !it.is_empty());
        let api_version = match (parts.next(), parts.next()) {
            (Some("api"), Some(version)) => version.to_owned(),
            (Some("apis"), Some(group)) => match parts.next() {
                Some(version) => format!("{group}/{version}"),
                None => return,
            },
            _ => return,
        };
        let rest: Vec<_> = parts.collect();
        match rest.as_slice() {
            ["namespaces", _, resource, ..] | [resource, ..] if !resource.contains("{{") => {
                self.add_resource(&api_version, resource);
            }
            _ => self.is_open = true,
        }
    }

    /// What an expression asks for: `resource.List("v1", "configmaps", …)`, and images' secrets aside, nothing
    /// else of the cluster.
    fn add_calls(&mut self, text: &str) {
        for call in ["resource.Get(", "resource.List("] {
            for (at, _) in text.match_indices(call) {
                let rest = text.get(at + call.len()..).unwrap_or_default();
                let mut words = rest.splitn(3, ',').map(literal);
                match (words.next().flatten(), words.next().flatten()) {
                    (Some(version), Some(resource)) => self.add_resource(version, resource),
                    _ => self.is_open = true,
                }
            }
        }
    }
}

/// Whether a policy says something of namespaces other than their names.
fn reads_namespaces(value: &Value, left: usize) -> bool {
    const WORDS: [&str; 3] = ["namespaceObject", "namespaceLabels", "namespaceSelector"];
    let Some(left) = left.checked_sub(1) else { return true };
    match value {
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            let is_selector = key == "namespaceSelector";
            is_selector && value.as_object().is_none_or(|it| !it.is_empty())
                || !is_selector && reads_namespaces(value, left)
        }),
        Value::Array(items) => items.iter().any(|it| reads_namespaces(it, left)),
        Value::String(text) => WORDS.iter().any(|it| text.contains(it)),
        _ => false,
    }
}

/// Whether a policy has a text with these words.
fn mentions(policy: &Object, words: &str) -> bool {
    fn is_below(value: &Value, words: &str, left: usize) -> bool {
        let Some(left) = left.checked_sub(1) else { return false };
        match value {
            Value::Object(fields) => fields.values().any(|it| is_below(it, words, left)),
            Value::Array(items) => items.iter().any(|it| is_below(it, words, left)),
            Value::String(text) => text.contains(words),
            _ => false,
        }
    }
    is_below(policy.json(), words, DEEPEST)
}

/// The text of a literal without escapes.
fn literal(word: &str) -> Option<&str> {
    let word = word.trim();
    let quote = word.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let text = word.strip_prefix(quote)?.strip_suffix(quote)?;
    (!text.contains(['\\', quote])).then_some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn needs(policy: Value) -> Needs {
        Needs::of(&[Object::new(policy)])
    }

    #[test]
    fn parameters_contexts_calls_and_inventories_are_read() {
        let cases = [
            (
                json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy",
                       "spec": {"paramKind": {"apiVersion": "example.com/v1", "kind": "Limit"}}}),
                ("example.com", "Limit", "limits"),
            ),
            (
                json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
                       "spec": {"rules": [{"context": [{"name": "a", "configMap": {"name": "b"}}]}]}}),
                ("", "ConfigMap", "configmaps"),
            ),
            (
                json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "spec": {"rules": [{"context": [
                       {"name": "a", "apiCall": {"urlPath": "/apis/apps/v1/namespaces/{{request.namespace}}/deployments?limit=5"}}]}]}}),
                ("apps", "Deployment", "deployments"),
            ),
            (
                json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
                       "spec": {"variables": [{"name": "a", "expression": "resource.List('v1', \"services\", object.metadata.namespace)"}]}}),
                ("", "Service", "services"),
            ),
            (
                json!({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "spec": {"sync": {"syncOnly":
                       [{"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"}]}}}),
                ("networking.k8s.io", "Ingress", "ingresses"),
            ),
        ];
        for (policy, (group, kind, resource)) in cases {
            let needs = needs(policy);
            assert!(needs.want_resource(group, kind, resource), "{needs:?}");
            assert!(needs.want("", "Namespace"));
            assert!(!needs.want("", "Pod"), "{needs:?}");
            assert!(needs.may_be_in(&format!("kind: {kind}")));
            assert!(needs.may_be_in(r#"kind: "Names\x70ace""#));
        }
    }

    #[test]
    fn where_a_variable_says_which_kind_it_is_all_are_read() {
        let call = "resource.List(variables.version, variables.kind, '')";
        let policy = json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy",
                            "spec": {"variables": [{"name": "a", "expression": call}]}});
        assert!(needs(policy).want("", "Pod"));
        let path = json!({"apiVersion": "kyverno.io/v1", "kind": "Policy",
                          "spec": {"context": [{"apiCall": {"urlPath": "/api/v1/{{ a }}"}}]}});
        assert!(needs(path).want("", "Pod"));
    }
}
