//! The tools that are no part of a Rust toolchain, at pinned versions, in a cache of their own.

mod zig;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

pub(crate) use zig::{has_zig, zig};

/// A program from crates.io.
pub(crate) struct Tool {
    pub(crate) program: &'static str,
    package: &'static str,
    version: &'static str,
    features: &'static [&'static str],
}

pub(crate) const TRUNK: Tool = Tool {
    program: "trunk",
    package: "trunk",
    version: "0.21.14",
    features: &["--no-default-features"],
};

/// Must be the version of the crate `wasm-bindgen` in Cargo.lock to the letter.
pub(crate) const WASM_BINDGEN: Tool = Tool {
    program: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    version: "0.2.129",
    features: &["--no-default-features", "--bin", "wasm-bindgen"],
};

pub(crate) const CARGO_DENY: Tool =
    Tool { program: "cargo-deny", package: "cargo-deny", version: "0.20.2", features: &[] };

/// Puts the list of what is linked into the command itself.
pub(crate) const CARGO_AUDITABLE: Tool = Tool {
    program: "cargo-auditable",
    package: "cargo-auditable",
    version: "0.7.7",
    features: &[],
};

/// Where the tools are kept, outside of the work tree.
fn root() -> Result<PathBuf> {
    let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|it| !it.is_empty()) {
        Some(cache) => PathBuf::from(cache),
        None => {
            std::env::home_dir().context("there is no home folder to keep tools in")?.join(".cache")
        }
    };
    Ok(cache.join("kubectl-harden/tools"))
}

/// `PATH` with the tools first.
pub(crate) fn path() -> Result<OsString> {
    let before = std::env::var_os("PATH").unwrap_or_default();
    let ours =
        [root()?.join("bin"), zig::folder()?.join("bin"), top().join("web/node_modules/.bin")];
    let folders = ours.into_iter().chain(std::env::split_paths(&before));
    Ok(std::env::join_paths(folders)?)
}

impl Tool {
    /// Whether the right version is at hand.
    pub(crate) fn is_there(&self) -> bool {
        let Ok(path) = path() else { return false };
        let output = Command::new(self.program).arg("--version").env("PATH", path).output();
        output.is_ok_and(|it| String::from_utf8_lossy(&it.stdout).contains(self.version))
            || self.is_listed()
    }

    /// Whether cargo put it where the tools are kept: not every program says its version.
    fn is_listed(&self) -> bool {
        let list = root().and_then(|it| Ok(std::fs::read_to_string(it.join(".crates.toml"))?));
        list.is_ok_and(|it| it.contains(&format!("\"{} {} ", self.package, self.version)))
    }

    fn install(&self) -> Result<()> {
        if self.is_there() {
            return Ok(());
        }
        eprintln!("installing {} {} (some minutes, once)", self.package, self.version);
        let mut cargo = Command::new("cargo");
        cargo.args(["install", self.package, "--version", self.version, "--locked", "--root"]);
        cargo.arg(root()?).args(self.features);
        // Tools that run for seconds need no minutes of optimising.
        cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        run(&mut cargo)
    }
}

pub(crate) fn install_all() -> Result<()> {
    [TRUNK, WASM_BINDGEN, CARGO_DENY, CARGO_AUDITABLE].iter().try_for_each(Tool::install)?;
    if has_go() {
        harness::build_krew()?;
    }
    if has_node() && has_pip() {
        harness::install_clients()?;
    }
    zig::install()
}

/// Whether Go is at hand.
pub(crate) fn has_go() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|it| it.status.success())
}

/// Builds the control plane of the tests, unless it is there, and prints where.
pub(crate) fn control_plane() -> Result<()> {
    println!("{}", harness::build()?.display());
    Ok(())
}

/// A standard library of the playground's own: built for size, and without the texts of panics, which
/// nobody reads in a browser. These are not stable yet; without them the page works the same, and a
/// visitor waits for an eighth more.
const SMALL_STANDARD_LIBRARY: [(&str, &str); 5] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    ("CARGO_UNSTABLE_PANIC_IMMEDIATE_ABORT", "true"),
    ("CARGO_PROFILE_WEB_PANIC", "immediate-abort"),
];

/// Builds the playground into `web/dist`.
pub(crate) fn build_web() -> Result<()> {
    install_packages()?;
    fetch()?;
    run(Command::new("tsc").arg("--noEmit").args(["--project", "web"]).env("PATH", path()?))?;
    let mut trunk = Command::new("trunk");
    run(trunk.args(["build", "--release"]).env("PATH", path()?).envs(SMALL_STANDARD_LIBRARY))
}

/// Fetches what the playground and its standard library are built from: trunk builds without a network.
fn fetch() -> Result<()> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).current_dir(top()).output()?;
    let sysroot = String::from_utf8(output.stdout)?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.toml");
    for manifest in [top().join("Cargo.toml"), library] {
        let mut cargo = Command::new("cargo");
        cargo.args(["fetch", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
        run(cargo.env("RUSTC_BOOTSTRAP", "1"))?;
    }
    Ok(())
}

/// Installs what `web/package-lock.json` says, unless that is there.
pub(crate) fn install_packages() -> Result<()> {
    let web = top().join("web");
    let written = |file: &str| std::fs::metadata(web.join(file)).and_then(|it| it.modified()).ok();
    let installed = written("node_modules/.package-lock.json");
    if installed.is_some() && installed >= written("package-lock.json") {
        return Ok(());
    }
    let words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", "web"];
    run(Command::new("npm").args(words))
}

/// The browser of the playground's tests, where there is one.
pub(crate) fn browser() -> Option<PathBuf> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    named.into_iter().chain(usual.map(PathBuf::from)).find(|it| it.exists())
}

/// Whether Node and its package manager are at hand.
pub(crate) fn has_node() -> bool {
    let answers = |program| Command::new(program).arg("--version").output();
    ["node", "npm"].iter().all(|it| answers(it).is_ok_and(|it| it.status.success()))
}

/// Whether Python has its package manager.
fn has_pip() -> bool {
    let answers = Command::new("python3").args(["-m", "pip", "--version"]).output();
    answers.is_ok_and(|it| it.status.success())
}

/// Runs a command from the top of the repository, and shows what it prints.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.current_dir(top()).status();
    let status =
        status.with_context(|| format!("failed to start {}", command.get_program().display()))?;
    if !status.success() {
        bail!("{} ended with {status}", command.get_program().display());
    }
    Ok(())
}

/// Where cargo builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version=1", "--no-deps", "--offline"]).current_dir(top());
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.output()?.stdout)?;
    let folder = metadata
        .get("target_directory")
        .and_then(|it| it.as_str())
        .context("cargo names no target folder")?;
    Ok(folder.into())
}

/// The top of the repository.
pub(crate) fn top() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}
