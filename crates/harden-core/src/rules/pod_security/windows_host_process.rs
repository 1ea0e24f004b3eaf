//! Pods whose containers are processes of their Windows node.

use crate::kubernetes::Level;
use crate::rule::{Category, Check, Mend, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "windows-host-process",
    category: Category::PodSecurity,
    severity: Severity::Critical,
    level: Some(Level::Baseline),
    summary: "a container is a process of its Windows node",
    why: "A HostProcess container is not contained: it runs on the node itself, with its file \
          system, its network and, as SYSTEM, all of its rights, the credentials of every pod \
          there included.",
    remedy: "set hostProcess to false",
    breaks: "Agents that manage the node (network, storage, monitoring) need it; keep those in a \
          namespace of their own.",
    mend: Mend::WithThought,
    references: &[
        Reference::PodSecurity("windowsHostProcess"),
        Reference::Cis("5.2.10"),
        Reference::Mitre("T1611"),
        Reference::Owasp("K01"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
        ),
    ],
    reads: &[],
    check: Check::PodSecurity("windowsHostProcess"),
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  os:
    name: windows
  hostNetwork: true
  securityContext:
    windowsOptions:
      hostProcess: true
      runAsUserName: NT AUTHORITY\\SYSTEM
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
  os:
    name: windows
  securityContext:
    windowsOptions:
      hostProcess: false
      runAsUserName: ContainerUser
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};
