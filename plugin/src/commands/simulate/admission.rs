//! `simulate admission`: what the policies of a cluster would answer to objects.

mod given;
mod store;
mod suites;
mod telling;

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::bail;
use harden_admission::cel::Timestamp;
use harden_admission::report::{Asked, Before, Subject};
use harden_admission::{Cluster, Needs, Object, Operation, Policies, Question, User};
use harden_core::check::Incomplete;
use harden_core::kubernetes::{MinorVersion, NamespaceName, PolicyVersion};
use rayon::prelude::*;

use crate::commands;
use crate::commands::reading::{self, Exclude, Inputs, Request};
use crate::connection::Connection;
use crate::deliver::outputs::{self, Outputs};
use crate::terminal::{self, Exit};
use given::Given;
use store::{Files, Live, Recorded, Store};
use telling::Telling;

/// Asks the API server's own policies, those of Kyverno and those of Gatekeeper, in the order of the API server:
/// what changes an object comes first, and what is said is said of what it made. Nothing is sent: the policies are
/// those of --policy, of a snapshot or, with neither, those of the cluster, which are only read. What cannot be
/// judged here is named, and never counts as admitted. Exits with 1 when something is refused, and with 3 when
/// something could not be read or judged, or there is nothing to judge.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    inputs: Inputs,

    /// File, folder, https:// address, or - with policies, and with what they name: parameters, ConfigMaps,
    /// Namespaces; repeatable [default: the policies of the cluster]
    #[arg(long, value_name = "PATH", help_heading = "Policies")]
    policy: Vec<PathBuf>,

    /// File that `kubectl harden snapshot` wrote, with the policies, and with the objects where none are named
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Policies",
        conflicts_with_all = ["kubeconfig", "context", "cluster", "impersonate"]
    )]
    snapshot: Option<PathBuf>,

    /// Who sends the request [default: whom the cluster takes you for; nobody in particular where none is asked]
    #[arg(long, value_name = "USER", help_heading = "Request")]
    user: Option<String>,

    /// Group of the user, repeatable; system:authenticated and those of ServiceAccounts are added
    #[arg(long, value_name = "GROUP", requires = "user", help_heading = "Request")]
    group: Vec<String>,

    /// What is done [default: create, or update for objects that --old has]
    #[arg(long, value_name = "OPERATION", value_parser = ["create", "update", "delete", "connect"], help_heading = "Request")]
    operation: Option<String>,

    /// File with the objects before, told by kind, namespace and name
    #[arg(long, value_name = "FILE", help_heading = "Request")]
    old: Option<PathBuf>,

    /// Namespace of objects that name none [default: that of the context where a cluster is asked; default]
    #[arg(short, long, value_name = "NAME", help_heading = "Request")]
    namespace: Option<NamespaceName>,

    /// Kubernetes version of the API server, such as 1.30 or latest; cluster asks it [default: that of the cluster;
    /// v1.37 for files]
    #[arg(long, value_name = "VERSION", help_heading = "Request")]
    pub(crate) kubernetes_version: Option<PolicyVersion>,

    /// Folder with tests of policies in it or below, kyverno-test.yaml and gator's suites: says what is not as they
    /// expect
    #[arg(
        long,
        value_name = "DIR",
        help_heading = "Tests",
        conflicts_with_all = ["paths", "filename", "kustomize", "policy", "snapshot", "user", "operation", "old"]
    )]
    test: Option<PathBuf>,

    #[command(flatten)]
    outputs: Outputs<Format>,

    /// Exit as if all was read and judged, when something was not
    #[arg(long, help_heading = "Exit code")]
    allow_incomplete: bool,

    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// What is refused, and why; a line for each object where nothing is
    Text,
    /// Every answer of every policy as JSON
    Json,
}

