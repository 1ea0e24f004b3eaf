//! `plan`: what Pod Security level namespaces hold, what blocks the next one, and how to get there.

use std::path::PathBuf;

use anyhow::{anyhow, bail};
use harden_core::answers::plan::{self, Configured, Plan, Planner};
use harden_core::check::Listed;
use harden_core::kubernetes::{Level, MinorVersion, NamespaceName, PolicyVersion};

use crate::commands;
use crate::commands::reading::{self, Exclude, Inputs, Lack, Reach, Request, Seen};
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;
use crate::input;
use crate::listing::{Kind, Listing, NoNamespace, Scope, speaks_for_others};
use crate::terminal::{self, Exit};

/// Looks at the pod templates of every workload, at those of custom kinds and of workloads that are scaled to
/// zero, too, and at the pods that nothing makes. What blocks is said in the words of the API server. Nothing is
/// changed: the commands that set labels are printed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Namespaces to plan for [default: that of the context, or all that are in the files]
    #[arg(value_name = "NAMESPACE", conflicts_with_all = ["namespace", "all_namespaces"])]
    namespaces: Vec<NamespaceName>,

    /// Level to reach: baseline or restricted
    #[arg(long, value_name = "LEVEL", default_value = "restricted")]
    level: Level,

    /// Kubernetes version of the API server, beyond which none is pinned [default: that of the cluster; v1.37
    /// for files]
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<PolicyVersion>,

    /// The API server's own AdmissionConfiguration, whose defaults and exemptions count
    #[arg(long, value_name = "FILE")]
    admission_config: Option<PathBuf>,

    /// File, folder, https:// address, or - for standard input to plan for in place of a cluster; repeatable
    #[arg(short, long, value_name = "FILE", help_heading = "Input")]
    filename: Vec<PathBuf>,

    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    /// Exit as if all was read, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    reach: Reach,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A table, then what blocks and what to do, namespace by namespace
    Text,
    /// The same with every object, later levels and patches
    Wide,
    /// Markdown, for an issue
    Markdown,
    /// All of it as JSON
    Json,
    /// All of it as YAML
    Yaml,
}

/// A plan, and what is to be said beside it.
struct Made {
    plan: Plan,
    listed: Vec<Listed>,
    errors: Vec<String>,
    notes: Vec<String>,
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.outputs.check(&[])?;
    options.expect_aim()?;
    if options.reach.selector.is_some() {
        bail!(
            "--selector picks objects, and a namespace is held to a level with all that is in it"
        );
    }
    let is_of_files = !options.filename.is_empty() || options.kustomize.is_some();
    if is_of_files {
        options.reach.reject_snapshot()?;
    }
    let made = if is_of_files {
        plan_files(options)
    } else {
        plan_cluster(options, |listing| {
            terminal::note(&format!("reading {}", listing.origin))?;
            Ok(listing)
        })
    }?;
    let Made { plan, listed, errors, notes } = made;
    for error in &errors {
        terminal::error(error)?;
    }
    for note in &notes {
        terminal::note(note)?;
    }
    let is_empty = plan.answers.is_empty();
    if is_empty && errors.is_empty() && plan.incomplete.is_empty() {
        terminal::note(
            "there is nothing to plan for: no namespace, and nothing that is or makes a pod",
        )?;
    }
    let written = options.outputs.write(|format| match format {
        Format::Text => plan::to_text(&plan, false),
        Format::Wide => plan::to_text(&plan, true),
        Format::Markdown => plan::to_markdown(&plan),
        Format::Json => format!("{:#}\n", plan::to_json(&plan, &listed)),
        Format::Yaml => harden_yaml::write(&plan::to_json(&plan, &listed)),
    })?;
    let exit = if !errors.is_empty() {
        Exit::Failed
    } else if plan.is_blocked() {
        Exit::Found
    } else if is_empty || !plan.incomplete.is_empty() {
        Exit::Incomplete
    } else {
        Exit::Done
    };
    Ok(exit.allowing(options.allow_incomplete).max(written))
}

impl Options {
    fn expect_aim(&self) -> anyhow::Result<()> {
        if self.level == Level::Privileged {
            bail!(
                "--level is what to reach: baseline or restricted; every namespace meets privileged"
            );
        }
        Ok(())
    }

