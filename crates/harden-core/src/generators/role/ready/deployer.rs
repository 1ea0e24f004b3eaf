//! For whoever deploys to a namespace.

use super::{Role, Scope};
use crate::generators::namespace::{WRITE, edit_rules, rule};

pub(super) static ROLE: Role = Role {
    name: "deployer",
    why: "What it takes to deploy and watch workloads. No Secrets, no shell in containers, and nothing that\n\
          would loosen the namespace's policies. A pod that is made here can still mount its Secrets.",
    scope: Scope::Namespace,
    rules: edit_rules,
    on_openshift: || vec![rule("route.openshift.io", &["routes"], WRITE)],
};
