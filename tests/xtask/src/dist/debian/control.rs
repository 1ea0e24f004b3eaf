//! What the package says of itself.

use anyhow::Result;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use md5::{Digest as _, Md5};

use super::{Content, Packed};
use crate::dist::payload::Payload;
use crate::dist::tarball::Tarball;
use crate::dist::{REPOSITORY, SUMMARY};

const MAINTAINER: &str = "kubectl-harden <kubectl-harden@users.noreply.github.com>";

/// The description beyond its first line; a line with a dot is an empty one.
const DESCRIPTION: &str =
    " A plugin of kubectl that generates hardened namespaces, network policies, RBAC,
 encryption and audit configuration, checks manifests and clusters against what
 is known to be unsafe, mends what it finds, and tells what an API server would
 say of a pod or a request.
 .
 It runs as \"kubectl harden\" and as \"kubectl-harden\", works without a network,
 and contains a playground for browsers.
";

/// The part that the package manager reads.
pub(super) struct Control<'a> {
    pub(super) payload: &'a Payload,
    pub(super) files: &'a [Packed],
}

impl Control<'_> {
    /// The tar file of this part, not compressed.
    pub(super) fn tarball(&self) -> Result<Vec<u8>> {
        let mut tar = Tarball::new("./", self.payload.epoch);
        tar.file("control", 0o644, self.fields().as_bytes())?;
        tar.file("md5sums", 0o644, self.sums().as_bytes())?;
        tar.finish()
    }

    fn fields(&self) -> String {
        let Payload { target, version, .. } = self.payload;
        let (version, architecture) = (version_of(version), target.arch());
        let size = self.installed_size();
        format!(
            "Package: kubectl-harden\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: {MAINTAINER}\n\
             Installed-Size: {size}\nSection: admin\nPriority: optional\nHomepage: {REPOSITORY}\n\
             Description: {SUMMARY}\n{DESCRIPTION}"
        )
    }

    /// In KiB, each file rounded up as Debian's policy has it.
    fn installed_size(&self) -> usize {
        let sizes = self.files.iter().map(|it| match &it.content {
            Content::Bytes(bytes) => bytes.len().div_ceil(1024),
            Content::Link(_) => 1,
        });
        sizes.sum()
    }

    /// Sums by which `dpkg --verify` sees that an installed file was changed.
    fn sums(&self) -> String {
        let mut lines = Vec::new();
        for Packed { path, content, .. } in self.files {
            let Content::Bytes(bytes) = content else { continue };
            let sum: String = Md5::digest(bytes).iter().map(|it| format!("{it:02x}")).collect();
            lines.push(format!("{sum}  {path}\n"));
        }
        lines.concat()
    }
}

/// A version as Debian orders it: what comes before a release has a tilde.
fn version_of(version: &str) -> String {
    version.replacen('-', "~", 1)
}

/// Who made this and what may be done with it, as machines read it.
pub(super) fn copyright(payload: &Payload) -> Result<String> {
    let year = time(payload)?.year();
    Ok(format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: kubectl-harden
Source: {REPOSITORY}
Comment: The libraries in the command and their licences are listed in
 /usr/share/doc/kubectl-harden/sbom.cdx.json.gz.

Files: *
Copyright: {year} The authors of kubectl-harden
License: Apache-2.0
 On Debian systems, the text of the Apache License, Version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
"
    ))
}

/// Where the changes are told, in the form of Debian.
pub(super) fn changelog(payload: &Payload) -> Result<String> {
    let Payload { version, .. } = payload;
    let time = time(payload)?;
    let time = time.strftime("%a, %d %b %Y %H:%M:%S %z");
    Ok(format!(
        "kubectl-harden ({}) unstable; urgency=medium\n\n  * See {REPOSITORY}/releases/tag/v{version}\n\n \
         -- {MAINTAINER}  {time}\n",
        version_of(version)
    ))
}

/// When the commit was made.
fn time(payload: &Payload) -> Result<Zoned> {
    Ok(Timestamp::from_second(payload.epoch.try_into()?)?.to_zoned(TimeZone::UTC))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dist::target::Target;

    #[test]
    fn a_candidate_of_a_release_is_older_than_the_release() {
        assert_eq!(version_of("1.2.0-rc.1"), "1.2.0~rc.1");
        assert_eq!(version_of("1.2.0"), "1.2.0");
    }

    #[test]
    fn the_changelog_is_dated_by_the_commit() {
        let target = Target::named("linux-amd64").unwrap();
        let payload =
            Payload { target, folder: "none".into(), version: "1.2.0".to_owned(), epoch: 0 };
        assert!(changelog(&payload).unwrap().ends_with(">  Thu, 01 Jan 1970 00:00:00 +0000\n"));
    }
}
