//! The files of a test, by paths relative to wherever the caller looks.

use std::collections::BTreeMap;

use harden_yaml::Lines;
use serde_json::Value;

use super::{FILE, Failure};

/// Where the text of files comes from. Paths have slashes, no `.` and no `..` but at their start.
pub trait Files {
    /// The text of a file; none where there is no such file.
    fn read(&self, path: &str) -> Option<String>;
    /// The names of the files and folders in a folder, sorted; none where there is no such folder.
    fn list(&self, folder: &str) -> Option<Vec<String>>;
}

impl Files for BTreeMap<String, String> {
    fn read(&self, path: &str) -> Option<String> {
        self.get(path).cloned()
    }

    fn list(&self, folder: &str) -> Option<Vec<String>> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let mut names: Vec<String> = Vec::new();
        for path in self.keys().filter_map(|path| path.strip_prefix(start.as_str())) {
            let name = path.split('/').next().unwrap_or_default();
            if names.last().is_none_or(|last| last != name) {
                names.push(name.to_owned());
            }
        }
        names.sort();
        names.dedup();
        (!names.is_empty()).then_some(names)
    }
}

/// The paths of all test files in a folder, sorted.
pub fn find(files: &dyn Files, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for name in files.list(&folder).unwrap_or_default() {
            let path = join(&folder, &name);
            if name == FILE && files.list(&path).is_none() {
                found.push(path);
            } else {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The folder of a file.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A path that is written in a file of a folder.
pub(crate) fn join(folder: &str, path: &str) -> String {
    if is_url(path) {
        return path.to_owned();
    }
    let is_absolute = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    let start = if is_absolute { "" } else { folder };
    let is_rooted = is_absolute || folder.starts_with('/');
    for step in start.split('/').chain(path.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|it| *it != "..") => drop(steps.pop()),
            ".." if is_rooted => {}
            step => steps.push(step),
        }
    }
    format!("{}{}", if is_rooted { "/" } else { "" }, steps.join("/"))
}

fn is_url(path: &str) -> bool {
    path.starts_with("http://") || path.starts_with("https://")
}

/// What is in a file, as the API server reads it; documents without anything are left out.
pub(crate) fn documents(files: &dyn Files, path: &str) -> Result<Vec<Value>, Failure> {
    if is_url(path) {
        return Err(Failure::new(path, "nothing is fetched: put the file beside the test"));
    }
    let Some(text) = files.read(path) else {
        return Err(Failure::new(path, "there is no such file: correct the path in the test"));
    };
    let mut values = Vec::new();
    for document in harden_yaml::documents(&text) {
        let Some(json) = document.to_json() else {
            let problem = document.problems().first();
            let position = problem.map(|it| Lines::new(&text).position(it.span.start));
            let what = problem.map(|it| it.kind.to_string()).unwrap_or_default();
            return Err(Failure::new(
                path,
                match position {
                    Some(it) => format!("line {}, column {}: {what}", it.line, it.column),
                    None => what,
                },
            ));
        };
        let value = serde_json::from_str::<Value>(&json)
            .map_err(|problem| Failure::new(path, problem.to_string()))?;
        if !value.is_null() {
            values.push(value);
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_from_the_folder_that_they_are_written_in() {
        assert_eq!(join("a/.kyverno-test", "../policy.yaml"), "a/policy.yaml");
        assert_eq!(join("a", "./b//c.yaml"), "a/b/c.yaml");
        assert_eq!(join("a", "../../b.yaml"), "../b.yaml");
        assert_eq!(join("/a", "../../b.yaml"), "/b.yaml");
        assert_eq!(join("", "b.yaml"), "b.yaml");
    }

    #[test]
    fn test_files_are_found_in_all_folders() {
        let names = ["a/.kyverno-test/kyverno-test.yaml", "b/x.yaml", "kyverno-test.yaml"];
        let files: BTreeMap<_, _> = names.map(|it| (it.to_owned(), String::new())).into();
        assert_eq!(find(&files, ""), [names[0], names[2]]);
        assert_eq!(find(&files, "b"), Vec::<String>::new());
    }
}
