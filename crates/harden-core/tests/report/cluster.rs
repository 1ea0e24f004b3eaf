//! Reports that are objects of the cluster, stored by a real API server under their own schemas.

use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::{ControlPlane, eventually};

use crate::input::Input;
use crate::written;

/// The custom resources of PolicyReports, from the reference data beside the repository.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn policy_report_crds() -> Option<String> {
    let shared = std::env::var_os("HARDEN_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("crds/kyverno/config/crds/policyreport");
    let read =
        |kind: &str| std::fs::read_to_string(folder.join(format!("wgpolicyk8s.io_{kind}.yaml")));
    match (read("policyreports"), read("clusterpolicyreports")) {
        (Ok(of_namespaces), Ok(of_clusters)) => {
            Some(format!("{of_namespaces}\n---\n{of_clusters}"))
        }
        _ if std::env::var("CI").as_deref() == Ok("true") => {
            panic!("{} is missing", folder.display())
        }
        _ => {
            eprintln!(
                "SKIPPED: PolicyReports on a real API server: {} is missing",
                folder.display()
            );
            None
        }
    }
}

fn stored(crds: &str, format: &str, resources: [&str; 2]) {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.apply(crds);
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n");
    let reports = Input::new().report(|report| written(report, format));
    // Strict validation rejects fields that the schema does not know.
    eventually("the new kinds to be served", Duration::from_mins(1), || {
        let output = plane.try_apply(&reports);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() || error.contains("no matches for kind"), "{error}");
        output.status.success().then_some(())
    });
    let listed = plane.kubectl_ok(["get", resources[0], "-n", "team-a", "-o", "name"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    let listed = plane.kubectl_ok(["get", resources[1], "-o", "name"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
}

#[test]
fn an_api_server_stores_policy_reports() {
    let Some(crds) = policy_report_crds() else {
        return;
    };
    let resources = ["policyreports.wgpolicyk8s.io", "clusterpolicyreports.wgpolicyk8s.io"];
    stored(&crds, "policyreport", resources);
}

#[test]
fn an_api_server_stores_open_reports() {
    let crds = include_str!("../schemas/openreports.yaml");
    stored(crds, "openreports", ["reports.openreports.io", "clusterreports.openreports.io"]);
}
