//! The formula by which Homebrew installs the command, made from the archives of a release.

use std::fmt::Write as _;

use super::payload::Archive;

const INSTALL: &str = r##"
  def install
    bin.install "kubectl-harden", "completions/kubectl_complete-harden"
    man1.install Dir["man/man1/*.1"]
    bash_completion.install "completions/bash/kubectl-harden"
    zsh_completion.install "completions/zsh/_kubectl-harden"
    fish_completion.install "completions/fish/kubectl-harden.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/kubectl-harden version")
    (testpath/"pod.yaml").write <<~YAML
      apiVersion: v1
      kind: Pod
      metadata:
        name: web
      spec:
        hostNetwork: true
        containers:
        - name: app
          image: app:1
    YAML
    assert_match "host-namespaces", shell_output("#{bin}/kubectl-harden check -f pod.yaml", 1)
  end
end
"##;

/// `kubectl-harden.rb`, for the systems that Homebrew runs on.
pub(crate) fn formula(archives: &[Archive]) -> String {
    let version = archives.first().map_or("", |it| it.version.as_str());
    let mut text = format!(
        "# Made by `cargo xtask dist index` from the archives of a release.
class KubectlHarden < Formula
  desc \"Generates, checks, simulates and explains Kubernetes hardening\"
  homepage \"{}\"
  version \"{version}\"
  license \"{}\"
",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_LICENSE"),
    );
    for (os, block) in [("darwin", "on_macos"), ("linux", "on_linux")] {
        let of_os: String =
            archives.iter().filter(|it| it.target.os() == os).map(download).collect();
        if !of_os.is_empty() {
            let _ = write!(text, "\n  {block} do\n{of_os}  end\n");
        }
    }
    text + INSTALL
}

fn download(archive: &Archive) -> String {
    let block = if archive.target.arch() == "arm64" { "on_arm" } else { "on_intel" };
    let (url, sha256) = (archive.url(), &archive.sha256);
    format!("    {block} do\n      url \"{url}\"\n      sha256 \"{sha256}\"\n    end\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs;
    use std::io::Write as _;
    use std::process::Command;

    use super::super::target::Target;
    use super::*;

    /// What Homebrew gives a formula, as far as ours needs it: prints what would be installed where.
    const HOMEBREW: &str = r##"
class Place
  def initialize(name) = @name = name
  def install(*what) = what.flatten.each { |it| puts "#{@name}: #{it.inspect}" }
end
class Formula
  class << self
    def desc(text) = puts("desc of #{text.length}")
    def homepage(_) = nil
    def version(text) = puts("version #{text}")
    def license(text) = puts("license #{text}")
    def on_macos = ENV["OS"] == "darwin" ? yield : nil
    def on_linux = ENV["OS"] == "linux" ? yield : nil
    def on_arm = ENV["ARCH"] == "arm64" ? yield : nil
    def on_intel = ENV["ARCH"] == "amd64" ? yield : nil
    def url(text) = puts("url #{text}")
    def sha256(text) = puts("sha256 #{text}")
    def test(&block) = puts("test #{block.arity}")
  end
  %w[bin man1 bash_completion zsh_completion fish_completion].each { |it| define_method(it) { Place.new(it) } }
end
load ARGV.fetch(0)
KubectlHarden.new.install
"##;

    fn archives() -> Vec<Archive> {
        Target::ALL
            .iter()
            .map(|target| Archive {
                target,
                name: target.archive_name("1.2.3"),
                sha256: "0".repeat(64),
                version: "1.2.3".to_owned(),
            })
            .collect()
    }

    /// What a machine would do by the formula; `None` where there is no Ruby.
    fn evaluate(formula: &str, target: &Target) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kubectl-harden.rb");
        fs::write(&file, formula).unwrap();
        let words = ["-W", "-e", HOMEBREW];
        let mut ruby = Command::new("ruby");
        ruby.args(words).arg(file).env("OS", target.os()).env("ARCH", target.arch());
        let Ok(output) = ruby.output() else {
            let line =
                "SKIPPED a test of the Homebrew formula: there is no Ruby: apt-get install ruby";
            let _ = writeln!(std::io::stderr(), "{line}");
            return None;
        };
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && warnings.is_empty(), "{warnings}\n{formula}");
        Some(String::from_utf8(output.stdout).unwrap())
    }

    #[test]
    fn ruby_reads_the_formula_and_finds_the_archive_of_each_machine() {
        let formula = formula(&archives());
        for target in Target::ALL.iter().filter(|it| it.os() != "windows") {
            let Some(done) = evaluate(&formula, target) else { return };
            let url = format!("/releases/download/v1.2.3/{}\n", target.archive_name("1.2.3"));
            assert!(done.contains(&url), "{done}");
            assert_eq!(done.matches("\nurl ").count(), 1, "{done}");
            for name in ["bin: \"kubectl-harden\"", "zsh_completion: "] {
                assert!(done.contains(name), "{name}: {done}");
            }
        }
    }

    #[test]
    fn the_formula_names_every_archive_but_those_for_windows() {
        let formula = formula(&archives());
        for archive in archives() {
            assert_eq!(formula.contains(&archive.name), archive.target.os() != "windows");
        }
        let opened = formula.matches(" do\n").count() + formula.matches("  def ").count() + 1;
        let closed = formula.lines().filter(|it| it.trim() == "end").count();
        assert_eq!(opened, closed, "{formula}");
    }

    #[test]
    fn a_system_without_archive_is_left_out() {
        let archives: Vec<Archive> =
            archives().into_iter().filter(|it| it.target.os() == "linux").collect();
        assert!(!formula(&archives).contains("on_macos"));
    }
}
