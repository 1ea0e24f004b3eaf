//! `simulate network`: who reaches whom by the policies, and why.

mod denied;
mod gathered;

use std::io;
use std::path::PathBuf;

use anyhow::bail;
use harden_core::answers::reaching::{
    self, Answer, Asked, Changes, Destination, Drawing, Exposures, Focus, List, Name, NoEnd,
    Selections, Whom,
};
use harden_core::kubernetes::PolicyVersion;

use crate::commands;
use crate::commands::reading::{Against, Inputs, Reach};
use crate::connection::Connection;
use crate::deliver::outputs::{self, Outputs};
#[cfg(feature = "live")]
use crate::listing::Listing;
use crate::terminal::Exit;
use gathered::Gathered;

/// Reads namespaces, pods, what makes them, Services and policies: those of Kubernetes, ClusterNetworkPolicies and
/// their predecessors, and as far as their meaning is written down those of Cilium and Calico. All ports and addresses
/// are exact. With --from and --to it says which policy and line decide, and what almost would. What is not judged,
/// and policies that the API server would refuse, are named, and never count as open. Nothing is sent anywhere. Exits
/// with 1 when the connection is refused or a change opens one, and with 3 when something was not read or is not known.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// File, folder, https:// address, or - for standard input [default: the cluster]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The same as PATH, repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    /// Who opens the connection: a workload, NAMESPACE/NAME, NAMESPACE/ for all of a namespace,
    /// ingress-controller, or an address
    #[arg(long, value_name = "WHOM", value_parser = whom, help_heading = "Question")]
    from: Option<Whom>,

    /// To whom, by which port: as --from, or a Service; db/postgres:5432, kube-system/kube-dns:53/udp, 203.0.113.7:443
    #[arg(long, value_name = "WHOM[:PORT]", value_parser = destination, help_heading = "Question")]
    to: Option<Destination>,

    #[command(flatten)]
    against: Against,

    /// Say for each workload which policies are for it, and whether it is isolated
    #[arg(
        long,
        help_heading = "Question",
        conflicts_with_all = ["from", "to", "against", "exposure"]
    )]
    policies: bool,

    /// Say of each refusal in a log which policy it was, whether manifests want it, and what would allow it; repeatable
    ///
    /// It reads Hubble JSON, flow logs and Log rules of Calico, cilium-dbg monitor, OVN ACL logs, those of GKE, Antrea
    /// and the AWS VPC CNI, each also compressed with gzip, and a plain table: from,to,port,protocol,verdict. - is
    /// standard input.
    #[arg(
        long,
        value_name = "LOG",
        help_heading = "Question",
        conflicts_with_all = ["from", "to", "against", "exposure", "policies"]
    )]
    denied: Vec<String>,

    /// Say who could reach each workload, or be reached by it, that is not there yet
    #[arg(long, help_heading = "Question", conflicts_with_all = ["from", "to", "against"])]
    exposure: bool,

    /// Kubernetes version of the API server, which decides what policies of files it refuses [default: that of the
    /// cluster; v1.37 for files]
    #[arg(long, value_name = "VERSION", help_heading = "Question")]
    kubernetes_version: Option<PolicyVersion>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    /// Exit as if all was read and known, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    reach: Reach,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A line for each pair that reaches another
    Text,
    /// All of it as JSON
    Json,
    /// Comma-separated values, for spreadsheets
    Csv,
    /// A table in Markdown, for an issue
    Markdown,
    /// A graph for Graphviz
    Dot,
    /// A diagram for Markdown
    Mermaid,
    /// A drawing
    Svg,
}

fn whom(text: &str) -> Result<Whom, NoEnd> {
    text.parse()
}

fn destination(text: &str) -> Result<Destination, NoEnd> {
    text.parse()
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.outputs.check(&[])?;
    options.expect_formats()?;
    let now = options.gather()?;
    if let (Some(from), Some(to)) = (&options.from, &options.to) {
        return ask(options, &now, from, to);
    }
    if !options.denied.is_empty() {
        return denied::run(options, &now);
    }
    let focus = options.focus()?;
    let before = options.earlier()?;
    let network = &now.network;
    let answer = match &before {
        Some(before) => Answer::Changes(Changes::new(&before.network, network, &focus)),
        None if options.policies => Answer::Selections(Selections::new(network, focus)),
        None if options.exposure => Answer::Exposures(Exposures::new(network, focus)),
        None => Answer::List(List::new(network, focus)),
    };
    let mut coverage = now.coverage.clone();
    if let Some(before) = &before {
        coverage.incomplete.extend(before.lacks_of_earlier());
    }
    let written = write(options, &answer, &coverage)?;
    let is_found = answer.opens_something()?;
    let is_incomplete = coverage.is_incomplete() && !options.allow_incomplete;
    Ok(exit(&now, is_found, is_incomplete).max(written))
}

