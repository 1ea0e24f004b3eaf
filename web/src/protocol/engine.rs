//! Between the page and the engine, which checks, explains and simulates.

use serde::{Deserialize, Serialize};

use super::Units;

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// What there is: answered with [`Answer::Catalogue`].
    Catalogue,
    /// Check files: answered with [`Answer::Checked`].
    Check(CheckAsk),
    /// List other findings of the last check: [`Answer::Listed`].
    List(Filter),
    /// What would mend findings of the last check: [`Answer::Planned`].
    Plan(Aim),
    /// All there is to say of a rule, by its id: [`Answer::Rule`].
    Rule(String),
    /// What the API server would answer: [`Answer::Simulated`].
    Simulate(CheckAsk),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Catalogue`].
    Catalogue(Catalogue),
    /// To [`Ask::Check`].
    Checked(Box<Checked>),
    /// To [`Ask::List`].
    Listed(Listing),
    /// To [`Ask::Plan`].
    Planned(Planned),
    /// To [`Ask::Rule`].
    Rule(Box<RulePage>),
    /// To [`Ask::Simulate`].
    Simulated(Vec<Verdict>),
}

/// What to check, and against what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAsk {
    /// The files, in the order in which findings count them.
    pub files: Vec<u32>,
    /// What they are called.
    pub names: Vec<String>,
    /// The Pod Security level.
    pub level: String,
    /// The Kubernetes version, as in `v1.37`.
    pub version: String,
    /// Which findings are listed.
    pub filter: Filter,
}

/// Which findings are listed. A megabyte may hold a hundred thousand, of which a screen shows ten.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// Severities that are left out, worst first.
    pub hidden: [bool; 4],
    /// The only object, by its place in [`Checked::objects`].
    pub object: Option<usize>,
    /// `baseline`, `restricted`, `beyond`, or nothing for all.
    pub standard: String,
    /// How many at most.
    pub limit: usize,
}

/// What the engine knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// Every rule; findings name rules by their place here.
    pub rules: Vec<RuleEntry>,
    /// Kubernetes versions, newest first.
    pub versions: Vec<String>,
    /// Manifests that show what the rules are about.
    pub scenarios: Vec<Scenario>,
}

/// A rule in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleEntry {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub category: String,
    /// How bad it is.
    pub severity: String,
    /// The Pod Security level that forbids it; empty beyond the standards.
    pub level: String,
    /// What is wrong.
    pub summary: String,
    /// Why it matters.
    pub why: String,
    /// What to do.
    pub remedy: String,
    /// A manifest that is flagged.
    pub bad: String,
}

/// What else there is to say of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulePage {
    /// Its id.
    pub id: String,
    /// What may break; empty when nothing does.
    pub breaks: String,
    /// Where the field says the same.
    pub references: Vec<String>,
    /// The manifest without the flaw.
    pub good: String,
}

/// A manifest from real life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// What it shows.
    pub title: String,
    /// The name of its file.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a check comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The findings that pass the filter.
    pub listing: Listing,
    /// What the editor marks, by file and position; bounded for each file.
    pub marks: Vec<Mark>,
    /// The first of the objects that findings are about.
    pub objects: Vec<String>,
    /// Findings by severity, worst first; those that are ignored included.
    pub severities: [usize; 4],
    /// The findings that count and those that are ignored, in a few words.
    pub headline: String,
    /// The levels that pods meet, in a few words; empty without pods.
    pub levels: String,
    /// What was checked, and what of the files could not be: a line each.
    pub coverage: Vec<String>,
    /// Findings that count and that the Pod Security Standards forbid.
    pub standing: usize,
    /// What can be mended.
    pub fixable: Fixable,
    /// Kubernetes objects that were read.
    pub read: usize,
    /// Documents that are no Kubernetes object.
    pub foreign: usize,
    /// What could not be read or checked, and why.
    pub incomplete: Vec<String>,
    /// Ignores that change nothing, as sentences.
    pub unused: Vec<String>,
    /// What of each file may be kept: `None` for all of it, otherwise the text without the documents that
    /// may hold secrets, empty where nothing else is left.
    pub kept: Vec<Option<String>>,
}

impl Checked {
    /// Whether any file may hold a secret.
    pub fn has_secrets(&self) -> bool {
        self.kept.iter().any(Option::is_some)
    }
}

/// Findings, by file and position.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The first ones.
    pub findings: Vec<Finding>,
    /// How many pass the filter.
    pub total: usize,
}

/// A range that the editor marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The file, by its place in the request.
    pub file: usize,
    /// The range.
    pub at: Units,
    /// The rule, by its place in the catalogue.
    pub rule: usize,
    /// What is wrong.
    pub message: String,
}

/// One flaw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is asked for by.
    pub key: FindingKey,
    /// The rule, by its place in the catalogue.
    pub rule: usize,
    /// The object.
    pub object: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where; the first is the one to point at.
    pub spots: Vec<Spot>,
    /// The reason why it is not counted.
    pub ignored: Option<String>,
}

/// What tells a finding from all others of a check, and is still the same in the next one unless a document
/// or an item comes or goes before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FindingKey {
    /// The id of its rule.
    pub rule: String,
    /// The file, by its place in the request.
    pub file: usize,
    /// The document in the file, counted from 0.
    pub document: u32,
    /// The way from the root of the document to the object, as a JSON pointer; `None` for text that is
    /// no object.
    pub object: Option<String>,
    /// The field in the object.
    pub path: String,
    /// Which of the findings that are alike in all this, in the order of the text.
    pub nth: usize,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// Where.
    pub at: Units,
    /// The line, from 1.
    pub line: u32,
    /// What there is to say of it, e.g. the name of a container.
    pub label: String,
}

/// Which findings are to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aim {
    /// This one.
    One(FindingKey),
    /// All that can be mended without a thought.
    Safe,
    /// All that keeps pods from the level that was checked.
    Level,
}

/// What is to become of findings that are to be mended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The finding, where it is about one.
    pub key: Option<FindingKey>,
    /// Which decision it takes; empty where it takes none.
    pub decision: String,
    /// What to think of before; empty where that is nothing.
    pub thought: String,
    /// The files to change; none where nothing can be changed, or the finding is gone.
    pub files: Vec<u32>,
    /// What to change in them, for the workbench: a list of [`super::plan::FilePlan`].
    pub plan: Vec<u8>,
}

/// What a check says of all its fixes together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixable {
    /// Findings that can be mended without a thought.
    pub safe: usize,
    /// Findings that keep pods from the level that was asked for, and can be mended.
    pub level: usize,
    /// How many of the latter need thought, in words; empty where none does.
    pub thought: String,
    /// The rules of those, by their ids.
    pub rules: Vec<String>,
}

/// What the API server would answer to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The object.
    pub object: String,
    /// The file, by its place in the request.
    pub file: usize,
    /// Where it is.
    pub at: Units,
    /// Its line, from 1.
    pub line: u32,
    /// Whether its pods are let in.
    pub allowed: bool,
    /// What is enforced there, as in `restricted:v1.37`.
    pub standard: String,
    /// The server's words; empty when it says nothing.
    pub text: String,
    /// What becomes of it in one line.
    pub outcome: String,
    /// The values that decided it.
    pub spots: Vec<Spot>,
}
