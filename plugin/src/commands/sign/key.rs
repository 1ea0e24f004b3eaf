//! The private key that signs, and its password.

use std::io::{self, IsTerminal as _};
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use harden_sigstore::keys::{KeyFile, PrivateKey};
use zeroize::Zeroizing;

use crate::input::{self, Unread};

const PASSWORD: &str = "COSIGN_PASSWORD";

/// Reads the key in a file. `instead` is what signs with a key that is in no file.
pub(super) fn read(name: &str, instead: &str) -> anyhow::Result<PrivateKey> {
    if let Some((scheme, _)) = name.split_once("://") {
        bail!("a key in {scheme}:// is not asked to sign here: `{instead}` does it");
    }
    let text = input::read_utf8(Path::new(name)).map(Zeroizing::new);
    let text = text.map_err(|it| Unread::of(name, &it.into()))?;
    let file = KeyFile::of_pem(&text).map_err(|it| anyhow!("{name}: {it}"))?;
    match file {
        KeyFile::Plain(key) => Ok(key),
        KeyFile::Locked(locked) => {
            let password = password(&format!("Password for {name}: "))?;
            locked.open(password.as_bytes()).map_err(|it| anyhow!("{name}: {it}"))
        }
    }
}

/// The password in the environment, or the one that is typed.
pub(super) fn password(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    match std::env::var(PASSWORD) {
        Ok(password) => return Ok(Zeroizing::new(password)),
        Err(std::env::VarError::NotUnicode(_)) => bail!("{PASSWORD} is no UTF-8: set it to text"),
        Err(std::env::VarError::NotPresent) => {}
    }
    ask(prompt)
}

fn ask(prompt: &str) -> anyhow::Result<Zeroizing<String>> {
    if !io::stdin().is_terminal() {
        bail!("there is nobody to ask for the password of the key: set {PASSWORD}");
    }
    let password = rpassword::prompt_password(prompt).map(Zeroizing::new);
    password.context("failed to ask for the password")
}

/// A password for what is written, typed twice where it is not in the environment.
pub(super) fn new_password() -> anyhow::Result<Zeroizing<String>> {
    if std::env::var_os(PASSWORD).is_some() {
        return password("");
    }
    let password = ask("Password for the new key: ")?;
    if *ask("The same again: ")? != *password {
        bail!("the passwords differ: try again");
    }
    Ok(password)
}
