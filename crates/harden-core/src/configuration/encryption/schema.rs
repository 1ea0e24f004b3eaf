//! The Go types of an EncryptionConfiguration.

use crate::configuration::decoding::{Struct, TEXT, Type};

pub(super) static CONFIGURATION: Struct = Struct {
    name: "EncryptionConfiguration",
    fields: &[
        ("apiVersion", Type::Any),
        ("kind", Type::Any),
        ("resources", Type::List(&Type::Struct(&RESOURCES))),
    ],
    is_secret: false,
};

static RESOURCES: Struct = Struct {
    name: "ResourceConfiguration",
    fields: &[
        ("resources", Type::List(&TEXT)),
        ("providers", Type::List(&Type::Struct(&PROVIDER))),
    ],
    is_secret: false,
};

static PROVIDER: Struct = Struct {
    name: "ProviderConfiguration",
    fields: &[
        ("aesgcm", Type::Struct(&AES)),
        ("aescbc", Type::Struct(&AES)),
        ("secretbox", Type::Struct(&SECRETBOX)),
        ("identity", Type::Struct(&IDENTITY)),
        ("kms", Type::Struct(&KMS)),
    ],
    is_secret: false,
};

static AES: Struct = Struct {
    name: "AESConfiguration",
    fields: &[("keys", Type::List(&Type::Struct(&KEY)))],
    is_secret: true,
};

static SECRETBOX: Struct = Struct {
    name: "SecretboxConfiguration",
    fields: &[("keys", Type::List(&Type::Struct(&KEY)))],
    is_secret: true,
};

static KEY: Struct = Struct {
    name: "Key",
    fields: &[("name", Type::Text("string")), ("secret", Type::Text("string"))],
    is_secret: true,
};

static IDENTITY: Struct = Struct { name: "IdentityConfiguration", fields: &[], is_secret: true };

static KMS: Struct = Struct {
    name: "KMSConfiguration",
    fields: &[
        ("apiVersion", Type::Text("string")),
        ("name", Type::Text("string")),
        ("cachesize", Type::Int32),
        ("endpoint", Type::Text("string")),
        ("timeout", Type::Duration),
    ],
    is_secret: false,
};
