//! The answer as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.
//!
//! Paths name their steps by number, for thousands of paths share a step. Steps become values one at a time: thousands
//! of them together are many times as large as their text.

use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{Becoming, Path, Removal, Step, Through};
use crate::answers::coverage;
use crate::check::Listed;
use crate::escalation::{Party, UNSEEN};

/// The answer as a value; `listed` is what was read of a cluster.
pub fn to_json(answer: &Becoming, listed: &[Listed]) -> Value {
    serde_json::to_value(Answer::of(answer, listed)).unwrap_or_default()
}

/// The same as text.
pub fn to_json_text(answer: &Becoming, listed: &[Listed]) -> String {
    let mut text = serde_json::to_string_pretty(&Answer::of(answer, listed)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Answer<'a> {
    version: &'static str,
    kubernetes: String,
    target: Somebody<'a>,
    coverage: Value,
    answers: Vec<Row<'a>>,
    #[serde(serialize_with = "one_by_one")]
    steps: Vec<&'a Step>,
    own: Vec<Somebody<'a>>,
    unknown: Vec<Somebody<'a>>,
    cut: Option<Value>,
}

#[derive(Serialize)]
struct Somebody<'a> {
    kind: &'static str,
    namespace: &'a str,
    name: &'a str,
}

/// Whoever is it or may become it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    #[serde(flatten)]
    who: Somebody<'a>,
    is: &'static str,
    difficulty: String,
    steps: Vec<usize>,
    other_paths: Vec<Vec<usize>>,
    more_paths: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken<'a> {
    edge: &'static str,
    from: Somebody<'a>,
    to: Somebody<'a>,
    does: &'static str,
    detail: Option<&'a str>,
    why: &'static str,
    remedy: &'static str,
    difficulty: String,
    prevented_by: Option<String>,
    rights: Vec<Need<'a>>,
}

#[derive(Serialize)]
struct Need<'a> {
    right: &'a str,
    through: Vec<Giver<'a>>,
}

#[derive(Serialize)]
struct Giver<'a> {
    binding: Option<&'a str>,
    subject: Option<&'a str>,
    role: &'a str,
    rule: Option<u32>,
    source: &'a str,
    line: Option<u32>,
}

impl<'a> Answer<'a> {
    fn of(answer: &'a Becoming, listed: &[Listed]) -> Self {
        let unseen = UNSEEN.iter().map(|(what, why)| json!({"what": what, "why": why}));
        let [roles, bindings, accounts] = answer.read;
        let all = [
            (&answer.already, "already"),
            (&answer.paths, "possible"),
            (&answer.prevented, "prevented"),
        ];
        let mut steps = Steps::default();
        let each = all.iter().flat_map(|(paths, how)| paths.iter().map(move |it| (it, *how)));
        let answers: Vec<_> = each.map(|(it, how)| Row::of(it, how, &mut steps)).collect();
        Self {
            version: "v1",
            kubernetes: answer.options.version.to_string(),
            target: Somebody::of(&answer.options.target),
            coverage: json!({
                "roles": roles,
                "bindings": bindings,
                "serviceAccounts": accounts,
                "listed": coverage::listed(listed),
                "incomplete": coverage::incomplete(&answer.incomplete),
                "notes": answer.notes,
                "notSeen": unseen.collect::<Vec<_>>(),
            }),
            answers,
            steps: steps.all,
            own: answer.own.iter().map(Somebody::of).collect(),
            unknown: answer.strangers.iter().map(Somebody::of).collect(),
            cut: answer.removal.as_ref().map(removal),
        }
    }
}

impl<'a> Somebody<'a> {
    fn of(party: &'a Party) -> Self {
        let (kind, namespace, name) = party.parts();
        Self { kind, namespace, name }
    }
}

/// Steps, each once, in the order in which paths come to them.
#[derive(Default)]
struct Steps<'a> {
    all: Vec<&'a Step>,
    places: FxHashMap<u32, usize>,
}

impl<'a> Steps<'a> {
    /// Where steps are among all.
    fn places(&mut self, path: impl IntoIterator<Item = &'a Step>) -> Vec<usize> {
        let place = |it: &'a Step| {
            *self.places.entry(it.number).or_insert_with(|| {
                self.all.push(it);
                self.all.len() - 1
            })
        };
        path.into_iter().map(place).collect()
    }
}

impl<'a> Row<'a> {
    fn of(path: &'a Path, how: &'static str, steps: &mut Steps<'a>) -> Self {
        Self {
            who: Somebody::of(&path.start),
            is: how,
            difficulty: path.difficulty().to_string(),
            steps: steps.places(path.steps.iter().map(AsRef::as_ref)),
            other_paths: path
                .others
                .iter()
                .map(|it| steps.places(it.iter().map(AsRef::as_ref)))
                .collect(),
            more_paths: path.has_more,
        }
    }
}

impl<'a> Taken<'a> {
    fn of(step: &'a Step) -> Self {
        let rights = step.rights.iter().map(|it| Need {
            right: &it.right,
            through: it.through.iter().map(Giver::of).collect(),
        });
        Self {
            edge: step.edge.id,
            from: Somebody::of(&step.from),
            to: Somebody::of(&step.to),
            does: step.edge.does,
            detail: step.detail.as_deref(),
            why: step.edge.why,
            remedy: step.edge.remedy,
            difficulty: step.edge.difficulty.to_string(),
            prevented_by: step.prevented.map(|it| format!("Pod Security {it}")),
            rights: rights.collect(),
        }
    }
}

impl<'a> Giver<'a> {
    fn of(it: &'a Through) -> Self {
        Self {
            binding: it.binding.as_deref(),
            subject: it.subject.as_deref(),
            role: &it.role,
            rule: it.rule,
            source: &it.source,
            line: it.line,
        }
    }
}

fn one_by_one<S: Serializer>(steps: &[&Step], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(steps.iter().map(|it| Taken::of(it)))
}

fn removal(removal: &Removal) -> Value {
    let removed = removal.removed.iter().map(|it| {
        json!({
            "what": it.what,
            "kind": if it.is_rule { "rule" } else { "binding" },
            "used": it.used,
            "source": it.source,
            "line": it.line,
        })
    });
    json!({
        "removed": removed.collect::<Vec<_>>(),
        "atLeast": removal.at_least,
        "provedLeast": removal.is_least(),
        "remaining": removal.remaining.iter().map(Somebody::of).collect::<Vec<_>>(),
    })
}
