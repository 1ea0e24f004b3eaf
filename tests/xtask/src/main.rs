//! The project's own chores: `cargo xtask test` runs everything that CI runs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to whoever runs it")]

mod check;
mod data;
mod dist;
#[cfg(test)]
mod install_lines;
mod release;
mod skeleton;
mod skipped;
mod snapshots;
mod tool;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test            every check and test, with a real control plane where Go is at hand
cargo xtask tools           install trunk, wasm-bindgen, cargo-deny, cargo-auditable, zig, krew and the clients of
                            the Model Context Protocol into a cache folder
cargo xtask control-plane   build the control plane of the tests (8 minutes, once) and print its path
cargo xtask data            clone the public manifests and definitions that tests read into ../shared
cargo xtask docs            write the pages of the rules and the table of platforms anew
cargo xtask web             build the playground into web/dist
cargo xtask web-bench       measure the playground in a browser
cargo xtask bench           measure the command beside kubectl and kube-score
cargo xtask dist [OS-ARCH…]  build what a release consists of into target/dist: archives, packages, image
cargo xtask dist index      write the sums and manifests of the archives in target/dist
cargo xtask dist pin        after a release: pin the sums in target/dist for the action and the template for CI
cargo xtask dist reproducible [OS-ARCH…]
                            build this commit twice, in two folders, and compare the bytes
cargo xtask release-check TAG
                            is the tag that of the version and of CHANGELOG.md? Prints what is new
cargo xtask new rule ID [--category CATEGORY]
                            write the skeleton of a rule, by default about workloads, and list it
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => return check::all(),
        ["tools"] => tool::install_all(),
        ["control-plane"] => tool::control_plane(),
        ["data"] => data::fetch(),
        ["docs"] => check::docs(),
        ["web"] => tool::build_web(),
        ["web-bench"] => check::bench_web(),
        ["bench"] => check::bench(),
        ["dist", "index"] => dist::index(),
        ["dist", "pin"] => dist::pin(),
        ["dist", "reproducible", targets @ ..] => dist::show_reproducible(targets),
        ["dist", targets @ ..] => dist::build(targets, dist::Profile::Release),
        ["release-check", tag] => release::check(tag),
        ["new", "rule", id] => new_rule("workload", id),
        ["new", "rule", id, "--category", category] => new_rule(category, id),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn new_rule(category: &str, id: &str) -> anyhow::Result<()> {
    let file = skeleton::new_rule(tool::top(), category, id)?;
    println!("{}\nnext: fill it in, then cargo xtask docs", file.display());
    Ok(())
}