pub(crate) fn run(options: &Options) -> commands::Result {
    options.outputs.check(&[])?;
    if let Some(folder) = &options.test {
        return suites::run(options, folder);
    }
    let is_named = !options.inputs.is_empty();
    if !is_named && options.snapshot.is_none() {
        options.inputs.names("judge")?;
    }
    let now = jiff::Timestamp::now();
    options.check_old()?;
    let mut given = options.given()?;
    let mut store = options.store()?;
    let (policies, mut lacks) = store.policies()?;
    let mut may_be_more = !lacks.is_empty();
    let needs = Needs::of(&policies);
    let mut cluster = Cluster::new(options.version(&store)?);
    cluster.now = Timestamp::read(&now.to_string());
    store.serve(&mut cluster);
    let user = if options.user.is_none() { store.user() } else { None };
    let question = options.question(user, store.namespace());
    let mut beside = Vec::new();
    given.learn(&needs, store.asks_for_namespaces(), |object| {
        beside.push(object);
    });
    let others = store.others(&needs, &given.namespaces(&question.namespace))?;
    lacks.extend(others.lacks);
    let is_made = |name: &str| beside.iter().any(|it| it.is("", "Namespace") && it.name() == name);
    for name in others.absent.iter().filter(|it| !is_made(it)) {
        let why = "until it is, the API server refuses what is to be in it";
        terminal::note(&format!("namespace {name} is not in the cluster: {why}"))?;
    }
    cluster.is_whole = others.is_whole;
    others.objects.into_iter().for_each(|it| cluster.add(it));
    // What is asked about is applied to what is there.
    let twins = question.put(vec![others.written, beside], &mut cluster);
    let (before, is_clear) = options.before(&question, &cluster, &mut given);
    let compiled = Policies::read(&policies, &cluster);
    let mut telling = Telling::new(options.outputs.open(), store.written());
    telling.begin(&compiled);
    may_be_more |= telling.note_twins(&twins, &needs) || !is_clear;
    may_be_more |= compiled.refused().next().is_some();
    let asked = Asked {
        policies: &compiled,
        cluster: &cluster,
        question: &question,
        before: &before,
        may_be_more,
    };
    let mut tell = |objects: Vec<Object>| {
        let answers: Vec<_> = objects.into_par_iter().map(|it| asked.ask(it)).collect();
        for answer in answers {
            match answer {
                Ok(told) => telling.tell(&told),
                Err((what, why)) => telling.lack(what.to_string(), why),
            }
        }
    };
    if is_named {
        given.each_batch(cluster.version, &mut tell);
    } else {
        lacks.extend(store.each_batch(&mut tell)?);
    }
    for name in given.policies.iter().filter(|it| !store.reads(it)) {
        let why = "they are judged and not asked: name it with --policy, and they are";
        given.notes.push(format!("{name} holds policies, and {why}"));
    }
    lacks.append(&mut given.lacks);
    lacks.into_iter().for_each(|it| telling.lack(it.what, it.why));
    let (errors, notes) = store.said();
    for error in errors.iter().chain(&given.errors) {
        terminal::error(error)?;
    }
    for note in notes.iter().chain(&given.notes) {
        terminal::note(note)?;
    }
    let has_errors = !errors.is_empty() || !given.errors.is_empty();
    let (summary, open) = telling.end();
    let written = outputs::finish(open)?;
    let exit = if has_errors {
        Exit::Failed
    } else if summary.refused > 0 {
        Exit::Found
    } else if summary.objects() == 0 || !summary.lacks().is_empty() {
        Exit::Incomplete
    } else {
        Exit::Done
    };
    if summary.objects() == 0 && summary.lacks().is_empty() && !has_errors {
        terminal::note("there is nothing to judge: no object was read")?;
    }
    Ok(exit.allowing(options.allow_incomplete).max(written))
}

