//! Pins a release where CI installs it: beside the GitHub Action, and in the template for GitLab.
//!
//! A commit cannot hold the digests of what is built from it, so this is for the commit after a release.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use super::target::Target;

/// Where the action looks for the digests of its release.
const SUMS: &str = ".github/actions/check/SHA256SUMS";

/// The template, with a line each for the version and the digest.
const TEMPLATE: &str = "docs/ci/gitlab.yml";

/// The machine that the template runs on.
const MACHINE: &str = "linux-amd64";

/// Writes the sums of the release of a version (without `v`) into a checkout.
pub(crate) fn write(sums: &str, version: &str, top: &Path) -> Result<()> {
    let digest = |target: &Target| {
        let name = target.archive_name(version);
        let found = sums.lines().filter_map(|it| it.split_once("  ")).find(|it| it.1 == name);
        found.map(|(digest, _)| digest).with_context(|| format!("the sums lack {name}"))
    };
    for target in Target::ALL {
        digest(target)?;
    }
    let path = top.join(TEMPLATE);
    let template = fs::read_to_string(&path).with_context(|| format!("{TEMPLATE} is not there"))?;
    let template = set(&template, "HARDEN_VERSION", version)?;
    let template = set(&template, "HARDEN_SHA256", digest(Target::named(MACHINE)?)?)?;
    fs::write(path, template)?;
    fs::write(top.join(SUMS), sums)?;
    Ok(())
}

/// The template with the default of a variable replaced.
fn set(template: &str, variable: &str, value: &str) -> Result<String> {
    let beginning = format!("    {variable}: ");
    let is_it = |line: &&str| line.starts_with(&beginning);
    if template.lines().filter(is_it).count() != 1 {
        bail!("{TEMPLATE} has not one line that begins with {beginning:?}");
    }
    let lines = template.lines().map(|line| {
        if is_it(&line) { format!("{beginning}\"{value}\"\n") } else { format!("{line}\n") }
    });
    Ok(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tool;

    fn sums(targets: &[Target]) -> String {
        let line = |(number, it): (usize, &Target)| {
            format!("{}  {}\n", number.to_string().repeat(64), it.archive_name("1.2.3"))
        };
        targets.iter().enumerate().map(line).collect()
    }

    #[test]
    fn a_release_is_pinned_for_the_action_and_the_template() {
        let top = tempfile::tempdir().unwrap();
        for file in [SUMS, TEMPLATE] {
            fs::create_dir_all(top.path().join(file).parent().unwrap()).unwrap();
        }
        fs::copy(tool::top().join(TEMPLATE), top.path().join(TEMPLATE)).unwrap();
        let all = sums(Target::ALL);
        // Twice, because there is a next release.
        for _ in 0..2 {
            write(&all, "1.2.3", top.path()).unwrap();
        }
        assert_eq!(fs::read_to_string(top.path().join(SUMS)).unwrap(), all);
        let template = fs::read_to_string(top.path().join(TEMPLATE)).unwrap();
        assert!(template.contains("\n    HARDEN_VERSION: \"1.2.3\"\n"), "{template}");
        let digest = "0".repeat(64);
        assert!(template.contains(&format!("\n    HARDEN_SHA256: \"{digest}\"\n")), "{template}");
    }

    #[test]
    fn a_release_without_all_its_archives_is_not_pinned() {
        let top = tempfile::tempdir().unwrap();
        let error = write(&sums(&Target::ALL[1..]), "1.2.3", top.path()).unwrap_err();
        assert_eq!(error.to_string(), "the sums lack kubectl-harden-v1.2.3-linux-amd64.tar.gz");
        assert!(!top.path().join(SUMS).exists());
    }
}
