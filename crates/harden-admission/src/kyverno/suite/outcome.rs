//! Whether each expected result is what the policies said.

use serde_json::Value;

use super::comparison::{Comparison, compare};
use super::evaluation::{Evaluation, Key, Response};
use super::expectation::Expectation;
use super::files::{self, Files};
use super::loading::Loaded;
use crate::{Answer, Object, Verdict};

/// An expected result for one resource, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The path of the test file.
    pub suite: String,
    /// The policy, as the test names it.
    pub policy: String,
    /// The rule, as the test names it; empty where it names none.
    pub rule: String,
    /// The kind, as the test names it.
    pub kind: String,
    /// The resource, as the test names it.
    pub resource: String,
    /// The word of the result that is expected: `pass`, `fail`, `skip`, `warn`, `error`.
    pub expected: String,
    /// What the rule said; none where it said nothing. Of several answers the first that is not right,
    /// or else the first.
    pub got: Option<Verdict>,
    /// The message of that answer, or why there is none.
    pub message: String,
    /// Whether `kyverno test` takes it for right. Where a policy says nothing of a resource it does,
    /// whatever is expected.
    pub is_right: bool,
    /// Whether there is an answer; false where this crate cannot tell.
    pub is_judged: bool,
}

/// One answer, compared with what is expected.
#[derive(Debug)]
struct Row {
    got: Option<Verdict>,
    message: String,
    is_right: bool,
}

impl Row {
    fn is_judged(&self) -> bool {
        self.got != Some(Verdict::NotJudged)
    }
}

/// Compares what is expected with what was said.
pub(super) fn judge(
    files: &dyn Files,
    loaded: &Loaded,
    evaluations: &[Evaluation],
) -> Vec<Outcome> {
    let judge = Judge { files, loaded, evaluations };
    loaded.expectations.iter().flat_map(|it| judge.outcomes(it)).collect()
}

struct Judge<'t> {
    files: &'t dyn Files,
    loaded: &'t Loaded,
    evaluations: &'t [Evaluation],
}

