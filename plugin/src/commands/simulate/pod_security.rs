//! `simulate pod-security`: the API server's own answers, without one.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use harden_core::kubernetes::Level;
use harden_core::object::objects;
use harden_core::pod_security::{Standard, Version};
use harden_core::simulate::pod_security::{self as core, Answer, Exemptions, Simulator};
use harden_yaml::{Document, documents};
use rayon::prelude::*;

use crate::input;
use crate::terminal::{self, Exit};

/// Pods, and objects that make pods, are asked about one by one. The labels of Namespaces among the
/// input decide about what is in them; --level and --kubernetes-version about everything else. The
/// exit code says only whether the question could be answered.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// File with manifests, or - for standard input, where JSON may come an object a line; repeatable
    #[arg(short, long, value_name = "FILE", required = true)]
    filename: Vec<PathBuf>,

    /// Level that is enforced where no Namespace says otherwise
    #[arg(long, value_name = "LEVEL", default_value = "restricted")]
    level: Level,

    /// Version of the standard that is enforced: v1.N or latest
    #[arg(long, value_name = "VERSION", default_value = "latest", value_parser = version)]
    kubernetes_version: Version,

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line or two per object, in the server's words
    Text,
    /// A JSON object per line: name, kind, allowed, message, checks
    Json,
}

fn version(text: &str) -> Result<Version, String> {
    text.parse().map_err(|_| "must be a minor version such as v1.37, or `latest`".to_owned())
}

pub(crate) fn run(options: &Options) -> super::super::Result {
    let mut simulator = Simulator::new(options.to_core());
    for path in &options.filename {
        if path == Path::new("-") && is_lines(&mut io::stdin().lock()) {
            answer_lines(&mut simulator, options.output)?;
        } else {
            let name = path.display().to_string();
            answer_text(&mut simulator, &name, &input::read(&name)?, options.output)?;
        }
    }
    Ok(Exit::Done)
}

impl Options {
    fn to_core(&self) -> core::Options {
        core::Options {
            standard: Standard { level: self.level, version: self.kubernetes_version },
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
) -> anyhow::Result<()> {
    let documents: Vec<Document<'_>> = documents(text).collect();
    for document in documents.iter().filter(|it| it.is_rejected()) {
        let problem =
            document.problems().first().map_or_else(String::new, harden_yaml::Problem::message);
        terminal::error(&format!("{name}: a document was left out: {problem}"))?;
    }
    let readable = || documents.iter().filter(|it| !it.is_rejected());
    readable().flat_map(|it| objects(it.root())).for_each(|object| simulator.learn(&object));
    let answers: String = readable().map(|document| answer(simulator, document, format)).collect();
    Ok(terminal::print(&answers)?)
}

/// Answers JSON objects as they come, a line each, many at a time.
fn answer_lines(simulator: &mut Simulator, format: Format) -> anyhow::Result<()> {
    const BATCH: usize = 4096;
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut lines = io::stdin().lock().lines();
    loop {
        let batch: Vec<String> = lines
            .by_ref()
            .take(BATCH)
            .collect::<Result<_, _>>()
            .context("standard input broke off")?;
        if batch.is_empty() {
            return Ok(terminal::quiet(out.flush())?);
        }
        for line in batch.iter().filter(|it| it.contains("\"Namespace\"")) {
            let document = Document::parse_json(line);
            objects(document.root()).for_each(|object| simulator.learn(&object));
        }
        let simulator = &*simulator;
        let answers: Vec<String> =
            batch.par_iter().map(|line| answer_line(simulator, line, format)).collect();
        for text in answers {
            terminal::quiet(out.write_all(text.as_bytes()))?;
        }
    }
}

fn answer_line(simulator: &Simulator, line: &str, format: Format) -> String {
    if line.trim().is_empty() {
        return String::new();
    }
    let document = Document::parse_json(line);
    if !document.is_rejected() {
        return answer(simulator, &document, format);
    }
    // Every line gets its answer, so that the lines of the answer can be counted off.
    let problem =
        document.problems().first().map_or_else(String::new, harden_yaml::Problem::message);
    match format {
        Format::Json => format!("{}\n", serde_json::json!({"error": problem})),
        Format::Text => format!("(unreadable): {problem}\n"),
    }
}

fn answer(simulator: &Simulator, document: &Document<'_>, format: Format) -> String {
    let mut text = String::new();
    for object in objects(document.root()) {
        if let Some(answer) = simulator.answer_namespace(&object).filter(|_| format == Format::Text)
        {
            let (name, outcome) = (answer.name, answer.outcome());
            let _ = writeln!(text, "Namespace {name}: {outcome}\n  {}", answer.text);
        }
        for answer in simulator.answer(&object) {
            match format {
                Format::Json => {
                    let _ = writeln!(text, "{}", answer.to_json());
                }
                Format::Text => write_answer(&mut text, &answer),
            }
        }
    }
    text
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
