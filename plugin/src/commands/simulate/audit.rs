//! `simulate audit`: what an audit policy makes of requests.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, bail};
use harden_core::configuration::{Rejection, first_document};
use harden_core::kubernetes::{NamespaceName, PolicyVersion};
use harden_core::simulate::audit::{Estimate, Record, Request, Simulator};
use harden_yaml::{Lines, Place};
use serde_json::{Value, json};

use crate::audit_log;
use crate::connection::Connection;
use crate::deliver::outputs::{self, Outputs};
use crate::input::{self, Unread};
use crate::terminal::{self, Exit};

/// The first rule that matches decides; what no rule matches is not logged. Asked about one request,
/// the answer says why the rules above did not match. Asked about a log, it is a line per event. Exits
/// with 1 when the API server refuses the policy, and with 3 when some of the log could not be read.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Audit policy, or - for standard input
    #[arg(short, long, value_name = "FILE")]
    filename: String,

    /// Kubernetes version of the API server that reads the policy, such as 1.30 or latest; cluster asks
    /// it [default: v1.37]
    #[arg(long, value_name = "VERSION")]
    pub(crate) kubernetes_version: Option<PolicyVersion>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    #[command(flatten)]
    request: RequestOptions,

    /// File with one event of an audit log, asked about instead
    #[arg(long, value_name = "FILE", conflicts_with = "RequestOptions", help_heading = LOG)]
    event: Option<String>,

    /// Audit log, an event a line, asked about instead; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["RequestOptions", "event"], help_heading = LOG)]
    events: Option<String>,

    /// Print how much of the log each rule decides on and keeps, instead of a line per event
    #[arg(long, requires = "events", help_heading = LOG)]
    summary: bool,

    /// Exit as if the whole log was read, when some of it was not
    #[arg(long, help_heading = LOG)]
    allow_incomplete: bool,

    #[command(flatten)]
    connection: Connection,
}

const LOG: &str = "Log";

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Request")]
struct RequestOptions {
    /// Verb, such as get, list, create; an HTTP method such as post with --non-resource-url
    #[arg(long, value_name = "VERB")]
    verb: Option<String>,

    /// Resource with its group and subresource, such as pods/exec or deployments.apps/scale
    #[arg(long, value_name = "RESOURCE", requires = "verb", conflicts_with = "non_resource_url")]
    resource: Option<String>,

    /// Path, when the request is about no resource, such as /healthz
    #[arg(long, value_name = "PATH", requires = "verb")]
    non_resource_url: Option<String>,

    /// Group of the resource; "" is the core group [default: the one that Kubernetes has it in]
    #[arg(long, value_name = "GROUP", requires = "resource")]
    api_group: Option<String>,

    /// Namespace of the request
    #[arg(short, long, value_name = "NAME", requires = "resource")]
    namespace: Option<NamespaceName>,

    /// Name of the object in the URL; creations have none
    #[arg(long, value_name = "NAME", requires = "resource")]
    name: Option<String>,

    /// Who sends it; "" is somebody whom the server does not know, as after a bad token
    #[arg(long, value_name = "USER", requires = "verb")]
    user: Option<String>,

    /// Group of the user, repeatable; system:authenticated and those of ServiceAccounts are added
    #[arg(long, value_name = "GROUP", requires = "user")]
    group: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// A JSON object, or one per event: level, stages, rule, misses
    Json,
}

pub(crate) fn run(options: &Options) -> super::super::Result {
    let is_asked = options.request.verb.is_some() || options.event.is_some();
    let log = options.events.as_deref().or((!is_asked).then_some("-"));
    if log == Some("-") && options.filename == "-" {
        bail!("standard input cannot be both the policy and the log");
    }
    if log == Some("-") && options.events.is_none() && io::stdin().is_terminal() {
        bail!(
            "there is nothing to ask about: describe a request with --user, --verb and --resource, or name a log with --events FILE"
        );
    }
    options.outputs.check(&[])?;
    let version = options.connection.version(options.kubernetes_version)?;
    let text = input::read(&options.filename)?;
    let document = first_document(&text);
    let simulator = match Simulator::new(&document, &options.filename, version) {
        Ok(simulator) => simulator,
        Err(rejection) => {
            terminal::error(&rejected(&options.filename, &text, &rejection))?;
            return Ok(Exit::Found);
        }
    };
    for fault in &simulator.policy().ignored {
        let at = position(&options.filename, &text, fault.place);
        terminal::warning(&format!("{at}: the API server ignores this: {}", fault.message))?;
    }
    if let Some(request) = options.request()? {
        let answer = simulator.answer(&request.event());
        let (words, json) = (simulator.to_text(&answer), simulator.to_json(&answer));
        return options.outputs.write(|format| in_format(*format, &words, &json));
    }
    if let Some(file) = &options.event {
        let text = input::read(file)?;
        let record =
            Record::read(&text).map_err(|error| Unread::because(format!("{file}: {error}")))?;
        let answer = simulator.answer(&record.event());
        let words = format!("{}\n{}", record.title(), simulator.to_text(&answer));
        let json = simulator.to_json(&answer);
        return options.outputs.write(|format| in_format(*format, &words, &json));
    }
    answer_log(&simulator, options, log.unwrap_or("-"))
}

