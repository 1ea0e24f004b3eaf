//! What questions about access read: roles, bindings and what they name, of files, a cluster or a snapshot.

use anyhow::bail;
use harden_core::answers::access::{self, Answer, Coverage, Served, View};
use harden_core::check::Incomplete;
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::rbac::authorization::{Authorization, Origin, Reader, Settings};
use harden_core::rbac::{self, GROUP};
use harden_core::source::Source;

use crate::commands::reading::{Against, Asked, Exclude, Lack, Seen, Whole, is_snapshot};
#[cfg(feature = "live")]
use crate::connection::Connection;
use crate::listing::{Kind, Listing, Scope};
use crate::snapshot;
use crate::terminal::{self, Exit};

/// What is read, and how the answer is told.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Told {
    /// Kubernetes version whose own roles are assumed for files [default: that of the cluster; v1.37 for files]
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<PolicyVersion>,

    #[command(flatten)]
    asked: Asked<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Each with the binding, the role and the rule
    Text,
    /// A table in Markdown, for an issue
    Markdown,
    /// All of it as JSON
    Json,
    /// All of it as YAML
    Yaml,
    /// Comma-separated values, for spreadsheets
    Csv,
}

/// How much of a cluster is listed, and which kinds.
type Wish = (Option<Scope>, fn(&Kind) -> bool);

/// What was read.
pub(crate) struct Known {
    pub(crate) all: Authorization,
    pub(crate) served: Served,
    pub(crate) coverage: Coverage,
    errors: Vec<String>,
    notes: Vec<String>,
}

impl Told {
    /// The namespace that is asked about; empty for all of them.
    pub(crate) fn namespace(&self) -> String {
        self.asked.reach.span.namespace.as_ref().map_or_else(String::new, ToString::to_string)
    }

    /// Reads what there is, and says so.
    pub(crate) fn read(&self) -> anyhow::Result<Known> {
        self.asked.outputs.check(&[])?;
        if self.asked.is_of_files() {
            self.asked.reach.reject_snapshot()?;
        }
        let known = self.gather(|listing| {
            terminal::note(&format!("reading {}", listing.origin))?;
            Ok(listing)
        })?;
        known.errors.iter().try_for_each(|it| terminal::error(it))?;
        known.notes.iter().try_for_each(|it| terminal::note(it))?;
        Ok(known)
    }

    /// The same without a word beside it; each listing is handed over before it is read.
    #[cfg(feature = "live")]
    pub(crate) fn read_of(
        &self,
        connection: &Connection,
        heed: impl Fn(Listing) -> anyhow::Result<Listing>,
    ) -> anyhow::Result<Known> {
        Self { asked: self.asked.through(connection), ..self.clone() }.gather(heed)
    }

    fn gather(&self, heed: impl Fn(Listing) -> anyhow::Result<Listing>) -> anyhow::Result<Known> {
        if self.asked.reach.selector.is_some() {
            bail!(
                "--selector picks objects, and who may do what follows from all roles and bindings"
            );
        }
        if !self.asked.is_of_files() {
            return self.of_cluster(heed);
        }
        self.of_texts(self.asked.read_files()?)
    }

    fn of_texts(&self, whole: Whole) -> anyhow::Result<Known> {
        let version = self.asked.connection.version(self.kubernetes_version)?;
        let mut gathering = Gathering::new(Origin::Files(Some(version)), self.own_namespace());
        whole.sources.iter().for_each(|it| gathering.learn(it));
        Ok(gathering.of_files(version, whole))
    }

    fn own_namespace(&self) -> String {
        let namespace = self.namespace();
        if namespace.is_empty() { "default".to_owned() } else { namespace }
    }

    fn of_cluster(
        &self,
        heed: impl Fn(Listing) -> anyhow::Result<Listing>,
    ) -> anyhow::Result<Known> {
        if !matches!(self.kubernetes_version, None | Some(PolicyVersion::Cluster)) {
            bail!(
                "--kubernetes-version says whose own roles are assumed for files, and a cluster has its own"
            );
        }
        let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
        let wishes: Vec<Wish> = match &self.asked.reach.span.namespace {
            _ if self.asked.reach.snapshot.is_some() => vec![(None, is_read)],
            None => vec![(Some(Scope::Cluster), is_read)],
            // What is outside of namespaces counts in each.
            Some(name) => vec![
                (Some(Scope::Namespace(name.to_string())), |it| is_read(it) && it.is_namespaced),
                (Some(Scope::Cluster), |it| is_read(it) && !it.is_namespaced),
            ],
        };
        let mut gathering = Gathering::new(Origin::Cluster, self.own_namespace());
        for (scope, wants) in wishes {
            let listing = self.asked.reach.list_of(&self.asked.connection, &now, scope, wants)?;
            gathering.take(heed(listing)?);
        }
        Ok(gathering.of_cluster())
    }

