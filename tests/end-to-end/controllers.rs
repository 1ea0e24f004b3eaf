//! What controllers make by themselves in a namespace, before and after it is applied.

use harness::{ControlPlane, Options, eventually};

use crate::harden::line;

/// What of the ServiceAccount `default` and the CA a namespace has.
fn made(plane: &ControlPlane, namespace: &str) -> (String, bool) {
    let account = "jsonpath={.automountServiceAccountToken}";
    let account =
        plane.kubectl_ok(["get", "serviceaccount", "default", "-n", namespace, "-o", account]);
    let mut authority = plane.kubectl(["get", "configmap", "kube-root-ca.crt", "-n", namespace]);
    (account, authority.output().unwrap().status.success())
}

/// Controllers that come late stand for any moment at which they may make the same objects.
#[test]
fn applying_does_not_race_with_controllers() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("namespaces.yaml").display().to_string();
    let data_dir = Some(data.path().join("etcd"));
    let late = Options { data_dir: data_dir.clone(), no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&late) else { return };
    std::fs::write(&file, line("namespace first second").ok()).unwrap();
    let apply = ["apply", "--server-side", "-f", &file];
    // Of `second`, somebody else makes the account first, as the controller does.
    plane.kubectl_ok(["create", "namespace", "second"]);
    plane.kubectl_ok(["create", "serviceaccount", "default", "-n", "second"]);
    plane.kubectl_ok(apply);
    for namespace in ["first", "second"] {
        assert_eq!(made(&plane, namespace), ("false".to_owned(), false), "{namespace}");
    }
    drop(plane);

    let plane = ControlPlane::start(&Options { data_dir, ..Options::default() }).unwrap();
    eventually("the CA in both namespaces", || {
        let all = ["first", "second"].map(|namespace| made(&plane, namespace));
        all.iter().all(|(_, has_authority)| *has_authority).then_some(())
    });
    plane.kubectl_ok(apply);
    for namespace in ["first", "second"] {
        assert_eq!(made(&plane, namespace), ("false".to_owned(), true), "{namespace}");
    }
}
