//! The content of an image, each part under its digest.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use anyhow::Result;
use oci_spec::image::{Descriptor, MediaType, Sha256Digest};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// Parts by their SHA-256, in small hexadecimal digits.
#[derive(Debug, Default)]
pub(super) struct Blobs(BTreeMap<String, Vec<u8>>);

impl Blobs {
    /// Adds a part, and says how others refer to it.
    pub(super) fn add(&mut self, media_type: MediaType, content: Vec<u8>) -> Result<Descriptor> {
        let digest = sha256(&content);
        let size = content.len() as u64;
        let descriptor = Descriptor::new(media_type, size, Sha256Digest::from_str(&digest)?);
        self.0.insert(digest, content);
        Ok(descriptor)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        self.0.iter()
    }
}

/// The SHA-256 of some bytes, in small hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect()
}

/// JSON whose keys are sorted: the maps behind it have no order of their own.
pub(super) fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut value = serde_json::to_value(value)?;
    value.sort_all_objects();
    Ok(serde_json::to_vec(&value)?)
}
