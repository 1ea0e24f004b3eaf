//! What is kept beside an image that may say who signed it, in each of the ways that were ever in use.

use std::collections::{BTreeMap, BTreeSet};

use harden_sigstore::evidence::{ENVELOPE, SIMPLE_SIGNING};
use harden_sigstore::{Digest, Evidence, Legacy};

use super::fault::{Fault, Kind};
use super::manifest::{self, Descriptor, Document, Manifest};
use super::{
    ALL_EVIDENCE_BYTES, Beside, EVIDENCE_BYTES, Found, Other, Place, REFERRERS, Resolved, Store,
    tag_of,
};

/// A bundle of version 0.3 or later, as the type of a referrer and of its layer.
const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.";
/// One of an earlier version.
const EARLIER_BUNDLE: &str = "application/vnd.dev.sigstore.bundle+json";
/// How cosign 2 called what it wrote as a referrer.
const ARTIFACT: &str = "application/vnd.dev.cosign.artifact.";
/// What a referrer is called by who looks at its configuration instead: these say nothing.
const OF_NOTHING: [&str; 2] =
    ["application/vnd.oci.empty.v1+json", "application/vnd.oci.image.config.v1+json"];
/// By these tags cosign found what is about an image, before registries listed it.
const TAGS: [&str; 2] = ["sig", "att"];

/// Gathers what is kept beside an image.
pub(super) fn gather(store: &Store, digest: &Digest) -> Result<Beside, Fault> {
    let mut beside = Beside::default();
    let mut referrers = store.referrers(digest, &mut beside)?;
    if referrers.descriptors.len() > REFERRERS {
        beside
            .left_out
            .push(format!("more than {REFERRERS} things refer to it: the rest was not looked at"));
        referrers.descriptors.truncate(REFERRERS);
    }
    let mut gathering = Gathering {
        store,
        about: digest,
        beside,
        seen: BTreeSet::new(),
        layers: BTreeSet::new(),
        bytes: 0,
    };
    for descriptor in &referrers.descriptors {
        gathering.take_referrer(descriptor)?;
    }
    for descriptor in &referrers.saved {
        gathering.take_manifest(descriptor, Place::Tag)?;
    }
    for tag in TAGS {
        if let Some(image) = store.at(&format!("{}.{tag}", tag_of(digest)))? {
            gathering.take(&image, Place::Tag)?;
        }
    }
    Ok(gathering.beside)
}

struct Gathering<'a> {
    store: &'a Store,
    about: &'a Digest,
    beside: Beside,
    /// Manifests that were looked at.
    seen: BTreeSet<Digest>,
    /// Layers that were taken. One payload can be signed twice, so that only annotations tell.
    layers: BTreeSet<(Digest, BTreeMap<String, String>)>,
    bytes: usize,
}