impl Options {
    /// The request that the flags describe; none where they describe none.
    pub(crate) fn request(&self) -> anyhow::Result<Option<Request>> {
        self.request.verb.as_deref().map(|verb| self.request.to_core(verb)).transpose()
    }
}

impl RequestOptions {
    fn to_core(&self, verb: &str) -> anyhow::Result<Request> {
        let Some(user) = self.user.clone() else {
            bail!("--user is missing: rules look at users and groups; --user '' is nobody known");
        };
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let request = Request {
            user,
            groups: self.group.clone(),
            verb: verb.to_owned(),
            resource: text(&self.resource),
            group: self.api_group.clone(),
            namespace: self.namespace.as_ref().map(ToString::to_string).unwrap_or_default(),
            name: text(&self.name),
            path: text(&self.non_resource_url),
        };
        Ok(request.complete()?)
    }
}

fn in_format(format: Format, text: &str, json: &Value) -> String {
    match format {
        Format::Text => text.to_owned(),
        Format::Json => format!("{json}\n"),
    }
}

/// Why the server does not start, fault by fault, in its words.
pub(crate) fn rejected(name: &str, text: &str, rejection: &Rejection<'_>) -> String {
    let place = rejection.faults.first().map(|it| position(name, text, it.place));
    let place = place.unwrap_or_else(|| name.to_owned());
    format!("{place}: {}", rejection.sentence(name))
}

fn position(name: &str, text: &str, place: Place<'_>) -> String {
    let position = Lines::new(text).position(place.grip().start);
    format!("{name}:{}:{}", position.line, position.column)
}

/// Answers a log as it comes.
fn answer_log(simulator: &Simulator<'_>, options: &Options, name: &str) -> super::super::Result {
    let mut log = audit_log::open(name)?;
    let mut open = options.outputs.open();
    let formats: Vec<Format> = open.iter().map(|it| it.format).collect();
    let answer = |line: usize, record: &Record<'_>| -> Vec<String> {
        let wanted = formats.iter().filter(|_| !options.summary);
        wanted.map(|format| answer_line(simulator, *format, line, record)).collect()
    };
    let pass = |texts: &[String]| {
        for (output, text) in open.iter_mut().zip(texts) {
            output.write(|out, _| out.write_all(text.as_bytes()));
        }
        open.iter().any(|it| !it.is_gone())
    };
    let read = audit_log::read(simulator, &mut *log, answer, pass)
        .with_context(|| format!("failed to answer {name}"))?;
    if options.summary {
        for output in &mut open {
            let text = match output.format {
                Format::Text => read.estimate.to_text(simulator),
                Format::Json => format!("{}\n", summary(&read.estimate, simulator)),
            };
            output.write(|out, _| out.write_all(text.as_bytes()));
        }
    }
    // Whoever reads the answers may have gone away before the end.
    let has_readers = open.iter().any(|it| !it.is_gone());
    let written = outputs::finish(open)?;
    if !has_readers {
        return Ok(Exit::Done);
    }
    for (line, error) in &read.errors {
        terminal::error(&format!("{name}:{line}: {error}"))?;
    }
    let rest = read.estimate.unreadable.saturating_sub(read.errors.len() as u64);
    if rest > 0 {
        terminal::error(&format!("{name}: {rest} more lines like these"))?;
    }
    let is_empty = read.estimate.total().events == 0;
    if is_empty && read.errors.is_empty() {
        terminal::note(&format!("{name} holds no event"))?;
    }
    let is_whole = read.errors.is_empty() && !is_empty;
    let exit = if is_whole { Exit::Done } else { Exit::Incomplete };
    Ok(exit.allowing(options.allow_incomplete).max(written))
}

fn answer_line(
    simulator: &Simulator<'_>,
    format: Format,
    line: usize,
    record: &Record<'_>,
) -> String {
    let decision = simulator.decide(&record.event());
    let is_logged = harden_core::simulate::audit::logs(&decision, record.stage);
    let rule = decision.rule.map(|it| (it, simulator.line(it)));
    let title = record.title();
    match format {
        Format::Text => {
            let rule =
                decision.rule.map_or_else(|| "no rule".to_owned(), |it| simulator.rule_name(it));
            let level = if is_logged { decision.level.as_str() } else { "None" };
            format!("{level:<15} {rule}  {} {title}\n", record.stage.as_str())
        }
        Format::Json => {
            let answer = json!({
                "line": line,
                "request": title,
                "stage": record.stage.as_str(),
                "level": decision.level.as_str(),
                "logged": is_logged,
                "rule": rule.map(|(index, line)| json!({"index": index, "line": line})),
            });
            format!("{answer}\n")
        }
    }
}

fn summary(estimate: &Estimate, simulator: &Simulator<'_>) -> Value {
    let share = |share: &harden_core::simulate::audit::Share| {
        json!({
            "events": share.events,
            "bytes": share.bytes,
            "keptEvents": share.kept_events,
            "keptBytes": share.kept_bytes,
            "withoutTheirBodies": share.grown,
        })
    };
    let rules: Vec<Value> = estimate
        .rules
        .iter()
        .enumerate()
        .map(|(index, it)| json!({"index": index, "line": simulator.line(index), "share": share(it)}))
        .collect();
    json!({
        "rules": rules,
        "noRule": share(&estimate.unmatched),
        "total": share(&estimate.total()),
        "unreadable": estimate.unreadable,
    })
}
