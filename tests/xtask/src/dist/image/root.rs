//! The files of the image: two layers, of which only the command's differs between platforms.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use super::blobs::sha256;
use crate::dist::tarball::{Owner, Tarball, gzip};

/// The number of the user who runs the command, and of their group.
pub(super) const USER: u32 = 65532;

/// Their home, where a kubeconfig may be mounted.
pub(super) const HOME: &str = "home/nonroot";

/// Where the manifests may be mounted that are read.
pub(super) const WORK: &str = "work";

/// A layer of the image.
pub(super) struct Layer {
    /// What is in it.
    pub(super) what: &'static str,
    /// The digest before compression.
    pub(super) diff_id: String,
    pub(super) compressed: Vec<u8>,
}

impl Layer {
    fn new(what: &'static str, tar: Tarball) -> Result<Self> {
        let tar = tar.finish()?;
        let diff_id = format!("sha256:{}", sha256(&tar));
        Ok(Self { what, diff_id, compressed: gzip(&tar)? })
    }
}

/// What every platform has alike.
pub(super) fn common(staged: &Path, epoch: u64) -> Result<Layer> {
    let mut tar = Tarball::new("", epoch);
    tar.file("LICENSE", 0o644, &read(staged, "LICENSE")?)?;
    let group = format!("root:x:0:\nnonroot:x:{USER}:\n");
    tar.file("etc/group", 0o644, group.as_bytes())?;
    let passwd = format!(
        "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/{HOME}:/sbin/nologin\n"
    );
    tar.file("etc/passwd", 0o644, passwd.as_bytes())?;
    tar.file("etc/ssl/certs/ca-certificates.crt", 0o644, certificates()?.as_bytes())?;
    let user = Owner(USER.into());
    tar.folder(HOME, 0o755, user)?;
    // Large inputs from a pipe wait there. Where the root is read-only, a volume can be mounted.
    tar.folder("tmp", 0o1777, Owner::ROOT)?;
    tar.folder(WORK, 0o755, user)?;
    Layer::new("licence, user and roots of trust", tar)
}

/// The command of one platform.
pub(super) fn command(staged: &Path, epoch: u64) -> Result<Layer> {
    let mut tar = Tarball::new("", epoch);
    let path = "usr/local/bin/kubectl-harden";
    tar.file(path, 0o755, &read(staged, "kubectl-harden")?)?;
    Layer::new("kubectl-harden", tar)
}

/// The authorities that Mozilla trusts, where programs on Linux look for them.
fn certificates() -> Result<String> {
    let mut text = String::new();
    for certificate in TLS_SERVER_ROOT_CERTS {
        let base64 = STANDARD.encode(certificate);
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in base64.as_bytes().chunks(64) {
            text.push_str(str::from_utf8(line)?);
            text.push('\n');
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    Ok(text)
}

fn read(folder: &Path, name: &str) -> Result<Vec<u8>> {
    let path = folder.join(name);
    fs::read(&path).with_context(|| format!("failed to read {}", path.display()))
}
