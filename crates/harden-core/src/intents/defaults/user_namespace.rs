//! A user namespace of their own for pods that can have one.

use serde_json::Value;

use super::unless::{OF_WINDOWS, PODS};
use crate::finding::Severity;
use crate::intents::{Change, Demand, Intent, Own, Place, Unless, Unseen, Words};
use crate::kubernetes::{Kind, MinorVersion};
use crate::rule::{Category, Reference};

const UNSEEN: Unseen = Unseen::Unsaid(
    "Gatekeeper's mutators do not see namespaces of the host, volumes and devices, with which pods cannot have it",
);

pub(super) static INTENT: Intent = Intent {
    id: "default-user-namespace",
    constraint: Kind::constraint("HardenDefaultUserNamespace", "hardendefaultusernamespace"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Low,
        summary: "a pod does not say whose user namespace it has",
        why: "It then shares the node's: root that breaks out of the container is root there. In a user namespace of \
              its own the pod's users are nobody outside. Pods that use something of the host stay as they are.",
        remedy: "set hostUsers to false",
        references: &[
            Reference::Mitre("T1611"),
            Reference::Page("https://kubernetes.io/docs/concepts/workloads/pods/user-namespaces/"),
        ],
        bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
        good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  hostUsers: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    }),
    parameters: &[],
    target: PODS,
    demand: Demand::Change(&Change {
        breaks: "It needs Linux 6.3 and a runtime that supports it on every node: elsewhere pods do not start. So it is \
                 with claims whose file system cannot map users, as NFS, which the pod does not show. Say hostUsers: \
                 true in such pods, and try it in one namespace first.",
        relieves: &["host-user-namespace"],
        since: MinorVersion(36),
        named: None,
        place: Place::Object(&["spec", "hostUsers"]),
        value,
        unless: &[
            OF_WINDOWS,
            Unless {
                name: "of-host-namespace",
                is_of_container: false,
                expression: "object.spec.?hostNetwork.orValue(false) || object.spec.?hostPID.orValue(false) || \
                             object.spec.?hostIPC.orValue(false)",
                query: "(request.object.spec.hostNetwork || `false`) == `true` || (request.object.spec.hostPID || \
                        `false`) == `true` || (request.object.spec.hostIPC || `false`) == `true`",
                unseen: UNSEEN,
            },
            Unless {
                name: "with-unmapped-volume",
                is_of_container: false,
                expression: "object.spec.?volumes.orValue([]).exists(v, has(v.azureFile) || has(v.cephfs) || \
                             has(v.glusterfs) || has(v.nfs))",
                query: "length(request.object.spec.volumes[?contains(keys(@), 'azureFile') || contains(keys(@), \
                        'cephfs') || contains(keys(@), 'glusterfs') || contains(keys(@), 'nfs')] || `[]`) > `0`",
                unseen: UNSEEN,
            },
            Unless {
                name: "with-rights-on-node",
                is_of_container: false,
                expression: "(object.spec.containers + object.spec.?initContainers.orValue([])).exists(c, \
                             c.?securityContext.?privileged.orValue(false) || \
                             c.?volumeDevices.orValue([]).size() > 0 || \
                             c.?securityContext.?capabilities.?add.orValue([]).exists(a, a != 'NET_BIND_SERVICE'))",
                query: "length([request.object.spec.containers, request.object.spec.initContainers || `[]`][] | \
                        [?securityContext.privileged || volumeDevices || securityContext.capabilities.add[?@ != \
                        'NET_BIND_SERVICE']]) > `0`",
                unseen: UNSEEN,
            },
        ],
    }),
};

fn value() -> Value {
    Value::Bool(false)
}
