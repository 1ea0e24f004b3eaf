//! Objects that policies generate.

use super::{GENERATOR_TYPE, Part, Result, within};
use crate::cel::Value;

/// That of policies of the cluster: with a namespace.
pub(in super::super) const IN_CLUSTER: Part = Part {
    table: "\
.Apply(Generator, string, list(map(string, dyn))) -> bool
.apply(Generator, string, list(map(string, dyn))) -> bool",
    call,
};

/// That of policies of a namespace: into that.
pub(in super::super) const IN_NAMESPACE: Part = Part {
    table: "\
.Apply(Generator, list(map(string, dyn))) -> bool
.apply(Generator, list(map(string, dyn))) -> bool",
    call,
};

fn call(name: &str, args: &[Value], scope: &super::Scope<'_>) -> Option<Result<Value>> {
    if !matches!(name, "Apply" | "apply") {
        return None;
    }
    within(GENERATOR_TYPE, args.first()?)?;
    let (namespace, objects) = match args {
        [_, Value::String(namespace), Value::List(objects)] => (&**namespace, objects),
        [_, Value::List(objects)] => (scope.policy_namespace(), objects),
        _ => return None,
    };
    scope.generate(namespace, objects);
    Some(Ok(Value::Bool(true)))
}
