//! Files and folders that are left out by their paths.

use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Files and folders that are left out by their paths.
#[derive(Debug, Default)]
pub(crate) struct Exclude {
    /// Globs, with the folders that they begin in.
    sets: Vec<(PathBuf, GlobSet)>,
    here: PathBuf,
}

impl Exclude {
    /// Globs by the folders that they begin in. One without a slash is about names at any depth, and whatever
    /// is in a folder that is left out is left out.
    pub(crate) fn new<'g>(
        globs: impl IntoIterator<Item = (PathBuf, Vec<&'g str>)>,
    ) -> anyhow::Result<Self> {
        let mut sets = Vec::new();
        for (folder, globs) in globs.into_iter().filter(|(_, globs)| !globs.is_empty()) {
            let mut set = GlobSetBuilder::new();
            for text in globs {
                set.add(glob(text).map_err(|why| anyhow::anyhow!("--exclude {text}: {why}"))?);
            }
            sets.push((folder, set.build()?));
        }
        Ok(Self { sets, here: std::env::current_dir()? })
    }

    /// Whether a path is left out, or a folder that it is in.
    pub(crate) fn covers(&self, path: &Path) -> bool {
        let is_file = path != Path::new("-") && !path.starts_with("https:");
        if self.sets.is_empty() || !is_file {
            return false;
        }
        let path = plain(&self.here.join(path));
        self.sets.iter().any(|(folder, set)| {
            let from_folder = path.strip_prefix(folder).or_else(|_| path.strip_prefix("/"));
            let from_folder = from_folder.unwrap_or(&path);
            from_folder.ancestors().any(|it| !it.as_os_str().is_empty() && set.is_match(it))
        })
    }
}

/// Whether a glob can be read.
pub(crate) fn check(text: &str) -> Result<(), String> {
    glob(text).map(|_| ())
}

fn glob(text: &str) -> Result<globset::Glob, String> {
    let path = text.trim_end_matches('/').trim_start_matches("./");
    let glob = match path.strip_prefix('/') {
        Some(from_folder) => from_folder.to_owned(),
        None if path.contains('/') => path.to_owned(),
        None => format!("**/{path}"),
    };
    if path.is_empty() {
        return Err("is no glob, such as vendor or charts/**/test-*.yaml".to_owned());
    }
    GlobBuilder::new(&glob).literal_separator(true).build().map_err(|it| it.kind().to_string())
}

/// The path without `.` and `..`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(plain.pop()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    #[test]
    fn globs_are_about_names_or_about_paths_from_their_folder() {
        let covers = |glob: &str, path: &str| {
            let mut exclude = Exclude::new([(PathBuf::from("/r"), vec![glob])]).unwrap();
            exclude.here = PathBuf::from("/r/a");
            exclude.covers(Path::new(path))
        };
        for (glob, path) in [
            ("vendor", "vendor/b.yaml"),
            ("vendor/", "b/vendor/c/d.yaml"),
            ("*.json", "b/c.json"),
            ("a/b.yaml", "b.yaml"),
            ("/a", "b.yaml"),
            ("./a/*.yaml", "./b.yaml"),
            ("a/**/test-*.yaml", "b/c/test-1.yaml"),
            ("a/{b,c}", "c/d.yaml"),
            ("b", "../b/c.yaml"),
            ("other", "/other/b.yaml"),
            ("[bc].yaml", "c.yaml"),
        ] {
            assert!(covers(glob, path), "{glob} {path}");
        }
        for (glob, path) in [
            ("vendor", "vendors/b.yaml"),
            ("b.yaml", "b.yaml.json"),
            ("/b.yaml", "b.yaml"),
            ("a/*.yaml", "b/c.yaml"),
            ("b/c", "b/c"),
            ("*", "-"),
            ("*", "https://example.com/b.yaml"),
        ] {
            assert!(!covers(glob, path), "{glob} {path}");
        }
        assert!(check("[").is_err() && check("").is_err() && check("/").is_err());
    }
}
