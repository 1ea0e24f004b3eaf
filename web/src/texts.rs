//! The texts of the files that a worker was given.

use std::collections::BTreeMap;

/// Texts by the number of their file.
#[derive(Debug, Default)]
pub(crate) struct Texts(BTreeMap<u32, String>);

impl Texts {
    pub(crate) fn put(&mut self, file: u32, text: String) {
        self.0.insert(file, text);
    }

    /// The text of a file; empty for one that is not there.
    pub(crate) fn of(&self, file: u32) -> &str {
        self.0.get(&file).map_or("", String::as_str)
    }

    /// All texts that are there.
    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// Forgets all other files.
    pub(crate) fn keep(&mut self, files: &[u32]) {
        self.0.retain(|file, _| files.contains(file));
    }

    /// The files that are there.
    #[cfg(test)]
    pub(crate) fn files(&self) -> Vec<u32> {
        self.0.keys().copied().collect()
    }
}
