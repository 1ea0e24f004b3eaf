//! Signatures of which only one half of the signer is named.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

use super::keyless::identities;

pub(super) static RULE: Rule = Rule {
    id: "half-keyless-identity",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "signatures are taken from everybody of an issuer, or from any issuer",
    why: "An issuer such as GitHub vouches for everybody who has an account there. A subject is only worth what \
          the issuer is that vouches for it: another may give the same name to anybody.",
    remedy: "name both the issuer and the subject",
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
apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata:
  name: verified-images
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  matchImageReferences:
  - glob: registry.example.com/*
  attestors:
  - name: release
    cosign:
      keyless:
        identities:
        - issuer: https://token.actions.githubusercontent.com
  validations:
  - expression: images.containers.map(i, verifyImageSignatures(i, [attestors.release])).all(n, n > 0)
",
    good: "\
apiVersion: policies.kyverno.io/v1
kind: ImageValidatingPolicy
metadata:
  name: verified-images
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  matchImageReferences:
  - glob: registry.example.com/*
  attestors:
  - name: release
    cosign:
      keyless:
        identities:
        - issuer: https://token.actions.githubusercontent.com
          subject: https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main
  validations:
  - expression: images.containers.map(i, verifyImageSignatures(i, [attestors.release])).all(n, n > 0)
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for identity in identities(object) {
        let message = match (identity.has_issuer, identity.has_subject) {
            (true, false) => "no subject is named: everybody whom the issuer knows may sign",
            (false, true) => "no issuer is named: any provider may vouch for the subject",
            _ => continue,
        };
        reporter.flag(identity.place, message, None);
    }
}
