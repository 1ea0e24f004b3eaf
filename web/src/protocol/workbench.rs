//! Between the page and the workbench, which generates, mends, and tries audit policies.

use serde::{Deserialize, Serialize};

use super::Units;

/// A question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// What can be generated: answered with [`Answer::Forms`].
    Forms,
    /// Run a generator: [`Answer::Made`].
    Make(MakeAsk),
    /// Fill in a form from the words of a command line: [`Answer::Filled`].
    Fill(Vec<String>),
    /// What an audit policy makes of an event: [`Answer::Audited`].
    Audit(AuditAsk),
    /// Change texts: [`Answer::Fixed`].
    Fix(FixAsk),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// To [`Ask::Forms`]: a form for every generator.
    Forms(Vec<Form>),
    /// To [`Ask::Make`].
    Made(Made),
    /// To [`Ask::Fill`], or why the words cannot be used.
    Filled(Result<MakeAsk, String>),
    /// To [`Ask::Audit`], or why it cannot be answered.
    Audited(Result<Audited, String>),
    /// To [`Ask::Fix`].
    Fixed(Fixed),
}

/// A generator as a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form {
    /// The words of the command line that choose it.
    pub words: Vec<String>,
    /// What it makes, in one line.
    pub about: String,
    /// Its options.
    pub fields: Vec<Field>,
}

/// An option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// What it is called in [`MakeAsk::values`].
    pub id: String,
    /// As it is typed: `--level`, or `NAME` where only its place tells.
    pub flag: String,
    /// What it does.
    pub help: String,
    /// The group it belongs to; empty for the first.
    pub heading: String,
    /// What can be entered.
    pub kind: FieldKind,
    /// What a value looks like.
    pub placeholder: String,
    /// What holds when nothing is entered.
    pub default: Vec<String>,
    /// Whether it must be entered.
    pub required: bool,
}

/// What can be entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FieldKind {
    /// On or off.
    Switch,
    /// One text.
    Text,
    /// Texts, one a line.
    Texts,
    /// One of these, each with its explanation.
    Choice(Vec<(String, String)>),
    /// Any of these.
    Choices(Vec<(String, String)>),
    /// The text of a file.
    File,
}

/// A form that was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeAsk {
    /// The words that choose the generator.
    pub words: Vec<String>,
    /// The values that were entered, by field; a switch that is on has one, which is empty.
    pub values: Vec<(String, Vec<String>)>,
    /// The texts of the files that are named among them.
    pub texts: Vec<(String, String)>,
    /// Whether keys are to be made anew.
    pub fresh: bool,
}

/// What a generator comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The same as a line for a shell.
    pub command: String,
    /// The words of that line after `kubectl harden`, for links.
    pub words: Vec<String>,
    /// What the command prints.
    pub text: String,
    /// What a file of it is called.
    pub name: String,
    /// Whether it holds keys.
    pub is_secret: bool,
    /// What the objects do not say.
    pub notes: Vec<String>,
    /// What is wrong with the form; then there is no text.
    pub error: String,
    /// The field that this is about, where it is about one.
    pub field: String,
}

/// An event that an audit policy is asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditAsk {
    /// The file with the policy.
    pub file: u32,
    /// What it is called.
    pub name: String,
    /// An event of an audit log, as JSON.
    pub event: String,
    /// The version of the API server that reads the policy: `v1.N` or `latest`.
    pub version: String,
}

/// What an audit policy makes of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// The event in one line.
    pub title: String,
    /// The answer in the words of the command.
    pub text: String,
    /// The rule that decided; `None` when none matches.
    pub rule: Option<Units>,
}

/// What is to be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixAsk {
    /// The files.
    pub files: Vec<u32>,
    /// What the engine said of them.
    pub plan: Vec<u8>,
    /// Whether somebody looks at the changes before they are made.
    pub shows: bool,
}

/// What is changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixed {
    /// Whether somebody looks at it before.
    pub shows: bool,
    /// The files that change.
    pub files: Vec<FixedFile>,
    /// What became of the findings once it is made, as a sentence.
    pub outcome: String,
    /// Where something is not changed, and why: a sentence each, where somebody looks at it before.
    pub refusals: Vec<String>,
}

/// A file that changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedFile {
    /// Its number.
    pub file: u32,
    /// The ranges that are replaced, in order, as browsers count: two numbers each.
    pub ends: Vec<u32>,
    /// What stands there instead, range by range.
    pub texts: Vec<String>,
    /// The lines that change and the documents that are added, where somebody looks at them before.
    pub hunks: Vec<Hunk>,
}

/// Lines that change, with some that stay around them, or a document that is added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunk {
    /// Where.
    pub title: String,
    /// All lines, each behind a space, `-` or `+`.
    pub diff: String,
    /// The lines that come, as they are; empty where something secret in them is not shown.
    pub copy: String,
}
