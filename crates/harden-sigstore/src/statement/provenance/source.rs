//! From what an artefact was built: the repository, what of it, and the commit.

use std::fmt;

use serde_json::{Value, json};

use crate::statement::Unreadable;
use crate::statement::field::Field;
use crate::statement::repository::{self, Address};

/// From what an artefact was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The repository, as an address that people open; never with a password.
    pub repository: String,
    /// What of it: `refs/tags/v1`.
    pub reference: Option<String>,
    /// The commit, as hexadecimal digits.
    pub commit: Option<String>,
    /// The file, or the step, that says how to build.
    pub entry: Option<String>,
}

impl Source {
    pub(super) fn of(uri: &str) -> Self {
        let Address { repository, reference } = repository::address(uri);
        Self { repository, reference, commit: None, entry: None }
    }

    pub(super) fn reference(mut self, reference: Option<String>) -> Self {
        self.reference = reference.or(self.reference);
        self
    }

    pub(super) fn entry(mut self, entry: Option<String>) -> Self {
        self.entry = entry;
        self
    }

    /// The commit by a material of the same repository, where it is not known otherwise.
    pub(super) fn commit(mut self, materials: &[Material]) -> Self {
        if self.commit.is_none() {
            self.commit = materials
                .iter()
                .filter(|it| repository::is_same(&it.uri, &self.repository))
                .find_map(|it| it.commit.clone());
        }
        self
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "repository": self.repository,
            "reference": self.reference,
            "commit": self.commit,
            "entry": self.entry,
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.repository)?;
        if let Some(reference) = &self.reference {
            write!(f, " {reference}")?;
        }
        match &self.commit {
            Some(commit) => write!(f, " at {}", commit.get(..12).unwrap_or(commit)),
            None => Ok(()),
        }
    }
}

/// Something that went into a build.
#[derive(Debug, Clone)]
pub(super) struct Material {
    pub(super) name: Option<String>,
    pub(super) uri: String,
    commit: Option<String>,
}

impl Material {
    pub(super) fn of(uri: &str, digest: &Field<'_>) -> Result<Self, Unreadable> {
        digest.object()?;
        let mut commit = None;
        // `sha1` is what was written before in-toto had `gitCommit`.
        for algorithm in ["gitCommit", "sha1"] {
            let found = digest.at(algorithm).words()?;
            commit = commit.or(found);
        }
        Ok(Self { name: None, uri: uri.to_owned(), commit })
    }

    /// Is it a repository of git?
    pub(super) fn is_git(&self) -> bool {
        let is_address = self.uri.starts_with("git+") || self.uri.starts_with("git://");
        is_address
            || self.uri.starts_with("git@")
            || (self.commit.is_some() && !self.uri.is_empty())
    }

    pub(super) fn source(&self) -> Source {
        Source { commit: self.commit.clone(), ..Source::of(&self.uri) }
    }
}

/// Reads what went into a build.
pub(super) fn materials(list: &Field<'_>) -> Result<Vec<Material>, Unreadable> {
    let read = |it: &Field<'_>| {
        it.object()?;
        let uri = it.at("uri").words()?.unwrap_or_default();
        Ok(Material { name: it.at("name").words()?, ..Material::of(&uri, &it.at("digest"))? })
    };
    list.items()?.iter().map(read).collect()
}

/// What BuildKit heard of git where the client sent the files themselves.
pub(super) fn of_buildkit(vcs: &Field<'_>) -> Result<Option<Source>, Unreadable> {
    let Some(uri) = vcs.at("source").words()? else { return Ok(None) };
    Ok(Some(Source { commit: vcs.at("revision").words()?, ..Source::of(&uri) }))
}