impl Judge<'_> {
    fn outcomes(&self, expectation: &Expectation) -> Vec<Outcome> {
        let targets = || self.changed_targets();
        let keys: Vec<Key> = targets().chain(self.keys(expectation)).collect();
        let named = expectation.resources.iter().flatten().map(|name| {
            (name.clone(), keys.iter().filter(|key| is_named(key, name)).collect::<Vec<_>>())
        });
        let specified = expectation.specs.iter().map(|spec| {
            let is_meant = |key: &&Key| {
                key.api_version == spec.api_version
                    && key.namespace == spec.namespace
                    && key.name == spec.name
            };
            (spec.name.clone(), keys.iter().filter(is_meant).collect::<Vec<_>>())
        });
        let mut asked: Vec<_> = named.chain(specified).collect();
        let is_complete = self.loaded.missing.is_empty() || asked.is_empty();
        if is_complete && asked.iter().all(|(_, keys)| keys.is_empty()) {
            // A test that names no resource of its own is about all of them.
            asked = keys.iter().map(|key| (shown(key), vec![key])).collect();
        }
        asked
            .into_iter()
            .map(|(name, mut keys)| {
                keys.dedup();
                self.outcome(expectation, name, &keys)
            })
            .collect()
    }

    /// The resources that an entry may be about.
    fn keys(&self, expectation: &Expectation) -> impl Iterator<Item = Key> {
        let evaluations = self.evaluations.iter();
        evaluations.filter(|it| it.operation == expectation.operation).map(|it| it.key.clone())
    }

    /// The targets that some policy changes.
    fn changed_targets(&self) -> impl Iterator<Item = Key> {
        let changed = |target: &&Object| self.changes(&Key::of(target)).next().is_some();
        self.loaded.targets.iter().filter(changed).map(Key::of)
    }

    /// What policies make of a target: their answers, and the object.
    fn changes(&self, key: &Key) -> impl Iterator<Item = (&Response, &str, &Object)> {
        let responses = self.evaluations.iter().flat_map(|it| &it.responses);
        responses.filter_map(move |response| {
            let found = response.others.iter().find(|it| Key::of(&it.object) == *key)?;
            Some((response, found.rule.as_str(), &found.object))
        })
    }

    fn outcome(&self, expectation: &Expectation, resource: String, keys: &[&Key]) -> Outcome {
        let mut rows = Vec::new();
        let mut is_silent = keys.is_empty();
        if let (true, [missing, ..]) = (is_silent, self.loaded.missing.as_slice()) {
            let message = format!("there is no file {missing}: correct the path in the test");
            rows.push(Row { got: Some(Verdict::NotJudged), message, is_right: false });
        }
        for key in keys {
            let found = self.rows(expectation, key);
            is_silent |= found.is_none();
            rows.extend(found.into_iter().flatten());
        }
        let is_judged = rows.iter().all(Row::is_judged);
        let is_right = rows.iter().all(|it| it.is_right);
        let rank = |row: &Row| (row.is_right, row.is_judged(), row.got.is_none());
        let row = rows.into_iter().min_by_key(rank).unwrap_or_else(|| Row {
            got: None,
            message: if is_silent { "nothing is compared" } else { "" }.to_owned(),
            is_right: true,
        });
        Outcome {
            suite: self.loaded.path.clone(),
            policy: expectation.policy.clone(),
            rule: expectation.rule.clone(),
            kind: expectation.kind.clone(),
            resource,
            expected: expectation.result.clone(),
            got: row.got,
            message: row.message,
            is_right: is_judged && is_right,
            is_judged,
        }
    }

    /// The answers about a resource; none where there are only such that are not compared.
    fn rows(&self, expectation: &Expectation, key: &Key) -> Option<Vec<Row>> {
        let mut rows = Vec::new();
        let mut is_skipped = false;
        let of_key = |it: &&Evaluation| it.operation == expectation.operation && it.key == *key;
        let responses = self.evaluations.iter().find(of_key).map(|it| it.responses.as_slice());
        for response in responses.unwrap_or_default() {
            if response.policy.name() != expectation.policy_name() {
                continue;
            }
            let is_ruleless = response.policy.group() != "kyverno.io";
            let is_whole = is_ruleless || expectation.rule.is_empty();
            for answer in &response.rules {
                if answer.verdict == Verdict::Error && is_refusal(response, answer) {
                    let message = answer.message.clone();
                    rows.push(Row { got: None, message, is_right: true });
                } else if is_whole || answer.rule.is_empty() || expectation.means(&answer.rule) {
                    match self.row(expectation, response, answer, &response.patched) {
                        Some(row) => rows.push(row),
                        None => is_skipped = true,
                    }
                }
            }
            if rows.is_empty() && !is_skipped {
                rows.push(silence(expectation, response));
            }
        }
        for (response, rule, object) in self.changes(key) {
            let Some(answer) = response.rules.iter().find(|it| it.rule == rule) else { continue };
            let absent = || Row {
                got: Some(answer.verdict),
                message: "the file has no such resource".to_owned(),
                is_right: false,
            };
            rows.push(self.row(expectation, response, answer, object).unwrap_or_else(absent));
        }
        if rows.is_empty() && is_skipped {
            return None;
        }
        if rows.is_empty() {
            let message = format!("no policy {} has an answer", expectation.policy);
            rows.push(Row { got: None, message, is_right: false });
        }
        Some(rows)
    }

    /// An answer compared; none where the file of what is expected does not have the resource.
    fn row(
        &self,
        expectation: &Expectation,
        response: &Response,
        answer: &Answer,
        object: &Object,
    ) -> Option<Row> {
        let row = |is_right, message: &str| {
            Some(Row { got: Some(answer.verdict), message: message.to_owned(), is_right })
        };
        if answer.verdict == Verdict::NotJudged {
            return row(false, &answer.message);
        }
        if !expectation.generated.is_empty() {
            if response.policy.group() == "kyverno.io" {
                let message = "what is generated is not judged here".to_owned();
                return Some(Row { got: Some(Verdict::NotJudged), message, is_right: false });
            }
            if let Some(what) = self.ungenerated(expectation, response) {
                return row(false, &what);
            }
        }
        if let Some(path) = &expectation.patched {
            let path = files::join(files::folder(&self.loaded.path), path);
            match compare(self.files, &path, &self.loaded.cluster, object) {
                Comparison::Same => {}
                Comparison::Different(pointer) => {
                    let place = if pointer.is_empty() { "the whole" } else { &pointer };
                    return row(false, &format!("what the resource becomes differs at {place}"));
                }
                Comparison::Absent if expectation.fails_on_missing => {
                    return row(false, "the file has no such resource");
                }
                Comparison::Absent => return None,
                Comparison::Unreadable(what) => return row(false, &what),
            }
        }
        row(word(response, answer) == expectation.result, &answer.message)
    }

    /// How what a policy generates differs from what files say; nothing where each object is in one of them.
    fn ungenerated(&self, expectation: &Expectation, response: &Response) -> Option<String> {
        let folder = files::folder(&self.loaded.path);
        let paths: Vec<String> =
            expectation.generated.iter().map(|it| files::join(folder, it)).collect();
        let compare = |path: &String, object: &Object| {
            compare(self.files, path, &self.loaded.cluster, object)
        };
        response.others.iter().find_map(|made| {
            let found: Vec<Comparison> = paths.iter().map(|it| compare(it, &made.object)).collect();
            if found.contains(&Comparison::Same) {
                return None;
            }
            let key = shown(&Key::of(&made.object));
            Some(match found.into_iter().next() {
                Some(Comparison::Different(pointer)) => format!("{key} differs at {pointer}"),
                Some(Comparison::Unreadable(what)) => what,
                _ => format!("no file has {key}"),
            })
        })
    }
}

