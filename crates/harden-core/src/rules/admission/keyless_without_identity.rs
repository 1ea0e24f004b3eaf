//! Signatures that are taken from anybody.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

use super::keyless::identities;

pub(super) static RULE: Rule = Rule {
    id: "keyless-without-identity",
    category: Category::Admission,
    severity: Severity::Critical,
    level: None,
    summary: "signatures are taken from anybody",
    why: "Without a key, a signature only tells who signed. Anybody with an account at a public provider gets a \
          certificate and an entry in the public log: a policy that does not say whose signatures it takes runs \
          images of everybody, and says that they are verified.",
    remedy: "name the issuer and the subject whose signatures are taken",
    breaks: "",
    mend: Mend::ByHand("who may sign"),
    references: &[
        Reference::Owasp("K02"),
        Reference::Mitre("T1525"),
        Reference::Page("https://docs.sigstore.dev/cosign/verifying/verify/"),
    ],
    reads: &[],
    check: Check::Object(check),
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
      attestors:
      - entries:
        - keyless:
            rekor:
              url: https://rekor.sigstore.dev
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
      attestors:
      - entries:
        - keyless:
            issuer: https://token.actions.githubusercontent.com
            subject: https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main
            rekor:
              url: https://rekor.sigstore.dev
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for identity in identities(object) {
        if !identity.has_issuer && !identity.has_subject {
            let message = "neither an issuer nor a subject is named: anybody may sign";
            reporter.flag(identity.place, message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::half_keyless_identity;
    use super::RULE;
    use crate::check::testing::messages;

    /// What both rules say: of nobody, and of one half.
    fn said(text: &str) -> (usize, usize) {
        (messages(&RULE, text).len(), messages(&half_keyless_identity::RULE, text).len())
    }

    #[test]
    fn whoever_verifies_has_to_be_told_who_signs() {
        for (identity, wanted) in [
            ("", (1, 0)),
            ("issuer: '*', subjectRegExp: '^.*$'", (1, 0)),
            ("issuer: 'https://a.example'", (0, 1)),
            ("subjectRegExp: '^https://a.example/.+$'", (0, 1)),
            ("issuer: 'https://a.example', subject: a@a.example", (0, 0)),
        ] {
            let text = format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{rules: [{{verifyImages: [{{attestations: \
                 [{{attestors: [{{entries: [{{keyless: {{{identity}}}}}]}}]}}]}}]}}]}}}}"
            );
            assert_eq!(said(&text), wanted, "{text}");
            let text = format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, spec: {{attestors: [{{cosign: \
                 {{keyless: {{identities: [{{{identity}}}]}}}}}}]}}}}"
            );
            assert_eq!(said(&text), wanted, "{text}");
            let text = format!(
                "{{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, spec: {{authorities: [{{keyless: \
                 {{url: 'https://fulcio.sigstore.dev', identities: [{{{identity}}}]}}}}]}}}}"
            );
            assert_eq!(said(&text), wanted, "{text}");
        }
    }

    #[test]
    fn the_address_of_a_log_names_nobody() {
        let log = "url: 'https://rekor.sigstore.dev'";
        let kyverno = |entry: &str| {
            format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{rules: [{{verifyImages: [{{attestors: \
                 [{{entries: [{entry}]}}]}}]}}]}}}}"
            )
        };
        let expressions = |cosign: &str| {
            format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: ImageValidatingPolicy, spec: {{attestors: [{{name: a, \
                 cosign: {cosign}}}]}}}}"
            )
        };
        let controller = |authority: &str| {
            format!(
                "{{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, spec: {{authorities: \
                 [{authority}]}}}}"
            )
        };
        for text in [
            kyverno(&format!("{{keyless: {{rekor: {{{log}}}}}}}")),
            kyverno(&format!("{{attestor: {{entries: [{{keyless: {{rekor: {{{log}}}}}}}]}}}}")),
            expressions(&format!("{{keyless: {{identities: []}}, ctlog: {{{log}}}}}")),
            expressions(&format!("{{keyless: {{identities: [{{}}]}}, ctlog: {{{log}}}}}")),
            expressions(&format!("{{keyless: {{}}, ctlog: {{{log}}}}}")),
            controller(&format!(
                "{{keyless: {{url: 'https://fulcio.sigstore.dev'}}, ctlog: {{{log}}}}}"
            )),
            controller(&format!("{{keyless: {{}}, ctlog: {{{log}}}}}")),
        ] {
            assert_eq!(said(&text), (1, 0), "{text}");
        }
        assert_eq!(RULE.severity, crate::rule::Severity::Critical);
    }

    #[test]
    fn an_authority_of_ones_own_knows_whom_it_certifies() {
        let image = |keyless: &str| {
            said(&format!(
                "{{apiVersion: policy.sigstore.dev/v1beta1, kind: ClusterImagePolicy, spec: {{authorities: \
                 [{keyless}]}}}}"
            ))
        };
        assert_eq!(image("{keyless: {url: 'https://fulcio.sigstore.dev'}}"), (1, 0));
        assert_eq!(image("{keyless: {trustRootRef: own}}"), (0, 0));
        assert_eq!(image("{key: {data: a}}"), (0, 0));
    }
}
