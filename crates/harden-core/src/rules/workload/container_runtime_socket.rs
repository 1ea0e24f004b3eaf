//! Containers that can give orders to the node's container runtime.

use super::containers::quoted;
use super::host_paths::{self, Danger};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "container-runtime-socket",
    category: Category::Workload,
    severity: Severity::Critical,
    level: None,
    summary: "a container mounts the socket of the node's container runtime",
    why: "Whoever can talk to the runtime can start a privileged container on the node, past \
          admission and the API server's audit log, and so is root there, with every pod's \
          secrets. Mounting the socket read-only changes nothing: requests can still be sent.",
    remedy: "remove the volume; build images with a rootless builder, and read container data from \
          the kubelet or the API server",
    breaks: "Image builds by docker in the container, and agents that list containers through the \
          runtime. Most agents can read the same from the kubelet.",
    mend: Mend::ByHand("what the container asks of the runtime, and who else can answer it"),
    references: &[
        Reference::NsaCisa("Pod security: Pod security enforcement"),
        Reference::Mitre("T1611"),
        Reference::Mitre("T1610"),
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
      path: /var/run/docker.sock
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
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut paths = Vec::new();
    let mut mounts = Vec::new();
    host_paths::visit(workload, |it| {
        if it.danger == Danger::Runtime {
            paths.push(it.path);
            mounts.push((it.container, it.mount, None));
        }
    });
    if !paths.is_empty() {
        let paths = quoted(paths.iter().map(AsRef::as_ref));
        reporter
            .flag_containers(&format!("the container runtime obeys it through {paths}"), mounts);
    }
}
