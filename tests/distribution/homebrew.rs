//! The formula by which Homebrew installs what was built.

use std::collections::BTreeSet;
use std::process::Command;

use crate::built;

#[test]
fn what_the_formula_installs_is_in_the_archive() {
    let Some(formula) = built::file("kubectl-harden", ".rb") else { return };
    let Some(archive) = built::file("kubectl-harden-v", "-linux-amd64.tar.gz") else { return };
    let formula = std::fs::read_to_string(formula).unwrap();
    let list = Command::new("tar").arg("-tzf").arg(&archive).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let files: BTreeSet<&str> = list.lines().collect();

    let install = formula.split_once("def install").unwrap().1.split_once("  end").unwrap().0;
    let named: Vec<&str> = install.split('"').skip(1).step_by(2).collect();
    assert!(named.len() >= 6, "{named:?}");
    for name in named {
        let is_there = match name.split_once('*') {
            Some((before, after)) => {
                files.iter().any(|it| it.starts_with(before) && it.ends_with(after))
            }
            None => files.contains(name),
        };
        assert!(is_there, "{name} is not in {}:\n{list}", archive.display());
    }

    let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    let sum = sum.split_whitespace().next().unwrap();
    assert!(formula.contains(&format!("sha256 \"{sum}\"")), "{formula}");
}
