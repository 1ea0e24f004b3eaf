//! `who-can become`: who can become whom, by which steps, and what would have to be taken away.

use anyhow::bail;
use harden_core::answers::becoming::{self, Becoming, Cutting, Gathering};
use harden_core::check::{Incomplete, Listed};
use harden_core::escalation::{Nobody, Party};
use harden_core::kubernetes::{Level, MinorVersion, PolicyVersion};
use harden_core::rbac::GROUP;
use harden_core::rbac::authorization::Origin;

use crate::commands;
use crate::commands::access;
use crate::commands::reading::{Asked, Lack, Seen};
#[cfg(feature = "live")]
use crate::connection::Connection;
use crate::listing::{Kind, Listing, Scope};
use crate::terminal::{self, Exit};

/// Follows every way that is known from one identity to the next: roles that may be bound, tokens, pods, nodes,
/// certificates, controllers that act for others. Each step says which binding allows it and where that is written.
/// What Pod Security prevents by the labels of a namespace is said, too. Nothing is changed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// What to become: cluster-admin, node, node-identity, secrets, kube-system, namespace:NAME, or somebody:
    /// user:NAME, group:NAME, NAMESPACE/NAME for a ServiceAccount
    #[arg(value_name = "TARGET", value_parser = target)]
    target: Party,

    /// Who is to become it, as TARGET names somebody; repeatable [default: everybody]
    #[arg(long, value_name = "SUBJECT", value_parser = subject)]
    from: Vec<Party>,

    /// Say what would have to be taken away so that no path is left
    #[arg(long, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "bindings")]
    cut: Option<Cutting>,

    /// Kubernetes version that decides which ways there are [default: that of the cluster; v1.37 for files]
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<PolicyVersion>,

    #[command(flatten)]
    asked: Asked<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The shortest path of each, step by step
    Text,
    /// The same with reasons, other paths, and all that is not seen
    Wide,
    /// All of it as JSON
    Json,
    /// All of it as YAML
    Yaml,
    /// A graph for Graphviz
    Dot,
    /// A diagram for Markdown
    Mermaid,
    /// A drawing
    Svg,
}

/// As many paths of one start are shown where all are.
const PATHS: usize = 10;

/// An answer, and what is to be said beside it.
struct Made {
    answer: Becoming,
    listed: Vec<Listed>,
    errors: Vec<String>,
    notes: Vec<String>,
}

fn target(text: &str) -> Result<Party, Nobody> {
    Party::read_target(text)
}

fn subject(text: &str) -> Result<Party, Nobody> {
    Party::read_subject(text)
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.asked.outputs.check(&[])?;
    options.expect_all()?;
    let made = if options.asked.is_of_files() {
        options.asked.reach.reject_snapshot()?;
        of_files(options)
    } else {
        of_cluster(options, |listing| {
            terminal::note(&format!("reading {}", listing.origin))?;
            Ok(listing)
        })
    }?;
    let Made { answer, listed, errors, notes } = made;
    for error in &errors {
        terminal::error(error)?;
    }
    for note in &notes {
        terminal::note(note)?;
    }
    let written = options.asked.outputs.write(|format| match format {
        Format::Text => becoming::to_text(&answer, false),
        Format::Wide => becoming::to_text(&answer, true),
        Format::Json => becoming::to_json_text(&answer, &listed),
        Format::Yaml => harden_yaml::write(&becoming::to_json(&answer, &listed)),
        Format::Dot => becoming::to_dot(&answer),
        Format::Mermaid => becoming::to_mermaid(&answer),
        Format::Svg => becoming::to_svg(&answer),
    })?;
    let is_nobody = answer.already.is_empty() && answer.paths.is_empty();
    let exit = if !errors.is_empty() {
        Exit::Failed
    } else if !answer.incomplete.is_empty() && !options.asked.allow_incomplete {
        // That nobody can is known only where all was read.
        Exit::Incomplete
    } else if is_nobody {
        Exit::Found
    } else {
        Exit::Done
    };
    Ok(exit.max(written))
}

