//! The objects of a manifest that is to be applied. None of them may be made of secrets.

use harden_core::secrecy::{self, Reason};
use harden_yaml::Lines;
use serde_json::Value;

use super::MANIFEST;
use crate::cluster::{Cluster, application, lookup};
use crate::listing::Kind;
use crate::mcp::refusal::Refusal;

/// So many objects are applied at a time.
const MOST: usize = 50;

/// An object that is to be applied.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    /// Its namespace, if its kind has one.
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    pub(super) value: Value,
}

impl Wanted {
    /// Where the API server has it.
    pub(super) fn path(&self) -> String {
        let kind = (&*self.kind.api_version(), &*self.kind.plural);
        application::path(kind, self.namespace.as_deref(), Some(&self.name))
    }

    /// What it is called in our sentences.
    pub(super) fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind.kind, self.name),
            None => format!("{} {}", self.kind.kind, self.name),
        }
    }
}

/// Reads the objects of a manifest, those in lists one by one.
pub(super) fn read(text: &str) -> Result<Vec<Value>, Refusal> {
    let mut objects = Vec::new();
    for document in harden_yaml::documents(text) {
        if document.is_empty() {
            continue;
        }
        if document.is_rejected_by_strict() || document.is_rejected() {
            let problem = document.problems().first();
            let lines = Lines::new(text);
            let says = problem.map_or_else(
                || "it cannot be read".to_owned(),
                |it| {
                    let at = lines.position(it.span.start);
                    format!("line {}, column {}: {}", at.line, at.column, it.message())
                },
            );
            return Err(Refusal::of(MANIFEST, says));
        }
        let json = document.to_json().unwrap_or_default();
        reject_secrets(&json)?;
        let value = serde_json::from_str(&json)
            .map_err(|_| Refusal::of(MANIFEST, "it is nested too deeply to be applied"))?;
        expand(value, &mut objects)?;
    }
    match objects.len() {
        0 => Err(Refusal::of(MANIFEST, "there is no object in it")),
        count if count > MOST => Err(Refusal::of(
            MANIFEST,
            format!("there are {count} objects, and at most {MOST} are applied at a time"),
        )),
        _ => Ok(objects),
    }
}

/// Refuses what is made of secrets, and what may be.
fn reject_secrets(json: &str) -> Result<(), Refusal> {
    let reasons = secrecy::confidences(json).into_iter().flat_map(|it| it.reasons);
    let is_made_of_secrets = |it: &Reason| !matches!(it, Reason::Credential(_));
    match reasons.into_iter().find(is_made_of_secrets) {
        Some(Reason::Unknown) => Err(Refusal::of(
            MANIFEST,
            "an object is of no kind that Kubernetes has, and may be a Secret: secrets are not applied here; mend its apiVersion and kind",
        )),
        Some(reason) => Err(Refusal::of(
            MANIFEST,
            format!(
                "an object {reason}: secrets are not applied here; use kubectl, or an ExternalSecret"
            ),
        )),
        None => Ok(()),
    }
}

fn expand(value: Value, objects: &mut Vec<Value>) -> Result<(), Refusal> {
    let mut rest = vec![value];
    while let Some(mut value) = rest.pop() {
        let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default();
        let is_list = kind.ends_with("List") && value.get("items").is_some_and(Value::is_array);
        if is_list && let Some(Value::Array(items)) = value.get_mut("items").map(Value::take) {
            rest.extend(items.into_iter().rev());
        } else if value.is_object() {
            objects.push(value);
        } else {
            return Err(Refusal::of(MANIFEST, "there is something in it that is no object"));
        }
    }
    Ok(())
}

/// Finds out what an object is to the cluster.
pub(super) async fn resolve(cluster: &Cluster, mut value: Value) -> Result<Wanted, Refusal> {
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (api_version, kind) = (text("/apiVersion"), text("/kind"));
    let name = text("/metadata/name").to_owned();
    let namespace = text("/metadata/namespace").to_owned();
    let kind = lookup::find_kind(cluster, api_version, kind, "patch").await?;
    if lookup::is_confidential(&kind) {
        return Err(Refusal::of(
            MANIFEST,
            "an object is of a kind that is made of secrets, which are not applied here: use kubectl",
        ));
    }
    for it in [&name, &namespace] {
        if !it.is_empty() && !super::is_word(it) {
            return Err(Refusal::of(MANIFEST, "metadata.name or namespace is no name"));
        }
    }
    if name.is_empty() {
        return Err(Refusal::of(MANIFEST, "an object has no metadata.name, which it must have"));
    }
    let namespace = match (kind.is_namespaced, namespace.is_empty()) {
        (true, true) => Some(cluster.namespace().to_owned()),
        (true, false) => Some(namespace),
        (false, true) => None,
        (false, false) => {
            let says = format!("{} is in no namespace: leave out metadata.namespace", kind.kind);
            return Err(Refusal::of(MANIFEST, says));
        }
    };
    if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        // The server keeps these, and takes them for conditions.
        for field in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"]
        {
            metadata.shift_remove(field);
        }
        if let Some(namespace) = &namespace {
            metadata.insert("namespace".to_owned(), namespace.clone().into());
        }
    }
    if let Some(fields) = value.as_object_mut() {
        fields.shift_remove("status");
    }
    Ok(Wanted { kind, namespace, name, value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_opened_in_order() {
        let text = "kind: List\napiVersion: v1\nitems:\n- {kind: A, apiVersion: a.b/v1}\n- kind: ConfigMapList\n  apiVersion: v1\n  items: [{kind: ConfigMap, apiVersion: v1}]\n---\nkind: C\napiVersion: a.b/v1\n";
        let kinds: Vec<_> = read(text).unwrap_or_default();
        let kinds: Vec<_> = kinds.iter().map(|it| it["kind"].as_str().unwrap_or("-")).collect();
        assert_eq!(kinds, ["A", "ConfigMap", "C"]);
    }

    #[test]
    fn secrets_are_refused_in_whatever_disguise() {
        for text in [
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n",
            "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: Yg==}}]\n",
            "apiVersion: v1\nkind: SecretList\nitems: [{metadata: {name: a}, data: {a: Yg==}}]\n",
            "apiVersion: v1\nkind: secret\nmetadata: {name: a}\ndata: {a: Yg==}\n",
            "apiVersion: template.openshift.io/v1\nkind: Template\nobjects: [{apiVersion: v1, kind: Secret, data: {a: Yg==}}]\n",
            "apiVersion: a.example/v1\nkind: Wrap\nspec: {manifest: {apiVersion: v1, kind: Secret, data: {a: Yg==}}}\n",
        ] {
            let refusal = read(text).err().map(|it| it.says).unwrap_or_default();
            assert!(refusal.contains("secrets are not applied here"), "{text}: {refusal}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        let says = |text: &str| read(text).err().map(|it| it.says).unwrap_or_default();
        assert!(says("a: [").starts_with("line 1, column "));
        assert!(says("kind: Pod\nkind: Pod\n").starts_with("line 2, column 1: "));
        assert_eq!(says("# nothing\n"), "there is no object in it");
    }
}
