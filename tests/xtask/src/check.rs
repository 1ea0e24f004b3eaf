//! Every check that must pass, one after the other, and how many did.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::skipped::Skipped;
use crate::{dist, snapshots, tool};

const PURE: [&str; 10] = [
    "-p",
    "harden-yaml",
    "-p",
    "harden-core",
    "-p",
    "harden-admission",
    "-p",
    "web",
    "-p",
    "admission",
];

/// Counts what passed and what did not.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    lines: Vec<String>,
    skipped: Skipped,
}

/// Runs everything, even after a failure, and ends with `N passed, N failed`.
pub(crate) fn all() -> ExitCode {
    let ci = std::env::var("CI").is_ok_and(|it| it == "true");
    let mut tally = Tally::default();
    tally.check("format", || cargo(&["fmt", "--all", "--check"]));
    tally.check("clippy", || {
        cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-Dwarnings"])
    });
    tally.check("clippy without a cluster client", || {
        cargo(&["clippy", "-p", "kubectl-harden", "--no-default-features", "--", "-Dwarnings"])
    });
    tally.check("clippy for wasm", || {
        let target = ["--target", "wasm32-unknown-unknown", "--", "-Dwarnings"];
        cargo(&[&["clippy"], &PURE[..], &target[..]].concat())
    });
    tally.check("documentation", || {
        let mut cargo = Command::new("cargo");
        cargo.args([
            "doc",
            "--workspace",
            "--no-deps",
            "--all-features",
            "--document-private-items",
        ]);
        tool::run(cargo.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
    let has_deny = tool::CARGO_DENY.is_there();
    tally.check_with(ci, "dependencies", has_deny, "`cargo xtask tools`", deny);
    if has_deny {
        tally.advisories();
    }
    tally.check_with(ci, "control plane", tool::has_go(), "Go 1.26", control_plane);
    // Before the tests, because the command that they run carries the playground.
    let tools = tool::TRUNK.is_there() && tool::WASM_BINDGEN.is_there() && tool::has_node();
    tally.check_with(ci, "playground", tools, "Node 20, and `cargo xtask tools`", tool::build_web);
    // The tests look into what a release would hand out; the other machines are left to a release.
    let linker = tool::has_zig() && tool::CARGO_AUDITABLE.is_there();
    tally.check_with(ci, "archive", linker, "python3-pip, and `cargo xtask tools`", || {
        dist::build(&["linux-amd64"], dist::Profile::Trial)?;
        dist::index()
    });
    tally.tests();
    tally.browser_tests(ci, tools);

    println!("\n{}", tally.lines.join("\n"));
    if let Some(paragraph) = tally.skipped.paragraph() {
        println!("\n{paragraph}\n");
    }
    println!("{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Tally {
    fn check(&mut self, name: &str, check: impl FnOnce() -> Result<()>) {
        println!("\n== {name}");
        let start = Instant::now();
        let result = check();
        let seconds = start.elapsed().as_secs();
        match result {
            Ok(()) => {
                self.passed += 1;
                self.lines.push(format!("ok       {name} ({seconds} s)"));
            }
            Err(error) => {
                self.failed += 1;
                eprintln!("error: {error:#}");
                self.lines.push(format!("FAILED   {name} ({seconds} s)"));
            }
        }
    }

    /// A check that needs something the machine may lack: skipped loudly, but not in CI.
    fn check_with(
        &mut self,
        ci: bool,
        name: &str,
        is_there: bool,
        remedy: &str,
        check: fn() -> Result<()>,
    ) {
        if is_there {
            self.check(name, check);
        } else if ci {
            self.check(name, || bail!("what it needs is not there: {remedy}"));
        } else {
            self.skip(name, remedy);
        }
    }

    fn skip(&mut self, name: &str, remedy: &str) {
        println!("\n== {name}\nSKIPPED: what it needs is not there: {remedy}");
        self.lines.push(format!("SKIPPED  {name}"));
        self.skipped.add_check(name, remedy);
    }

    /// What is known of vulnerable dependencies, where the list of them can be reached: also in CI.
    fn advisories(&mut self) {
        match advisories() {
            Ok(None) => {
                self.skip("advisories", "a network, for their database is fetched from GitHub");
            }
            known => self.check("advisories", || known.map(|_| ())),
        }
    }

    fn browser_tests(&mut self, ci: bool, is_built: bool) {
        let is_there = is_built && tool::browser().is_some();
        if !is_there {
            let remedy = "Node 20, Chromium, and `cargo xtask tools`";
            self.check_with(ci, "playground in a browser", false, remedy, || Ok(()));
            return;
        }
        let (mut passed, mut failed) = (0, 0);
        self.check("playground in a browser", || run_browser_tests(&mut passed, &mut failed));
        self.passed += passed;
        self.failed += failed;
        self.lines.push(format!("         {passed} tests passed, {failed} failed"));
    }

    fn tests(&mut self) {
        let references = tool::top().join("target/snapshot-references");
        let skipped = tool::top().join("target/skipped-tests");
        // The folder is not there when cargo builds elsewhere.
        let _ = std::fs::create_dir_all(tool::top().join("target"));
        let _ = std::fs::remove_file(&references);
        let _ = std::fs::remove_file(&skipped);
        let mut suites = Suites::default();
        self.check("tests", || run_tests(&references, &skipped, &mut suites));
        if let Err(error) = self.skipped.read(&skipped) {
            eprintln!("what was skipped is not known: {}: {error}", skipped.display());
        }
        let Suites { passed, failed, .. } = suites;
        self.passed += passed;
        self.failed += failed;
        self.lines.push(format!("         {passed} tests passed, {failed} failed"));
        self.lines.extend(suites.lines());
        self.check("no orphaned snapshots", || snapshots::reject_orphans(tool::top(), &references));
    }
}

/// Runs the playground in a browser, and counts by the closing lines of Node's test runner.
fn run_browser_tests(passed: &mut usize, failed: &mut usize) -> Result<()> {
    let browser = tool::browser().context("there is no browser")?;
    let mut files: Vec<_> = std::fs::read_dir(tool::top().join("web/e2e"))?
        .filter_map(|it| it.ok().map(|it| it.path()))
        .filter(|it| it.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    files.sort();
    let mut node = Command::new("node")
        .args(["--test", "--test-reporter=tap", "--test-concurrency=1"])
        .args(files)
        .current_dir(tool::top())
        .env("CHROMIUM", browser)
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to start node")?;
    let output = node.stdout.take().context("node has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        let number = |word: &str| line.strip_prefix(word).and_then(|it| it.parse().ok());
        *passed = number("# pass ").unwrap_or(*passed);
        *failed = number("# fail ").unwrap_or(*failed);
    }
    let status = node.wait()?;
    if !status.success() || *passed == 0 {
        bail!("the playground's tests ended with {status}");
    }
    Ok(())
}

/// Runs the tests, shows what they print, counts them by cargo's own closing lines, and says which suites
/// took how long.
fn run_tests(references: &Path, skipped: &Path, tally: &mut Suites) -> Result<()> {
    // One pipe, so that what a suite came to stands behind its name.
    let (output, input) = std::io::pipe()?;
    let mut tests = Command::new("cargo")
        .args(["test", "--workspace", "--all-features", "--no-fail-fast"])
        .current_dir(tool::top())
        .env("HARDEN_DIST", dist::folder())
        .env("INSTA_SNAPSHOT_REFERENCES_FILE", references)
        .env(harness::SKIPPED_FILE, skipped)
        .env("INSTA_UPDATE", "no")
        .env("RUST_BACKTRACE", "0")
        .stdout(input.try_clone()?)
        .stderr(input)
        .spawn()
        .context("failed to start cargo")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        println!("{line}");
        tally.read(&line);
    }
    let status = tests.wait()?;
    if !status.success() {
        bail!("cargo test ended with {status}");
    }
    if tally.passed == 0 {
        bail!("no test was run");
    }
    Ok(())
}

/// What the suites of a run of `cargo test` came to.
#[derive(Default)]
struct Suites {
    passed: usize,
    failed: usize,
    /// The suite that runs.
    name: String,
    /// Those that took a while, in seconds.
    slow: Vec<(f64, String)>,
}

impl Suites {
    /// What is shorter is not listed.
    const SLOW: f64 = 15.0;

    fn read(&mut self, line: &str) {
        let line = line.trim_start();
        if let Some(rest) = line.strip_prefix("Running ").or(line.strip_prefix("Doc-tests ")) {
            // `tests/cases/main.rs (target/debug/deps/cases-0123456789abcdef)`
            let file = rest.rsplit(['/', '(']).next().unwrap_or(rest).trim_end_matches(')');
            file.rsplit_once('-').map_or(file, |(name, _)| name).clone_into(&mut self.name);
        }
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        let before = |word: &str| counts.split(word).next()?.split_whitespace().next_back();
        let number = |word: &str| before(word).and_then(|it| it.parse().ok()).unwrap_or(0);
        self.passed += number(" passed");
        self.failed += number(" failed");
        let seconds = counts.rsplit("finished in ").next().unwrap_or_default();
        let seconds = seconds.trim_end_matches('s').parse().unwrap_or(0.0);
        if seconds >= Self::SLOW {
            self.slow.push((seconds, self.name.clone()));
        }
    }

    /// The slow ones, the slowest first.
    fn lines(mut self) -> impl Iterator<Item = String> {
        self.slow.sort_by(|one, other| other.0.total_cmp(&one.0));
        self.slow
            .into_iter()
            .map(|(seconds, name)| format!("         {:>4.1} min  {name}", seconds / 60.0))
    }
}

fn cargo(arguments: &[&str]) -> Result<()> {
    tool::run(Command::new("cargo").args(arguments))
}

/// Licences, duplicates and sources.
fn deny() -> Result<()> {
    tool::run(&mut cargo_deny(&["bans", "licenses", "sources"])?)
}

/// Whether no dependency is known to be vulnerable; `None` where nobody can be asked.
fn advisories() -> Result<Option<()>> {
    let output = cargo_deny(&["advisories"])?.current_dir(tool::top()).output()?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        return Ok(Some(()));
    }
    if text.contains("failed to fetch advisory database") {
        return Ok(None);
    }
    bail!("{text}")
}

fn cargo_deny(what: &[&str]) -> Result<Command> {
    let mut command = Command::new("cargo-deny");
    command.args(["--all-features", "check"]).args(what).env("PATH", tool::path()?);
    Ok(command)
}

/// Builds the control plane, after a look at the format of its sources.
fn control_plane() -> Result<()> {
    let folder = tool::top().join("tests/control-plane");
    let unformatted = Command::new("gofmt").args(["-l", "."]).current_dir(&folder).output()?;
    if !unformatted.stdout.is_empty() {
        bail!("gofmt would change these:\n{}", String::from_utf8_lossy(&unformatted.stdout));
    }
    tool::control_plane()?;
    let mut go = Command::new("go");
    go.args(["-C", "tests/control-plane", "test", "-trimpath", "./..."]);
    tool::run(go.env("CGO_ENABLED", "0"))
}

/// Writes the pages of the rules anew.
pub(crate) fn docs() -> Result<()> {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "-p", "harden-core", "-p", "harden-admission", "--test", "docs"]);
    tool::run(cargo.env("HARDEN_UPDATE_DOCS", "1"))
}

/// Runs the scripts that measure the command beside its peers.
pub(crate) fn bench() -> Result<()> {
    cargo(&["build", "--release", "-p", "kubectl-harden"])?;
    let kubectl = harness::build()?.with_file_name("kubectl");
    tool::run(Command::new("bash").arg("plugin/benches/start-up.sh").arg(kubectl))?;
    tool::run(Command::new("python3").arg("plugin/benches/role.py"))?;
    tool::run(Command::new("python3").arg("plugin/benches/become.py"))?;
    tool::run(Command::new("python3").arg("plugin/benches/network.py"))?;
    tool::run(Command::new("python3").arg("plugin/benches/verify.py"))?;
    tool::run(Command::new("bash").arg("plugin/benches/check.sh"))
}

/// Measures the playground that was built.
pub(crate) fn bench_web() -> Result<()> {
    tool::install_packages()?;
    let browser = tool::browser().context("there is no browser: install Chromium")?;
    tool::run(Command::new("node").arg("web/e2e/measure.mjs").env("CHROMIUM", browser))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_are_counted_and_slow_ones_named() {
        let mut suites = Suites::default();
        for line in [
            "     Running tests/cases/main.rs (target/debug/deps/cases-0123456789abcdef)",
            "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 90.00s",
            "     Running unittests src/lib.rs (target/debug/deps/web-0123456789abcdef)",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
        ] {
            suites.read(line);
        }
        assert_eq!((suites.passed, suites.failed), (4, 2));
        assert_eq!(suites.lines().collect::<Vec<_>>(), ["          1.5 min  cases"]);
    }
}
