//! Text from files and standard input.

use std::io::{self, Read as _};

use anyhow::Context as _;

/// Reads a file, or standard input for `-`.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    let bytes = if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).context("failed to read standard input")?;
        bytes
    } else {
        std::fs::read(name).with_context(|| format!("failed to read {name}"))?
    };
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        anyhow::anyhow!("{name}: not UTF-8 text (byte {valid})")
    })
}
