//! Images by a digest that was not seen when their repository was looked at.

use super::images;
use crate::lock::{Found, Lock};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "unknown-image-digest",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "the lock knows images of the repository, and not this digest",
    why: "A lock lists the content that was verified. A digest that is not in it was verified by nobody: it came \
          after the lock was written, or it is of an image that nobody meant to run.",
    remedy: "verify the image, and write the lock again",
    breaks: "",
    mend: Mend::ByHand("whether the image is to be trusted, which verify finds out"),
    references: &[
        Reference::NsaCisa("Pod security: Building secure container images"),
        Reference::Mitre("T1525"),
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
    image: registry.example.com/web@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web@sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
",
};

fn check<'d>(workload: &Workload<'d>, lock: &Lock, reporter: &mut Reporter<'_, 'd>) {
    images::flag_found(workload, reporter, "the lock does not know the digest", |it| {
        it.contains('@') && lock.find(it) == Found::Unknown
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages_with_lock;

    #[test]
    fn digests_of_repositories_that_were_not_looked_at_are_others() {
        let digest = format!("sha256:{}", "0".repeat(64));
        for (image, wanted) in [
            (format!("registry.example.com/web@{digest}"), 1),
            (format!("registry.example.com/web:2@{digest}"), 1),
            (format!("registry.example.com/web:1.4.2@{digest}"), 0),
            ("registry.example.com/web:2".to_owned(), 0),
            (format!("registry.example.com/api@{digest}"), 0),
            (format!("registry.example.com:5000/web@{digest}"), 0),
        ] {
            let text = format!(
                "{{apiVersion: v1, kind: Pod, spec: {{containers: [{{name: a, image: '{image}'}}]}}}}"
            );
            assert_eq!(messages_with_lock(&RULE, &text).len(), wanted, "{image}");
        }
    }
}
