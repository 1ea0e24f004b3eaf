//! What a run of everything skipped, why, and how to get it: one paragraph at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use harness::Need;

/// What was skipped.
#[derive(Debug, Default)]
pub(crate) struct Skipped {
    /// Suites and tests by what they need.
    tests: BTreeMap<Need, BTreeSet<(String, String)>>,
    /// Checks, and how to get what they need.
    checks: Vec<(String, String)>,
}

impl Skipped {
    /// Takes in a check that was not made.
    pub(crate) fn add_check(&mut self, name: &str, remedy: &str) {
        self.checks.push((name.to_owned(), remedy.to_owned()));
    }

    /// Takes in the file of [`harness::SKIPPED_FILE`], which is not there where nothing was skipped.
    pub(crate) fn read(&mut self, file: &Path) -> io::Result<()> {
        let records = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read?,
        };
        for line in records.lines() {
            let words: Vec<&str> = line.split('\t').collect();
            let [key, suite, test] = words[..] else { continue };
            let Some(need) = Need::ALL.into_iter().find(|it| it.key() == key) else { continue };
            self.tests.entry(need).or_default().insert((suite.to_owned(), test.to_owned()));
        }
        Ok(())
    }

    /// The paragraph; `None` where nothing was skipped.
    pub(crate) fn paragraph(&self) -> Option<String> {
        let of_tests = self.tests.iter().map(|(need, tests)| {
            let (count, verb) = counted(tests.len());
            format!("{count} {verb} {}: {}.", need.name(), need.remedy())
        });
        let of_checks =
            self.checks.iter().map(|(name, remedy)| format!("The check `{name}` needs {remedy}."));
        let sentences: Vec<String> = of_tests.chain(of_checks).collect();
        let all = "Not everything was run here.";
        (!sentences.is_empty()).then(|| wrap(&format!("{all} {}", sentences.join(" "))))
    }
}

fn counted(count: usize) -> (String, &'static str) {
    if count == 1 { ("1 test".to_owned(), "needs") } else { (format!("{count} tests"), "need") }
}

/// Breaks lines between words; a command between backticks stays in one line.
fn wrap(text: &str) -> String {
    const WIDTH: usize = 100;
    let mut lines = vec![String::new()];
    let mut words: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in text.split(' ') {
        match words.last_mut() {
            Some(last) if is_open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    for word in words {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            *line = word;
        } else if line.len() + 1 + word.len() <= WIDTH {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_skipped_is_named_with_how_to_get_it() {
        let folder = std::env::temp_dir().join(format!("skipped-{}", std::process::id()));
        let lines = [
            "control-plane\tend_to_end-01\taudit::it_logs",
            "control-plane\tend_to_end-01\taudit::it_logs",
            "control-plane\tend_to_end-01\tquota::it_counts",
            "corpora\torder-02\torder_is_no_matter",
            "a need of tomorrow\tx\ty",
            "no record",
        ];
        fs::write(&folder, lines.join("\n")).unwrap();
        let mut skipped = Skipped::default();
        skipped.add_check("playground", "Node 20, and `cargo xtask tools`");
        skipped.read(&folder).unwrap();
        fs::remove_file(&folder).unwrap();
        let said = skipped.paragraph().unwrap();
        assert!(said.lines().all(|it| it.len() <= 100), "{said}");
        let said = said.replace('\n', " ");
        for part in [
            "2 tests need a Kubernetes control plane: install Go 1.26 (https://go.dev/dl)",
            "1 test needs real manifests (BadPods, Kubernetes Goat,",
            "`cargo xtask data` clones them into ../shared",
            "The check `playground` needs Node 20, and `cargo xtask tools`.",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
    }

    #[test]
    fn where_nothing_was_skipped_nothing_is_said() {
        let mut skipped = Skipped::default();
        skipped.read(Path::new("/there/is/no/such/file")).unwrap();
        assert_eq!(skipped.paragraph(), None);
    }
}
