//! Archives whose bytes depend on nothing but what is in them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use flate2::{Compression, GzBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

use super::payload::{Archive, Payload};
use super::target::Target;

/// Packs a payload as its machine expects it, and says where the archive is.
pub(super) fn write(payload: &Payload, out: &Path) -> Result<PathBuf> {
    let path = out.join(payload.target.archive_name(&payload.version));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if payload.target.os() == "windows" {
        zip(payload, file)?;
    } else {
        tar(payload, file)?;
    }
    Ok(path)
}

fn tar(payload: &Payload, file: File) -> Result<()> {
    // Neither a name nor a time in the header of gzip.
    let gzip = GzBuilder::new().write(file, Compression::best());
    let mut tar = tar::Builder::new(gzip);
    for file in payload.files()? {
        let bytes = fs::read(&file.path)?;
        let mut header = tar::Header::new_ustar();
        header.set_size(u64::try_from(bytes.len())?);
        header.set_mode(file.mode);
        header.set_mtime(payload.epoch);
        header.set_uid(0);
        header.set_gid(0);
        tar.append_data(&mut header, &file.name, bytes.as_slice())?;
    }
    tar.into_inner()?.finish()?.flush()?;
    Ok(())
}

fn zip(payload: &Payload, file: File) -> Result<()> {
    let time = Timestamp::from_second(i64::try_from(payload.epoch)?)?.to_zoned(TimeZone::UTC);
    let part = |number: i8| u8::try_from(number);
    let time = zip::DateTime::from_date_and_time(
        u16::try_from(time.year())?,
        part(time.month())?,
        part(time.day())?,
        part(time.hour())?,
        part(time.minute())?,
        part(time.second())?,
    )
    .ok()
    .context("the commit is older than zip can say")?;
    let mut zip = zip::ZipWriter::new(file);
    for file in payload.files()? {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(9))
            .last_modified_time(time)
            .unix_permissions(file.mode);
        zip.start_file(&*file.name, options)?;
        zip.write_all(&fs::read(&file.path)?)?;
    }
    zip.finish()?;
    Ok(())
}

/// The archives of a version that lie in a folder.
pub(super) fn all(folder: &Path, version: &str) -> Result<Vec<Archive>> {
    let mut archives = Vec::new();
    for target in Target::ALL {
        let name = target.archive_name(version);
        let path = folder.join(&name);
        if path.exists() {
            let sha256 = sha256(&path)?;
            archives.push(Archive { target, name, sha256, version: version.to_owned() });
        }
    }
    Ok(archives)
}

/// Writes `SHA256SUMS` over every other file of a folder, as `sha256sum --check` reads it.
pub(super) fn write_sums(folder: &Path) -> Result<()> {
    const NAME: &str = "SHA256SUMS";
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != NAME {
            lines.push((name, sha256(&entry.path())?));
        }
    }
    lines.sort();
    let text: String = lines.iter().map(|(name, sum)| format!("{sum}  {name}\n")).collect();
    fs::write(folder.join(NAME), text)?;
    Ok(())
}

/// The SHA-256 of a file, in small hexadecimal digits.
pub(super) fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::super::target::Target;
    use super::*;

    /// Writes the same files in another order at another time in another folder.
    fn archive(target: &'static Target, names: &[&str]) -> Vec<u8> {
        let (staged, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for name in names {
            let path = staged.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
        let folder = staged.path().to_owned();
        let payload = Payload { target, folder, version: "1.2.3".to_owned(), epoch: 1_700_000_000 };
        fs::read(write(&payload, out.path()).unwrap()).unwrap()
    }

    #[test]
    fn the_bytes_depend_on_nothing_but_what_is_inside() {
        for target in Target::ALL {
            let one = archive(target, &["LICENSE", "man/man1/a.1", "kubectl-harden"]);
            let other = archive(target, &["kubectl-harden", "man/man1/a.1", "LICENSE"]);
            assert_eq!(one, other, "{target}");
            assert_ne!(one, archive(target, &["LICENSE"]), "{target}");
        }
    }

    #[test]
    fn sums_are_those_that_sha256sum_checks() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b", "a", "SHA256SUMS"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        write_sums(folder.path()).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let sums = fs::read_to_string(folder.path().join("SHA256SUMS")).unwrap();
        assert_eq!(sums, format!("{empty}  a\n{empty}  b\n"));
    }
}
