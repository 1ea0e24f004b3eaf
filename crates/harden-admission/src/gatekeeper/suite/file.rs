//! Suites as they are written.

use serde_json::Value;

use super::assertion::Assertion;
use crate::kyverno::suite::{Files, documents, join};

/// A test file that cannot be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {what}")]
pub struct Failure {
    /// The file that is meant.
    pub file: String,
    /// What is wrong with it, and what to do.
    pub what: String,
}

#[derive(Debug)]
pub(super) struct Suite {
    pub(super) skip: bool,
    pub(super) tests: Vec<TestCase>,
}

/// A template with a constraint.
#[derive(Debug)]
pub(super) struct TestCase {
    pub(super) name: String,
    pub(super) template: String,
    pub(super) constraint: String,
    pub(super) expansion: String,
    pub(super) cases: Vec<Case>,
    /// Whether the constraint is not as the template's schema asks.
    pub(super) invalid: bool,
    pub(super) skip: bool,
}

/// An object that the constraint is asked about.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) object: String,
    pub(super) inventory: Vec<String>,
    pub(super) assertions: Vec<Assertion>,
    pub(super) skip: bool,
}

/// The paths of all files of a folder that hold a suite, sorted.
pub fn find(files: &dyn Files, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for name in files.list(&folder).unwrap_or_default() {
            let path = join(&folder, &name);
            let is_yaml = [".yaml", ".yml"].iter().any(|it| name.ends_with(it));
            match files.read(&path).filter(|_| is_yaml) {
                Some(text) if text.contains("test.gatekeeper.sh") => {
                    let all = documents(files, &path).unwrap_or_default();
                    if all.iter().any(is_suite) {
                        found.push(path);
                    }
                }
                Some(_) => {}
                None if is_yaml => {}
                None => open.push(path),
            }
        }
    }
    found.sort();
    found
}

fn is_suite(value: &Value) -> bool {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    text("kind") == "Suite" && text("apiVersion").starts_with("test.gatekeeper.sh/")
}

/// The suites of a file.
pub(super) fn read(files: &dyn Files, path: &str) -> Result<Vec<Suite>, Failure> {
    let all = documents(files, path)
        .map_err(|it| Failure { file: it.file.clone(), what: it.what.clone() })?;
    all.iter().filter(|it| is_suite(it)).map(|it| suite(path, it)).collect()
}

fn suite(path: &str, it: &Value) -> Result<Suite, Failure> {
    let failure = |what: String| Failure { file: path.to_owned(), what };
    let mut tests = Vec::new();
    for (index, it) in list(it, "tests").iter().enumerate() {
        let mut cases = Vec::new();
        for (at, case) in list(it, "cases").iter().enumerate() {
            let assertions = list(case, "assertions").iter().map(Assertion::read);
            let assertions = assertions
                .collect::<Result<Vec<_>, _>>()
                .map_err(|what| failure(format!("tests[{index}].cases[{at}]: {what}")))?;
            let inventory = list(case, "inventory").iter().filter_map(Value::as_str);
            cases.push(Case {
                name: text(case, "name"),
                object: text(case, "object"),
                inventory: inventory.map(str::to_owned).collect(),
                assertions,
                skip: is_set(case, "skip"),
            });
        }
        tests.push(TestCase {
            name: text(it, "name"),
            template: text(it, "template"),
            constraint: text(it, "constraint"),
            expansion: text(it, "expansion"),
            cases,
            invalid: is_set(it, "invalid"),
            skip: is_set(it, "skip"),
        });
    }
    Ok(Suite { skip: is_set(it, "skip"), tests })
}

fn list<'v>(of: &'v Value, key: &str) -> &'v [Value] {
    of.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn text(of: &Value, key: &str) -> String {
    of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_set(of: &Value, key: &str) -> bool {
    of.get(key).and_then(Value::as_bool).unwrap_or(false)
}
