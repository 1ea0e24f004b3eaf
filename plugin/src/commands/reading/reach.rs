//! What of a cluster is read, where no files are named: the words of the command line for it.

use std::path::PathBuf;

use anyhow::bail;
use harden_core::check::SYSTEM_NAMESPACES;
use harden_core::kubernetes::NamespaceName;

use crate::connection::Connection;
use crate::listing::{Kind, Listing, Scope};
use crate::snapshot;

/// As many objects are asked for at a time, where nothing says otherwise.
const CHUNK: u32 = 500;

/// What of a cluster is read, from the cluster or from a snapshot of it.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct Reach {
    #[command(flatten)]
    pub(crate) span: Span,

    /// Report only objects whose labels match, and what made them, e.g. app=web,tier!=test
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,

    /// Show what is found in the namespaces of Kubernetes itself, too
    #[arg(long)]
    pub(crate) include_system: bool,

    /// File that `kubectl harden snapshot` wrote, read in place of a cluster; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["kubeconfig", "context", "cluster", "impersonate", "chunk_size"]
    )]
    pub(crate) snapshot: Option<PathBuf>,
}

/// How much is read, and how.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct Span {
    /// Namespace to read, where nothing is named [default: that of the context]
    #[arg(short, long, value_name = "NAME", conflicts_with = "all_namespaces")]
    pub(crate) namespace: Option<NamespaceName>,

    /// Read all namespaces, and what is in none
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,

    /// How many objects to ask the API server for at a time
    #[arg(long, value_name = "NUMBER", default_value_t = CHUNK, value_parser = clap::value_parser!(u32).range(1..))]
    chunk_size: u32,
}

/// What is asked of a cluster.
#[derive(Debug, Clone)]
#[cfg_attr(not(feature = "live"), expect(dead_code, reason = "a client asks for it"))]
struct Question {
    /// All of it, or one namespace; `None` is that of the context.
    scope: Option<Scope>,
    /// Whether a kind is to be read.
    wants: fn(&Kind) -> bool,
    /// The labels of what is to be reported.
    selector: Option<String>,
}

impl Span {
    /// Begins to read all of what is meant of a cluster.
    pub(crate) fn list(&self, connection: &Connection, time: &str) -> anyhow::Result<Listing> {
        let question = Question { scope: self.scope(), wants: |_| true, selector: None };
        self.ask(connection, time, question)
    }

    #[cfg(feature = "live")]
    fn ask(
        &self,
        connection: &Connection,
        time: &str,
        question: Question,
    ) -> anyhow::Result<Listing> {
        use crate::cluster::objects;

        let Question { scope, wants, selector } = question;
        let chunk = self.chunk_size;
        let wish = objects::Wish { scope, wants, selector, chunk, time: time.to_owned() };
        objects::read(connection, wish)
    }

    #[cfg(not(feature = "live"))]
    #[expect(clippy::unused_self, reason = "it asks a cluster where there is a client")]
    fn ask(&self, _: &Connection, _: &str, _: Question) -> anyhow::Result<Listing> {
        bail!(
            "there is nothing to read: name a file, a folder or - with PATH or -f; this build cannot talk to \
             clusters: it was made without the feature `live`"
        )
    }

    /// How many objects the API server is asked for at a time.
    #[cfg(feature = "live")]
    pub(crate) fn chunk(&self) -> u32 {
        self.chunk_size
    }

    /// How much is asked for; `None` where nothing says it.
    pub(crate) fn scope(&self) -> Option<Scope> {
        if self.all_namespaces {
            Some(Scope::Cluster)
        } else {
            self.namespace.as_ref().map(|it| Scope::Namespace(it.to_string()))
        }
    }
}

impl Reach {
    /// All of the cluster, or of a snapshot.
    pub(crate) fn whole(snapshot: Option<PathBuf>) -> Self {
        let span = Span { namespace: None, all_namespaces: true, chunk_size: CHUNK };
        Self { span, selector: None, include_system: true, snapshot }
    }

    /// Begins to read what is meant.
    pub(crate) fn list(&self, connection: &Connection, time: &str) -> anyhow::Result<Listing> {
        self.list_of(connection, time, self.span.scope(), |_| true)
    }

    /// Begins to read those kinds that are wanted; without a scope, the namespace of the context, or all that a
    /// snapshot holds. Of a snapshot, every kind comes.
    pub(crate) fn list_of(
        &self,
        connection: &Connection,
        time: &str,
        scope: Option<Scope>,
        wants: fn(&Kind) -> bool,
    ) -> anyhow::Result<Listing> {
        if let Some(path) = &self.snapshot {
            if self.selector.is_some() {
                bail!("--selector asks the API server, and a snapshot is read without it");
            }
            return snapshot::read(path, scope);
        }
        let selector = self.selector.clone();
        self.span.ask(connection, time, Question { scope, wants, selector })
    }

    /// Rejects a snapshot where files are named.
    pub(crate) fn reject_snapshot(&self) -> anyhow::Result<()> {
        if self.snapshot.is_some() {
            bail!("--snapshot is read in place of files: leave out either of them");
        }
        Ok(())
    }

    /// Whether what is found in namespaces of Kubernetes itself is shown.
    pub(crate) fn shows_system(&self, scope: &Scope) -> bool {
        let is_asked_for =
            matches!(scope, Scope::Namespace(name) if SYSTEM_NAMESPACES.contains(&name.as_str()));
        self.include_system || is_asked_for
    }
}
