//! The variables that the server declares in policies.

use harden_core::kubernetes::MinorVersion;

use crate::Object;
use crate::cel::{Environment, Type};

/// The type of `variables`, whose fields are the variables of the policy.
pub(super) const VARIABLES: &str = "kubernetes.variables";

/// The environment of what the server stores, and that of what somebody writes to it, which is older by one
/// version: a server of the last version must be able to read it.
#[derive(Debug, Clone)]
pub(super) struct Environments {
    pub(super) stored: Environment,
    /// None where the policy is stored already.
    pub(super) new: Option<Environment>,
    /// Variables whose type is not known, as expressions write them.
    pub(super) unknown: Vec<String>,
}

impl Environments {
    /// Those of a version of the server.
    pub(super) fn new(version: MinorVersion) -> Self {
        let before = MinorVersion(version.0.saturating_sub(1));
        Self { stored: declared(version), new: Some(declared(before)), unknown: Vec::new() }
    }

    /// Those for a policy, which the server has or not.
    pub(super) fn for_object(self, object: &Object) -> Self {
        let is_stored = object.at("/metadata/resourceVersion").is_some();
        Self { new: self.new.filter(|_| !is_stored), ..self }
    }

    fn map(self, change: impl Fn(Environment) -> Environment) -> Self {
        let new = self.new.map(&change);
        Self { new, stored: change(self.stored), unknown: self.unknown }
    }

    /// With a variable of the policy.
    pub(super) fn with_variable(self, name: &str, it: &Type) -> Self {
        let declared = declarable(it);
        self.map(|environment| {
            environment
                .with_field(VARIABLES, name, declared.clone())
                .with_type(&format!("variables.{name}"), declared.clone())
        })
    }

    /// With a variable of the policy of which nothing is known.
    pub(super) fn with_unknown(mut self, name: &str) -> Self {
        self.unknown.push(format!("variables.{name}"));
        self
    }

    pub(super) fn with_variables(self) -> Self {
        self.map(|it| it.with_type("variables", Type::Plain(VARIABLES)).with_object(VARIABLES))
    }

    /// As Kyverno has them, which takes the value of what is no optional.
    pub(super) fn with_lenient_optionals(self) -> Self {
        self.map(Environment::with_lenient_optionals)
    }

    /// With what mutations build.
    pub(super) fn with_patches(self) -> Self {
        self.map(|it| it.with_messages().with_functions("jsonpatch.escapeKey(string) -> string"))
    }

    pub(super) fn with_params(self) -> Self {
        self.map(|it| it.with("params"))
    }

    pub(super) fn with_authorizer(self) -> Self {
        let kind = |name| Type::Plain(name);
        self.map(|it| {
            it.with_type("authorizer", kind("kubernetes.authorization.Authorizer")).with_type(
                "authorizer.requestResource",
                kind("kubernetes.authorization.ResourceCheck"),
            )
        })
    }
}

/// What the server makes of the type of a variable: it keeps the simple ones.
fn declarable(it: &Type) -> Type {
    match it {
        Type::Null => Type::Null,
        Type::List(of) => Type::list(declarable(of)),
        Type::Map(keys, values) => Type::map(declarable(keys), declarable(values)),
        Type::Plain(
            name @ ("bool" | "int" | "uint" | "double" | "string" | "bytes" | "duration"
            | "timestamp"),
        ) => Type::Plain(name),
        _ => Type::Dyn,
    }
}

/// What every policy may name.
pub(crate) fn declared(version: MinorVersion) -> Environment {
    let mut environment = Environment::new(version)
        .with("object")
        .with("oldObject")
        .with_type("request", Type::Plain("kubernetes.AdmissionRequest"))
        .with_type("request.options", Type::Dyn)
        .with_type("namespaceObject", Type::Plain("kubernetes.Namespace"))
        .with_type("namespaceObject.metadata.name", Type::STRING);
    for (object, fields) in FIELDS {
        for field in fields.split_whitespace() {
            let (name, it) = field.split_once(':').unwrap_or((field, "string"));
            environment = environment.with_field(object, name, named(it));
        }
    }
    environment
}

/// A type by its short name in `FIELDS`.
fn named(name: &'static str) -> Type {
    let texts = || Type::list(Type::STRING);
    match name {
        "string" => Type::STRING,
        "texts" => texts(),
        "labels" => Type::map(Type::STRING, Type::STRING),
        "extra" => Type::map(Type::STRING, texts()),
        "conditions" => Type::list(Type::Plain("kubernetes.NamespaceCondition")),
        "dyn" => Type::Dyn,
        other => Type::Plain(other),
    }
}

/// Fields by types; those without a type are texts.
const FIELDS: [(&str, &str); 9] = [
    ("kubernetes.GroupVersionKind", "group version kind"),
    ("kubernetes.GroupVersionResource", "group version resource"),
    ("kubernetes.UserInfo", "username uid groups:texts extra:extra"),
    (
        "kubernetes.AdmissionRequest",
        "kind:kubernetes.GroupVersionKind resource:kubernetes.GroupVersionResource subResource \
         requestKind:kubernetes.GroupVersionKind requestResource:kubernetes.GroupVersionResource \
         requestSubResource name namespace operation userInfo:kubernetes.UserInfo dryRun:bool \
         options:dyn",
    ),
    ("kubernetes.NamespaceSpec", "finalizers:texts"),
    ("kubernetes.NamespaceCondition", "status type lastTransitionTime:timestamp message reason"),
    ("kubernetes.NamespaceStatus", "conditions:conditions phase"),
    (
        "kubernetes.NamespaceMetadata",
        "name generateName namespace labels:labels annotations:labels UID creationTimestamp:timestamp \
         deletionGracePeriodSeconds:int deletionTimestamp:timestamp generation:int resourceVersion \
         finalizers:texts",
    ),
    (
        "kubernetes.Namespace",
        "metadata:kubernetes.NamespaceMetadata spec:kubernetes.NamespaceSpec \
         status:kubernetes.NamespaceStatus",
    ),
];
