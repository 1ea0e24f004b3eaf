//! What questions about access read: roles, bindings and what they name, of files, a cluster or a snapshot.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use harden_core::answers::access::{self, Answer, Coverage, Served, View};
use harden_core::check::{Incomplete, Listed};
use harden_core::kubernetes::{MinorVersion, PolicyVersion};
use harden_core::rbac::authorization::{Authorization, Origin, Reader, Settings};
use harden_core::rbac::{self, GROUP};
use harden_core::source::Source;

use crate::commands::reading::{self, Against, Exclude, Inputs, Reach, Request, Whole};
use crate::connection::Connection;
use crate::deliver::outputs::Outputs;
use crate::listing::{Kind, Listing, Part, Scope};
use crate::snapshot;
use crate::terminal::{self, Exit};

/// What is read, and how the answer is told.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Told {
    /// Kubernetes version whose own roles are assumed for files [default: that of the cluster; v1.37 for files]
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<PolicyVersion>,

    /// File, folder, https:// address, or - for standard input to read in place of a cluster; repeatable
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
        self.reach.span.namespace.as_ref().map_or_else(String::new, ToString::to_string)
    }

    /// Reads what there is, and says so.
    pub(crate) fn read(&self) -> anyhow::Result<Known> {
        self.outputs.check(&[])?;
        if self.is_of_files() {
            self.reach.reject_snapshot()?;
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
        Self { connection: connection.clone(), ..self.clone() }.gather(heed)
    }

    fn is_of_files(&self) -> bool {
        !self.filename.is_empty() || self.kustomize.is_some()
    }

    fn gather(&self, heed: impl Fn(Listing) -> anyhow::Result<Listing>) -> anyhow::Result<Known> {
        if self.reach.selector.is_some() {
            bail!(
                "--selector picks objects, and who may do what follows from all roles and bindings"
            );
        }
        if !self.is_of_files() {
            return self.of_cluster(heed);
        }
        let inputs = self.inputs();
        let names = inputs.names("ask about")?;
        let exclude = Exclude::default();
        let whole = reading::read_whole(self.request(&inputs, &names, &exclude));
        self.of_texts(whole)
    }

    fn inputs(&self) -> Inputs {
        Inputs::of(self.filename.clone(), self.recursive, self.kustomize.clone())
    }

    fn request<'r>(
        &self,
        inputs: &'r Inputs,
        names: &'r [PathBuf],
        exclude: &'r Exclude,
    ) -> Request<'r> {
        let timeout = self.connection.request_timeout;
        Request { names, timeout, ..Request::of(inputs, exclude) }
    }

    fn of_texts(&self, whole: Whole) -> anyhow::Result<Known> {
        let version = self.connection.version(self.kubernetes_version)?;
        let mut gathering = Gathering::new(Origin::Files(Some(version)), self.own_namespace());
        whole.sources.iter().for_each(|it| gathering.learn(it));
        gathering.incomplete = whole.incomplete;
        let known = gathering.finish(Some(version));
        Ok(Known { errors: whole.errors, notes: whole.notes, ..known })
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
        let wishes: Vec<Wish> = match &self.reach.span.namespace {
            _ if self.reach.snapshot.is_some() => vec![(None, is_read)],
            None => vec![(Some(Scope::Cluster), is_read)],
            // What is outside of namespaces counts in each.
            Some(name) => vec![
                (Some(Scope::Namespace(name.to_string())), |it| is_read(it) && it.is_namespaced),
                (Some(Scope::Cluster), |it| is_read(it) && !it.is_namespaced),
            ],
        };
        let mut gathering = Gathering::new(Origin::Cluster, self.own_namespace());
        for (scope, wants) in wishes {
            let listing = self.reach.list_of(&self.connection, &now, scope, wants)?;
            gathering.take(heed(listing)?);
        }
        gathering.note_missing();
        Ok(gathering.finish(None))
    }

    /// What was there earlier, as `--against` names it.
    pub(crate) fn earlier(&self, against: &Against) -> anyhow::Result<Option<Known>> {
        let (inputs, exclude) = (self.inputs(), Exclude::default());
        let names = inputs.names("compare").unwrap_or_default();
        if let Some(path) = against.path().filter(|it| is_snapshot(it)) {
            let mut gathering = Gathering::new(Origin::Cluster, self.own_namespace());
            gathering.take(snapshot::read(path, None)?);
            gathering.note_missing();
            return Ok(Some(gathering.finish(None)));
        }
        let Some(old) = against.find(&names, &inputs)? else { return Ok(None) };
        let whole = old.read(self.request(&inputs, &names, &exclude))?;
        if let Some(error) = whole.errors.first() {
            bail!("--against: {error}");
        }
        Ok(Some(self.of_texts(whole)?))
    }

    /// Writes an answer, and says how the command ends.
    pub(crate) fn tell(&self, answer: &Answer, known: &Known) -> crate::commands::Result {
        let coverage = &known.coverage;
        let view = View { has_system: self.reach.include_system };
        let written = self.outputs.write(|format| match format {
            Format::Text => access::to_text(answer, coverage, view),
            Format::Markdown => access::to_markdown(answer, coverage),
            Format::Json => format!("{:#}\n", access::to_json(answer, coverage)),
            Format::Yaml => harden_yaml::write(&access::to_json(answer, coverage)),
            Format::Csv => access::to_csv(answer, coverage),
        })?;
        let is_incomplete = coverage.is_incomplete() && !self.allow_incomplete;
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
pub(crate) fn missing(ended: &[String]) -> Vec<Incomplete> {
    let kinds = rbac::KINDS.iter().filter(|it| it.group == GROUP);
    let missing = kinds.filter(|it| !ended.iter().any(|ended| ended == it.kind));
    let lack = |what: String| Incomplete { what, why: "it is not among what was read".to_owned() };
    missing.map(|it| lack(it.to_string())).collect()
}

fn is_snapshot(path: &Path) -> bool {
    let mut first = [0; 2];
    let file = std::fs::File::open(path).ok().filter(|_| path.is_file());
    file.is_some_and(|mut it| it.read_exact(&mut first).is_ok()) && first == [0x1f, 0x8b]
}

/// What is learnt while it comes.
struct Gathering {
    reader: Reader,
    served: Served,
    listed: Vec<Listed>,
    incomplete: Vec<Incomplete>,
    lacks: Vec<String>,
    ended: Vec<String>,
    is_cut: bool,
}

impl Gathering {
    fn new(origin: Origin, namespace: String) -> Self {
        Self {
            reader: Reader::new(Settings { origin, namespace }),
            served: Served::default(),
            listed: Vec::new(),
            incomplete: Vec::new(),
            lacks: Vec::new(),
            ended: Vec::new(),
            is_cut: false,
        }
    }

    fn learn(&mut self, source: &Source<'_>) {
        self.reader.learn(source);
        self.served.learn(source);
    }

    fn take(&mut self, listing: Listing) {
        let Listing { origin, parts } = listing;
        let name = format!("cluster {}", origin.context).into();
        for part in parts {
            match part {
                Part::Objects(kind, texts) if is_read(&kind) => {
                    reading::sources_of(&name, texts).iter().for_each(|it| self.learn(it));
                }
                Part::End(kind, end) if is_read(&kind) => {
                    self.listed.push(reading::one_listed(&origin, &kind, &end));
                    self.ended.push(kind.kind.clone());
                    match end.lack {
                        Some(why) if is_needed(&kind) => {
                            self.incomplete.push(Incomplete { what: kind.resource(), why });
                        }
                        Some(why) => {
                            self.lacks.push(format!("{} were not read: {why}", kind.resource()));
                        }
                        None => {}
                    }
                }
                Part::Unread(what, why) if what.contains(GROUP) => {
                    self.incomplete.push(Incomplete { what, why });
                }
                Part::Interrupted => self.cut("interrupted".to_owned()),
                Part::Cut(why) => self.cut(why),
                // Nothing else says who may do what.
                Part::Objects(..)
                | Part::End(..)
                | Part::Unread(..)
                | Part::Selected(_)
                | Part::Invalid(_) => {}
            }
        }
    }

    fn cut(&mut self, why: String) {
        self.is_cut = true;
        self.incomplete.push(Incomplete { what: "other kinds".to_owned(), why });
    }

    /// Names the kinds of RBAC of which nothing is known.
    fn note_missing(&mut self) {
        if !self.is_cut {
            self.incomplete.extend(missing(&self.ended));
        }
    }

    fn finish(self, assumed: Option<MinorVersion>) -> Known {
        let all = self.reader.finish();
        let mut coverage = Coverage::of(&all, assumed, self.listed, self.incomplete);
        coverage.notes.extend(self.lacks);
        Known { all, served: self.served, coverage, errors: Vec::new(), notes: Vec::new() }
    }
}
