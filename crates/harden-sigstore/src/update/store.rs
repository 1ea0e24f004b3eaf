//! What an update keeps for the next one, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use sigstore_tuf::cache::MetadataStore;

/// Files of metadata that were verified, by name.
#[derive(Debug, Clone)]
pub(super) struct Store(Arc<Mutex<BTreeMap<String, String>>>);

impl Store {
    pub(super) fn of(files: &BTreeMap<String, String>) -> Self {
        Self(Arc::new(Mutex::new(files.clone())))
    }

    /// All that there is, without the second names of files that a later version replaces.
    pub(super) fn files(&self) -> BTreeMap<String, String> {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        files.retain(|name, _| !name.starts_with(|it: char| it.is_ascii_digit()));
        files
    }

    /// The version of the last root that was seen.
    pub(super) fn root_version(&self) -> Option<u64> {
        let root: serde_json::Value = serde_json::from_str(self.files().get("root.json")?).ok()?;
        root.pointer("/signed/version")?.as_u64()
    }
}

impl MetadataStore for Store {
    fn load(&self, name: &str) -> sigstore_tuf::Result<Option<Vec<u8>>> {
        Ok(self.files().get(name).map(|it| it.clone().into_bytes()))
    }

    fn store(&self, name: &str, bytes: &[u8]) -> sigstore_tuf::Result<()> {
        // Metadata is JSON, so it is UTF-8.
        if let Ok(text) = std::str::from_utf8(bytes) {
            let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            files.insert(name.to_owned(), text.to_owned());
        }
        Ok(())
    }
}
