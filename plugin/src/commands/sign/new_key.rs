//! A key that is made, and written as cosign writes it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use harden_sigstore::keys::PrivateKey;
use zeroize::Zeroizing;

use super::key::new_password;
use crate::commands;
use crate::deliver::folder::temporary;
use crate::terminal::{self, Exit};

/// Writes both halves; neither replaces anything.
pub(super) fn write(path: &Path) -> commands::Result {
    let public = public(path);
    for path in [path, &public] {
        if path.symlink_metadata().is_ok() {
            bail!("{} exists, and keys are never overwritten: name another file", path.display());
        }
    }
    let password = new_password()?;
    let key = make()?;
    let (mut salt, mut nonce) = ([0; 32], [0; 24]);
    random(&mut salt)?;
    random(&mut nonce)?;
    let private = key.lock(password.as_bytes(), &salt, &nonce)?;
    // The public half first: it is lost with nothing, and what fails then leaves no private half behind.
    for (path, text, mode) in
        [(public.as_path(), key.public_pem()?.as_str(), 0o644), (path, private.as_str(), 0o600)]
    {
        let failed = || format!("failed to write {}", path.display());
        let file = temporary(path, text.as_bytes(), mode).with_context(failed)?;
        file.as_file().sync_all().with_context(failed)?;
        file.persist_noclobber(path).map_err(|it| it.error).with_context(failed)?;
    }
    terminal::note(&format!("wrote {}, encrypted and readable by its owner only", path.display()))?;
    if password.is_empty() {
        terminal::warning("its password is empty: whoever reads the file can sign")?;
    }
    terminal::note(&format!(
        "wrote {}: whoever verifies needs it, and nothing of it is secret",
        public.display()
    ))?;
    Ok(Exit::Done)
}

/// `cosign.pub` of `cosign.key`, as cosign has it, and `x.pub` of `x`.
fn public(path: &Path) -> PathBuf {
    if path.extension().is_some_and(|it| it == "key") {
        return path.with_extension("pub");
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".pub");
    name.into()
}

fn make() -> anyhow::Result<PrivateKey> {
    let mut bytes = Zeroizing::new([0; 32]);
    // Less than one in four thousand million is no key.
    for _ in 0..8 {
        random(bytes.as_mut())?;
        if let Some(key) = PrivateKey::p256(&bytes) {
            return Ok(key);
        }
    }
    bail!("the operating system's random numbers make no key: try again")
}

fn random(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes)
        .map_err(|it| anyhow::anyhow!("the operating system gives no random numbers: {it}"))
}
