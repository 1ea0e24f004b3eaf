//! What expressions of Kyverno's policies may name.

use harden_core::kubernetes::MinorVersion;

use super::library::{
    COMMON, GENERATOR, GENERATOR_IN_NAMESPACE, HANDLES, IMAGES, PATCHES, Part, RESOURCES,
    RESOURCES_IN_NAMESPACE, USER_FIELDS, VERIFICATION,
};
use crate::cel::{Environment, Type};
use crate::kubernetes::environment::declared;

/// The version of the API server whose functions Kyverno 1.19 is built with, whatever server it runs in.
const SERVER: MinorVersion = MinorVersion(36);

/// What a policy does, as far as its expressions may name other things for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Validating,
    Mutating,
    Imaging,
    Generating,
    Deleting,
}

/// The environment of a policy, of the cluster or of a namespace, without its variables.
pub(super) fn environment(purpose: Purpose, namespace: &str) -> Environment {
    let mut environment = with(declared(SERVER).with_bindings(), &COMMON)
        .with_field(REQUEST, "object", Type::Dyn)
        .with_field(REQUEST, "oldObject", Type::Dyn)
        .with_field("user.ServiceAccount", USER_FIELDS[0], Type::STRING)
        .with_field("user.ServiceAccount", USER_FIELDS[1], Type::STRING)
        .with_type("variables", Type::Plain(VARIABLES));
    let (resources, generator) = if namespace.is_empty() {
        (RESOURCES, GENERATOR)
    } else {
        (RESOURCES_IN_NAMESPACE, GENERATOR_IN_NAMESPACE)
    };
    environment = with(environment, &[resources]);
    let texts = || Type::list(Type::STRING);
    match purpose {
        Purpose::Imaging => {
            environment = with(environment, &[VERIFICATION])
                .with_type("images", Type::map(Type::STRING, texts()))
                .with_type("attestors", Type::map(Type::STRING, Type::Dyn))
                .with_type("attestations", Type::map(Type::STRING, Type::STRING));
        }
        Purpose::Generating => {
            environment = with(environment, &[generator]).with_mixed_literals();
        }
        Purpose::Mutating | Purpose::Deleting => {
            environment = with(environment, &[PATCHES]).with_messages();
        }
        Purpose::Validating => {}
    }
    if purpose != Purpose::Imaging {
        environment = environment
            .with_lenient_optionals()
            .with_type("exceptions.allowedImages", texts())
            .with_type("exceptions.allowedValues", texts());
    }
    let is_there = |name: &str| name != "generator" || purpose == Purpose::Generating;
    let handles = HANDLES.iter().filter(|(name, _)| is_there(name));
    handles.fold(environment, |it, (name, of)| it.with_type(name, Type::Plain(of)))
}

/// The environment of `matchImageReferences`.
pub(super) fn of_references() -> Environment {
    with(Environment::new(SERVER).with_bindings(), &[IMAGES]).with_type("ref", Type::STRING)
}

/// The type of `request`.
const REQUEST: &str = "kubernetes.AdmissionRequest";

/// The type of `variables`, whose fields are the variables of the policy.
const VARIABLES: &str = "kyverno.variables";

/// With a variable of the policy.
pub(super) fn with_variable(environment: Environment, name: &str, it: &Type) -> Environment {
    environment
        .with_field(VARIABLES, name, it.clone())
        .with_type(&format!("variables.{name}"), it.clone())
}

fn with(environment: Environment, parts: &[Part]) -> Environment {
    parts.iter().fold(environment, |it, part| it.with_functions(part.table))
}
