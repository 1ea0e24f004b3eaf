//! No token for pods that use the ServiceAccount that every namespace has.
//!
//! The account is changed and not the pods: the API server mounts the token into a pod before any policy is asked about
//! it, and what a policy says of `automountServiceAccountToken` then comes too late.

use serde_json::Value;

use crate::finding::Severity;
use crate::intents::{Change, Demand, Intent, Own, Place, Resources, Target, Words};
use crate::kubernetes::{Kind, MinorVersion};
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "default-token",
    constraint: Kind::constraint("HardenDefaultToken", "hardendefaulttoken"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "the ServiceAccount `default` gives its pods a token of the API server",
        why: "Pods that name no account use it, and nobody has thought of what they may ask the API server. Accounts of \
              other names were made for a use and stay as they are. The pods themselves cannot be changed: their token \
              is mounted before any policy is asked. Accounts that are there already stay as well.",
        remedy: "set automountServiceAccountToken to false in the ServiceAccount",
        references: &[Reference::Cis("5.1.6"), Reference::Mitre("T1528")],
        bad: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
",
        good: "\
apiVersion: v1
kind: ServiceAccount
metadata:
  name: default
automountServiceAccountToken: false
",
    }),
    parameters: &[],
    target: Target::Objects {
        resources: &[Resources {
            group: "",
            version: "v1",
            names: &[("serviceaccounts", "ServiceAccount")],
            operations: &["CREATE"],
        }],
        parts: &[""],
    },
    demand: Demand::Change(&Change {
        breaks: "A program that asks the API server as `default` gets no token in new namespaces; give it an account of \
                 its own with a role, or set automountServiceAccountToken to true in its pods.",
        relieves: &["mounted-service-account-token"],
        since: MinorVersion(6),
        named: Some("default"),
        place: Place::Object(&["automountServiceAccountToken"]),
        value,
        unless: &[],
    }),
};

fn value() -> Value {
    Value::Bool(false)
}
