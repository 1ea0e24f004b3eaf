//! No capabilities for containers that ask for none.

use serde_json::{Value, json};

use super::unless::{OF_WINDOWS, PODS};
use crate::finding::Severity;
use crate::intents::{Change, Demand, Intent, Own, Place, Words};
use crate::kubernetes::{Kind, MinorVersion};
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "default-capabilities",
    constraint: Kind::constraint("HardenDefaultCapabilities", "hardendefaultcapabilities"),
    words: Words::Own(Own {
        category: Category::PodSecurity,
        severity: Severity::Medium,
        summary: "a container says nothing of capabilities",
        why: "The runtime then gives it more than a dozen, those to forge packets and to ignore who owns a file among \
              them. Most programs need none. A privileged container has all of them whatever it drops.",
        remedy: "drop ALL, and add what the program needs",
        references: &[Reference::PodSecurity("capabilities_restricted"), Reference::Mitre("T1611")],
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
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    securityContext:
      capabilities:
        drop: [ALL]
",
    }),
    parameters: &[],
    target: PODS,
    demand: Demand::Change(&Change {
        breaks: "A program that starts as root and then gives up its rights, changes owners of files, pings, or listens \
                 below port 1024 on an old runtime gets EPERM; add the capability that it names, such as SETUID, \
                 CHOWN or NET_BIND_SERVICE.",
        relieves: &["undropped-capabilities"],
        since: MinorVersion(0),
        named: None,
        place: Place::Security("capabilities"),
        value,
        unless: &[OF_WINDOWS],
    }),
};

fn value() -> Value {
    json!({"drop": ["ALL"]})
}
