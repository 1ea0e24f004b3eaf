//! Containers that find in the node's files what makes them the node.

use super::containers::quoted;
use super::host_paths::{self, Danger};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "sensitive-host-path",
    category: Category::Workload,
    severity: Severity::Critical,
    level: None,
    summary: "a container that may be root mounts files that give it the node",
    why: "Some of a node's files are the node: the kubelet's credentials and every pod's secrets \
          below /var/lib/kubelet, etcd's data, keys in /etc/kubernetes and /root can be read; what \
          is written to /etc, /usr, /opt/cni or /proc/sys is run or obeyed by the node. Root in \
          the container needs nothing else to take it over.",
    remedy: "mount the one file or directory that is needed, read-only, and run the container as a \
          user other than root",
    breaks: "Agents that manage the node do need some of it; keep those in a namespace of their own.",
    mend: Mend::ByHand("which file of the node is needed, and as which user"),
    references: &[
        Reference::Cis("5.2.11"),
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Mitre("T1552.001"),
        Reference::Owasp("K01"),
    ],
    reads: &[],
    check: Check::Workload(check),
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
    - name: host
      mountPath: /host
  volumes:
  - name: host
    hostPath:
      path: /etc
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
    - name: host
      mountPath: /host
      readOnly: true
  volumes:
  - name: host
    hostPath:
      path: /etc/ssl/certs
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut paths = Vec::new();
    let mut mounts = Vec::new();
    host_paths::visit(workload, |it| {
        if it.danger == Danger::Node {
            paths.push(it.path);
            mounts.push((it.container, it.mount, None));
        }
    });
    if !paths.is_empty() {
        let flaw = format!(
            "mounts {} of the node, and may run as root",
            quoted(paths.iter().map(AsRef::as_ref))
        );
        reporter.flag_containers(&flaw, mounts);
    }
}
