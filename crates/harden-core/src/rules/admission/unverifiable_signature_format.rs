//! Policies that look for signatures where cosign writes none any more.

use harden_yaml::Place;

use crate::admission::kyverno_rules;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "unverifiable-signature-format",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a policy cannot verify what cosign 3 writes",
    why: "cosign 3 keeps a signature as a bundle that refers to the image, where cosign 2 wrote a tag that ends in \
          .sig. A policy that reads only such tags refuses every image that is signed in the new way, and whoever is in \
          a hurry then switches the policy off. policy-controller reads bundles, but of those of keys nothing, and of \
          others only attestations.",
    remedy: "read bundles: type SigstoreBundle in a ClusterPolicy; signatureFormat bundle in a ClusterImagePolicy, with an \
             attestation of the predicate type https://sigstore.dev/cosign/sign/v1, as which cosign 3 signs an image",
    breaks: "Images of which only older signatures exist are refused until they are signed again.",
    mend: Mend::ByHand("whether all images are signed in the new way"),
    references: &[
        Reference::Owasp("K02"),
        Reference::Page("https://github.com/sigstore/cosign/blob/main/CHANGELOG.md"),
        Reference::Page(
            "https://kyverno.io/docs/policy-types/cluster-policy/verify-images/sigstore/",
        ),
        Reference::Page("https://docs.sigstore.dev/policy-controller/overview/"),
    ],
    reads: &[],
    check: Check::Object(check),
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
        subject: https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main
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
        subject: https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main
    signatureFormat: bundle
    attestations:
    - name: signature
      predicateType: https://sigstore.dev/cosign/sign/v1
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for rule in kyverno_rules(object) {
        for image in rule.at("verifyImages").items().filter(Place::is_map) {
            let kind = image.at("type");
            if !kind.exists() || kind.is_null() {
                let message =
                    "without a type, only tags of cosign 2 are read, and no bundles of cosign 3";
                reporter.flag(image, message, None);
            } else if kind.as_str() == Some("Cosign") {
                let message = "type Cosign reads only tags of cosign 2, and no bundles of cosign 3";
                reporter.flag(kind, message, None);
            }
        }
    }
    if object.group != "policy.sigstore.dev" || object.kind != "ClusterImagePolicy" {
        return;
    }
    for authority in object.place.at("spec").at("authorities").items() {
        // What is let in or refused without looking has no signature to read.
        if !authority.at("key").is_map() && !authority.at("keyless").is_map() {
            continue;
        }
        let format = authority.at("signatureFormat");
        if !format.exists() || format.is_null() || format.as_str() == Some("") {
            let message = "without a signatureFormat, only tags of cosign 2 are read, and no bundles of cosign 3";
            reporter.flag(authority, message, None);
        } else if format.as_str() == Some("legacy") {
            let message =
                "signatureFormat legacy reads only tags of cosign 2, and no bundles of cosign 3";
            reporter.flag(format, message, None);
        } else if format.as_str() == Some("bundle") {
            if authority.at("key").is_map() {
                let message = "policy-controller verifies no bundles that are signed with keys, and refuses every image";
                reporter.flag(format, message, None);
            } else if authority.at("attestations").is_empty() {
                let message = "policy-controller verifies only the attestations of a bundle, and refuses every image \
                               where none is named";
                reporter.flag(format, message, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn what_reads_tags_alone_is_found() {
        let kyverno = |image: &str| {
            let text = format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{rules: [{{verifyImages: [{image}]}}]}}}}"
            );
            messages(&RULE, &text).len()
        };
        for (image, wanted) in [
            ("{}", 1),
            ("{type: null}", 1),
            ("{type: Cosign}", 1),
            ("{type: SigstoreBundle}", 0),
            ("{type: Notary}", 0),
            ("null", 0),
            ("{type: 1}", 0),
        ] {
            assert_eq!(kyverno(image), wanted, "{image}");
        }
        let controller = |authority: &str| {
            let text = format!(
                "{{apiVersion: policy.sigstore.dev/v1alpha1, kind: ClusterImagePolicy, spec: {{authorities: \
                 [{authority}]}}}}"
            );
            messages(&RULE, &text).len()
        };
        for (authority, wanted) in [
            ("{key: {data: a}}", 1),
            ("{key: {data: a}, signatureFormat: legacy}", 1),
            ("{keyless: {}, signatureFormat: null}", 1),
            ("{keyless: {}, signatureFormat: ''}", 1),
            ("{keyless: {}, signatureFormat: bundle}", 1),
            ("{keyless: {}, signatureFormat: bundle, attestations: null}", 1),
            ("{keyless: {}, signatureFormat: bundle, attestations: []}", 1),
            ("{keyless: {}, signatureFormat: bundle, attestations: [{name: a}]}", 0),
            ("{key: {data: a}, signatureFormat: bundle, attestations: [{name: a}]}", 1),
            ("{static: {action: pass}}", 0),
            ("null", 0),
            ("[]", 0),
        ] {
            assert_eq!(controller(authority), wanted, "{authority}");
        }
    }
}
