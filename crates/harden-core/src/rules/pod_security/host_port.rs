//! Containers that take a port of their node.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "host-port",
    category: Category::PodSecurity,
    severity: Severity::Medium,
    level: Some(Level::Baseline),
    summary: "a container takes a port of the node",
    why: "The port opens on the node's own addresses, wherever the pod lands, without a Service \
          that anybody would look for; what may reach it is up to the firewall of the nodes, and \
          with some network plugins NetworkPolicies do not hold for it. Two such pods cannot share \
          a node.",
    remedy: "remove hostPort, and publish the port with a Service",
    breaks: "Clients that use the node's address have to use the Service.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("hostPorts"),
        Reference::Cis("5.2.12"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::PodSecurity("hostPorts"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    ports:
    - containerPort: 8080
      hostPort: 80
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
    ports:
    - containerPort: 8080
",
};
