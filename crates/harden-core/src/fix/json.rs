//! Fixes as JSON, version 1. Fields may be added; none is renamed, removed or changed in meaning.

use serde::Serialize;

use super::summary::{Counts, Story};
use super::{Fate, Proposal, Refused};
use crate::finding::{ObjectReference, Safety};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    version: &'static str,
    tool: Tool<'a>,
    level: &'static str,
    summary: Summary,
    files: Vec<File<'a>>,
    fixes: Vec<Fix<'a>>,
    /// What was mended that could only be found once others were.
    hidden: Vec<HiddenFix<'a>>,
    workloads: Vec<Workload<'a>>,
    /// Places in `fixes` of those that were made and whose findings are there all the same.
    unmended: Vec<usize>,
    /// Findings that were not there before.
    new: Vec<New<'a>>,
    /// What to change by hand of templates, and of what made the texts that are changed.
    templates: Vec<Template<'a>>,
    incomplete: Vec<Incomplete<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    findings: usize,
    safe: usize,
    needs_thought: usize,
    partly: usize,
    refused: usize,
    by_hand: usize,
    left: usize,
}

/// A text and what is replaced in it.
#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    edits: Vec<Edit<'a>>,
}

/// Bytes of the text as it was, and what stands there instead.
#[derive(Serialize)]
struct Edit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    safety: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    outcome: &'static str,
    /// Places in the edits of the file.
    edits: &'a [usize],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refused: Vec<Refusal<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HiddenFix<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    safety: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    /// Places in the edits of the file.
    edits: &'a [usize],
}

#[derive(Serialize)]
struct Refusal<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
    why: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
}

#[derive(Serialize)]
struct Workload<'a> {
    file: &'a str,
    object: Object<'a>,
    before: &'static str,
    after: &'static str,
}

#[derive(Serialize)]
struct New<'a> {
    rule: &'a str,
    file: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct Template<'a> {
    file: &'a str,
    line: u32,
    message: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    write: &'a str,
}

#[derive(Serialize)]
struct Incomplete<'a> {
    what: &'a str,
    why: &'a str,
}

impl<'a> From<&'a ObjectReference> for Object<'a> {
    fn from(name: &'a ObjectReference) -> Self {
        Self {
            api_version: &name.api_version,
            kind: &name.kind,
            namespace: &name.namespace,
            name: &name.name,
        }
    }
}

/// Writes all of a story as one JSON document, which ends in a line feed; `version` is that of the program.
pub fn to_json(story: &Story<'_, '_>, version: &str) -> String {
    let counts = Counts::of(story.fixed);
    let name = |source: usize| story.before.sources.get(source).map_or("", |it| &*it.name);
    let files = story.fixed.iter().filter(|it| !it.splices.is_empty()).map(|it| File {
        name: name(it.source),
        edits: it
            .splices
            .iter()
            .map(|it| Edit { start: it.span.start, end: it.span.end, text: &it.with })
            .collect(),
    });
    let proposals: Vec<_> = story.proposals().collect();
    let place =
        |finding: &usize| proposals.binary_search_by_key(finding, |(_, _, it)| it.finding).ok();
    let new = story.proof.new.iter().filter_map(|it| story.after.findings.get(*it)).map(|it| New {
        rule: &it.about.id,
        file: story.after.sources.get(it.source).map_or("", |it| &it.name),
        message: &it.message,
    });
    let advice = story.advice();
    let templates = advice.iter().map(|it| Template {
        file: &it.file,
        line: it.line,
        message: &it.message,
        write: &it.write,
    });
    let document = Document {
        version: "v1",
        tool: Tool { name: "kubectl-harden", version },
        level: story.level.as_str(),
        summary: Summary {
            findings: counts.all(),
            safe: counts.safe,
            needs_thought: counts.thought,
            partly: counts.partly,
            refused: counts.refused,
            by_hand: counts.by_hand,
            left: counts.left,
        },
        files: files.collect(),
        fixes: proposals
            .iter()
            .map(|(file, finding, proposal)| Fix {
                rule: &finding.about.id,
                severity: finding.about.severity.name(),
                message: &finding.message,
                file,
                line: finding.spots.first().map_or(1, |it| it.start.line),
                object: finding.object.as_deref().map(Object::from),
                safety: safety(&proposal.safety),
                reason: reason(proposal),
                outcome: outcome(&proposal.fate),
                edits: &proposal.splices,
                refused: refused(&proposal.fate)
                    .iter()
                    .map(|it| Refusal { path: &it.path, why: it.why.to_string() })
                    .collect(),
            })
            .collect(),
        hidden: story
            .hidden()
            .map(|(file, hidden)| HiddenFix {
                rule: &hidden.finding.about.id,
                severity: hidden.finding.about.severity.name(),
                message: &hidden.finding.message,
                file,
                object: hidden.finding.object.as_deref().map(Object::from),
                safety: safety(&hidden.safety),
                reason: thought(&hidden.safety),
                edits: &hidden.splices,
            })
            .collect(),
        workloads: story
            .proof
            .levels
            .iter()
            .map(|it| Workload {
                file: &it.file,
                object: Object::from(&*it.object),
                before: it.before.as_str(),
                after: it.after.as_str(),
            })
            .collect(),
        unmended: story.proof.unmended.iter().filter_map(place).collect(),
        new: new.collect(),
        templates: templates.collect(),
        incomplete: story
            .before
            .incomplete
            .iter()
            .map(|it| Incomplete { what: &it.what, why: &it.why })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// What to think of before it is made, or which decision it takes.
fn reason(proposal: &Proposal) -> Option<&str> {
    match (&proposal.fate, &proposal.safety) {
        (Fate::ByHand(decision), _) => Some(decision),
        (_, safety) => thought(safety),
    }
}

fn thought(safety: &Safety) -> Option<&str> {
    match safety {
        Safety::NeedsThought(why) => Some(why),
        Safety::Safe => None,
    }
}

fn safety(safety: &Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::NeedsThought(_) => "needs-thought",
    }
}

fn outcome(fate: &Fate) -> &'static str {
    match fate {
        Fate::Made => "made",
        Fate::Partly(_) => "partly",
        Fate::Refused(_) => "refused",
        Fate::ByHand(_) => "by-hand",
        Fate::Left => "left",
    }
}

fn refused(fate: &Fate) -> &[Refused] {
    match fate {
        Fate::Partly(refused) | Fate::Refused(refused) => refused,
        _ => &[],
    }
}
