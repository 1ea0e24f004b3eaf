//! Images without a digest that a policy refuses for that.

use harden_yaml::Action;

use super::signatures::{KINDS, demands, images};
use crate::lock::{Found, Lock, Reference as Name};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "refused-image-tag",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "an image has no digest, and a policy of the input takes none without",
    why: "Kyverno puts the digest of what it verified into a pod, unless mutateDigest is false. Then it refuses \
          images by tags alone, and whatever runs such an image cannot start again.",
    remedy: "write the digest that the lock has, which fix --pin does",
    breaks: "What runs is what was verified when the lock was written, which may be older than what the tag names now.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kyverno.io/docs/policy-types/cluster-policy/verify-images/overview/",
        ),
    ],
    reads: KINDS,
    check: Check::LockedWorld { lock: LOCK, check },
    bad: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: verified-images
spec:
  rules:
  - name: signed
    match:
      any:
      - resources:
          kinds: [Pod]
    verifyImages:
    - type: SigstoreBundle
      imageReferences: [\"registry.example.com/*\"]
      failureAction: Enforce
      mutateDigest: false
      attestors:
      - entries:
        - keyless:
            issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/example/web/.github/workflows/release.yaml@refs/tags/v1.4.2
---
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
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: verified-images
spec:
  rules:
  - name: signed
    match:
      any:
      - resources:
          kinds: [Pod]
    verifyImages:
    - type: SigstoreBundle
      imageReferences: [\"registry.example.com/*\"]
      failureAction: Enforce
      mutateDigest: false
      attestors:
      - entries:
        - keyless:
            issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/example/web/.github/workflows/release.yaml@refs/tags/v1.4.2
---
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

/// The lock of the examples.
const LOCK: &str = "\
version: v1
images:
- image: registry.example.com/web:1.4.2
  digest: sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
  verified: 2026-11-28
";

fn check<'d>(world: &World<'d>, lock: &Lock, reporter: &mut Reporter<'_, 'd>) {
    let mut demands = demands(world);
    demands.retain(|it| it.needs_digest);
    if demands.is_empty() {
        return;
    }
    for used in images(world) {
        let Some(name) = Name::read(used.text).filter(|it| it.digest.is_none()) else { continue };
        let Found::Same(locked) = lock.find(used.text) else { continue };
        let Some(demand) = demands.iter().find(|it| it.is_about(&used)) else { continue };
        let tag = name.tag.map_or_else(String::new, |it| format!(":{it}"));
        let pinned = format!("{}{tag}@{}", name.name, locked.digest);
        let policy = demand.policy.name();
        let message =
            format!("`{policy}` takes no image without a digest, and `{}` has none", used.text);
        reporter.flag_in(&used.object, used.place, message, Some(Action::set(pinned)));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages_with_lock;

    #[test]
    fn only_a_policy_that_puts_no_digest_in_needs_one() {
        let said = |from: &str, to: &str| {
            let text = RULE.bad.replace(from, to);
            assert!(from.is_empty() || text != RULE.bad, "{from}");
            messages_with_lock(&RULE, &text).len()
        };
        assert_eq!(said("", ""), 1);
        assert_eq!(said("mutateDigest: false", "mutateDigest: true"), 0);
        assert_eq!(said("mutateDigest: false", "mutateDigest: null"), 0);
        assert_eq!(
            said("mutateDigest: false", "mutateDigest: false\n      verifyDigest: false"),
            0
        );
        assert_eq!(said("\"registry.example.com/*\"", "\"registry.example.org/*\""), 0);
        assert_eq!(
            said("image: registry.example.com/web:1.4.2", "image: registry.example.com/api:1"),
            0
        );
        assert_eq!(said("image: registry.example.com/web:1.4.2", "image: [a]"), 0);
    }

    #[test]
    fn policies_of_expressions_say_it_elsewhere() {
        let text = |how: &str| {
            format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, metadata: {{name: a}}, spec: \
                 {{validationConfigurations: {how}}}}}\n---\n{{apiVersion: batch/v1, kind: CronJob, metadata: {{name: a}}, \
                 spec: {{jobTemplate: {{spec: {{template: {{spec: {{initContainers: [{{name: a, image: \
                 'registry.example.com/web:1.4.2'}}]}}}}}}}}}}}}"
            )
        };
        assert_eq!(messages_with_lock(&RULE, &text("{mutateDigest: false}")).len(), 1);
        assert_eq!(messages_with_lock(&RULE, &text("{}")).len(), 0);
        assert_eq!(messages_with_lock(&RULE, &text("null")).len(), 0);
    }
}
