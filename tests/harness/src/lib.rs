//! Starts a real Kubernetes control plane for tests and asks upstream's own code questions.
//!
//! ```no_run
//! # use harness::{ControlPlane, Oracle};
//! # use serde_json::json;
//! # fn test() {
//! let Some(plane) = ControlPlane::shared() else { return };
//! plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
//! let pods = plane.kubectl_ok(["get", "pods", "-n", "shop", "-o", "json"]);
//!
//! let Some(mut oracle) = Oracle::for_test("quantity") else { return };
//! assert_eq!(oracle.ask(&json!("1024Mi")), json!({"canonical": "1Gi", "value": "1073741824"}));
//! # }
//! ```
//!
//! Where no control plane is to be had, `shared` and `for_test` say `SKIPPED` on standard error and
//! return `None`; with `CI=true` or `HARDEN_REQUIRE_CONTROL_PLANE=1` they panic instead. The same goes
//! for data of others, which a [`Need`] finds. What was skipped is told to `cargo xtask test` by a file.

mod binary;
mod build;
mod clients;
mod control_plane;
mod krew;
mod kubectl;
mod need;
mod options;
mod oracle;
mod requirement;
mod wait;

pub use binary::{binary, cache};
pub use build::{BuildError, build};
pub use clients::{clients, clients_for_test, install_clients};
pub use control_plane::{ControlPlane, StartError};
pub use krew::{build_krew, krew, krew_for_test};
pub use need::{Need, shared};
pub use options::Options;
pub use oracle::Oracle;
pub use requirement::{SKIPPED_FILE, binary_for_test, skip};
pub use wait::eventually;
