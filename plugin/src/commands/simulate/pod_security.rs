//! `simulate pod-security`: the API server's own answers, without one.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use harden_core::kubernetes::{GroupKind, Level, MinorVersion};
use harden_core::object::objects;
use harden_core::pod_security::{Standard, Version};
use harden_core::simulate::pod_security::{self as core, Answer, Exemptions, Simulator};
use harden_yaml::{Document, documents};
use rayon::prelude::*;

use crate::input::{self, Unread};
use crate::terminal::{self, Exit};

/// Pods, and objects that make pods, are asked about one by one. The labels of Namespaces among the
/// input decide about what is in them; --level and --policy-version about everything else. Exits
/// with 1 when something is rejected, and with 3 when something could not be read, or nothing is there
/// to ask about.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// File with manifests, or - for standard input, where JSON may come an object a line; repeatable
    #[arg(short, long, value_name = "FILE", required = true)]
    filename: Vec<PathBuf>,

    /// Level that is enforced where no Namespace says otherwise
    #[arg(long, value_name = "LEVEL", default_value = "restricted")]
    level: Level,

    /// Kubernetes version of the API server: labels with `latest` or a newer version mean its own
    #[arg(long, value_name = "VERSION", default_value = "latest", value_parser = server_version)]
    kubernetes_version: Version,

    /// Version of the standard that is enforced where no Namespace says otherwise: v1.N or latest
    /// [default: that of the API server]
    #[arg(long, value_name = "VERSION", value_parser = policy_version)]
    policy_version: Option<Version>,

    /// Namespace of objects that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    namespace: String,

    /// Namespace that the server's configuration exempts, repeatable
    #[arg(long, value_name = "NAME")]
    exempt_namespace: Vec<String>,

    /// Runtime class that the server's configuration exempts, repeatable
    #[arg(long, value_name = "NAME")]
    exempt_runtime_class: Vec<String>,

    /// User whom the server's configuration exempts, repeatable
    #[arg(long, value_name = "USER")]
    exempt_user: Vec<String>,

    /// Who creates the objects
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,

    /// How to print the answers
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    output: Format,

    /// Exit as if all was read, when something was not
    #[arg(long)]
    allow_incomplete: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line or two per object, in the server's words
    Text,
    /// A JSON object per line: name, kind, allowed, message, checks
    Json,
}

fn policy_version(text: &str) -> Result<Version, String> {
    text.parse().map_err(|_| "must be a minor version such as v1.37, or `latest`".to_owned())
}

/// A version that is known here: what a newer server rejects, nobody can tell.
fn server_version(text: &str) -> Result<Version, String> {
    MinorVersion::read_known(text).map_err(|error| error.to_string())?;
    policy_version(text)
}

pub(crate) fn run(options: &Options) -> super::super::Result {
    let mut simulator = Simulator::new(options.to_core());
    let mut tally = Tally::default();
    for path in &options.filename {
        if path == Path::new("-") && is_lines(&mut io::stdin().lock()) {
            tally.add(answer_lines(&mut simulator, options.output)?);
        } else {
            let name = path.display().to_string();
            let text = input::read(&name)?;
            tally.add(answer_text(&mut simulator, &name, &text, options.output)?);
        }
    }
    if tally == Tally::default() {
        terminal::note("there is nothing to ask about: no pod, and nothing that makes pods")?;
    }
    Ok(tally.exit().allowing(options.allow_incomplete))
}

/// How many objects were answered how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    allowed: usize,
    rejected: usize,
    /// What the server could not have decoded, and what could not be read at all.
    unknown: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.allowed += other.allowed;
        self.rejected += other.rejected;
        self.unknown += other.unknown;
    }

    fn count(&mut self, allowed: Option<bool>) {
        match allowed {
            None => self.unknown += 1,
            Some(true) => self.allowed += 1,
            Some(false) => self.rejected += 1,
        }
    }

    fn exit(self) -> Exit {
        match self {
            Self { rejected: 1.., .. } => Exit::Found,
            Self { unknown: 0, allowed: 1.., .. } => Exit::Done,
            _ => Exit::Incomplete,
        }
    }
}

impl Options {
    fn to_core(&self) -> core::Options {
        let version = self.policy_version.unwrap_or(self.kubernetes_version);
        core::Options {
            standard: Standard { level: self.level, version },
            server: self.kubernetes_version.effective(MinorVersion::NEWEST_KNOWN),
            namespace: self.namespace.clone(),
            exemptions: Exemptions {
                namespaces: self.exempt_namespace.clone(),
                usernames: self.exempt_user.clone(),
                runtime_classes: self.exempt_runtime_class.clone(),
            },
            username: self.user.clone(),
            ..core::Options::default()
        }
    }
}

