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
        ("generation", Type::Any),
        ("creationTimestamp", Type::Any),
        ("deletionTimestamp", Type::Any),
        ("deletionGracePeriodSeconds", Type::Any),
        ("labels", Type::TextMap),
        ("annotations", Type::TextMap),
        ("ownerReferences", Type::Any),
        ("finalizers", Type::List(&TEXT)),
        ("managedFields", Type::Any),
    ],
    is_secret: false,
};
