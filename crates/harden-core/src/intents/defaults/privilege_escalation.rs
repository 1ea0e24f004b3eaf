//! No more rights than a container starts with, where it does not say that it needs them.

use serde_json::Value;

use super::unless::{OF_WINDOWS, PODS};
use crate::finding::Severity;
use crate::intents::{Change, Demand, Intent, Own, Place, Unless, Unseen, Words};
use crate::kubernetes::{Kind, MinorVersion};
use crate::rule::{Category, Reference};

const UNSEEN: Unseen = Unseen::Unsaid(
    "Gatekeeper's mutators do not see whether a container is privileged, and the API server refuses privileged ones \
     with this field",
);

pub(super) static INTENT: Intent = Intent {
    id: "default-privilege-escalation",
    constraint: Kind::constraint(
        "HardenDefaultPrivilegeEscalation",
        "hardendefaultprivilegeescalation",
    ),
    words: Words::Own(Own {
        category: Category::PodSecurity,
        severity: Severity::Medium,
        summary: "a container does not say whether it may gain rights",
        why: "It may then gain those of any setuid program in its image. Privileged containers and those that add \
              capabilities stay as they are: the API server refuses the field there, or the program gets its \
              capabilities by what the field forbids.",
        remedy: "set allowPrivilegeEscalation to false",
        references: &[Reference::PodSecurity("allowPrivilegeEscalation"), Reference::Cis("5.2.6")],
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
      allowPrivilegeEscalation: false
",
    }),
    parameters: &[],
    target: PODS,
    demand: Demand::Change(&Change {
        breaks: "sudo, su and other setuid programs in the container do nothing any more, and capabilities of files are \
                 ignored; set allowPrivilegeEscalation to true to say that it is meant.",
        relieves: &["privilege-escalation"],
        since: MinorVersion(8),
        named: None,
        place: Place::Security("allowPrivilegeEscalation"),
        value,
        unless: &[
            OF_WINDOWS,
            Unless {
                name: "privileged",
                is_of_container: true,
                expression: "c.?securityContext.?privileged.orValue(false)",
                query: "(element.securityContext.privileged || `false`) == `true`",
                unseen: UNSEEN,
            },
            Unless {
                name: "adds-capabilities",
                is_of_container: true,
                expression: "c.?securityContext.?capabilities.?add.orValue([]).exists(a, a != 'NET_BIND_SERVICE')",
                query: "length(element.securityContext.capabilities.add[?@ != 'NET_BIND_SERVICE'] || `[]`) > `0`",
                unseen: UNSEEN,
            },
        ],
    }),
};

fn value() -> Value {
    Value::Bool(false)
}
