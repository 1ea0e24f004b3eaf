//! Zig, whose compiler and linker make C code for other machines, and cargo-zigbuild, which hands it to cargo.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{root, run};

/// What pip installs on Linux (x86-64 and arm64), by the bytes.
const REQUIREMENTS: &str = "\
cargo-zigbuild==0.24.1 \
--hash=sha256:238a1ab54a95053a4eadc34775c81f795a8ad75f80bfed63f3f445f518102375 \
--hash=sha256:07c5e3dcddf208500462ec927c556bb306cca2b533b0abe29446bffb63767b85
ziglang==0.17.1 \
--hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54 \
--hash=sha256:b7c5f02fccd40f89b999ee16a1f5ddced56e6182370f8affe494bcf8a28cf07e
";

/// Where pip puts them.
pub(super) fn folder() -> Result<PathBuf> {
    Ok(root()?.join("python"))
}

/// The program.
pub(crate) fn zig() -> Result<PathBuf> {
    Ok(folder()?.join("ziglang/zig"))
}

/// Whether the right versions are at hand.
pub(crate) fn has_zig() -> bool {
    let Ok(folder) = folder() else { return false };
    let packages = REQUIREMENTS.lines().filter_map(|it| it.split_whitespace().next());
    let mut packages = packages.map(|it| it.replace('-', "_").replace("==", "-"));
    packages.all(|it| folder.join(format!("{it}.dist-info")).exists())
}

/// Installs both, without which everything but archives for other machines works.
pub(super) fn install() -> Result<()> {
    if has_zig() || !cfg!(target_os = "linux") {
        return Ok(());
    }
    let pip = || {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip"]);
        pip
    };
    if !pip().arg("--version").output().is_ok_and(|it| it.status.success()) {
        eprintln!("SKIPPED: zig, for `cargo xtask dist`: install python3-pip");
        return Ok(());
    }
    let folder = folder()?;
    eprintln!("installing ziglang and cargo-zigbuild (100 MB, once)");
    let list = root()?.join("zig.txt");
    std::fs::create_dir_all(root()?)?;
    std::fs::write(&list, REQUIREMENTS)
        .with_context(|| format!("cannot write {}", list.display()))?;
    let words = ["install", "--quiet", "--require-hashes", "--only-binary", ":all:", "--no-deps"];
    run(pip().args(words).arg("--upgrade").arg("--target").arg(folder).arg("-r").arg(list))
}
