//! The lines of the README that install a release name what a release has.

use crate::dist::target::Target;

const README: &str = include_str!("../../../README.md");
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The README with the values of the variables that it sets.
fn expanded() -> String {
    let release = format!("{}/releases/download/v{VERSION}", env!("CARGO_PKG_REPOSITORY"));
    README.replace("${VERSION}", VERSION).replace("$VERSION", VERSION).replace("$RELEASE", &release)
}

#[test]
fn the_version_is_that_of_the_command() {
    assert!(README.contains(&format!("\nVERSION={VERSION}\n")), "VERSION={VERSION}");
    let release =
        format!("\nRELEASE={}/releases/download/v{VERSION}\n", env!("CARGO_PKG_REPOSITORY"));
    assert!(expanded().contains(&release), "{release}");
    let named = README.split("VERSION=").count() - 1;
    assert_eq!(named, 1, "the version is said once");
}

#[test]
fn every_file_that_is_fetched_is_one_of_a_release() {
    let mut files: Vec<String> = Target::ALL.iter().map(|it| it.archive_name(VERSION)).collect();
    let debian = format!("kubectl-harden_{VERSION}_amd64.deb");
    let others = ["harden.yaml", "kubectl-harden.rb", "SHA256SUMS", &debian];
    files.extend(others.map(str::to_owned));
    let text = expanded();
    let base = format!("{}/releases/download/v{VERSION}/", env!("CARGO_PKG_REPOSITORY"));
    let fetched: Vec<&str> =
        text.split(&base).skip(1).filter_map(|it| it.split(['"', ' ', '`']).next()).collect();
    assert!(fetched.len() >= 5, "{fetched:?}");
    for name in &fetched {
        assert!(files.iter().any(|it| it == name), "{name} is no file of a release: {files:?}");
    }
    for name in others {
        assert!(fetched.contains(&name), "nothing fetches {name}");
    }
}

#[test]
fn every_machine_is_named() {
    for target in Target::ALL {
        assert!(README.contains(&format!("`{target}`")), "{target}");
    }
    let listed = README.matches("`linux-").count() + README.matches("`darwin-").count();
    assert_eq!(listed + README.matches("`windows-").count(), Target::ALL.len());
}

#[test]
fn the_image_is_where_releases_go() {
    let repository = env!("CARGO_PKG_REPOSITORY").replace("https://github.com", "ghcr.io");
    assert!(expanded().contains(&format!("{repository}:v{VERSION}\"")), "{repository}");
}
