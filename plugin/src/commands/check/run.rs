//! One run: reads the sources, runs the rules in parallel, and puts together what they say.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use harden_core::check::{Checker, Coverage, Draft, Provenance, Remains, Settings, SourceText};
use harden_core::finding::{About, Finding};
use harden_core::ignore::{self, Ignore, Unused};
use harden_core::report::Incomplete;
use harden_core::rules;
use harden_core::schema::Crds;
use rayon::prelude::*;

use super::config::Config;
use super::{Options, sources, stream};
use crate::input;

/// What a run comes to.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// What was checked, and against what.
    pub(super) settings: Settings,
    /// What was looked for.
    pub(super) rules: Vec<Arc<About>>,
    /// The names of the sources, by their place in the input.
    pub(super) names: Vec<String>,
    /// Their texts, where findings may be shown in them.
    pub(super) texts: Vec<Option<String>>,
    /// Where those texts were cut out of larger ones that were.
    pub(super) origins: Vec<Option<Provenance>>,
    pub(super) findings: Vec<Finding>,
    pub(super) coverage: Coverage,
    /// Sources that hold nothing to check.
    pub(super) foreign: Vec<String>,
    /// What was named and could not be read.
    pub(super) errors: Vec<String>,
    /// What could not be read or checked, and why.
    pub(super) incomplete: Vec<Incomplete>,
    /// Ignores that change nothing.
    pub(super) unused: Vec<Unused>,
    /// Entries of the file of ignores that change nothing, by their place there.
    pub(super) unused_entries: Vec<usize>,
    /// What rules over all objects need of each source.
    remains: Vec<Remains>,
    /// Files that sources have the API server read, with the sources.
    named_files: Vec<(usize, String)>,
    ignores: Vec<Ignore>,
}

impl Run {
    /// Reads and checks everything that the options name.
    pub(super) fn over(options: &Options, config: &Config) -> anyhow::Result<Self> {
        let mut run = Self { settings: options.settings(config)?, ..Self::default() };
        let files = sources::find(&options.filename, options.recursive);
        for (path, error) in files.unreadable {
            run.incomplete
                .push(Incomplete { what: path.display().to_string(), why: error.to_string() });
        }
        for folder in &files.without_manifests {
            let more = if options.recursive { "" } else { "; -R looks into its folders, too" };
            run.errors.push(format!(
                "{}: no file in this folder ends in .yaml, .yml or .json{more}",
                folder.display()
            ));
        }
        let named: BTreeSet<&Path> = options.filename.iter().map(AsRef::as_ref).collect();
        let (streams, whole): (Vec<_>, Vec<_>) =
            files.paths.iter().partition(|it| stream::is_stream(it));
        let texts: Vec<_> = whole
            .par_iter()
            .map(|path| (path.display().to_string(), input::read_path(path)))
            .collect();
        for ((name, text), path) in texts.into_iter().zip(whole) {
            match text {
                // Most often the command before the pipe failed, and nothing found would look sound.
                Ok(text) if name == "-" && text.trim().is_empty() => {
                    run.errors.push("standard input is empty".to_owned());
                }
                Ok(text) => run.add(name, text),
                Err(error) if named.contains(path.as_path()) => {
                    run.errors.push(format!("{name}: {error:#}"));
                }
                Err(error) => {
                    run.incomplete.push(Incomplete { what: name, why: format!("{error:#}") });
                }
            }
        }
        if let Some(folder) = &options.kustomize {
            run.add(folder.display().to_string(), kustomize(folder)?);
        }
        for text in run.texts.iter().flatten() {
            run.settings.namespaces.learn(&SourceText::new(0, text));
        }
        run.settings.crds = Arc::new(run.crds(options)?);
        let mut checker = Checker::new(run.settings.clone());
        // What Namespaces in streams say holds for the pods in files, too.
        let files = (std::mem::take(&mut run.names), std::mem::take(&mut run.texts));
        for path in streams {
            stream::judge(path, &mut checker, &mut run);
        }
        let base = run.names.len();
        run.names.extend(files.0);
        run.texts.extend(files.1);
        run.origins.resize(run.texts.len(), None);
        run.rules = checker.rules().to_vec();
        let checker = &checker;
        let judged: Vec<_> = run
            .texts
            .par_iter()
            .enumerate()
            .skip(base)
            .map_init(
                || checker.session(),
                |session, (index, text)| {
                    session.judge(&SourceText::new(index, text.as_deref().unwrap_or_default()))
                },
            )
            .collect();
        run.findings.reserve_exact(judged.iter().map(|it| it.findings.len()).sum());
        judged.into_iter().for_each(|it| run.absorb(it));
        run.conclude(config, checker);
        Ok(run)
    }

