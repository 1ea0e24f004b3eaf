//! What the API server answers.

use std::borrow::Cow;

use harden_yaml::Place;
use serde_json::{Value, json};

use super::Exemption;
use crate::object::PodTemplate;
use crate::pod_security::{CheckFailure, Standard};

/// What the API server answers to a pod, or to an object with a template of pods.
#[derive(Debug, Clone)]
pub struct Answer<'d> {
    /// The kind of the object.
    pub kind: &'d str,
    /// Its name, or the beginning of the name that the server will make.
    pub name: &'d str,
    /// The namespace that it is created in.
    pub namespace: String,
    /// The object.
    pub place: Place<'d>,
    /// The pod in it.
    pub pod: PodTemplate<'d>,
    /// Whether the pod is let in. Templates are always let in where the server can decode them; then
    /// it is whether the pods that are made of them are. `None` where the server cannot decode the
    /// object: it is rejected before Pod Security is asked.
    pub allowed: Option<bool>,
    /// What is enforced in the namespace.
    pub standard: Standard,
    /// The checks of it that fail, in the order of the message.
    pub failures: Vec<CheckFailure<'d>>,
    /// What follows `violates PodSecurity "LEVEL:VERSION": ` in the server's message; empty when no
    /// check fails.
    pub message: String,
    /// Values that the server cannot decode.
    pub undecodable: Vec<Place<'d>>,
    /// Why the pod is not judged.
    pub exemption: Option<Exemption>,
    /// The warning that comes with the answer; never with a rejection.
    pub warning: Option<String>,
    /// What is noted in the audit log as `audit-violations`.
    pub audit: Option<String>,
    /// The server's words: why it rejects the object, or the warning. It says nothing to custom
    /// kinds, even where the pods that they make are rejected.
    pub text: Option<String>,
}

impl Answer<'_> {
    /// What becomes of the object, in a few words.
    pub fn outcome(&self) -> &'static str {
        match (self.allowed, self.exemption) {
            (None, _) => UNKNOWN,
            (Some(_), Some(_)) => "allowed, because it is exempt",
            (Some(true), None) if self.warning.is_some() => "allowed with a warning",
            (Some(true), None) => "allowed",
            (Some(false), None) if self.kind == "Pod" => "rejected",
            (Some(false), None) => "allowed, but its pods will be rejected",
        }
    }

    /// The server's words; where it keeps them for the pods to come, those.
    pub fn words(&self) -> Option<Cow<'_, str>> {
        let violation = || format!("violates PodSecurity \"{}\": {}", self.standard, self.message);
        let said = self.text.as_deref().map(Cow::Borrowed);
        said.or_else(|| (self.allowed == Some(false)).then(violation).map(Cow::Owned))
    }

    /// The answer as one line of JSON: name, kind, allowed, message and the identifiers of the
    /// checks. Where the server cannot decode the object, allowed is null, and error says why.
    pub fn to_json(&self) -> Value {
        let checks: Vec<&str> = self.failures.iter().map(|failure| failure.check.id).collect();
        let mut answer = json!({
            "name": self.name,
            "kind": self.kind,
            "allowed": self.allowed,
            "message": self.message,
            "checks": checks,
        });
        if let (None, Value::Object(fields)) = (self.allowed, &mut answer) {
            fields.insert("error".to_owned(), self.text.as_deref().into());
        }
        answer
    }
}

/// What becomes of an object that the server cannot decode.
const UNKNOWN: &str = "unknown, because the server cannot decode it";

/// What the API server answers to a Namespace, where it has something to say of its labels.
#[derive(Debug, Clone)]
pub struct NamespaceAnswer<'d> {
    /// The name of the namespace.
    pub name: &'d str,
    /// Whether it is created; `None` where the server cannot decode it.
    pub allowed: Option<bool>,
    /// Why it is rejected, or the warning that comes with it.
    pub text: String,
    /// The labels that this is about.
    pub places: Vec<Place<'d>>,
}

impl NamespaceAnswer<'_> {
    /// What becomes of it, in a few words.
    pub fn outcome(&self) -> &'static str {
        match self.allowed {
            None => UNKNOWN,
            Some(true) => "allowed with a warning",
            Some(false) => "rejected",
        }
    }
}