/// The word of an answer: failures of policies that do not count are warnings.
fn word(response: &Response, answer: &Answer) -> &'static str {
    let scored = response.policy.at("/metadata/annotations/policies.kyverno.io~1scored");
    match answer.verdict {
        Verdict::Fail if scored.and_then(Value::as_str) == Some("false") => "warn",
        verdict => verdict.word(),
    }
}

/// Whether an answer is that a ClusterPolicy is refused as a whole: the command leaves it out.
fn is_refusal(response: &Response, answer: &Answer) -> bool {
    response.policy.group() == "kyverno.io" && answer.rule.is_empty()
}

/// What it is that a policy said nothing: the resource is excluded, unless the rule is of a kind that is not
/// judged.
fn silence(expectation: &Expectation, response: &Response) -> Row {
    let rules = response.policy.at("/spec/rules").and_then(Value::as_array);
    let rule = rules
        .into_iter()
        .flatten()
        .find(|rule| rule.get("name").and_then(Value::as_str) == Some(expectation.rule.as_str()));
    let has = |key: &str| rule.is_some_and(|it| it.get(key).is_some());
    if has("generate") || has("verifyImages") || !expectation.generated.is_empty() {
        let message = "such rules are not judged here".to_owned();
        return Row { got: Some(Verdict::NotJudged), message, is_right: false };
    }
    Row { got: None, message: "excluded".to_owned(), is_right: true }
}

/// Whether a resource has a name, with its namespace before a slash where one is written.
fn is_named(key: &Key, name: &str) -> bool {
    match name.split_once('/') {
        None => key.name == name,
        Some((namespace, name)) => {
            !name.contains('/') && key.namespace == namespace && key.name == name
        }
    }
}

fn shown(key: &Key) -> String {
    match key.namespace.as_str() {
        "" => key.name.clone(),
        namespace => format!("{namespace}/{}", key.name),
    }
}
