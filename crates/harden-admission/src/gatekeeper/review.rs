//! What templates are asked about.

use regorus::Value as Rego;
use serde_json::{Value, json};

use super::matching::{Namespace, Source};
use super::rego;
use crate::{Object, Operation, Request, Resource, User};

/// A review of an object, as Gatekeeper makes it of a request, or of an object of a test.
#[derive(Debug, Clone)]
pub(super) struct Review<'o> {
    /// The object; where something is deleted, that which is deleted.
    pub(super) object: Option<&'o Object>,
    pub(super) old: Option<&'o Object>,
    /// None for an object of a test.
    pub(super) operation: Option<Operation>,
    pub(super) resource: Option<Resource>,
    pub(super) subresource: &'o str,
    pub(super) user: Option<&'o User>,
    pub(super) is_dry_run: Option<bool>,
    pub(super) namespace: Namespace<'o>,
    /// Whether templates are shown the namespace.
    pub(super) shows_namespace: bool,
    pub(super) source: Source,
    /// In nanoseconds of the epoch.
    pub(super) now: Option<i64>,
    /// More that a test says of a request.
    pub(super) extra: Option<&'o Value>,
}

impl<'o> Review<'o> {
    /// That of a request, with the namespace of its object.
    pub(super) fn of(request: &'o Request<'_>, namespace: Namespace<'o>) -> Self {
        let subject = request.subject();
        let resource = subject.map(|it| request.cluster.resource(it.group(), it.kind()));
        Self {
            object: subject,
            old: request.old.as_ref(),
            operation: Some(request.operation),
            resource,
            subresource: &request.subresource,
            user: Some(&request.user),
            is_dry_run: Some(request.is_dry_run),
            namespace,
            shows_namespace: true,
            source: Source::Original,
            now: request.cluster.now.and_then(|it| i64::try_from(it.nanos()).ok()),
            extra: None,
        }
    }

    /// That of an object alone.
    pub(super) fn of_object(object: &'o Object, namespace: Namespace<'o>, source: Source) -> Self {
        Self {
            object: Some(object),
            old: None,
            operation: None,
            resource: None,
            subresource: "",
            user: None,
            is_dry_run: None,
            namespace,
            shows_namespace: false,
            source,
            now: None,
            extra: None,
        }
    }

    /// That of an object which would be made of what this review is about.
    pub(super) fn implied<'m>(&'m self, object: &'m Object) -> Review<'m> {
        let is_deleted = self.operation == Some(Operation::Delete);
        Review {
            old: is_deleted.then_some(object),
            operation: self.operation,
            namespace: self.namespace,
            shows_namespace: self.shows_namespace,
            now: self.now,
            ..Review::of_object(object, self.namespace, Source::Generated)
        }
    }

    /// The objects that constraints are matched with.
    pub(super) fn objects(&self) -> impl Iterator<Item = &'o Object> {
        [self.object, self.old].into_iter().flatten()
    }

    pub(super) fn subject(&self) -> Option<&'o Object> {
        self.object.or(self.old)
    }

    /// The namespace that templates are shown.
    pub(super) fn namespace_object(&self) -> Option<&'o Object> {
        match self.namespace {
            Namespace::Known(it) | Namespace::Unknown(it) if self.shows_namespace => Some(it),
            _ => None,
        }
    }

    /// The request without objects.
    pub(super) fn request(&self) -> Value {
        if let Some(extra) = self.extra {
            return extra.clone();
        }
        let Some(object) = self.subject() else { return json!({}) };
        let kind =
            json!({"group": object.group(), "version": object.version(), "kind": object.kind()});
        let resource = match &self.resource {
            Some(it) => {
                json!({"group": object.group(), "version": object.version(), "resource": it.name})
            }
            None => json!({"group": "", "version": "", "resource": ""}),
        };
        let operation = self.operation.map_or("", Operation::word);
        let mut request = json!({
            "uid": "", "kind": kind, "resource": resource, "operation": operation, "userInfo": user(self.user),
        });
        let mut add = |key: &str, it: Value| {
            if let Some(fields) = request.as_object_mut() {
                fields.insert(key.to_owned(), it);
            }
        };
        if !object.name().is_empty() {
            add("name", object.name().into());
        }
        // A Namespace is in none to Gatekeeper.
        if !object.namespace().is_empty() {
            add("namespace", object.namespace().into());
        }
        if self.resource.is_some() {
            add("requestKind", kind);
            add("requestResource", resource);
        }
        if !self.subresource.is_empty() {
            add("subResource", self.subresource.into());
            add("requestSubResource", self.subresource.into());
        }
        if let Some(it) = self.is_dry_run {
            add("dryRun", it.into());
        }
        request
    }

    /// The whole review for Rego.
    pub(super) fn rego(&self) -> Rego {
        let object = |it: Option<&Object>| it.map_or(Rego::Null, |it| it.rego().clone());
        let mut review = rego::from_json(&self.request());
        let fields = [
            ("object", object(self.object)),
            ("oldObject", object(self.old)),
            ("options", Rego::Null),
            // Gatekeeper's map of a namespace that is not there is empty.
            (
                "namespaceObject",
                self.namespace_object().map_or_else(Rego::new_object, |it| it.rego().clone()),
            ),
        ];
        if let Ok(all) = review.as_object_mut() {
            for (key, it) in fields {
                all.insert(Rego::from(key), it);
            }
        }
        review
    }
}

fn user(user: Option<&User>) -> Value {
    let mut fields = serde_json::Map::new();
    let Some(user) = user else { return Value::Object(fields) };
    if !user.name.is_empty() {
        fields.insert("username".to_owned(), user.name.as_str().into());
    }
    if !user.uid.is_empty() {
        fields.insert("uid".to_owned(), user.uid.as_str().into());
    }
    if !user.groups.is_empty() {
        fields.insert("groups".to_owned(), json!(user.groups));
    }
    if !user.extra.is_empty() {
        fields.insert("extra".to_owned(), json!(user.extra));
    }
    Value::Object(fields)
}
