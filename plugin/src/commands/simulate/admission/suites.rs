//! Runs the tests that projects have for their policies.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::bail;
use harden_admission::kyverno::suite;
use harden_admission::report::{Lack, Tests};
use harden_admission::{Policies, gatekeeper};

use super::{Format, Options};
use crate::commands;
use crate::terminal::{self, Exit};

pub(super) fn run(options: &Options, folder: &Path) -> commands::Result {
    if !folder.is_dir() {
        bail!("{}: there is no such folder", folder.display());
    }
    let version = options.connection.version(options.kubernetes_version)?;
    let files = Folder(folder.to_owned());
    let mut tests = Tests::default();
    let of_kyverno = suite::find(&files, "").into_iter().map(|path| {
        let results = Policies::test_kyverno(&files, &path, version);
        results.map_err(|it| (it.file, it.what))
    });
    let of_gator = gatekeeper::suite::find(&files, "").into_iter().map(|path| {
        let results = Policies::test_gatekeeper(&files, &path, version);
        results.map_err(|it| (it.file, it.what))
    });
    for results in of_kyverno.chain(of_gator) {
        tests.suites += 1;
        match results {
            Ok(results) => tests.results.extend(results),
            Err((what, why)) => tests.lacks.push(Lack { what, why, position: None }),
        }
    }
    let written = options.outputs.write(|format| match format {
        Format::Text => tests.to_text(),
        Format::Json => format!("{}\n", tests.to_json()),
    })?;
    let [right, wrong, unjudged] = tests.counts();
    let exit = if wrong > 0 {
        Exit::Found
    } else if unjudged > 0 || right == 0 || !tests.lacks.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Done
    };
    if tests.suites == 0 {
        let name = folder.display();
        terminal::note(&format!(
            "no test is in {name}, or in its folders: neither {} nor a Suite of gator",
            suite::FILE
        ))?;
    }
    Ok(exit.allowing(options.allow_incomplete).max(written))
}

/// The files of a folder, by paths from there.
struct Folder(PathBuf);

impl suite::Files for Folder {
    fn read(&self, path: &str) -> Option<String> {
        crate::input::read_path(&self.0.join(path), std::time::Duration::ZERO).ok()
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let entries = fs::read_dir(self.0.join(folder)).ok()?;
        // A link to a folder above would never end.
        let is_loop = |it: &fs::DirEntry| {
            it.file_type().is_ok_and(|it| it.is_symlink()) && it.path().is_dir()
        };
        let entries = entries.filter_map(Result::ok).filter(|it| !is_loop(it));
        let names = entries.filter_map(|it| it.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|it| it != ".git").collect();
        names.sort();
        Some(names)
    }
}
