//! Images whose digest is not the one that was seen for their tag.

use super::images;
use crate::lock::{Found, Lock};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "moved-image-tag",
    category: Category::Workload,
    severity: Severity::High,
    level: None,
    summary: "an image has another digest than the lock has for its tag",
    why: "The digest decides what runs, and the tag is what people read. Where the two say different things, what \
          runs is not what was verified: a digest that was mixed up in a merge, or one that somebody put there \
          because nobody reads digests. A lock that is older than the image says the same, and is to be made anew.",
    remedy: "find out which content is meant, and write its digest, or verify it and write the lock again",
    breaks: "",
    mend: Mend::ByHand("which of the two contents is meant"),
    references: &[
        Reference::NsaCisa("Pod security: Building secure container images"),
        Reference::Mitre("T1525"),
        Reference::Mitre("T1195.002"),
        Reference::Page("https://kubernetes.io/docs/concepts/containers/images/"),
    ],
    reads: &[],
    check: Check::LockedWorkload { lock: images::LOCK, check },
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2@sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
",
};

fn check<'d>(workload: &Workload<'d>, lock: &Lock, reporter: &mut Reporter<'_, 'd>) {
    images::flag_found(workload, reporter, "has another digest than the lock for this tag", |it| {
        matches!(lock.find(it), Found::Moved(_))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages_with_lock;

    const A: &str = "sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e";

    #[test]
    fn only_a_tag_with_another_digest_is_found() {
        let other = A.replace("4f", "00");
        for (image, wanted) in [
            (format!("registry.example.com/web:1.4.2@{A}"), 0),
            (format!("registry.example.com/web@{A}"), 0),
            ("registry.example.com/web:1.4.2".to_owned(), 0),
            (format!("registry.example.com/web@{other}"), 0),
            (format!("registry.example.com/web:1.4.3@{other}"), 0),
            (format!("registry.example.com/web:1.4.2@{other}"), 1),
            (format!("registry.example.com/web:1.4.2@{}", A.to_uppercase()), 1),
            (format!("registry.example.org/web:1.4.2@{other}"), 0),
            (format!("web:1.4.2@{other}"), 0),
        ] {
            for list in ["containers", "initContainers", "ephemeralContainers"] {
                let text = format!(
                    "{{apiVersion: v1, kind: Pod, spec: {{{list}: [{{name: a, image: '{image}'}}]}}}}"
                );
                assert_eq!(messages_with_lock(&RULE, &text).len(), wanted, "{list} {image}");
                assert!(crate::check::testing::messages(&RULE, &text).is_empty(), "without a lock");
            }
        }
    }
}
