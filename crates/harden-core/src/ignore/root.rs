//! Where the paths that a file of ignores names begin.

use std::borrow::Cow;

/// Where the paths that a file of ignores names begin: its folder, and the one that sources are named from.
/// Without either, paths are those that sources are called by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// The folder of the file, from the top of the file system, with `/` between its parts.
    pub folder: String,
    /// The folder that the names of sources begin in, likewise.
    pub here: String,
}

impl Root {
    /// The path of a source as the file would name it.
    pub fn path<'n>(&self, name: &'n str) -> Cow<'n, str> {
        let is_plain = !name.starts_with(['/', '.']) && !name.contains("/.");
        if self.folder == self.here && is_plain {
            return name.into();
        }
        let here = if name.starts_with('/') { "" } else { self.here.as_str() };
        let mut parts: Vec<&str> = Vec::new();
        for part in here.split('/').chain(name.split('/')) {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|it| *it != "..") => drop(parts.pop()),
                other => parts.push(other),
            }
        }
        let above = self.folder.split('/').filter(|it| !it.is_empty());
        let count = above.clone().count();
        let is_below = above.eq(parts.iter().take(count).copied());
        let rest = parts.get(if is_below { count } else { 0 }..).unwrap_or_default().join("/");
        let top = if is_below || self.here.is_empty() { "" } else { "/" };
        format!("{top}{rest}").into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_from_the_folder_of_the_file() {
        let root =
            |folder: &str, here: &str| Root { folder: folder.to_owned(), here: here.to_owned() };
        for (folder, here, name, path) in [
            ("/r", "/r", "a/b.yaml", "a/b.yaml"),
            ("/r", "/r", "./a/b.yaml", "a/b.yaml"),
            ("/r", "/r", "/r/a/b.yaml", "a/b.yaml"),
            ("/r", "/r", "a/../b.yaml", "b.yaml"),
            ("/r", "/r/a", "b.yaml", "a/b.yaml"),
            ("/r", "/r/a", "../b.yaml", "b.yaml"),
            ("/r/a", "/r", "b.yaml", "/r/b.yaml"),
            ("/r", "/r/a", "/other/b.yaml", "/other/b.yaml"),
            ("/", "/r", "b.yaml", "r/b.yaml"),
            ("", "", "../b.yaml", "../b.yaml"),
            ("", "", "a/b.yaml", "a/b.yaml"),
        ] {
            assert_eq!(root(folder, here).path(name), path, "{folder} {here} {name}");
        }
    }
}
