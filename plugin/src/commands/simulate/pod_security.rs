//! `simulate pod-security`: the API server's own answers, without one.

use std::fmt::Write as _;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};

use harden_core::kubernetes::{GroupKind, Level, MinorVersion, NamespaceName, PolicyVersion};
use harden_core::object::objects;
use harden_core::pod_security::{Standard, Version};
use harden_core::simulate::pod_security::{self as core, Answer, Exemptions, Simulator};
use harden_yaml::{Document, documents};
use rayon::prelude::*;

use crate::connection::Connection;
use crate::deliver::outputs::{self, Open, Outputs};
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

    /// Kubernetes version of the API server, such as 1.30: labels with `latest` or a newer version mean its
    /// own; cluster asks the API server [default: v1.37]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<PolicyVersion>,

    /// Version of the standard that is enforced where no Namespace says otherwise, such as 1.30 or latest
    /// [default: that of the API server]
    #[arg(long, value_name = "VERSION", value_parser = policy_version)]
    policy_version: Option<Version>,

    /// Namespace of objects that name none [default: default]
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<NamespaceName>,

    /// Namespace that the server's configuration exempts, repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    exempt_namespace: Vec<NamespaceName>,

    /// Runtime class that the server's configuration exempts, repeatable
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    exempt_runtime_class: Vec<String>,

    /// User whom the server's configuration exempts, repeatable
    #[arg(long, value_name = "USER")]
    exempt_user: Vec<String>,

    /// Who creates the objects
    #[arg(long, value_name = "USER")]
    user: Option<String>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    /// Exit as if all was read, when something was not
    #[arg(long)]
    allow_incomplete: bool,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A line or two per object, in the server's words
    Text,
    /// A JSON object per line: name, kind, allowed, message, checks
    Json,
}

/// A version of the standard: what a newer server rejects, nobody can tell.
fn policy_version(text: &str) -> Result<Version, String> {
    match text.parse() {
        Ok(PolicyVersion::Pinned(version)) => Ok(Version::Pinned(version)),
        Ok(PolicyVersion::Latest) => Ok(Version::Latest),
        _ => Err(format!(
            "must be a version from {} to {}, such as 1.30, or `latest`",
            MinorVersion::OLDEST_KNOWN,
            MinorVersion::NEWEST_KNOWN
        )),
    }
}

pub(crate) fn run(options: &Options) -> super::super::Result {
    options.outputs.check(&[])?;
    let server = options.connection.version(options.kubernetes_version)?;
    let mut simulator = Simulator::new(options.to_core(server));
    let mut open = options.outputs.open();
    let mut tally = Tally::default();
    for path in &options.filename {
        if path == Path::new("-") && is_lines(&mut io::stdin().lock()) {
            tally.add(answer_lines(&mut simulator, &mut open)?);
        } else {
            let name = path.display().to_string();
            let text = input::read(&name)?;
            tally.add(answer_text(&mut simulator, &name, &text, &mut open)?);
        }
    }
    if tally == Tally::default() {
        terminal::note("there is nothing to ask about: no pod, and nothing that makes pods")?;
    }
    let written = outputs::finish(open)?;
    Ok(tally.exit().allowing(options.allow_incomplete).max(written))
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
    /// The configuration that the flags describe, of a server of this version.
    pub(crate) fn to_core(&self, server: MinorVersion) -> core::Options {
        let own = match self.kubernetes_version {
            None | Some(PolicyVersion::Latest) => Version::Latest,
            Some(_) => Version::Pinned(server),
        };
        let version = self.policy_version.unwrap_or(own);
        let defaults = core::Options::default();
        core::Options {
            standard: Standard { level: self.level, version },
            server,
            namespace: self.namespace.as_ref().map_or(defaults.namespace, ToString::to_string),
            exemptions: Exemptions {
                namespaces: self.exempt_namespace.iter().map(ToString::to_string).collect(),
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
    open: &mut [Open<Format>],
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
    for document in readable() {
        let (texts, part) = answer(simulator, document, &formats(open));
        pass(open, &texts);
        tally.add(part);
    }
    Ok(tally)
}

/// Answers JSON objects as they come, a line each, many at a time.
fn answer_lines(simulator: &mut Simulator, open: &mut [Open<Format>]) -> anyhow::Result<Tally> {
    const BATCH: usize = 4096;
    let mut tally = Tally::default();
    let formats = formats(open);
    let mut lines = io::stdin().lock().lines();
    loop {
        let batch: Vec<String> = lines
            .by_ref()
            .take(BATCH)
            .collect::<Result<_, _>>()
            .map_err(|error| Unread::because(format!("standard input broke off: {error}")))?;
        if batch.is_empty() {
            return Ok(tally);
        }
        for line in batch.iter().filter(|it| it.contains("\"Namespace\"")) {
            let document = Document::parse_json(line);
            objects(document.root()).for_each(|object| simulator.learn(&object));
        }
        let simulator = &*simulator;
        let answers: Vec<(Vec<String>, Tally)> =
            batch.par_iter().map(|line| answer_line(simulator, line, &formats)).collect();
        for (texts, part) in answers {
            tally.add(part);
            pass(open, &texts);
        }
    }
}

fn formats(open: &[Open<Format>]) -> Vec<Format> {
    open.iter().map(|it| it.format).collect()
}

/// Passes on the texts, one for each output.
fn pass(open: &mut [Open<Format>], texts: &[String]) {
    for (output, text) in open.iter_mut().zip(texts) {
        output.write(|out, _| out.write_all(text.as_bytes()));
    }
}

fn answer_line(simulator: &Simulator, line: &str, formats: &[Format]) -> (Vec<String>, Tally) {
    if line.trim().is_empty() {
        return (Vec::new(), Tally::default());
    }
    let document = Document::parse_json(line);
    if !document.is_rejected() {
        return answer(simulator, &document, formats);
    }
    // Every line gets its answer, so that the lines of the answer can be counted off.
    let problem =
        document.problems().first().map_or_else(String::new, harden_yaml::Problem::message);
    let text = |format: &Format| match format {
        Format::Json => format!("{}\n", serde_json::json!({"error": problem})),
        Format::Text => format!("(unreadable): {problem}\n"),
    };
    (formats.iter().map(text).collect(), Tally { unknown: 1, ..Tally::default() })
}

fn answer(
    simulator: &Simulator,
    document: &Document<'_>,
    formats: &[Format],
) -> (Vec<String>, Tally) {
    let mut texts = vec![String::new(); formats.len()];
    let mut tally = Tally::default();
    for object in objects(document.root()) {
        if object.is_of(GroupKind::NAMESPACE) {
            let answer = simulator.answer_namespace(&object);
            tally.count(answer.as_ref().map_or(Some(true), |it| it.allowed));
            for (text, format) in texts.iter_mut().zip(formats) {
                if let Some(answer) = answer.as_ref().filter(|_| *format == Format::Text) {
                    let (name, outcome) = (&answer.name, answer.outcome());
                    let _ = writeln!(text, "Namespace {name}: {outcome}\n  {}", answer.text);
                }
            }
        }
        for answer in simulator.answer(&object) {
            tally.count(answer.allowed);
            for (text, format) in texts.iter_mut().zip(formats) {
                match format {
                    Format::Json => {
                        let _ = writeln!(text, "{}", answer.to_json());
                    }
                    Format::Text => write_answer(text, &answer),
                }
            }
        }
    }
    (texts, tally)
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