/// Writes an answer row by row.
fn write(
    options: &Options,
    answer: &Answer<'_>,
    coverage: &reaching::Coverage,
) -> anyhow::Result<Exit> {
    let mut open = options.outputs.open();
    for output in &mut open {
        let draw = |it| reaching::draw(answer, it).unwrap_or_default();
        let format = output.format;
        output.write(|out, _| {
            let text = match format {
                Format::Text => return reaching::write_text(answer, coverage, out),
                Format::Json => return reaching::write_json(answer, coverage, out),
                Format::Csv => return reaching::write_csv(answer, coverage, out),
                Format::Markdown => return reaching::write_markdown(answer, coverage, out),
                Format::Dot => draw(Drawing::Dot),
                Format::Mermaid => draw(Drawing::Mermaid),
                Format::Svg => draw(Drawing::Svg),
            };
            io::Write::write_all(out, text.as_bytes())
        });
    }
    outputs::finish(open)
}

/// The answer about a cluster as JSON, without a word beside it: one connection, or all of one end. The listing is handed
/// over before it is read.
///
/// # Errors
///
/// When it cannot be read, or nobody has a name.
#[cfg(feature = "live")]
pub(crate) fn answer(
    options: &Options,
    connection: &Connection,
    heed: impl Fn(Listing) -> anyhow::Result<Listing>,
) -> anyhow::Result<serde_json::Value> {
    let options = Options { connection: connection.clone(), ..options.clone() };
    let now = options.of_cluster(heed)?;
    if let (Some(from), Some(to)) = (&options.from, &options.to) {
        let asked = Asked::new(&now.network, from, to)?;
        return Ok(reaching::question_to_json(&asked, &now.coverage));
    }
    let answer = Answer::List(List::new(&now.network, options.focus()?));
    let mut text = Vec::new();
    reaching::write_json(&answer, &now.coverage, &mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Answers whether one connection goes through.
fn ask(options: &Options, now: &Gathered, from: &Whom, to: &Destination) -> commands::Result {
    let asked = Asked::new(&now.network, from, to)?;
    let coverage = &now.coverage;
    let written = options.outputs.write(|format| match format {
        Format::Json => format!("{:#}\n", reaching::question_to_json(&asked, coverage)),
        _ => reaching::question_to_text(&asked, coverage),
    })?;
    let answer = asked.is_yes();
    let is_unknown = now.has_unread || answer.is_none();
    let is_incomplete = is_unknown && !options.allow_incomplete;
    let is_refused = answer == Some(false) && !is_incomplete;
    Ok(exit(now, is_refused, is_incomplete).max(written))
}

fn exit(now: &Gathered, is_found: bool, is_incomplete: bool) -> Exit {
    if now.has_failed {
        Exit::Failed
    } else if is_found {
        Exit::Found
    } else if is_incomplete {
        Exit::Incomplete
    } else {
        Exit::Done
    }
}

impl Options {
    /// What the command line names.
    fn inputs(&self) -> Inputs {
        let names = self.paths.iter().chain(&self.filename).cloned().collect();
        Inputs::of(names, self.recursive, self.kustomize.clone())
    }

    /// Rejects formats that cannot show what is asked.
    fn expect_formats(&self) -> anyhow::Result<()> {
        let is_one = self.from.is_some() && self.to.is_some();
        let wanted = self.outputs.formats();
        let is_drawn = |it: &Format| matches!(it, Format::Dot | Format::Mermaid | Format::Svg);
        let is_table = |it: &Format| matches!(it, Format::Csv | Format::Markdown);
        if is_one && wanted.iter().any(|it| is_drawn(it) || is_table(it)) {
            bail!(
                "the answer about one connection is text or json: leave out --from or --to for all of them"
            );
        }
        if !self.denied.is_empty() && wanted.iter().any(|it| is_drawn(it) || is_table(it)) {
            bail!("the answer to --denied is text or json");
        }
        if self.policies && wanted.iter().any(is_drawn) {
            bail!("--policies is a table: use text, json, csv or markdown");
        }
        if is_one && self.against.is_given() {
            bail!("--against compares all connections of one end: leave out --from or --to");
        }
        Ok(())
    }

    /// Whose connections are shown.
    fn focus(&self) -> anyhow::Result<Focus> {
        let mut focus = Focus::default();
        let of_namespace =
            self.reach.span.namespace.as_ref().map(|it| format!("{it}/").parse::<Name>());
        focus.of.extend(of_namespace.transpose()?);
        let name = |whom: &Whom| match whom {
            Whom::Name(name) => Ok(name.clone()),
            Whom::Address(address) => {
                bail!("{address} is an address: name both ends, with --from and --to")
            }
        };
        let (from, to) = (self.from.as_ref(), self.to.as_ref());
        if let Some(from) = from {
            focus = Focus {
                of: vec![name(from)?],
                side: Some(harden_core::network::Direction::Egress),
                ..focus
            };
        }
        if let Some(to) = to {
            focus = Focus {
                of: vec![name(&to.whom)?],
                side: Some(harden_core::network::Direction::Ingress),
                port: to.port,
                ..focus
            };
        }
        Ok(focus)
    }
}
