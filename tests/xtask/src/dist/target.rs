//! The machines that an archive is made for.

use std::fmt;

use anyhow::{Result, bail};

/// A kind of machine, named as Go and krew name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    os: &'static str,
    arch: &'static str,
    triple: &'static str,
}

impl Target {
    /// Every machine that a release has an archive for.
    pub(crate) const ALL: &'static [Target] = &[
        Target { os: "linux", arch: "amd64", triple: "x86_64-unknown-linux-musl" },
        Target { os: "linux", arch: "arm64", triple: "aarch64-unknown-linux-musl" },
        Target { os: "darwin", arch: "amd64", triple: "x86_64-apple-darwin" },
        Target { os: "darwin", arch: "arm64", triple: "aarch64-apple-darwin" },
        Target { os: "windows", arch: "amd64", triple: "x86_64-pc-windows-gnu" },
    ];

    /// The machine called `OS-ARCH`.
    pub(crate) fn named(name: &str) -> Result<&'static Self> {
        let Some(found) = Self::ALL.iter().find(|it| it.to_string() == name) else {
            let names: Vec<String> = Self::ALL.iter().map(ToString::to_string).collect();
            bail!("no archive is made for {name:?}: choose among {}", names.join(", "));
        };
        Ok(found)
    }

    /// `linux`, `darwin` or `windows`.
    pub(crate) fn os(&self) -> &'static str {
        self.os
    }

    /// `amd64` or `arm64`.
    pub(crate) fn arch(&self) -> &'static str {
        self.arch
    }

    /// What the Rust compiler calls it.
    pub(crate) fn triple(&self) -> &'static str {
        self.triple
    }

    /// The file name of the command.
    pub(crate) fn binary(&self) -> &'static str {
        if self.os == "windows" { "kubectl-harden.exe" } else { "kubectl-harden" }
    }

    /// The file name of the archive of a version (without `v`).
    pub(crate) fn archive_name(&self, version: &str) -> String {
        let ending = if self.os == "windows" { "zip" } else { "tar.gz" };
        format!("kubectl-harden-v{version}-{self}.{ending}")
    }
}

/// `OS-ARCH`.
impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.os, self.arch)
    }
}
