//! PersistentVolumes that are directories of a node.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-path-persistent-volume",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a PersistentVolume is a directory of whichever node the pod runs on",
    why: "Pod Security looks at the volumes of pods, where hostPath is forbidden, and not behind their \
          claims: any pod that gets this volume reads and writes files of its node. What it finds there \
          differs from node to node.",
    remedy: "use a local volume, which is bound to its node, or storage of the network",
    breaks: "Data that is in the directory must be moved.",
    mend: Mend::ByHand("which node or which storage keeps the data"),
    references: &[
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: data
spec:
  capacity:
    storage: 10Gi
  accessModes: [ReadWriteOnce]
  hostPath:
    path: /srv/data
",
    good: "\
apiVersion: v1
kind: PersistentVolume
metadata:
  name: data
spec:
  capacity:
    storage: 10Gi
  accessModes: [ReadWriteOnce]
  local:
    path: /srv/data
  nodeAffinity:
    required:
      nodeSelectorTerms:
      - matchExpressions:
        - key: kubernetes.io/hostname
          operator: In
          values: [node-1]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "PersistentVolume") {
        return;
    }
    let path = object.place.at("spec").at("hostPath").at("path");
    if let Some(text) = path.as_str() {
        reporter.flag(path, format!("gives pods `{text}` of their node"), None);
    }
}
