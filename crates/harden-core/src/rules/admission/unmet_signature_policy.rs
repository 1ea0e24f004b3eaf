//! Policies that ask for other signers than those who signed.

use std::collections::BTreeMap;

use super::signatures::{KINDS, Used, demands, images};
use crate::lock::{Identity, Lock, Locked};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

/// How many images a message names.
const MOST: usize = 3;

pub(super) static RULE: Rule = Rule {
    id: "unmet-signature-policy",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "a policy takes none of the signers that the lock has for an image",
    why: "Pods with the image are refused as soon as the policy holds, at the next restart or on the next node: an \
          outage. Or, as long as the policy only warns, nobody notices that the image is signed by somebody else than \
          everybody thinks.",
    remedy: "name in the policy who signs, or sign the image as the policy says and write the lock again",
    breaks: "",
    mend: Mend::ByHand("whether the policy or the signature is the right one"),
    references: &[
        Reference::Owasp("K02"),
        Reference::Page("https://docs.sigstore.dev/policy-controller/overview/"),
        Reference::Page("https://kyverno.io/docs/policy-types/image-validating-policy/"),
    ],
    reads: KINDS,
    check: Check::LockedWorld { lock: LOCK, check },
    bad: "\
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: verified-images
spec:
  images:
  - glob: registry.example.com/**
  authorities:
  - name: release
    keyless:
      url: https://fulcio.sigstore.dev
      identities:
      - issuer: https://token.actions.githubusercontent.com
        subject: https://github.com/example/web/.github/workflows/release.yaml@refs/heads/main
    signatureFormat: bundle
    attestations:
    - name: signature
      predicateType: https://sigstore.dev/cosign/sign/v1
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
apiVersion: policy.sigstore.dev/v1beta1
kind: ClusterImagePolicy
metadata:
  name: verified-images
spec:
  images:
  - glob: registry.example.com/**
  authorities:
  - name: release
    keyless:
      url: https://fulcio.sigstore.dev
      identities:
      - issuer: https://token.actions.githubusercontent.com
        subject: https://github.com/example/web/.github/workflows/release.yaml@refs/tags/v1.4.2
    signatureFormat: bundle
    attestations:
    - name: signature
      predicateType: https://sigstore.dev/cosign/sign/v1
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
};

/// The lock of the examples.
const LOCK: &str = "\
version: v1
images:
- image: registry.example.com/web:1.4.2
  digest: sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
  verified: 2026-11-28
  signers:
  - issuer: https://token.actions.githubusercontent.com
    subject: https://github.com/example/web/.github/workflows/release.yaml@refs/tags/v1.4.2
    log: true
";

fn check<'d>(world: &World<'d>, lock: &Lock, reporter: &mut Reporter<'_, 'd>) {
    let images = images(world);
    for demand in demands(world) {
        let Some(asked) = &demand.asked else { continue };
        let mut refused: BTreeMap<&str, &Locked> = BTreeMap::new();
        let about = images.iter().filter(|it| demand.is_about(it));
        for Used { text, .. } in about {
            let locked = lock.find(text).same();
            if let Some(locked) = locked.filter(|it| !asked.may_be_met(&it.signers)) {
                refused.insert(text, locked);
            }
        }
        if refused.is_empty() {
            continue;
        }
        let named: Vec<_> = refused.iter().take(MOST).map(|it| said(it.0, it.1)).collect();
        let more = refused.len().saturating_sub(MOST);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let message = format!("by the lock, it refuses {}{more}", named.join(", "));
        reporter.flag_in(&demand.policy, demand.place, message, None);
    }
}

/// An image, and who signed it.
fn said(image: &str, locked: &Locked) -> String {
    let signers = locked.signers.iter().map(|it| match &it.identity {
        Identity::Keyless { subject, .. } => subject.as_str(),
        Identity::Key { digest, .. } => digest,
    });
    let signers: Vec<_> = signers.collect();
    if signers.is_empty() {
        return format!("`{image}`, of which no signature was verified");
    }
    format!("`{image}`, which {} signed", signers.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{messages, messages_with_lock};

    const POD: &str = "\n---\n{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {containers: [{name: app, image: \
                       'registry.example.com/web:1.4.2'}]}}\n";
    const ISSUER: &str = "https://token.actions.githubusercontent.com";
    const SUBJECT: &str =
        "https://github.com/example/web/.github/workflows/release.yaml@refs/tags/v1.4.2";

    fn count(policy: &str) -> usize {
        let text = format!("{policy}{POD}");
        assert!(messages(&RULE, &text).is_empty(), "without a lock");
        messages_with_lock(&RULE, &text).len()
    }

    fn controller(images: &str, authorities: &str) -> usize {
        count(&format!(
            "{{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, metadata: {{name: a}}, spec: {{images: \
             {images}, authorities: {authorities}}}}}"
        ))
    }

    #[test]
    fn one_authority_is_enough_and_what_is_unknown_may_be_one() {
        let all = "[{glob: '**'}]";
        let keyless = |identity: &str| format!("{{keyless: {{identities: [{identity}]}}}}");
        let right = keyless(&format!("{{issuer: '{ISSUER}', subject: '{SUBJECT}'}}"));
        let wrong = keyless(&format!("{{issuer: '{ISSUER}', subject: 'https://other'}}"));
        let key = "{key: {data: '-----BEGIN PUBLIC KEY-----\\nMFkw\\n-----END PUBLIC KEY-----'}}";
        for (authorities, wanted) in [
            (format!("[{right}]"), 0),
            (format!("[{wrong}]"), 1),
            (format!("[{wrong}, {right}]"), 0),
            (format!("[{key}]"), 1),
            (format!("[{wrong}, {{key: {{kms: 'awskms://a'}}}}]"), 0),
            ("[{static: {action: pass}}]".to_owned(), 0),
            ("[{static: {action: fail}}]".to_owned(), 1),
            (
                format!(
                    "[{}]",
                    keyless("{issuerRegExp: '^https://token', subjectRegExp: 'example/web'}")
                ),
                0,
            ),
            (
                format!(
                    "[{}]",
                    keyless("{issuerRegExp: '^https://token', subjectRegExp: '^example/web'}")
                ),
                1,
            ),
            (format!("[{}]", keyless("{issuerRegExp: '('}")), 0),
            (format!("[{}]", keyless(&format!("{{issuer: '{ISSUER}'}}"))), 0),
            ("[]".to_owned(), 0),
            ("null".to_owned(), 0),
            ("[null, {}, 1]".to_owned(), 0),
        ] {
            assert_eq!(controller(all, &authorities), wanted, "{authorities}");
        }
        let wrong = format!("[{wrong}]");
        for (images, wanted) in [
            ("[{glob: 'registry.example.com/*'}]", 1),
            ("[{glob: 'registry.example.com/web*'}]", 1),
            ("[{glob: '*'}]", 0),
            ("[{glob: 'registry.example.org/**'}]", 0),
            ("[{glob: '{a,b}'}]", 0),
            ("[{regex: '.*'}]", 0),
            ("[]", 0),
            ("null", 0),
        ] {
            assert_eq!(controller(images, &wrong), wanted, "{images}");
        }
    }

    #[test]
    fn sets_of_kyverno_are_all_to_be_met() {
        let keyless =
            |subject: &str| format!("{{keyless: {{issuer: '{ISSUER}', subject: '{subject}'}}}}");
        let (right, wrong) = (keyless("https://github.com/example/*"), keyless("https://other"));
        let policy = |image: &str, rule: &str| {
            count(&format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: a}}, spec: {{rules: [{{name: a, match: \
                 {{any: [{{resources: {{kinds: [Pod]}}}}]}}, verifyImages: [{{imageReferences: ['registry.example.com/*'], \
                 {image}}}]{rule}}}]}}}}"
            ))
        };
        for (attestors, wanted) in [
            (format!("[{{entries: [{right}]}}]"), 0),
            (format!("[{{entries: [{wrong}]}}]"), 1),
            (format!("[{{entries: [{right}, {wrong}]}}]"), 1),
            (format!("[{{count: 1, entries: [{right}, {wrong}]}}]"), 0),
            (format!("[{{entries: [{right}]}}, {{entries: [{wrong}]}}]"), 1),
            (format!("[{{entries: [{wrong}, {{attestor: {{}}}}]}}]"), 1),
            ("[{entries: [{attestor: {}}]}]".to_owned(), 0),
            ("[{entries: []}]".to_owned(), 0),
            ("null".to_owned(), 0),
        ] {
            assert_eq!(policy(&format!("attestors: {attestors}"), ""), wanted, "{attestors}");
        }
        let attestors = format!("attestors: [{{entries: [{wrong}]}}]");
        let notary = format!("type: Notary, {attestors}");
        let skipped = format!("skipImageReferences: ['*/web:*'], {attestors}");
        assert_eq!([policy(&notary, ""), policy(&skipped, "")], [0, 0]);
        for (exclude, wanted) in [
            ("{any: [{resources: {namespaces: [shop]}}]}", 0),
            ("{any: [{resources: {namespaces: [other]}}]}", 1),
            ("{any: [{resources: {namespaces: ['sh*']}}]}", 0),
            ("{any: [{resources: {selector: {}}}]}", 0),
        ] {
            let rule = format!(", exclude: {exclude}");
            assert_eq!(policy(&attestors, &rule), wanted, "{exclude}");
        }
    }

    #[test]
    fn attestors_are_asked_for_where_signatures_are_verified() {
        let policy = |subject: &str, expression: &str, references: &str| {
            count(&format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, metadata: {{name: a}}, spec: \
                 {{matchImageReferences: {references}, attestors: [{{name: a, cosign: {{keyless: {{identities: [{{issuer: \
                 '{ISSUER}', subject: '{subject}'}}]}}}}}}], validations: [{{expression: '{expression}'}}]}}}}"
            ))
        };
        let verifies = "verifyImageSignatures(image, [attestors.a]) > 0";
        let all = "[{glob: \"*\"}]";
        assert_eq!(policy(SUBJECT, verifies, all), 0);
        assert_eq!(policy("a", verifies, all), 1);
        assert_eq!(policy("a", verifies, "null"), 1);
        assert_eq!(policy("a", "true", all), 0);
        assert_eq!(policy("a", verifies, "[{expression: \"true\"}]"), 0);
    }
}
