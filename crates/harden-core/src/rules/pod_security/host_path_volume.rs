//! Pods that mount files of their node.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-path-volume",
    category: Category::PodSecurity,
    severity: Severity::High,
    level: Some(Level::Baseline),
    summary: "a volume is a directory or file of the node",
    why: "Whoever is in the container reads, and unless it is mounted read-only writes, what the \
          node keeps there, with the numeric user of the container: credentials of the kubelet and \
          of other pods, logs, programs that the node will run. The data also stays behind when \
          the pod moves to another node.",
    remedy: "replace hostPath by emptyDir, configMap, secret or a PersistentVolumeClaim",
    breaks: "Data that is on the nodes is not in the new volume; move it first. Agents that read \
          the node itself need hostPath: keep them in a namespace of their own, mounted read-only.",
    mend: Mend::ByHand("which other volume keeps the data, and how it gets there"),
    references: &[
        Reference::PodSecurity("hostPathVolumes"),
        Reference::Cis("5.2.11"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"),
    ],
    reads: &[],
    check: Check::PodSecurity("hostPathVolumes"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    volumeMounts:
    - name: data
      mountPath: /data
  volumes:
  - name: data
    hostPath:
      path: /srv/data
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    volumeMounts:
    - name: data
      mountPath: /data
  volumes:
  - name: data
    persistentVolumeClaim:
      claimName: data
",
};
