//! What whoever applies a policy has to know.

use super::Options;
use super::engine::{SignatureFormat, Unmatched, Written};
use super::images::Registries;
use super::signer::Signer;
use crate::generators::stages;
use crate::intents::Mode;

impl Options {
    pub(super) fn notes(
        &self,
        written: Written,
        registries: &Registries,
        signer: Signer<'_>,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        let becomes = match self.unmatched {
            Unmatched::Refuse => "refused",
            Unmatched::Allow => "let in without a signature",
        };
        if !registries.others.is_empty() {
            let images = registries.others.join(", ");
            notes.push(format!("images of other registries are {becomes}: {images}"));
        }
        if !self.images.unread.is_empty() {
            let texts: Vec<_> = self.images.unread.iter().map(|it| format!("`{it}`")).collect();
            notes.push(format!("left out, as it names no image: {}", texts.join(", ")));
        }
        if !self.images.volumes.is_empty() {
            let images: Vec<_> = self.images.volumes.iter().map(String::as_str).collect();
            notes.push(format!(
                "{} verifies images of containers only, not those that are mounted as volumes: {}",
                written.reader(),
                images.join(", ")
            ));
        }
        if self.attestation.iter().any(|it| it == "sbom") {
            notes.push(
                "sbom asks for SPDX: ask for CycloneDX with --attestation https://cyclonedx.org/bom".to_owned(),
            );
        }
        if self.without_log {
            notes.push(
                "nothing tells when or how often the key signed: replace it, and the policy, as soon as it may be \
                 known to others"
                    .to_owned(),
            );
        }
        match written {
            Written::ImageValidatingPolicy => {
                if self.without_log && !self.attestation.is_empty() {
                    notes.push(
                        "Kyverno takes statements that are in no log from bundles, and not from tags of cosign 2"
                            .to_owned(),
                    );
                }
                if self.root.is_some() {
                    notes.push(
                        "Kyverno asks the public sigstore for its keys, too, and verifies nothing where \
                         tuf-repo-cdn.sigstore.dev cannot be reached"
                            .to_owned(),
                    );
                }
                if self.signature_format == SignatureFormat::Legacy {
                    notes.push("an ImageValidatingPolicy finds the format out itself".to_owned());
                }
            }
            Written::ClusterPolicy => {
                notes.extend(stages::of_cluster_policy(self.mode));
            }
            Written::ClusterImagePolicy => notes.extend(self.controller_notes(signer)),
        }
        notes.extend(stages::next(self.mode));
        notes
    }

    /// What policy-controller has to be told elsewhere.
    fn controller_notes(&self, signer: Signer<'_>) -> Vec<String> {
        let mut notes = vec![
            "policy-controller verifies only in namespaces that ask for it: kubectl label namespace NAME \
             policy.sigstore.dev/include=true"
                .to_owned(),
        ];
        if self.unmatched == Unmatched::Refuse {
            notes.push(
                "images that match no policy are refused as long as no-match-policy of the ConfigMap \
                 cosign-system/config-policy-controller is deny, as it is by default"
                    .to_owned(),
            );
        }
        if self.mode == Mode::Audit {
            notes.push("policy-controller has no mode that is silent: it warns".to_owned());
        }
        if let Signer::Secret { namespace, .. } = signer
            && namespace != "cosign-system"
        {
            notes.push(format!(
                "policy-controller looks for the Secret in its own namespace, usually cosign-system, not in {namespace}"
            ));
        }
        notes
    }
}
