//! What the server knows of a request before it asks a policy.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::cel::{Key, Map, Value};
use crate::{Object, Request, Resource};

/// A request with what follows of it.
#[derive(Debug)]
pub(crate) struct Facts<'r> {
    pub(crate) request: &'r Request<'r>,
    /// What it is about.
    pub(crate) object: &'r Object,
    pub(crate) resource: Resource,
    /// The name in the path; empty where the server makes one.
    pub(crate) name: String,
    /// The namespace in the path; that of a Namespace is itself.
    pub(crate) namespace: String,
    /// Whether the namespace is at hand, or all there are.
    pub(crate) knows_namespace: bool,
    /// `request` where policies see the object in its own version, and `namespaceObject`: made once for all.
    own_request: OnceCell<Value>,
    own_namespace: OnceCell<Option<Value>>,
}

/// Kinds that are sent to a part of another resource, with that resource and its kind, all of which are in the first
/// group.
const OF_OTHERS: [(&str, &str, &str, &str); 9] = [
    ("policy", "Eviction", "pods", "Pod"),
    ("", "Binding", "pods", "Pod"),
    ("authentication.k8s.io", "TokenRequest", "serviceaccounts", "ServiceAccount"),
    ("", "NodeProxyOptions", "nodes", "Node"),
    ("", "PodAttachOptions", "pods", "Pod"),
    ("", "PodExecOptions", "pods", "Pod"),
    ("", "PodPortForwardOptions", "pods", "Pod"),
    ("", "PodProxyOptions", "pods", "Pod"),
    ("", "ServiceProxyOptions", "services", "Service"),
];

/// The resource and the kind of what an object is sent to a part of; none where it is sent as itself.
pub(crate) fn whole(request: &Request<'_>, object: &Object) -> Option<[&'static str; 2]> {
    let mut others = OF_OTHERS.iter().filter(|_| !request.subresource.is_empty());
    let found = others.find(|(group, kind, ..)| object.is(group, kind));
    found.map(|(.., resource, kind)| [*resource, *kind])
}

/// What the server never asks policies about, lest nobody can mend them or ask what they may.
const EXEMPT: [(&str, &[&str]); 3] = [
    (
        "admissionregistration.k8s.io",
        &[
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
        ],
    ),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    (
        "authorization.k8s.io",
        &[
            "LocalSubjectAccessReview",
            "SelfSubjectAccessReview",
            "SelfSubjectRulesReview",
            "SubjectAccessReview",
        ],
    ),
];

impl<'r> Facts<'r> {
    /// Those of a request; none where the server asks no policy.
    pub(crate) fn of(request: &'r Request<'r>) -> Option<Self> {
        let object = request.subject()?;
        let is_exempt = EXEMPT
            .iter()
            .any(|(group, kinds)| object.group() == *group && kinds.contains(&object.kind()));
        if is_exempt { None } else { Self::of_any(request) }
    }

    /// Those of a request for whatever; none where it is for nothing.
    pub(crate) fn of_any(request: &'r Request<'r>) -> Option<Self> {
        let object = request.subject()?;
        let mut resource = request.cluster.resource(object.group(), object.kind());
        if let Some([name, _]) = whole(request, object) {
            let is_namespaced = name != "nodes";
            resource = Resource { name: name.to_owned(), is_namespaced, is_guessed: false };
        }
        let namespace = match object.namespace() {
            _ if object.is("", "Namespace") => object.name(),
            _ if !resource.is_namespaced => "",
            "" => "default",
            namespace => namespace,
        };
        let cluster = request.cluster;
        let knows_namespace =
            cluster.is_whole || cluster.get("", "Namespace", "", namespace).is_some();
        let (name, namespace) = (object.name().to_owned(), namespace.to_owned());
        Some(Self {
            request,
            object,
            resource,
            name,
            namespace,
            knows_namespace,
            own_request: OnceCell::new(),
            own_namespace: OnceCell::new(),
        })
    }

    /// Whether it is in a namespace; a Namespace is not.
    pub(crate) fn is_namespaced(&self) -> bool {
        !self.namespace.is_empty() && !self.object.is("", "Namespace")
    }

    /// `request` of expressions, where policies see the object in a version.
    pub(crate) fn request_value(&self, version: &str) -> Value {
        if version == self.object.version() {
            return self.own_request.get_or_init(|| self.make_request(version)).clone();
        }
        self.make_request(version)
    }

    fn make_request(&self, version: &str) -> Value {
        let object = self.object;
        let kind = |version: &str| {
            map([
                ("group", text(object.group())),
                ("version", text(version)),
                ("kind", text(object.kind())),
            ])
        };
        let resource = |version: &str| {
            map([
                ("group", text(object.group())),
                ("version", text(version)),
                ("resource", text(&self.resource.name)),
            ])
        };
        let mut fields = vec![
            ("kind", kind(version)),
            ("resource", resource(version)),
            ("requestKind", kind(object.version())),
            ("requestResource", resource(object.version())),
            ("operation", text(self.request.operation.word())),
            ("userInfo", self.user()),
            ("dryRun", Value::Bool(self.request.is_dry_run)),
            ("options", Value::Null),
        ];
        // What is empty is not there.
        let subresource = self.request.subresource.as_str();
        for (key, it) in [
            ("subResource", subresource),
            ("requestSubResource", subresource),
            ("name", &self.name),
            ("namespace", &self.namespace),
        ] {
            if !it.is_empty() {
                fields.push((key, text(it)));
            }
        }
        map(fields)
    }

    fn user(&self) -> Value {
        let user = &self.request.user;
        let list = |it: &[String]| Value::List(Arc::new(it.iter().map(|it| text(it)).collect()));
        let mut fields = Vec::new();
        for (key, it) in [("username", &user.name), ("uid", &user.uid)] {
            if !it.is_empty() {
                fields.push((key, text(it)));
            }
        }
        if !user.groups.is_empty() {
            fields.push(("groups", list(&user.groups)));
        }
        if !user.extra.is_empty() {
            let extra = user.extra.iter().map(|(key, it)| (key.as_str(), list(it)));
            fields.push(("extra", map(extra)));
        }
        map(fields)
    }

    /// `namespaceObject` of expressions: null where there is none, nothing where it is not known.
    pub(crate) fn namespace_value(&self) -> Option<Value> {
        self.own_namespace.get_or_init(|| self.make_namespace()).clone()
    }

    fn make_namespace(&self) -> Option<Value> {
        if !self.is_namespaced() {
            return Some(Value::Null);
        }
        if !self.knows_namespace {
            return None;
        }
        let namespace = self.request.cluster.namespace(&self.namespace);
        let empty = || map([]);
        let part = |key: &str| match namespace.cel() {
            Value::Map(fields) => fields.field(key).cloned().unwrap_or_else(empty),
            _ => empty(),
        };
        Some(map([
            ("metadata", part("metadata")),
            ("spec", part("spec")),
            ("status", part("status")),
        ]))
    }
}

fn text(it: &str) -> Value {
    Value::String(it.into())
}

fn map<'k>(fields: impl IntoIterator<Item = (&'k str, Value)>) -> Value {
    let entries = fields.into_iter().map(|(key, it)| (Key::String(key.into()), it));
    Value::Map(Arc::new(entries.collect::<Map>()))
}
