//! Reports that are objects of the cluster, stored by a real API server under their own schemas.

use harness::{ControlPlane, Need, eventually};

use crate::input::Input;
use crate::written;

/// The custom resources of PolicyReports, from the reference data beside the repository.
fn policy_report_crds() -> Option<String> {
    let folder = Need::Definitions.at("kyverno/config/crds/policyreport")?;
    let read = |kind: &str| {
        std::fs::read_to_string(folder.join(format!("wgpolicyk8s.io_{kind}.yaml"))).unwrap()
    };
    Some(format!("{}\n---\n{}", read("policyreports"), read("clusterpolicyreports")))
}

fn stored(crds: &str, format: &str, resources: [&str; 2]) {
    let Some(plane) = ControlPlane::shared() else {
        return;
    };
    plane.apply(crds);
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n");
    let reports = Input::new().report(|report| written(report, format));
    // Strict validation rejects fields that the schema does not know.
    eventually("the new kinds to be served", || {
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
