//! The manifest by which krew installs the plugin, made from the archives of a release.

use std::fmt::Write as _;

use super::payload::Archive;

/// What krew shows of the plugin; its lines are as wide as those of krew's own index.
const TEXTS: &str = r#"  homepage: "https://github.com/kubectl-harden/kubectl-harden"
  shortDescription: Generate, check and mend hardening
  description: |
    Takes namespaces, manifests and clusters from default to hardened, in
    small steps that you can read first:

    - namespace: a namespace with Pod Security, network policies, quota and
      limits, and roles
    - check: flaws in manifests, each with its line and what to do about it
    - fix: the same as edits of the files, or as patches
    - simulate: what Pod Security or an audit policy would answer
    - encryption, audit-policy, pod-security: files of the API server, in the
      form that the platform takes
    - external-secret: ExternalSecrets in place of Secrets
    - playground: all of it in a browser page that sends nothing anywhere
  caveats: |
    Only options such as --apply and --from-cluster talk to a cluster, with
    the rights of your kubeconfig.

    For completion of "kubectl harden", put a link on your PATH:

      ln -s "$(command -v kubectl-harden)" ~/.local/bin/kubectl_complete-harden
"#;

/// `harden.yaml`, with a platform for each archive.
pub(crate) fn manifest(archives: &[Archive]) -> String {
    let version = archives.first().map_or("", |it| it.version.as_str());
    let mut text = String::from(
        "apiVersion: krew.googlecontainertools.github.com/v1alpha2\nkind: Plugin\nmetadata:\n  name: harden\nspec:\n",
    );
    let _ = writeln!(text, "  version: \"v{version}\"");
    text.push_str(TEXTS);
    text.push_str("  platforms:\n");
    for archive in archives {
        text.push_str(&platform(archive));
    }
    text
}

/// Quotes what YAML could take for a number: a digest may consist of digits alone.
fn platform(archive: &Archive) -> String {
    let Archive { target, sha256, .. } = archive;
    let (os, arch, binary, url) = (target.os(), target.arch(), target.binary(), archive.url());
    format!(
        "  - selector:
      matchLabels:
        os: {os}
        arch: {arch}
    uri: \"{url}\"
    sha256: \"{sha256}\"
    bin: {binary}
    files:
    - from: {binary}
      to: .
    - from: LICENSE
      to: .
"
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

    use std::fs;
    use std::path::Path;
    use std::process::Command;

    use super::super::target::Target;
    use super::*;

    fn archives(sha256: &str) -> Vec<Archive> {
        Target::ALL
            .iter()
            .map(|target| Archive {
                target,
                name: target.archive_name("1.2.3"),
                sha256: sha256.to_owned(),
                version: "1.2.3".to_owned(),
            })
            .collect()
    }

    /// What krew's validator says of a manifest; `None` where that program cannot be had.
    fn validate(manifest: &str) -> Option<Result<(), String>> {
        let validator = harness::krew_for_test()?.join("validate-krew-manifest");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("harden.yaml");
        fs::write(&file, manifest).unwrap();
        let mut command = Command::new(validator);
        let output = command.arg("-skip-install").arg("-manifest").arg(file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        Some(if output.status.success() { Ok(()) } else { Err(said) })
    }

    #[test]
    fn krew_takes_the_manifest_whatever_the_digest_looks_like() {
        for sha256 in ["0", "9", "e", "1e1"] {
            let sha256: String = sha256.chars().cycle().take(64).collect();
            let Some(said) = validate(&manifest(&archives(&sha256))) else { return };
            assert_eq!(said, Ok(()), "{sha256}");
        }
    }

    #[test]
    fn krew_says_what_is_wrong_with_a_manifest() {
        let good = manifest(&archives(&"0".repeat(64)));
        let digest = format!("sha256: \"{}\"", "0".repeat(64));
        for (from, to, why) in [
            (digest.as_str(), "sha256: 0123", "sha256"),
            ("version: \"v1.2.3\"", "version: \"1.2.3\"", "version"),
            ("arch: arm64", "arch: amd64", "overlap"),
            ("Generate, check and mend hardening", "", "short description"),
        ] {
            let Some(said) = validate(&good.replace(from, to)) else { return };
            let said = said.expect_err(to);
            assert!(said.contains(why), "{to}: {said}");
        }
    }

    #[test]
    fn krew_installs_by_the_manifest_what_the_archive_holds() {
        let Some(programs) = harness::krew_for_test() else { return };
        let folder = tempfile::tempdir().unwrap();
        let target = Target::named("linux-amd64").unwrap();
        let archive = folder.path().join(target.archive_name("1.2.3"));
        write_archive(folder.path(), &archive);
        let sums = Command::new("sha256sum").arg(&archive).output().unwrap();
        let sha256: String = String::from_utf8(sums.stdout).unwrap().chars().take(64).collect();
        let file = folder.path().join("harden.yaml");
        fs::write(&file, manifest(&archives(&sha256))).unwrap();

        let root = folder.path().join("krew");
        let install = Command::new(programs.join("krew"))
            .args(["install", "--no-update-index", "--manifest"])
            .arg(&file)
            .arg("--archive")
            .arg(&archive)
            .env("KREW_ROOT", &root)
            .env("KREW_NO_UPGRADE_CHECK", "1")
            .env("KREW_OS", "linux")
            .env("KREW_ARCH", "amd64")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&install.stderr);
        assert!(install.status.success(), "{said}");
        assert!(said.contains("kubectl_complete-harden"), "{said}");
        assert!(root.join("store/harden/v1.2.3/LICENSE").is_file(), "{said}");
        let run = Command::new(root.join("bin/kubectl-harden")).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&run.stdout), "it runs\n");
    }

    /// An archive laid out as ours are, whose command is a script.
    fn write_archive(folder: &Path, archive: &Path) {
        let staged = folder.join("staged");
        fs::create_dir_all(staged.join("man/man1")).unwrap();
        fs::write(staged.join("kubectl-harden"), "#!/bin/sh\necho it runs\n").unwrap();
        fs::write(staged.join("LICENSE"), "licence").unwrap();
        fs::write(staged.join("man/man1/kubectl-harden.1"), ".TH").unwrap();
        let run = |command: &mut Command| assert!(command.status().unwrap().success());
        run(Command::new("chmod").arg("755").arg(staged.join("kubectl-harden")));
        let tar = ["kubectl-harden", "LICENSE", "man"];
        run(Command::new("tar").arg("-czf").arg(archive).arg("-C").arg(&staged).args(tar));
    }

    #[test]
    fn every_archive_is_a_platform_and_carries_the_licence() {
        let archives = archives(&"a".repeat(64));
        let manifest = manifest(&archives);
        assert_eq!(manifest.matches("from: LICENSE").count(), archives.len());
        for archive in &archives {
            assert!(manifest.contains(&format!("/releases/download/v1.2.3/{}\"", archive.name)));
        }
        // The bot that updates krew's index reads the manifest as a template of its own.
        assert!(!manifest.contains("{{"), "{manifest}");
        assert!(
            manifest
                .lines()
                .all(|it| it.len() <= 80 || it.contains("https://") || it.contains("sha256"))
        );
    }
}