    /// The CustomResourceDefinitions of `--crd` and of the input.
    fn crds(&self, options: &Options) -> anyhow::Result<Crds> {
        let mut texts = Vec::new();
        for path in &options.crd {
            texts.push(input::read(&path.display().to_string())?);
        }
        let of_input =
            self.texts.iter().flatten().filter(|it| it.contains("CustomResourceDefinition"));
        let documents: Vec<_> =
            of_input.chain(&texts).flat_map(|it| harden_yaml::documents(it)).collect();
        Ok(Crds::read(&documents))
    }

    /// Takes in one source.
    pub(super) fn add(&mut self, name: String, text: String) {
        self.names.push(if name == "-" { "stdin".to_owned() } else { name });
        self.texts.push(Some(text));
    }

    /// Takes in what the next source comes to.
    pub(super) fn absorb(&mut self, mut judged: Draft) {
        if judged.coverage.objects == 0 && judged.coverage.broken == 0 {
            self.foreign.extend(self.names.get(self.remains.len()).cloned());
        }
        let files = std::mem::take(&mut judged.coverage.named_files);
        self.named_files.extend(files.into_iter().map(|file| (self.remains.len(), file)));
        self.coverage.add(&judged.coverage);
        self.findings.append(&mut judged.findings);
        self.ignores.append(&mut judged.ignores);
        self.remains.push(judged.remains);
    }

    /// Whether there are documents that nobody could read; templates are known not to be any.
    pub(super) fn is_broken(&self) -> bool {
        self.coverage.broken > self.coverage.templates
    }

    fn conclude(&mut self, config: &Config, checker: &Checker) {
        let texts = self.texts.iter().map(|it| it.as_deref().unwrap_or_default());
        let sources: Vec<_> = texts
            .zip(&self.origins)
            .enumerate()
            .map(|(index, (text, origin))| match origin {
                Some(origin) => SourceText::cut(index, text, origin),
                None => SourceText::new(index, text),
            })
            .collect();
        self.findings.extend(checker.conclude(&self.remains, &sources));
        for (source, file) in &self.named_files {
            if !has_source(&self.names, file) {
                let name = self.names.get(*source).map_or("", String::as_str);
                let why =
                    format!("{name} has the API server read it, and it is not among the input");
                self.incomplete.push(Incomplete { what: file.clone(), why });
            }
        }
        self.ignores.retain(|it| {
            let entry = it.entry.and_then(|index| config.ignore.get(index));
            let name = self.names.get(it.source).map_or("", String::as_str);
            entry.is_none_or(|entry| entry.is_about_file(name))
        });
        // Two sorted runs, which this sort merges.
        self.findings.sort_by(Finding::order);
        self.unused = ignore::apply(&mut self.findings, &self.ignores, rules::exists);
        // An entry of the file may be about many objects, and useful for one of them.
        let useless = |entry| {
            let count = |ignores: &mut dyn Iterator<Item = &Ignore>| {
                ignores.filter(|it| it.entry == Some(entry)).count()
            };
            count(&mut self.ignores.iter()) == count(&mut self.unused.iter().map(|it| &it.ignore))
        };
        if self.settings.reads_ignores {
            self.unused_entries = (0..config.ignore.len()).filter(|it| useless(*it)).collect();
        }
        self.unused.retain(|it| it.ignore.entry.is_none());
    }
}

/// Whether a file is among the input; paths on a server are others than those of its files here.
fn has_source(names: &[String], path: &str) -> bool {
    let name = Path::new(path).file_name();
    names.iter().any(|it| Path::new(it).file_name() == name)
}

/// Has kubectl build a kustomization.
fn kustomize(folder: &Path) -> anyhow::Result<String> {
    let output = Command::new("kubectl").arg("kustomize").arg(folder).output();
    let output = output.context("failed to run kubectl, which builds kustomizations")?;
    if !output.status.success() {
        bail!(
            "kubectl kustomize {}: {}",
            folder.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    String::from_utf8(output.stdout).context("kubectl printed something other than text")
}
