//! What is there already, and what is to be applied, for the roles that are made by it: of files, a snapshot or a
//! cluster.

use std::path::PathBuf;

use anyhow::bail;
use harden_core::check::Incomplete;
use harden_core::generators::role::{self, Texts};
use harden_core::kubernetes::PolicyVersion;
use harden_core::rbac;
use harden_core::source::Source;

use super::sources;
use crate::commands::reading::{self, Exclude, Inputs, Lack, Reach, Request, Seen};
use crate::connection::Connection;
use crate::listing::{Kind, Scope};
use crate::terminal::{self, Exit};

/// Where roles and manifests are read from, beside `--filename` and `--for-manifests`.
#[derive(Debug, clap::Args)]
pub(crate) struct Sources {
    /// Look into the folders of folders too
    #[arg(short = 'R', long, help_heading = "Input")]
    recursive: bool,

    /// Folder with a kustomization, which kubectl builds: what is to be applied, or with --from-audit what is there
    /// already
    #[arg(short, long, value_name = "DIR", help_heading = "Input")]
    kustomize: Option<PathBuf>,

    /// Read the roles, bindings and CustomResourceDefinitions that are there from the cluster; else none is asked
    #[arg(short = 'A', long, help_heading = "Cluster")]
    all_namespaces: bool,

    /// File that `kubectl harden snapshot` wrote, read in place of a cluster; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Cluster",
        conflicts_with_all = ["kubeconfig", "context", "cluster", "impersonate", "all_namespaces"]
    )]
    snapshot: Option<PathBuf>,
}

type Named = Vec<(String, String)>;

/// Reads what the options name but logs and their policy; the code is that of what could not be read.
///
/// # Errors
///
/// When something that is named is not there, or is not asked for by what the role is made from.
pub(super) fn read(
    options: &mut role::Options,
    from: &Sources,
    connection: &Connection,
) -> anyhow::Result<Exit> {
    let is_of_cluster = from.all_namespaces || from.snapshot.is_some();
    let is_of_log = !options.from_audit.is_empty();
    let is_existing_named = is_of_cluster || !options.filename.is_empty();
    if options.ready.is_some() && (is_existing_named || from.kustomize.is_some()) {
        bail!("a ready-made role needs nothing else: leave out -f, -k, --snapshot and -A");
    }
    let inputs = |names: &[String], is_built: bool| {
        let built = from.kustomize.clone().filter(|_| is_built);
        Inputs::of(names.iter().map(PathBuf::from).collect(), from.recursive, built)
    };
    let applied = inputs(&options.for_manifests, !is_of_log);
    let there = inputs(&options.filename, is_of_log);
    if is_of_cluster && !there.is_empty() {
        bail!(
            "--snapshot and --all-namespaces are read in place of files: leave out either of them"
        );
    }
    let mut reading = Reading::default();
    let mut texts = Texts::default();
    (texts.is_of_cluster, texts.is_read) = (is_of_cluster, true);
    texts.manifests = reading.of_files(&applied, "apply", connection)?;
    texts.existing = if is_of_cluster {
        reading.of_cluster(from, connection, options)?
    } else {
        reading.of_files(&there, "narrow down", connection)?
    };
    texts.is_partial = !reading.incomplete.is_empty();
    options.texts = texts;
    reading.tell()
}

/// What was read, and what was not.
#[derive(Debug, Default)]
struct Reading {
    incomplete: Vec<Incomplete>,
    errors: Vec<String>,
    notes: Vec<String>,
}

impl Reading {
    fn of_files(
        &mut self,
        inputs: &Inputs,
        purpose: &str,
        connection: &Connection,
    ) -> anyhow::Result<Named> {
        if inputs.is_empty() {
            return Ok(Named::new());
        }
        let (names, exclude) = (inputs.names(purpose)?, Exclude::default());
        let timeout = connection.request_timeout;
        let request = Request { names: &names, timeout, ..Request::of(inputs, &exclude) };
        let whole = reading::read_whole(request);
        self.incomplete.extend(whole.lacks(is_broken));
        self.errors.extend(whole.errors);
        self.notes.extend(whole.notes);
        Ok(whole.sources.iter().map(named).collect())
    }

    /// The roles, bindings and definitions of a cluster; its version is taken where none is said.
    fn of_cluster(
        &mut self,
        from: &Sources,
        connection: &Connection,
        options: &mut role::Options,
    ) -> anyhow::Result<Named> {
        let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
        let reach = Reach::whole(from.snapshot.clone());
        let scope = from.all_namespaces.then_some(Scope::Cluster);
        // Resources that are not known are no matter where a log names them.
        let is_read = if options.from_audit.is_empty() { is_role_or_resource } else { is_role };
        let listing = reach.list_of(connection, &now, scope, is_read)?;
        terminal::note(&format!("reading the roles of {}", listing.origin))?;
        if matches!(options.kubernetes_version, None | Some(PolicyVersion::Cluster)) {
            options.kubernetes_version = Some(PolicyVersion::Pinned(listing.origin.version));
        }
        let mut texts = Named::new();
        let mut seen = Seen::default();
        seen.take(listing, is_read, |_, sources| texts.extend(sources.iter().map(named)));
        self.incomplete.extend(seen.missing(rbac::ROLES_AND_BINDINGS.iter()));
        // No other API says who may do what, or what resources there are.
        let is_meant = |it: &Lack| match it {
            Lack::Api(what, _) => {
                let is_log = !options.from_audit.is_empty();
                what.starts_with(rbac::GROUP) || !is_log && what.starts_with(DEFINITIONS)
            }
            _ => true,
        };
        self.incomplete.extend(seen.lacks.into_iter().filter(is_meant).map(Lack::told));
        Ok(texts)
    }

    /// Says what could not be read.
    fn tell(self) -> anyhow::Result<Exit> {
        sources::tell(&self.errors, &self.notes)?;
        for lack in &self.incomplete {
            terminal::note(&format!("{} could not be read: {}", lack.what, lack.why))?;
        }
        Ok(if self.incomplete.is_empty() { Exit::Done } else { Exit::Incomplete })
    }
}

/// The group of what defines resources.
const DEFINITIONS: &str = "apiextensions.k8s.io";

fn is_role(kind: &Kind) -> bool {
    rbac::ROLES_AND_BINDINGS.iter().any(|it| kind.is_of(*it))
}

fn is_role_or_resource(kind: &Kind) -> bool {
    is_role(kind) || kind.is(DEFINITIONS, "CustomResourceDefinition")
}

fn is_broken(source: &Source<'_>) -> bool {
    harden_yaml::documents(&source.text).any(|it| it.is_rejected())
}

fn named(source: &Source<'_>) -> (String, String) {
    (source.name.to_string(), source.text.to_string())
}