impl Gathering<'_> {
    /// Takes a referrer, unless its type says that it is something else.
    fn take_referrer(&mut self, descriptor: &Descriptor) -> Result<(), Fault> {
        let kind = descriptor.artifact_type.as_deref().unwrap_or_default();
        if kind.is_empty() || OF_NOTHING.contains(&kind) || is_evidence(kind) {
            return self.take_manifest(descriptor, Place::Referrer);
        }
        match descriptor.digest() {
            Ok(manifest) => self.name(kind, manifest),
            Err(fault) => self.leave_out(&descriptor.digest, &fault),
        }
        Ok(())
    }

    fn take_manifest(&mut self, descriptor: &Descriptor, place: Place) -> Result<(), Fault> {
        let image = descriptor.digest().and_then(|digest| {
            let missing = || Fault::absent("it is listed, but not there");
            self.store.at(&digest.to_string())?.ok_or_else(missing)
        });
        match image {
            Ok(image) => self.take(&image, place),
            Err(fault) => self.pass(&descriptor.digest, fault),
        }
    }

    fn take(&mut self, image: &Resolved, place: Place) -> Result<(), Fault> {
        if !self.seen.insert(image.digest.clone()) {
            return Ok(());
        }
        let taken = match manifest::read(&image.manifest, Some(&image.media_type)) {
            Ok((_, Document::Manifest(manifest))) => self.take_layers(image, &manifest, place),
            Ok((_, Document::Index(_))) => {
                Err(Fault::broken("it is an index, where a signature should be"))
            }
            Err(fault) => Err(fault),
        };
        taken.or_else(|fault| self.pass(&image.digest.to_string(), fault))
    }

    fn take_layers(
        &mut self,
        image: &Resolved,
        manifest: &Manifest,
        place: Place,
    ) -> Result<(), Fault> {
        let subject = manifest.subject.as_ref().map(Descriptor::digest).transpose()?;
        // Before registries listed what refers to an image, nothing but the tag said of which.
        let is_about_it = subject.as_ref().map_or(place == Place::Tag, |it| it == self.about);
        if !is_about_it {
            return Err(Fault::broken("it is listed, but is about another image"));
        }
        let kind = manifest.kind().unwrap_or_default();
        if !is_evidence(kind) && !manifest.layers.iter().any(|it| is_evidence(&it.media_type)) {
            self.name(kind, image.digest.clone());
            return Ok(());
        }
        for layer in &manifest.layers {
            if !is_evidence(&layer.media_type) {
                continue;
            }
            let taken = self.take_layer(image, layer, place);
            taken.or_else(|fault| self.pass(&image.digest.to_string(), fault))?;
        }
        Ok(())
    }

    fn take_layer(
        &mut self,
        image: &Resolved,
        layer: &Descriptor,
        place: Place,
    ) -> Result<(), Fault> {
        let digest = layer.digest()?;
        let annotations = layer.annotations.clone().unwrap_or_default();
        if self.layers.len() >= REFERRERS {
            return Err(Fault::broken(format!(
                "there are more than {REFERRERS} signatures: this one was not looked at"
            )));
        }
        if !self.layers.insert((digest.clone(), annotations.clone())) {
            return Ok(());
        }
        let left = ALL_EVIDENCE_BYTES.saturating_sub(self.bytes) as u64;
        if layer.size > left || left == 0 {
            let most = ALL_EVIDENCE_BYTES >> 20;
            return Err(Fault::broken(format!(
                "signatures come to more than {most} MiB: this one was not looked at"
            )));
        }
        let payload = self.store.blob(&digest, EVIDENCE_BYTES.min(left))?;
        self.bytes += payload.len() + annotations.values().map(String::len).sum::<usize>();
        let is_legacy = matches!(&*layer.media_type, SIMPLE_SIGNING | ENVELOPE);
        let evidence = if is_legacy {
            Evidence::Legacy(Legacy::of_layer(&layer.media_type, payload, &annotations))
        } else {
            let text = String::from_utf8(payload);
            Evidence::Bundle(text.map_err(|_| Fault::broken("it is no text, so no bundle"))?)
        };
        self.beside.found.push(Found { evidence, manifest: image.digest.clone(), place });
        Ok(())
    }

    fn name(&mut self, kind: &str, manifest: Digest) {
        let kind = if kind.is_empty() { "unknown" } else { kind };
        let other = Other {
            kind: kind.chars().filter(|it| !it.is_control()).take(200).collect(),
            manifest,
        };
        if !self.beside.others.contains(&other) {
            self.beside.others.push(other);
        }
    }

    /// Goes on after a fault of one thing, but not where nobody answers any more.
    fn pass(&mut self, what: &str, fault: Fault) -> Result<(), Fault> {
        if fault.kind == Kind::Unreached {
            return Err(fault);
        }
        self.leave_out(what, &fault);
        Ok(())
    }

    fn leave_out(&mut self, what: &str, fault: &Fault) {
        let what: String = what.chars().filter(|it| !it.is_control()).take(71).collect();
        self.beside.left_out.push(format!("{what}: {fault}"));
    }
}

/// Whether something of this type may say who signed.
fn is_evidence(media_type: &str) -> bool {
    media_type.starts_with(BUNDLE)
        || media_type.starts_with(EARLIER_BUNDLE)
        || media_type.starts_with(ARTIFACT)
        || matches!(media_type, SIMPLE_SIGNING | ENVELOPE)
}
