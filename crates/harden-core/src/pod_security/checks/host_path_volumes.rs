//! Pods must not mount directories of their node.

use crate::kubernetes::Level;
use crate::pod_security::message::{plural, quoted};
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "hostPathVolumes",
    level: Level::Baseline,
    summary: "no volume is a hostPath",
    fields: &["spec.volumes[*].hostPath"],
    revisions: &[Revision::since(0, no_host_path)],
};

fn no_host_path<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut names = Vec::new();
    let mut faults = Vec::new();
    for volume in pod.volumes?.items() {
        let source = volume.at("hostPath");
        if source.exists() {
            names.push(volume.at("name").as_str().unwrap_or(""));
            faults.push(Fault::decide(source));
        }
    }
    (!names.is_empty()).then(|| Violation {
        reason: "hostPath volumes",
        detail: format!("{} {}", plural(names.len(), "volume", "volumes"), quoted(&names)),
        faults,
    })
}
