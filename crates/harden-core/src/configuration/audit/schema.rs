//! The Go types of an audit policy.

use crate::configuration::decoding::{Struct, TEXT, Type};

pub(super) static POLICY: Struct = Struct {
    name: "Policy",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("metadata", Type::Struct(&METADATA)),
        ("rules", Type::List(&Type::Struct(&RULE))),
        ("omitStages", Type::List(&STAGE)),
        ("omitManagedFields", Type::Bool),
    ],
    is_secret: false,
};

static RULE: Struct = Struct {
    name: "PolicyRule",
    fields: &[
        ("level", Type::Text("v1.Level")),
        ("users", Type::List(&TEXT)),
        ("userGroups", Type::List(&TEXT)),
        ("verbs", Type::List(&TEXT)),
        ("resources", Type::List(&Type::Struct(&GROUP_RESOURCES))),
        ("namespaces", Type::List(&TEXT)),
        ("nonResourceURLs", Type::List(&TEXT)),
        ("omitStages", Type::List(&STAGE)),
        ("omitManagedFields", Type::Bool),
    ],
    is_secret: false,
};

static GROUP_RESOURCES: Struct = Struct {
    name: "GroupResources",
    fields: &[
        ("group", Type::Text("string")),
        ("resources", Type::List(&TEXT)),
        ("resourceNames", Type::List(&TEXT)),
    ],
    is_secret: false,
};

static STAGE: Type = Type::Text("v1.Stage");

static METADATA: Struct = Struct {
    name: "ObjectMeta",
    fields: &[
        ("name", Type::Text("string")),
        ("generateName", Type::Text("string")),
        ("namespace", Type::Text("string")),
        ("selfLink", Type::Text("string")),
        ("uid", Type::Text("types.UID")),
        ("resourceVersion", Type::Text("string")),
        ("generation", Type::Int64),
        ("creationTimestamp", Type::Time),
        ("deletionTimestamp", Type::Time),
        ("deletionGracePeriodSeconds", Type::Int64),
        ("labels", Type::TextMap),
        ("annotations", Type::TextMap),
        ("ownerReferences", Type::List(&Type::Struct(&OWNER_REFERENCE))),
        ("finalizers", Type::List(&TEXT)),
        ("managedFields", Type::List(&Type::Struct(&MANAGED_FIELDS))),
    ],
    is_secret: false,
};

static OWNER_REFERENCE: Struct = Struct {
    name: "OwnerReference",
    fields: &[
        ("apiVersion", Type::Text("string")),
        ("kind", Type::Text("string")),
        ("name", Type::Text("string")),
        ("uid", Type::Text("types.UID")),
        ("controller", Type::Bool),
        ("blockOwnerDeletion", Type::Bool),
    ],
    is_secret: false,
};

static MANAGED_FIELDS: Struct = Struct {
    name: "ManagedFieldsEntry",
    fields: &[
        ("manager", Type::Text("string")),
        ("operation", Type::Text("v1.ManagedFieldsOperationType")),
        ("apiVersion", Type::Text("string")),
        ("time", Type::Time),
        ("fieldsType", Type::Text("string")),
        ("fieldsV1", Type::Any),
        ("subresource", Type::Text("string")),
    ],
    is_secret: false,
};
