//! Writes the manual pages of every command into a folder, from the command line itself.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| std::io::Error::other("say the folder to write to"))?;
    std::fs::create_dir_all(&folder)?;
    clap_mangen::generate_to(kubectl_harden::command(), folder)
}
