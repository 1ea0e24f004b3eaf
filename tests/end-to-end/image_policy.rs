//! `image-policy` reads the images that a real cluster uses, as far as whoever asks may.

use harness::{ControlPlane, Options};

use crate::cluster::{harden_on, line_on};
use crate::harden::{Ended, finish};

const OBJECTS: &str = "\
apiVersion: v1
kind: Namespace
metadata: {name: team-a}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: default, namespace: team-a}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team-a, labels: {app: web}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      initContainers: [{name: init, image: init.example/a}]
      containers: [{name: web, image: web.example/a}]
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: clean, namespace: team-a}
spec:
  schedule: '0 0 * * *'
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: cron.example/a}]}}}}
---
apiVersion: v1
kind: Pod
metadata: {name: bare, namespace: team-a}
spec:
  containers: [{name: a, image: pod.example/a}]
  volumes: [{name: data, image: {reference: volume.example/a}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: other, namespace: default}
spec:
  selector: {matchLabels: {app: other}}
  template:
    metadata: {labels: {app: other}}
    spec: {containers: [{name: a, image: other.example/a}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: system, namespace: kube-system}
spec:
  selector: {matchLabels: {app: system}}
  template:
    metadata: {labels: {app: system}}
    spec: {containers: [{name: a, image: system.example/a}]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: deployments, namespace: team-a}
rules: [{apiGroups: [apps], resources: [deployments], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: ann, namespace: team-a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: deployments}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: ann}]
";

/// The registries that are verified, and what else is said.
fn read(plane: &ControlPlane, words: &str) -> (String, Ended) {
    let ended = line_on(plane, &format!("image-policy --key k8s://a/b {words}"));
    let line = ended.stdout.lines().find(|it| it.contains("Lets only signed images in, of "));
    let listed = line.and_then(|it| it.split_once(" in, of ")).map_or("", |it| it.1);
    (listed.replace(".example (1 image)", "").trim_end_matches('.').to_owned(), ended)
}

#[test]
fn the_images_of_a_cluster_are_those_that_its_objects_use() {
    let options = Options { no_controllers: true, ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    plane.apply(OBJECTS);
    for (words, expected) in [
        ("", "other"),
        ("-n team-a", "cron, init, pod, web"),
        ("-A", "cron, init, other, pod, web"),
        ("-A --include-system", "cron, init, other, pod, system, web"),
        ("-n kube-system", "system"),
        ("-n team-a -l app=web", "init, web"),
    ] {
        let (listed, ended) = read(&plane, words);
        assert_eq!((listed.as_str(), ended.code), (expected, 0), "{words}: {}", ended.stderr);
    }
    let (_, all) = read(&plane, "-A");
    assert!(all.stderr.contains("mounted as volumes: volume.example/a"), "{}", all.stderr);

    let folder = tempfile::tempdir().unwrap();
    let mut snapshot = harden_on(&plane);
    let file = folder.path().join("a.snapshot");
    snapshot.args(["snapshot", "-A", "--output-file"]).arg(&file);
    let written = finish(&mut snapshot, "");
    assert_eq!(written.code, 0, "{}", written.stderr);
    let (_, of_snapshot) = read(&plane, &format!("--snapshot {}", file.display()));
    assert_eq!((of_snapshot.code, of_snapshot.stdout), (0, all.stdout));

    // A kind that may not be listed is named, and the rest is read.
    let (listed, ended) = read(&plane, "-n team-a --as ann");
    assert_eq!((listed.as_str(), ended.code), ("init, web", 3), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("the images of cronjobs.batch are not known"),
        "{}",
        ended.stderr
    );
    let (listed, ended) = read(&plane, "-n team-a --as ann --allow-incomplete");
    assert_eq!((listed.as_str(), ended.code), ("init, web", 0));
    let (_, ended) = read(&plane, "-n team-a --as nobody");
    assert_eq!((ended.code, ended.stdout.as_str()), (3, ""), "{}", ended.stderr);
    let (_, ended) = read(&plane, "-n nowhere");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    // Registries that are named need no cluster.
    let (_, ended) = read(&plane, "--registry web.example --kubeconfig /nowhere");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
