//! `network-policy`: what it reads, what it prints, and what it refuses to print.

use crate::check::Folder;
use crate::gallery;
use crate::harden::finish;

/// A front end, what is behind it, and an Ingress before it.
pub(crate) const APP: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        env: [{name: API_URL, value: 'http://user:hunter2@api/v1'}]
        ports: [{name: http, containerPort: 8080}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec:
      containers: [{name: api, ports: [{name: http, containerPort: 9090}]}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {selector: {app: api}, ports: [{port: 80, targetPort: http}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: web}
spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}
";

/// A workload with rights that names a host outside.
pub(crate) const OUTSIDE: &str = "\
apiVersion: v1
kind: Pod
metadata: {name: sync, namespace: shop, labels: {app: sync}}
spec:
  serviceAccountName: sync
  containers: [{name: sync, args: ['--to=https://files.example.com/upload']}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: sync, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: sync}
subjects: [{kind: ServiceAccount, name: sync}]
";

/// Two tenants.
pub(crate) const TENANTS: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: one, labels: {tenant: a}}
---
apiVersion: v1
kind: Namespace
metadata: {name: two, labels: {tenant: b}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: one, labels: {app: web}}
spec: {containers: [{name: web}]}
";

pub(crate) const FLOWS: &str = "\
from,to,port,protocol,verdict
shop/web,10.1.2.4,5432,TCP,allowed
shop/web,10.1.2.5,5432,TCP,allowed
shop/api,10.9.9.9,443,TCP,denied
";

/// Denies what the app wants.
pub(crate) const WALL: &str = "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: wall}
spec:
  tier: Admin
  priority: 1
  subject: {namespaces: {}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
";

fn folder() -> Folder {
    Folder::with(&[
        ("app.yaml", APP),
        ("outside.yaml", OUTSIDE),
        ("tenants.yaml", TENANTS),
        ("flows.csv", FLOWS),
        ("wall.yaml", WALL),
    ])
}

/// Every way of using `network-policy` that its reader should see once.
const GALLERY: [(&str, &str); 9] = [
    ("network-policy", "network-policy app.yaml -n shop"),
    (
        "network-policy-ingress",
        "network-policy app.yaml -n shop --ingress-from ingress-nginx/app=nginx",
    ),
    ("network-policy-flows", "network-policy app.yaml -n shop --flows flows.csv"),
    (
        "network-policy-outside",
        "network-policy outside.yaml --allow-internet --allow-apiserver 10.0.0.10/32:6443",
    ),
    ("network-policy-cilium", "network-policy app.yaml outside.yaml -n shop --enforcer cilium"),
    (
        "network-policy-calico",
        "network-policy app.yaml outside.yaml -n shop --enforcer calico --allow-internet",
    ),
    ("network-policy-cluster", "network-policy app.yaml -n shop --enforcer cluster-network-policy"),
    (
        "network-policy-isolate",
        "network-policy tenants.yaml --isolate tenant --api-version v1beta1",
    ),
    ("network-policy-log", "network-policy app.yaml -n shop --log-with calico --log-only"),
];

#[test]
fn the_gallery_shows_what_is_printed() {
    let folder = folder();
    for (name, words) in GALLERY {
        let ended = folder.run(words);
        assert_eq!(ended.code, 0, "{words}: {}", ended.stderr);
        assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"), "{words}");
        let mut settings = gallery("terminal");
        settings.set_description(format!("kubectl harden {words}"));
        settings.bind(|| insta::assert_snapshot!(name, ended.stdout));
    }
}

#[test]
fn files_folders_and_standard_input_are_read_alike() {
    let folder = folder();
    let expected = folder.run("network-policy app.yaml -n shop").ok();
    for words in ["-f app.yaml", "app.yaml -f app.yaml"] {
        assert_eq!(
            folder.run(&format!("network-policy {words} -n shop")).ok(),
            expected,
            "{words}"
        );
    }
    let read = finish(&mut folder.command("network-policy - -n shop"), APP).ok();
    let without_places = |text: &str| -> Vec<String> {
        text.lines().filter(|it| !it.starts_with('#')).map(str::to_owned).collect()
    };
    assert_eq!(without_places(&read), without_places(&expected));
}

#[test]
fn what_is_there_is_not_made_again() {
    let folder = folder();
    let made = folder.run("network-policy app.yaml -n shop").ok();
    std::fs::write(folder.path().join("made.yaml"), made).unwrap();
    let ended = folder.run("network-policy app.yaml made.yaml -n shop");
    assert_eq!((ended.code, ended.stdout.trim()), (0, ""), "{}", ended.stderr);
    assert!(ended.stderr.contains("everything is there already"), "{}", ended.stderr);
}

#[test]
fn what_cannot_be_is_named_and_not_printed() {
    let folder = folder();
    let ended = folder.run("network-policy app.yaml wall.yaml -n shop");
    assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("TCP 9090 from shop/web[Deployment] to shop/api"),
        "{}",
        ended.stderr
    );
    let ended = folder.run("network-policy outside.yaml");
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    for part in ["files.example.com", "--allow-internet", "--allow-apiserver", "outside.yaml:6"] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
    assert_eq!(folder.run("network-policy outside.yaml --allow-incomplete").code, 0);
}
