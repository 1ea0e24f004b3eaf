//! Writes the manual pages of every command into a folder, from the command line itself.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use clap::Command;
use clap_mangen::Man;

fn main() -> io::Result<()> {
    let folder = env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("say the folder to write to"))?;
    fs::create_dir_all(&folder)?;
    let mut command = kubectl_harden::command();
    command.build();
    write(&command, &folder)
}

/// Writes the page of a command, and those of the commands below it.
fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let page = Man::new(command.clone());
    let page = page.source(concat!("kubectl-harden ", env!("CARGO_PKG_VERSION")));
    page.manual("Kubernetes hardening").generate_to(folder)?;
    command.get_subcommands().filter(|it| !it.is_hide_set()).try_for_each(|it| write(it, folder))
}
