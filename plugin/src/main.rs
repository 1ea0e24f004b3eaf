//! The command `kubectl harden`.

use std::process::ExitCode;

fn main() -> ExitCode {
    kubectl_harden::run(std::env::args_os())
}
