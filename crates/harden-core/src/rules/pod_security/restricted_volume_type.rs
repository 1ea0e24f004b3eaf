//! Volumes that name their storage themselves.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "restricted-volume-type",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Restricted),
    summary: "a volume names its storage directly instead of claiming it",
    why: "Whoever writes such a pod chooses the server, the disk and the options, past the \
          StorageClasses and PersistentVolumes that administrators decide on, and the node mounts \
          it as root. gitRepo runs git on the node and flexVolume a program of the node; both have \
          let pods out.",
    remedy: "claim the storage with a PersistentVolumeClaim, or use an ephemeral or csi volume",
    breaks: "The claim needs a PersistentVolume for the storage that exists; for gitRepo, clone \
          into an emptyDir in an init container.",
    mend: Mend::ByHand("which claim or driver gives the storage instead"),
    references: &[
        Reference::PodSecurity("restrictedVolumes"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/storage/volumes/"),
    ],
    reads: &[],
    check: Check::PodSecurity("restrictedVolumes"),
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
    - name: shared
      mountPath: /shared
  volumes:
  - name: shared
    nfs:
      server: nfs.example.com
      path: /exports/shared
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
    - name: shared
      mountPath: /shared
  volumes:
  - name: shared
    persistentVolumeClaim:
      claimName: shared
",
};
