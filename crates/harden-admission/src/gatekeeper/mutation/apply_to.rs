//! What mutators are for: `applyTo`.

use serde_json::Value;

use super::mutator::error;
use crate::gatekeeper::template::Refused;
use crate::{Object, Operation};

const APPLY_TO: &str = "/spec/applyTo";

/// Kinds, and what is done with their objects.
#[derive(Debug, Clone)]
pub(in super::super) struct ApplyTo {
    groups: Vec<String>,
    versions: Vec<String>,
    kinds: Vec<String>,
    operations: Vec<String>,
}

impl ApplyTo {
    pub(in super::super) fn read(it: &Value) -> Self {
        let texts = |key: &str| {
            let all = it.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        Self {
            groups: texts("groups"),
            versions: texts("versions"),
            kinds: texts("kinds"),
            operations: texts("operations"),
        }
    }

    /// Whether it is for objects of a group, version and kind.
    pub(in super::super) fn is_for(&self, group: &str, version: &str, kind: &str) -> bool {
        let has = |all: &[String], it: &str| all.iter().any(|one| one == it);
        has(&self.groups, group) && has(&self.versions, version) && has(&self.kinds, kind)
    }

    pub(super) fn takes(&self, operation: Option<Operation>) -> bool {
        let has = |it: &str| self.operations.iter().any(|one| one == it);
        let has_all = self.operations.is_empty() || has("*");
        match operation {
            None => has_all || (has("CREATE") && has("UPDATE")),
            Some(it @ (Operation::Create | Operation::Update)) => has_all || has(it.word()),
            Some(Operation::Delete | Operation::Connect) => false,
        }
    }

    /// Groups, versions, kinds and operations, one by one.
    pub(super) fn bindings(&self) -> Vec<[String; 4]> {
        let mut all = Vec::new();
        for operation in [Operation::Create, Operation::Update] {
            if !self.takes(Some(operation)) {
                continue;
            }
            for group in &self.groups {
                for version in &self.versions {
                    for kind in &self.kinds {
                        let it = [group.as_str(), version, kind, operation.word()];
                        all.push(it.map(str::to_owned));
                    }
                }
            }
        }
        all
    }
}

/// What a mutator of a kind applies to.
pub(super) fn apply_to(object: &Object, kind: &str) -> Result<Vec<ApplyTo>, Refused> {
    let name = object.name();
    let all: Vec<ApplyTo> = object
        .at(APPLY_TO)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(ApplyTo::read)
        .collect();
    if all.is_empty() {
        return Err(error(APPLY_TO, format!("applyTo required for {kind} mutator {name}")));
    }
    for it in &all {
        if it.groups.is_empty() || it.versions.is_empty() || it.kinds.is_empty() {
            let what = format!(
                "invalid applyTo for {kind} mutator {name}, all of group, version and kind must be specified"
            );
            return Err(error(APPLY_TO, what));
        }
        let is_known = |it: &String| matches!(it.as_str(), "CREATE" | "UPDATE" | "*");
        if let Some(other) = it.operations.iter().find(|it| !is_known(it)) {
            let what = format!(
                "invalid applyTo for {kind} mutator {name}: invalid operation {other:?}: must be one of \
                 CREATE, UPDATE, *"
            );
            return Err(error(APPLY_TO, what));
        }
    }
    Ok(all)
}
