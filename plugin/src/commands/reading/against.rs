//! `--against`: the earlier state that something is compared with.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use harden_core::check::{Baseline, Incomplete, Outcome, Settings};
use harden_core::comparison::{Comparison, Earlier, EarlierReport};
use harden_core::ignore::Root;
use harden_core::report;

use super::config::{File, NAME};
use super::exclude::plain;
use super::git::{Export, Repository, Takes, Wanted};
use super::run::{self, Checked, Whole, is_stdin, name_of};
use super::{Config, Entry, Inputs, Request};
use crate::input;

/// The earlier state that something is compared with.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct Against {
    /// Count and show what is new since then: a folder, a file, a report of -o json, or a git revision such as
    /// origin/main; git:OLD is a revision even where there is a file OLD
    #[arg(long, value_name = "OLD", help_heading = "Input")]
    against: Option<String>,
}

/// What `--against` names.
#[derive(Debug)]
pub(crate) enum Old {
    /// A file or folder of manifests.
    Path(PathBuf),
    /// A report of an earlier check.
    Report(String, Box<EarlierReport>),
    /// Files as they were at a commit.
    Revision { name: String, commit: String, repository: Repository },
}

impl Old {
    /// Whether it is a report of an earlier check.
    pub(crate) fn is_report(&self) -> bool {
        matches!(self, Self::Report(..))
    }
}

/// What was found then.
#[derive(Debug)]
pub(crate) struct Judged<'o> {
    old: &'o Old,
    earlier: Earlier,
    /// What the user should know of the way.
    pub(crate) notes: Vec<String>,
}

impl Against {
    pub(crate) fn is_given(&self) -> bool {
        self.against.is_some()
    }

    /// The path that it may name.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.against.as_deref().map(Path::new)
    }

    /// Takes from the file what the command line does not say.
    pub(crate) fn fill(&mut self, config: &Config) {
        if self.against.is_none() {
            self.against.clone_from(&config.against);
        }
    }

    /// What it names. A path that is there goes before a revision of that name.
    pub(crate) fn find(&self, names: &[PathBuf], inputs: &Inputs) -> anyhow::Result<Option<Old>> {
        let Some(old) = self.against.as_deref() else { return Ok(None) };
        if old.is_empty() {
            bail!("--against names nothing: name a folder, a file, a report or a git revision");
        }
        if input::address(Path::new(old)).is_some() {
            bail!("--against reads no addresses: fetch {} first", input::shown(Path::new(old)));
        }
        let revision = old.strip_prefix("git:");
        let path = Path::new(old);
        if revision.is_none() && path.exists() {
            return of_path(path).map(Some);
        }
        let revision = revision.unwrap_or(old);
        if revision.starts_with('-') {
            bail!("--against {revision}: no revision begins with -");
        }
        of_revision(old, revision, names, inputs).map(Some)
    }
}

/// A file that is a report, or manifests.
fn of_path(path: &Path) -> anyhow::Result<Old> {
    if path.is_file() {
        let name = path.display().to_string();
        let text = input::read_path(path, std::time::Duration::ZERO)
            .with_context(|| format!("failed to read {name}"))?;
        if let Some(report) = EarlierReport::parse(&text) {
            let report = report.with_context(|| format!("--against {name}"))?;
            return Ok(Old::Report(name, Box::new(report)));
        }
    }
    Ok(Old::Path(path.to_owned()))
}

fn of_revision(
    old: &str,
    revision: &str,
    names: &[PathBuf],
    inputs: &Inputs,
) -> anyhow::Result<Old> {
    let is_file = |it: &&PathBuf| !is_stdin(it) && input::address(it).is_none();
    let paths: Vec<_> = names.iter().chain(&inputs.kustomize).collect();
    let first = paths.iter().copied().find(is_file);
    let here = PathBuf::from(".");
    let Some(repository) = Repository::around(first.unwrap_or(&here))? else {
        let place = first.unwrap_or(&here).display();
        bail!(
            "--against {old}: there is no such file or folder, and it is no revision, as {place} is in no git repository"
        );
    };
    let Some(commit) = repository.commit(revision)? else {
        bail!(
            "--against {old}: there is no such file or folder, and git knows no such revision{}",
            remedy(revision, &repository)
        );
    };
    for path in paths {
        let name = name_of(path);
        if !is_file(&path) {
            bail!(
                "--against {old}: {name} has no revisions; compare it with a folder, a file or a report"
            );
        }
        if repository.within(path).is_none() {
            bail!(
                "--against {old}: {name} is outside of the repository {}; check it by itself",
                repository.top().display()
            );
        }
    }
    Ok(Old::Revision { name: revision.to_owned(), commit, repository })
}

