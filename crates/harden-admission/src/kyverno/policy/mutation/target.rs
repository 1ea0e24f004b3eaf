//! The objects that a rule changes in the place of that which it is asked about.

use serde_json::Value;

use crate::Object;
use crate::kyverno::jmespath::Failure;
use crate::kyverno::pattern::wildcard::matches_text;
use crate::kyverno::policy::conditions::Conditions;
use crate::kyverno::policy::context::Context;
use crate::kyverno::policy::entries::Entry;
use crate::kyverno::policy::field::{filled, text};
use crate::kyverno::policy::selector::Selector;
use crate::kyverno::policy::variables::substitute;

/// Objects of the cluster.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Target {
    /// `apiVersion`, `kind`, `namespace`, `name` and `selector`, with variables.
    selector: Value,
    pub context: Vec<Entry>,
    pub preconditions: Result<Conditions, String>,
}

impl Target {
    /// Reads one of `targets`.
    pub fn read(value: &Value) -> Self {
        let mut selector = value.clone();
        if let Some(map) = selector.as_object_mut() {
            map.shift_remove("context");
            map.shift_remove("preconditions");
        }
        Self {
            selector,
            context: Entry::read_all(value),
            preconditions: Conditions::read(value.get("preconditions")),
        }
    }

    /// The objects at hand that are meant.
    pub fn find(&self, index: usize, context: &mut Context<'_>) -> Result<Vec<Object>, Failure> {
        let selector = substitute(&self.selector, context).map_err(|it| match it {
            Failure::NotJudged(_) => it,
            other => Failure::Error(format!(
                "failed to substitute variables in target[{index}]: {other}"
            )),
        })?;
        let (api_version, kind) = (text(&selector, "apiVersion"), text(&selector, "kind"));
        let is_wild = |it: &str| it.contains(['*', '?']);
        if is_wild(api_version) || is_wild(kind) || kind.contains('/') || api_version.is_empty() {
            let what = "targets of kinds with wildcards, or of subresources, are not judged here";
            return Err(Failure::NotJudged(what.to_owned()));
        }
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let namespace = match context.policy_namespace() {
            "" => text(&selector, "namespace"),
            of_policy => of_policy,
        };
        let name = text(&selector, "name");
        let cluster = context.cluster();
        if !cluster.is_whole {
            let what = format!("not all objects of kind {kind} are at hand");
            return Err(Failure::NotJudged(what));
        }
        let is_single =
            !namespace.is_empty() && !name.is_empty() && !is_wild(namespace) && !is_wild(name);
        if is_single {
            let found = cluster.get(group, kind, namespace, name).cloned();
            let missing = || Failure::Error(format!("{kind} \"{name}\" not found"));
            return Ok(vec![found.ok_or_else(missing)?]);
        }
        let selector = filled(&selector, "selector").map(Selector::read);
        let is_meant = |it: &&Object| {
            let labels = it.at("/metadata/labels").and_then(Value::as_object);
            let labels = labels.cloned().unwrap_or_default();
            selector.as_ref().is_none_or(|it| it.matches(&labels))
                && (namespace.is_empty() || matches_text(namespace, it.namespace()))
                && (name.is_empty() || matches_text(name, it.name()))
        };
        Ok(cluster.list(group, kind, None).filter(is_meant).cloned().collect())
    }
}