    fn planner(&self, server: MinorVersion, context: Option<String>) -> anyhow::Result<Planner> {
        let configured = match &self.admission_config {
            None => Configured::default(),
            Some(path) => {
                let text = input::read_path(path, self.connection.request_timeout)?;
                let name = input::shown(path);
                Configured::read(&name, &text, server).map_err(|it| anyhow!("{it}"))?
            }
        };
        let own = self.reach.span.namespace.as_ref().map(ToString::to_string);
        Ok(Planner::new(plan::Options {
            aim: self.level,
            server,
            configured,
            namespace: own.unwrap_or_else(|| "default".to_owned()),
            asked: self.namespaces.iter().map(ToString::to_string).collect(),
            has_system: self.reach.include_system,
            context,
        }))
    }
}

fn plan_files(options: &Options) -> anyhow::Result<Made> {
    let (recursive, kustomize) = (options.recursive, options.kustomize.clone());
    let inputs = Inputs::of(options.filename.clone(), recursive, kustomize);
    let names = inputs.names("plan for")?;
    let server = options.connection.version(options.kubernetes_version)?;
    let mut planner = options.planner(server, None)?;
    let (exclude, timeout) = (Exclude::default(), options.connection.request_timeout);
    let request = Request { names: &names, timeout, ..Request::of(&inputs, &exclude) };
    let whole = reading::read_whole(request);
    whole.sources.iter().for_each(|it| planner.learn(it));
    planner.judge(&whole.sources);
    let plan = planner.finish(whole.incomplete);
    let mut errors = whole.errors;
    let unseen = plan.unseen.iter();
    errors.extend(unseen.map(|it| format!("there is no namespace `{it}` in what was read")));
    Ok(Made { plan, listed: Vec::new(), errors, notes: whole.notes })
}

/// The plan for a cluster as JSON, without a word beside it. Each listing is handed over before it is read.
///
/// # Errors
///
/// When it cannot be read, or has no namespace that is asked for.
#[cfg(feature = "live")]
pub(crate) fn answer(
    options: &Options,
    connection: &Connection,
    heed: impl Fn(Listing) -> anyhow::Result<Listing>,
) -> anyhow::Result<serde_json::Value> {
    options.expect_aim()?;
    let options = Options { connection: connection.clone(), ..options.clone() };
    let Made { plan, listed, errors, .. } = plan_cluster(&options, heed)?;
    if !errors.is_empty() {
        bail!("{}", errors.join("; "));
    }
    Ok(plan::to_json(&plan, &listed))
}

/// Plans for what a cluster holds; each listing is handed over before it is read.
fn plan_cluster(
    options: &Options,
    heed: impl Fn(Listing) -> anyhow::Result<Listing>,
) -> anyhow::Result<Made> {
    let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
    let scopes: Vec<_> = if options.reach.span.all_namespaces {
        vec![Some(Scope::Cluster)]
    } else if options.namespaces.is_empty() {
        vec![options.reach.span.namespace.as_ref().map(|it| Scope::Namespace(it.to_string()))]
    } else {
        options.namespaces.iter().map(|it| Some(Scope::Namespace(it.to_string()))).collect()
    };
    let mut planner = None;
    let (mut seen, mut errors) = (Seen::default(), Vec::new());
    for scope in scopes {
        let listing = match options.reach.list_of(&options.connection, &now, scope, is_read) {
            Err(error) if error.is::<NoNamespace>() => {
                errors.push(error.to_string());
                continue;
            }
            listing => listing?,
        };
        let listing = heed(listing)?;
        let planner = match &mut planner {
            Some(planner) => planner,
            none => {
                let origin = &listing.origin;
                let server = match options.kubernetes_version {
                    None | Some(PolicyVersion::Cluster) => origin.version,
                    chosen => options.connection.version(chosen)?.min(origin.version),
                };
                let context = Some(origin.context.clone()).filter(|it| it != "in-cluster");
                none.insert(options.planner(server, context)?)
            }
        };
        // Namespaces come first.
        seen.take(listing, is_read, |kind, sources| {
            if speaks_for_others(kind) {
                sources.iter().for_each(|it| planner.learn(it));
            } else {
                planner.judge(&sources);
            }
        });
    }
    let Some(planner) = planner else { bail!("{}", errors.join("; ")) };
    // No API of Kubernetes itself that another server answers for makes pods, and no value of a ConfigMap.
    let is_own = |it: &Lack| !matches!(it, Lack::Api(what, _) if what.contains(".k8s.io"));
    let incomplete = seen.lacks.into_iter().filter(is_own).map(Lack::told).collect();
    Ok(Made { plan: planner.finish(incomplete), listed: seen.listed, errors, notes: Vec::new() })
}

fn is_read(kind: &Kind) -> bool {
    plan::reads(&kind.group, &kind.kind)
}