impl Options {
    /// The objects that are named.
    fn given(&self) -> anyhow::Result<Given> {
        let names = if self.inputs.is_empty() { Vec::new() } else { self.inputs.names("judge")? };
        let mut stdin = names.iter().chain(&self.policy).chain(&self.old).chain(&self.snapshot);
        if stdin.by_ref().filter(|it| it.as_os_str() == "-").count() > 1 {
            bail!("standard input can be read but once: name a file for all but one");
        }
        let exclude = self.inputs.exclude(&reading::File::default())?;
        let timeout = self.connection.request_timeout;
        let request = Request { names: &names, timeout, ..Request::of(&self.inputs, &exclude) };
        Ok(Given::new(reading::read_whole(request)))
    }

    /// Where the policies are.
    fn store(&self) -> anyhow::Result<Store> {
        let recorded = self.snapshot.as_deref().map(Recorded::new).transpose()?;
        if !self.policy.is_empty() {
            let inputs = Inputs::of(self.policy.clone(), self.inputs.recursive, None);
            let (exclude, timeout) = (Exclude::default(), self.connection.request_timeout);
            let request =
                Request { names: &self.policy, timeout, ..Request::of(&inputs, &exclude) };
            return Ok(Store::Files(
                Files::new(Given::new(reading::read_whole(request))),
                recorded,
            ));
        }
        if let Some(recorded) = recorded {
            return Ok(Store::Snapshot(recorded));
        }
        let live = Live::new(&self.connection)?;
        terminal::note(&format!("reading the policies of {}", live.name()))?;
        Ok(Store::Cluster(live))
    }

    /// The version of the API server that is asked.
    fn version(&self, store: &Store) -> anyhow::Result<MinorVersion> {
        match (self.kubernetes_version, store.version()) {
            (None | Some(PolicyVersion::Cluster), Some(version)) => Ok(version),
            (chosen, _) => self.connection.version(chosen),
        }
    }

    /// What the flags ask about each object, of a cluster that takes the user for somebody, and whose context is in
    /// a namespace, if one is asked.
    pub(crate) fn question(&self, user: Option<User>, namespace: Option<String>) -> Question {
        let user = match &self.user {
            Some(name) => User::named(name, &self.group),
            None => user.unwrap_or_else(|| User::named("", &[])),
        };
        let named = self.namespace.as_ref().map(ToString::to_string);
        Question {
            operation: self.operation.as_deref().and_then(Operation::find),
            user,
            namespace: named.or(namespace).unwrap_or_else(|| "default".to_owned()),
        }
    }

    /// Whether there is something before what is asked about.
    fn check_old(&self) -> anyhow::Result<()> {
        let operation = self.operation.as_deref().unwrap_or_default();
        if self.old.is_some() && matches!(operation, "create" | "connect") {
            bail!(
                "--old is what is there before an update or a deletion: leave it out, or --operation {operation}"
            );
        }
        Ok(())
    }

    /// The objects before, and whether it is clear which of one name it is.
    fn before(&self, question: &Question, cluster: &Cluster, given: &mut Given) -> (Before, bool) {
        let (mut before, mut twins) = (Before::default(), Vec::new());
        let Some(path) = &self.old else { return (before, true) };
        let names = [path.clone()];
        let (inputs, exclude) = (Inputs::default(), Exclude::default());
        let timeout = self.connection.request_timeout;
        let request = Request { names: &names, timeout, ..Request::of(&inputs, &exclude) };
        let mut read = Given::new(reading::read_whole(request));
        read.learn(&Needs::default(), false, |_| {});
        read.each_batch(cluster.version, &mut |objects: Vec<Object>| {
            for object in objects.into_iter().map(|it| question.place(it, cluster)) {
                let what = Subject::of(&object).to_string();
                if before.add(object) {
                    let why = "--old has several of this name that are not alike".to_owned();
                    twins.push(Incomplete { what, why });
                }
            }
        });
        let is_clear = twins.is_empty();
        given.errors.append(&mut read.errors);
        given.lacks.append(&mut read.lacks);
        given.lacks.append(&mut twins);
        (before, is_clear)
    }
}

/// The namespaces of some objects.
type Namespaces = BTreeSet<String>;