/// How to have a revision that is not there.
fn remedy(revision: &str, repository: &Repository) -> String {
    if revision.contains("..") {
        return "; it is two: for what they have in common, name $(git merge-base ONE OTHER)"
            .to_owned();
    }
    let is_hash = revision.len() >= 7 && revision.bytes().all(|it| it.is_ascii_hexdigit());
    if let Some(branch) = revision.strip_prefix("origin/") {
        return format!(
            "; to have it: git fetch --depth=1 origin {branch}:refs/remotes/origin/{branch}"
        );
    }
    if !repository.is_shallow() {
        return String::new();
    }
    let fetch = if is_hash {
        format!("git fetch --depth=1 origin {revision}")
    } else if revision.contains(['~', '^', '@']) {
        "git fetch --unshallow".to_owned()
    } else {
        format!("git fetch --depth=1 origin {revision}:{revision}")
    };
    format!(", of which only the last commits are here; to have it: {fetch}")
}

impl Old {
    /// Reads what was there then, and holds it.
    pub(crate) fn read(&self, request: Request<'_>) -> anyhow::Result<Whole> {
        match self {
            Self::Report(name, _) => {
                bail!(
                    "--against {name}: a report of findings does not say who may do what; name manifests or a snapshot"
                )
            }
            Self::Path(path) => {
                let (inputs, names) = inputs_of(path, request);
                Ok(run::read_whole(Request { inputs: &inputs, names: &names, ..request }))
            }
            Self::Revision { commit, repository, .. } => {
                let export =
                    Export::of(repository.clone(), commit, wanted(repository, request).collect())?;
                let is_there = |it: &&PathBuf| export.at(it).exists();
                let names: Vec<_> = request.names.iter().filter(is_there).cloned().collect();
                let mut inputs = request.inputs.clone();
                inputs.kustomize = inputs.kustomize.filter(|it| export.at(it).exists());
                let request =
                    Request { inputs: &inputs, names: &names, export: Some(&export), ..request };
                let mut whole = run::read_whole(request);
                whole.incomplete.extend(export.unread.iter().cloned());
                Ok(whole)
            }
        }
    }

    /// Judges what was there then as what is there now is judged; `config` is the file of settings that somebody
    /// named.
    pub(crate) fn judge(
        &self,
        request: Request<'_>,
        settings: &Settings,
        baseline: Option<&Baseline>,
        config: Option<&Path>,
    ) -> anyhow::Result<Judged<'_>> {
        let mut notes = Vec::new();
        let mut hides = baseline;
        let mut earlier = match self {
            Self::Report(name, report) => {
                let version = env!("CARGO_PKG_VERSION");
                if report.tool_version != version {
                    notes.push(format!(
                        "{name} was made by version {} and this is {version}: what only one of them finds seems new or gone",
                        report.tool_version
                    ));
                }
                if report.had_baseline() {
                    hides = None;
                }
                let report = EarlierReport::clone(report);
                let earlier = report.earlier(settings, baseline.is_some());
                earlier.with_context(|| format!("--against {name}"))?
            }
            Self::Path(path) => {
                let (inputs, names) = inputs_of(path, request);
                let request = Request { inputs: &inputs, names: &names, ..request };
                judged(&run::check(request, settings.clone()))
            }
            Self::Revision { commit, repository, .. } => {
                revision(commit, repository, request, settings, config)?
            }
        };
        if let Some(baseline) = hides {
            earlier.subtract(baseline.clone());
        }
        Ok(Judged { old: self, earlier, notes })
    }
}

/// A file or folder as it is read where the same is read now: built, if a kustomization is all that is named.
fn inputs_of(path: &Path, request: Request<'_>) -> (Inputs, Vec<PathBuf>) {
    let mut inputs = request.inputs.clone();
    let is_built = request.names.is_empty()
        && ["kustomization.yaml", "kustomization.yml", "Kustomization"]
            .iter()
            .any(|it| path.join(it).exists());
    inputs.kustomize = is_built.then(|| path.to_owned());
    let names = if is_built { Vec::new() } else { vec![path.to_owned()] };
    (inputs, names)
}

fn judged(checked: &Checked) -> Earlier {
    Earlier::of(&checked.outcome)
}

