//! Tar files that come out the same byte for byte wherever and whenever they are made.

use std::collections::BTreeSet;
use std::io::Write as _;

use anyhow::{Result, bail};
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

/// The longest path that needs no extension of the format.
const LONGEST: usize = 100;

/// A tar file in the making: the order of its entries is that of the calls.
pub(crate) struct Tarball {
    tar: tar::Builder<Vec<u8>>,
    /// What stands before every path, as the readers of some formats expect it.
    prefix: &'static str,
    epoch: u64,
    folders: BTreeSet<String>,
}

/// Who owns an entry: the number of a user and of the group of the same number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner(pub(crate) u64);

impl Owner {
    pub(crate) const ROOT: Self = Self(0);
}

impl Tarball {
    /// Nothing yet. Every entry was changed at `epoch`, in seconds since 1970.
    pub(crate) fn new(prefix: &'static str, epoch: u64) -> Self {
        Self { tar: tar::Builder::new(Vec::new()), prefix, epoch, folders: BTreeSet::new() }
    }

    /// Adds a folder and those above it, unless they are there.
    pub(crate) fn folder(&mut self, path: &str, mode: u32, owner: Owner) -> Result<()> {
        self.folders_above(path)?;
        if !self.folders.insert(path.to_owned()) {
            return Ok(());
        }
        let mut header = self.header(&format!("{path}/"), EntryType::Directory, mode, owner)?;
        header.set_cksum();
        Ok(self.tar.append(&header, &[][..])?)
    }

    /// Adds a file that root owns, and the folders above it.
    pub(crate) fn file(&mut self, path: &str, mode: u32, content: &[u8]) -> Result<()> {
        self.folders_above(path)?;
        let mut header = self.header(path, EntryType::Regular, mode, Owner::ROOT)?;
        header.set_size(content.len() as u64);
        header.set_cksum();
        Ok(self.tar.append(&header, content)?)
    }

    /// Adds a symbolic link, and the folders above it.
    pub(crate) fn link(&mut self, path: &str, target: &str) -> Result<()> {
        self.folders_above(path)?;
        let mut header = self.header(path, EntryType::Symlink, 0o777, Owner::ROOT)?;
        header.set_link_name(target)?;
        header.set_cksum();
        Ok(self.tar.append(&header, &[][..])?)
    }

    /// The bytes of the whole file.
    pub(crate) fn finish(self) -> Result<Vec<u8>> {
        Ok(self.tar.into_inner()?)
    }

    fn folders_above(&mut self, path: &str) -> Result<()> {
        match path.rsplit_once('/') {
            Some((above, _)) => self.folder(above, 0o755, Owner::ROOT),
            None => Ok(()),
        }
    }

    fn header(&self, path: &str, kind: EntryType, mode: u32, owner: Owner) -> Result<Header> {
        let path = format!("{}{path}", self.prefix);
        let mut header = Header::new_ustar();
        let name = &mut header.as_old_mut().name;
        if path.len() > LONGEST {
            bail!("{path} is longer than {LONGEST} bytes: choose a shorter name");
        }
        // Setting the path by its method would drop the prefix.
        name.iter_mut().zip(path.bytes()).for_each(|(to, from)| *to = from);
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(owner.0);
        header.set_gid(owner.0);
        header.set_mtime(self.epoch);
        header.set_size(0);
        Ok(header)
    }
}

/// Compresses, without the name and the time that gzip would note.
pub(crate) fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::best());
    gzip.write_all(content)?;
    Ok(gzip.finish()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(bytes: &[u8]) -> Vec<String> {
        let mut archive = tar::Archive::new(bytes);
        let entries = archive.entries().unwrap().map(|it| {
            let it = it.unwrap();
            String::from_utf8(it.path_bytes().into_owned()).unwrap()
        });
        entries.collect()
    }

    #[test]
    fn folders_come_once_and_before_what_is_in_them() {
        let mut tarball = Tarball::new("./", 1);
        tarball.file("usr/bin/a", 0o755, b"a").unwrap();
        tarball.link("usr/bin/b", "a").unwrap();
        tarball.folder("work", 0o755, Owner(5)).unwrap();
        let names = ["./usr/", "./usr/bin/", "./usr/bin/a", "./usr/bin/b", "./work/"];
        assert_eq!(listed(&tarball.finish().unwrap()), names);
    }

    #[test]
    fn a_path_that_does_not_fit_is_refused_rather_than_cut() {
        let path = "a".repeat(LONGEST);
        assert!(Tarball::new("", 1).file(&path, 0o644, b"").is_ok());
        assert!(Tarball::new("./", 1).file(&path, 0o644, b"").is_err());
    }

    #[test]
    fn gzip_notes_no_time_and_no_name() {
        let bytes = gzip(b"content").unwrap();
        assert_eq!(bytes.get(3..8), Some(&[0; 5][..]));
    }
}
