//! Images that are not bound to their content.

use super::images::{self, Pin};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "unpinned-image",
    category: Category::Workload,
    severity: Severity::Low,
    level: None,
    summary: "an image is named by a tag without a digest",
    why: "Tags of versions can be pushed again, too: by mistake, by whoever takes over the \
          repository, or by a registry in between. A digest names the content itself, so that what \
          runs is what was scanned and signed.",
    remedy: "write the digest behind the tag, as image:tag@sha256:digest",
    breaks: "Updates need a new digest; let a bot write them.",
    mend: Mend::ByHand("which content the tag named when it was tested"),
    references: &[
        Reference::NsaCisa("Pod security: Building secure container images"),
        Reference::Mitre("T1525"),
        Reference::Mitre("T1195.002"),
        Reference::Page("https://kubernetes.io/docs/concepts/containers/images/"),
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
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    images::flag(workload, reporter, Pin::Tag, "no digest in");
}