/// Answers a whole text; its Namespaces decide about all of it, wherever they stand.
fn answer_text(
    simulator: &mut Simulator,
    name: &str,
    text: &str,
    format: Format,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let documents: Vec<Document<'_>> = documents(text).collect();
    for document in documents.iter().filter(|it| it.is_rejected()) {
        let problem =
            document.problems().first().map_or_else(String::new, harden_yaml::Problem::message);
        terminal::error(&format!("{name}: a document was left out: {problem}"))?;
        tally.unknown += 1;
    }
    let readable = || documents.iter().filter(|it| !it.is_rejected());
    readable().flat_map(|it| objects(it.root())).for_each(|object| simulator.learn(&object));
    let mut answers = String::new();
    for (text, part) in readable().map(|document| answer(simulator, document, format)) {
        answers.push_str(&text);
        tally.add(part);
    }
    terminal::print(&answers)?;
    Ok(tally)
}

/// Answers JSON objects as they come, a line each, many at a time.
fn answer_lines(simulator: &mut Simulator, format: Format) -> anyhow::Result<Tally> {
    const BATCH: usize = 4096;
    let mut tally = Tally::default();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut lines = io::stdin().lock().lines();
    loop {
        let batch: Vec<String> = lines
            .by_ref()
            .take(BATCH)
            .collect::<Result<_, _>>()
            .map_err(|error| Unread::because(format!("standard input broke off: {error}")))?;
        if batch.is_empty() {
            terminal::quiet(out.flush())?;
            return Ok(tally);
        }
        for line in batch.iter().filter(|it| it.contains("\"Namespace\"")) {
            let document = Document::parse_json(line);
            objects(document.root()).for_each(|object| simulator.learn(&object));
        }
        let simulator = &*simulator;
        let answers: Vec<(String, Tally)> =
            batch.par_iter().map(|line| answer_line(simulator, line, format)).collect();
        for (text, part) in answers {
            tally.add(part);
            terminal::quiet(out.write_all(text.as_bytes()))?;
        }
    }
}

fn answer_line(simulator: &Simulator, line: &str, format: Format) -> (String, Tally) {
    if line.trim().is_empty() {
        return (String::new(), Tally::default());
    }
    let document = Document::parse_json(line);
    if !document.is_rejected() {
        return answer(simulator, &document, format);
    }
    // Every line gets its answer, so that the lines of the answer can be counted off.
    let problem =
        document.problems().first().map_or_else(String::new, harden_yaml::Problem::message);
    let text = match format {
        Format::Json => format!("{}\n", serde_json::json!({"error": problem})),
        Format::Text => format!("(unreadable): {problem}\n"),
    };
    (text, Tally { unknown: 1, ..Tally::default() })
}

fn answer(simulator: &Simulator, document: &Document<'_>, format: Format) -> (String, Tally) {
    let (mut text, mut tally) = (String::new(), Tally::default());
    for object in objects(document.root()) {
        if object.is_of(GroupKind::NAMESPACE) {
            let answer = simulator.answer_namespace(&object);
            tally.count(answer.as_ref().map_or(Some(true), |it| it.allowed));
            if let Some(answer) = answer.filter(|_| format == Format::Text) {
                let (name, outcome) = (answer.name, answer.outcome());
                let _ = writeln!(text, "Namespace {name}: {outcome}\n  {}", answer.text);
            }
        }
        for answer in simulator.answer(&object) {
            tally.count(answer.allowed);
            match format {
                Format::Json => {
                    let _ = writeln!(text, "{}", answer.to_json());
                }
                Format::Text => write_answer(&mut text, &answer),
            }
        }
    }
    (text, tally)
}

fn write_answer(text: &mut String, answer: &Answer<'_>) {
    let name = if answer.name.is_empty() { "(no name)" } else { answer.name };
    let _ = writeln!(text, "{} {name}: {}", answer.kind, answer.outcome());
    if let Some(words) = answer.words() {
        let _ = writeln!(text, "  {words}");
    }
}

/// Whether the input begins with a JSON object that ends on its first line.
fn is_lines(input: &mut impl io::BufRead) -> bool {
    input.fill_buf().is_ok_and(|bytes| {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
        first.starts_with(b"{") && (first.ends_with(b"}") || first.len() == bytes.len())
    })
}
