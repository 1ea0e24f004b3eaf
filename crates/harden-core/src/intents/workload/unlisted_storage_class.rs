//! Claims of storage of classes that the team does not list.

use crate::finding::Severity;
use crate::intents::target::{Resources, WRITES};
use crate::intents::{Demand, Intent, Own, Parameter, Shape, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

const CLASSES: Parameter = Parameter {
    name: "storage-class",
    variable: "classes",
    summary: "a StorageClass that may be used",
    shape: Shape::Names,
    default: &[],
    example: &["encrypted"],
};

pub(super) static INTENT: Intent = Intent {
    id: "unlisted-storage-class",
    constraint: Kind::constraint("HardenUnlistedStorageClass", "hardenunlistedstorageclass"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "storage of a class that is not listed is claimed",
        why: "A class decides whether data are encrypted, where they are kept, what they cost, and whether they outlive the \
              claim. A claim that names none gets the default class, which is written into it before it is judged.",
        remedy: "name a listed class in storageClassName",
        references: &[
            Reference::Page("https://kubernetes.io/docs/concepts/storage/storage-classes/"),
            Reference::Mitre("T1530"),
        ],
        bad: "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: team-a
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: scratch
  resources:
    requests:
      storage: 10Gi
",
        good: "\
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  namespace: team-a
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: encrypted
  resources:
    requests:
      storage: 10Gi
",
    }),
    parameters: &[CLASSES],
    target: Target::Objects {
        resources: &[
            Resources {
                group: "",
                version: "v1",
                names: &[("persistentvolumeclaims", "PersistentVolumeClaim")],
                operations: WRITES,
            },
            Resources {
                group: "apps",
                version: "v1",
                names: &[("statefulsets", "StatefulSet")],
                operations: WRITES,
            },
        ],
        parts: &[".spec"],
    },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    // What a template leaves out is judged when the claim is made of it.
    let condition = "(object.kind == 'PersistentVolumeClaim' ? [dyn(object).spec] : \
                     dyn(object).spec.?volumeClaimTemplates.orValue([]).filter(t, \
                     has(t.spec.storageClassName)).map(t, t.spec)).all(s, s.?storageClassName.orValue('') in \
                     variables.classes)";
    vec![Validation::new(condition, "storageClassName must be a listed class")]
}
