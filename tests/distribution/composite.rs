//! Runs the steps of a composite action as GitHub does, so far as their file says how.
//!
//! Expressions are those that the action uses: an unknown one fails the test.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

/// An action, and what GitHub would tell it.
pub(crate) struct Action {
    folder: PathBuf,
    definition: Value,
    inputs: BTreeMap<String, String>,
    variables: BTreeMap<String, String>,
}

/// What a run of an action left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What the steps printed, workflow commands among it.
    pub(crate) log: String,
    /// The exit code of the step that failed, or 0.
    pub(crate) code: i32,
    /// The outputs of the action.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The summary of the job.
    pub(crate) summary: String,
    /// What the steps that use other actions were given.
    pub(crate) uses: Vec<BTreeMap<String, String>>,
    /// The folders that were put on PATH.
    pub(crate) path: String,
    /// Where the runner keeps its files.
    _temporary: tempfile::TempDir,
}

/// What a step left for the next.
#[derive(Default)]
struct Steps {
    outputs: BTreeMap<(String, String), String>,
}

impl Action {
    /// Reads the action in a folder, which is copied as GitHub unpacks it, with files of its own beside.
    pub(crate) fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("action.yml")).unwrap();
        let definition: Value = serde_yaml::from_str(&text).unwrap();
        let inputs = definition["inputs"].as_mapping().unwrap();
        let inputs =
            inputs.iter().map(|(name, input)| (word(name), word(&input["default"]))).collect();
        let arch = if cfg!(target_arch = "aarch64") { "ARM64" } else { "X64" };
        let os = if cfg!(target_os = "macos") { "macOS" } else { "Linux" };
        let variables = [("RUNNER_OS", os), ("RUNNER_ARCH", arch), ("GITHUB_EVENT_NAME", "push")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        Self { folder: folder.to_owned(), definition, inputs, variables }
    }

    /// Gives a value in `with`.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        assert!(self.inputs.contains_key(name), "the action has no input {name}");
        self.inputs.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a variable that GitHub sets.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Runs the steps in a checkout.
    pub(crate) fn run(&self, workspace: &Path) -> Ended {
        let temporary = tempfile::tempdir().unwrap();
        let (mut log, mut code, mut uses) = (String::new(), 0, Vec::new());
        let mut done = Steps::default();
        let steps = self.definition["runs"]["steps"].as_sequence().unwrap();
        for (number, step) in steps.iter().enumerate() {
            known(step, &["name", "id", "if", "shell", "env", "run", "uses", "with"]);
            if code != 0 || step.get("if").is_some_and(|it| !self.holds(&word(it), &done)) {
                continue;
            }
            if let Some(action) = step.get("uses") {
                let action = word(action);
                let commit = action.rsplit('@').next().unwrap();
                assert!(
                    commit.len() == 40 && commit.chars().all(|it| it.is_ascii_hexdigit()),
                    "{action} is not pinned"
                );
                uses.push(self.values(&step["with"], &done));
                continue;
            }
            let script = word(&step["run"]);
            assert!(
                !script.contains("${{"),
                "what users write must not become a part of a script: {script}"
            );
            assert_eq!(word(&step["shell"]), "bash");
            let file = temporary.path().join(format!("step-{number}.sh"));
            let outputs = temporary.path().join(format!("outputs-{number}"));
            fs::write(&file, script).unwrap();
            fs::write(&outputs, "").unwrap();
            let mut bash = Command::new("bash");
            bash.args(["--noprofile", "--norc", "-eo", "pipefail"])
                .arg(file)
                .current_dir(workspace)
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("HOME", temporary.path())
                .env("RUNNER_TEMP", temporary.path())
                .env("GITHUB_ACTION_PATH", &self.folder)
                .env("GITHUB_WORKSPACE", workspace)
                .env("GITHUB_OUTPUT", &outputs)
                .env("GITHUB_STEP_SUMMARY", temporary.path().join("summary"))
                .env("GITHUB_PATH", temporary.path().join("path"))
                .envs(&self.variables)
                .envs(step.get("env").map(|it| self.values(it, &done)).unwrap_or_default());
            let output = bash.output().unwrap();
            log.push_str(&String::from_utf8_lossy(&output.stdout));
            log.push_str(&String::from_utf8_lossy(&output.stderr));
            code = output.status.code().unwrap();
            let id = step.get("id").map(word).unwrap_or_default();
            for line in fs::read_to_string(&outputs).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                done.outputs.insert((id.clone(), name.to_owned()), value.to_owned());
            }
        }
        let outputs = self.definition["outputs"].as_mapping().unwrap();
        let outputs = outputs
            .iter()
            .map(|(name, output)| (word(name), self.fill(&word(&output["value"]), &done)))
            .collect();
        let read = |name: &str| fs::read_to_string(temporary.path().join(name)).unwrap_or_default();
        let (summary, path) = (read("summary"), read("path"));
        Ended { log, code, outputs, summary, uses, path, _temporary: temporary }
    }

    fn values(&self, mapping: &Value, done: &Steps) -> BTreeMap<String, String> {
        let mapping = mapping.as_mapping().unwrap();
        mapping.iter().map(|(name, value)| (word(name), self.fill(&word(value), done))).collect()
    }

    /// A text with its expressions replaced.
    fn fill(&self, text: &str, done: &Steps) -> String {
        let mut parts = text.split("${{");
        let mut filled = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            filled.push_str(&self.value(expression.trim(), done));
            filled.push_str(rest);
        }
        filled
    }

    /// Whether a condition holds.
    fn holds(&self, condition: &str, done: &Steps) -> bool {
        let condition = condition.trim_start_matches("${{").trim_end_matches("}}");
        condition.split("&&").all(|it| {
            if let Some((one, other)) = it.split_once("==") {
                self.value(one.trim(), done) == self.value(other.trim(), done)
            } else if let Some((one, other)) = it.split_once("!=") {
                self.value(one.trim(), done) != self.value(other.trim(), done)
            } else {
                panic!("unknown condition: {it}")
            }
        })
    }

    /// What `inputs.NAME`, `steps.ID.outputs.NAME` or a text in quotes comes to.
    fn value(&self, expression: &str, done: &Steps) -> String {
        let words: Vec<&str> = expression.split('.').collect();
        match words.as_slice() {
            ["inputs", name] => {
                self.inputs.get(*name).unwrap_or_else(|| panic!("no input {name}")).clone()
            }
            ["steps", id, "outputs", name] => done
                .outputs
                .get(&((*id).to_owned(), (*name).to_owned()))
                .cloned()
                .unwrap_or_default(),
            [text] if text.len() > 1 && text.starts_with('\'') && text.ends_with('\'') => {
                text.trim_matches('\'').to_owned()
            }
            _ => panic!("unknown expression: {expression}"),
        }
    }
}

/// A scalar as text.
fn word(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value:?}")).to_owned()
}

/// Fails for keys that are not understood here.
fn known(mapping: &Value, keys: &[&str]) {
    for (key, _) in mapping.as_mapping().unwrap() {
        assert!(keys.contains(&word(key).as_str()), "unknown key: {key:?}");
    }
}