fn revision(
    commit: &str,
    repository: &Repository,
    request: Request<'_>,
    settings: &Settings,
    config: Option<&Path>,
) -> anyhow::Result<Earlier> {
    let files = settings_files(repository, config)?;
    let export = Export::of(
        repository.clone(),
        commit,
        wanted(repository, request).chain(files.iter().map(|it| file(it))).collect(),
    )?;
    let is_there = |it: &&PathBuf| export.at(it).exists();
    let names: Vec<_> = request.names.iter().filter(is_there).cloned().collect();
    let mut inputs = request.inputs.clone();
    inputs.kustomize = inputs.kustomize.filter(|it| export.at(it).exists());
    inputs.crd.retain(|it| export.at(it).exists());
    let mut settings = settings.clone();
    let mut lack = None;
    let then = files.iter().find(|it| export.at(&repository.place(it)).is_file());
    // What is named outside of the repository is as it is.
    let is_old = settings.reads_ignores && !(files.is_empty() && config.is_some());
    if is_old && let Err(error) = set_ignores(&mut settings, repository, &export, then) {
        let why = format!("what it ignored then counts, as it could not be read: {error:#}");
        let what = then.map_or_else(|| NAME.to_owned(), |it| it.display().to_string());
        lack = Some(Incomplete { what, why: export.in_words(&why) });
    }
    let mut earlier = if names.is_empty() && inputs.kustomize.is_none() {
        Earlier::nothing(settings.rules.iter().map(|it| it.id))
    } else {
        let request = Request { inputs: &inputs, names: &names, export: Some(&export), ..request };
        judged(&run::check(request, settings))
    };
    export.unread.iter().cloned().chain(lack).for_each(|it| earlier.note(it));
    Ok(earlier)
}

/// What is read of a commit.
fn wanted<'r>(
    repository: &'r Repository,
    request: Request<'r>,
) -> impl Iterator<Item = Wanted> + use<'r> {
    let inputs = request.inputs;
    let takes = if inputs.recursive { Takes::ManifestsBelow } else { Takes::Manifests };
    let named = request.names.iter().filter_map(|it| repository.within(it));
    let named = named.map(move |path| Wanted { path, takes });
    // What is built may need files of any folder.
    let built = inputs.kustomize.iter();
    let built = built.map(|_| Wanted { path: PathBuf::new(), takes: Takes::Everything });
    let definitions = inputs.crd.iter().filter_map(|it| repository.within(it));
    named.chain(built).chain(definitions.map(|it| file(&it)))
}

fn file(path: &Path) -> Wanted {
    Wanted { path: path.to_owned(), takes: Takes::Manifests }
}

/// Where the file of settings may have been, from the top of the repository, the nearest first.
fn settings_files(repository: &Repository, config: Option<&Path>) -> anyhow::Result<Vec<PathBuf>> {
    if let Some(config) = config {
        return Ok(repository.within(config).into_iter().collect());
    }
    let here = plain(&std::env::current_dir()?);
    let files = here.ancestors().map_while(|it| repository.within(it)).map(|it| it.join(NAME));
    Ok(files.collect())
}

/// Ignores what was ignored then.
fn set_ignores(
    settings: &mut Settings,
    repository: &Repository,
    export: &Export,
    file: Option<&PathBuf>,
) -> anyhow::Result<()> {
    settings.ignores.clear();
    let Some(path) = file else { return Ok(()) };
    let place = repository.place(path);
    let mut file = File::read(Some(&export.at(&place)))?;
    file.take_expired(jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date());
    settings.ignores = file.config.ignore.iter().map(Entry::to_core).collect();
    let folder = place.parent().unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
    settings.root = Root { folder, here: settings.root.here.clone() };
    Ok(())
}

impl Judged<'_> {
    /// What was found then, for who compares with it more than once.
    #[cfg(feature = "live")]
    pub(crate) fn earlier(&self) -> Earlier {
        self.earlier.clone()
    }

    /// Says what changed since then.
    pub(crate) fn compare(
        &mut self,
        outcome: &mut Outcome<'_>,
        request: Request<'_>,
    ) -> Comparison {
        let earlier = std::mem::take(&mut self.earlier);
        let is_report = matches!(self.old, Old::Report(..));
        earlier.compare(outcome, |source| !is_report || was_asked(source, request))
    }

    /// What the earlier check was of.
    pub(crate) fn what(&self) -> report::Earlier<'_> {
        match self.old {
            Old::Path(path) => report::Earlier::Path(path.to_str().unwrap_or("a path")),
            Old::Report(name, _) => report::Earlier::Report(name),
            Old::Revision { name, commit, .. } => report::Earlier::Revision(name, commit),
        }
    }
}

/// Whether a source of this name would be read if it were there.
fn was_asked(source: &str, request: Request<'_>) -> bool {
    let path = plain(Path::new(source));
    let named = request.names.iter().any(|it| {
        let name = plain(Path::new(&name_of(it)));
        let is_near = path.parent() == Some(&name) && it.is_dir();
        path == name || is_near || (request.inputs.recursive && path.starts_with(&name))
    });
    let built = request.inputs.kustomize.iter();
    let mut built = built.map(|it| it.display().to_string());
    (named && !request.exclude.covers(&path)) || built.any(|it| it == source)
}

/// Whether a file is a snapshot, by how it begins.
pub(crate) fn is_snapshot(path: &Path) -> bool {
    let mut first = [0; 2];
    let file = std::fs::File::open(path).ok().filter(|_| path.is_file());
    file.is_some_and(|mut it| it.read_exact(&mut first).is_ok()) && first == input::GZIP
}