impl Options {
    fn expect_all(&self) -> anyhow::Result<()> {
        if self.asked.reach.span.namespace.is_some() || self.asked.reach.selector.is_some() {
            bail!(
                "who can become somebody is a matter of the whole cluster: leave out --namespace and --selector"
            );
        }
        if self.from.contains(&self.target) {
            bail!("{} is whom to become: name somebody else with --from", self.target);
        }
        Ok(())
    }

    fn question(&self, version: MinorVersion) -> becoming::Options {
        let is_brief =
            self.asked.outputs.output == Format::Text && self.asked.outputs.output_file.is_empty();
        becoming::Options {
            target: self.target.clone(),
            starts: self.from.clone(),
            cutting: self.cut,
            version,
            paths: if is_brief { 1 } else { PATHS },
        }
    }
}

fn of_files(options: &Options) -> anyhow::Result<Made> {
    let version = options.asked.connection.version(options.kubernetes_version)?;
    let whole = options.asked.read_files()?;
    let origin = Origin::Files(Some(version));
    let mut gathering = Gathering::new(origin, "default", Level::Privileged);
    whole.sources.iter().for_each(|it| gathering.learn(it));
    let answer = gathering.answer(options.question(version), whole.incomplete);
    Ok(Made { answer, listed: Vec::new(), errors: whole.errors, notes: whole.notes })
}

/// The answer for a cluster as JSON, without a word beside it. The listing is handed over before it is read.
///
/// # Errors
///
/// When it cannot be read.
#[cfg(feature = "live")]
pub(crate) fn answer(
    options: &Options,
    connection: &Connection,
    heed: impl Fn(Listing) -> anyhow::Result<Listing>,
) -> anyhow::Result<serde_json::Value> {
    let options = Options { asked: options.asked.through(connection), ..options.clone() };
    let Made { answer, listed, .. } = of_cluster(&options, heed)?;
    Ok(becoming::to_json(&answer, &listed))
}

/// Answers for what a cluster holds; the listing is handed over before it is read.
fn of_cluster(
    options: &Options,
    heed: impl Fn(Listing) -> anyhow::Result<Listing>,
) -> anyhow::Result<Made> {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
    let scope = Some(Scope::Cluster);
    let listing = options.asked.reach.list_of(&options.asked.connection, &now, scope, is_read)?;
    let listing = heed(listing)?;
    let version = match options.kubernetes_version {
        None | Some(PolicyVersion::Cluster) => listing.origin.version,
        chosen => options.asked.connection.version(chosen)?,
    };
    let mut gathering = Gathering::new(Origin::Cluster, "default", Level::Privileged);
    let mut seen = Seen::default();
    seen.take(listing, is_read, |_, sources| sources.iter().for_each(|it| gathering.learn(it)));
    let missing = access::missing(&seen);
    let Seen { listed, lacks, valueless, .. } = seen;
    // Of the APIs of Kubernetes itself that another server may answer for, none else says who may do what.
    let is_own = |it: &Lack| !matches!(it, Lack::Api(what, _) if what.contains(".k8s.io") && !is_of_answer(what));
    let mut incomplete: Vec<_> = lacks.into_iter().filter(is_own).map(Lack::told).collect();
    incomplete.extend(missing);
    if let Some(why) = valueless.filter(|_| gathering.has_mapping()) {
        let what = "what the ConfigMap aws-auth maps".to_owned();
        incomplete.push(Incomplete { what, why });
    }
    let answer = gathering.answer(options.question(version), incomplete);
    Ok(Made { answer, listed, errors: Vec::new(), notes: Vec::new() })
}

/// Whether a group of APIs, as `rbac.authorization.k8s.io/v1`, has kinds that are read.
fn is_of_answer(what: &str) -> bool {
    ["apiextensions.k8s.io", GROUP].iter().any(|it| what.starts_with(it))
}

fn is_read(kind: &Kind) -> bool {
    becoming::reads(&kind.group, &kind.kind)
}