    /// What was there earlier, as `--against` names it.
    pub(crate) fn earlier(&self, against: &Against) -> anyhow::Result<Option<Known>> {
        let (inputs, exclude) = (self.asked.inputs(), Exclude::default());
        let names = inputs.names("compare").unwrap_or_default();
        if let Some(path) = against.path().filter(|it| is_snapshot(it)) {
            let mut gathering = Gathering::new(Origin::Cluster, self.own_namespace());
            gathering.take(snapshot::read(path, None)?);
            return Ok(Some(gathering.of_cluster()));
        }
        let Some(old) = against.find(&names, &inputs)? else { return Ok(None) };
        let whole = old.read(self.asked.request(&inputs, &names, &exclude))?;
        if let Some(error) = whole.errors.first() {
            bail!("--against: {error}");
        }
        Ok(Some(self.of_texts(whole)?))
    }

    /// Writes an answer, and says how the command ends.
    pub(crate) fn tell(&self, answer: &Answer, known: &Known) -> crate::commands::Result {
        let coverage = &known.coverage;
        let view = View { has_system: self.asked.reach.include_system };
        let written = self.asked.outputs.write(|format| match format {
            Format::Text => access::to_text(answer, coverage, view),
            Format::Markdown => access::to_markdown(answer, coverage),
            Format::Json => format!("{:#}\n", access::to_json(answer, coverage)),
            Format::Yaml => harden_yaml::write(&access::to_json(answer, coverage)),
            Format::Csv => access::to_csv(answer, coverage),
        })?;
        let is_incomplete = coverage.is_incomplete() && !self.asked.allow_incomplete;
        let exit = if !known.errors.is_empty() {
            Exit::Failed
        } else if answer.is_no(is_incomplete) {
            Exit::Found
        } else if is_incomplete {
            Exit::Incomplete
        } else {
            Exit::Done
        };
        Ok(exit.max(written))
    }
}

impl Known {
    /// Takes over what could not be read of an earlier state.
    pub(crate) fn take_lacks(&mut self, earlier: &Self) {
        let lacks = earlier
            .coverage
            .incomplete
            .iter()
            .map(|it| Incomplete { what: format!("earlier: {}", it.what), why: it.why.clone() });
        self.coverage.incomplete.extend(lacks);
    }

    /// Fails where something that was named is not there.
    #[cfg(feature = "live")]
    pub(crate) fn expect_all(&self) -> anyhow::Result<()> {
        if self.errors.is_empty() { Ok(()) } else { bail!("{}", self.errors.join("; ")) }
    }
}

/// The kinds that are read: those of RBAC, what they name, and what resources there are.
fn is_read(kind: &Kind) -> bool {
    rbac::KINDS.iter().any(|it| kind.is_of(*it))
        || kind.is("", "Namespace")
        || kind.is("apiextensions.k8s.io", "CustomResourceDefinition")
}

/// Whether answers depend on all objects of a kind.
fn is_needed(kind: &Kind) -> bool {
    kind.group == GROUP
}

/// The kinds of RBAC that are not among those that were listed to their end.
pub(crate) fn missing(seen: &Seen) -> Vec<Incomplete> {
    seen.missing(rbac::ROLES_AND_BINDINGS.iter())
}

/// What is learnt while it comes.
struct Gathering {
    reader: Reader,
    served: Served,
    seen: Seen,
}

impl Gathering {
    fn new(origin: Origin, namespace: String) -> Self {
        Self {
            reader: Reader::new(Settings { origin, namespace }),
            served: Served::default(),
            seen: Seen::default(),
        }
    }

    fn learn(&mut self, source: &Source<'_>) {
        self.reader.learn(source);
        self.served.learn(source);
    }

    fn take(&mut self, listing: Listing) {
        let Self { reader, served, seen } = self;
        seen.take(listing, is_read, |_, sources| {
            for source in &sources {
                reader.learn(source);
                served.learn(source);
            }
        });
    }

    /// What is known of a cluster, once all its listings were taken.
    fn of_cluster(self) -> Known {
        let missing = missing(&self.seen);
        let (mut incomplete, mut notes) = (Vec::new(), Vec::new());
        for lack in self.seen.lacks {
            match lack {
                Lack::Kind(kind, why) if !is_needed(&kind) => {
                    notes.push(format!("{} were not read: {why}", kind.resource()));
                }
                // No other API says who may do what.
                Lack::Api(what, _) if !what.contains(GROUP) => {}
                lack => incomplete.push(lack.told()),
            }
        }
        incomplete.extend(missing);
        let all = self.reader.finish();
        let mut coverage = Coverage::of(&all, None, self.seen.listed, incomplete);
        coverage.notes.extend(notes);
        Known { all, served: self.served, coverage, errors: Vec::new(), notes: Vec::new() }
    }

    /// What is known of files, where what a version has by itself is assumed.
    fn of_files(self, version: MinorVersion, whole: Whole) -> Known {
        let all = self.reader.finish();
        let coverage = Coverage::of(&all, Some(version), Vec::new(), whole.incomplete);
        Known { all, served: self.served, coverage, errors: whole.errors, notes: whole.notes }
    }
}
