//! Server-side apply: what is ours becomes as generated, what is not stays as it is.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::bail;
use harden_core::Manifest;
use harden_core::kubernetes::Kind;
use http::Method;
use serde_json::Value;

use super::external_diff::ExternalDiff;
use super::{Delivery, DryRun, difference, served};
use crate::cluster::Cluster;
use crate::cluster::answer::Answer;
use crate::cluster::application::{self, Manner};
use crate::commands;
use crate::terminal::{self, Exit};

/// How long Gatekeeper may take to make a kind of a template.
const UNTIL_MADE: Duration = Duration::from_secs(30);

/// Applies the objects in order, or compares them, as the options say.
///
/// An object that is rejected does not keep the others from being applied, unless it is the
/// namespace that they live in.
pub(crate) async fn run(
    cluster: &Cluster,
    manifests: &[Manifest],
    delivery: &Delivery,
    force: bool,
) -> commands::Result {
    let mut run = Run {
        cluster,
        delivery,
        missing: BTreeSet::new(),
        lost: BTreeSet::new(),
        is_unchecked: false,
        external: ExternalDiff::of_environment(),
        outcome: Exit::Done,
    };
    let is_made = |it: &&Manifest| served::is_made_by_template(it, manifests);
    let kinds = manifests.iter().filter(|it| !is_made(it)).map(|it| &it.kind);
    served::reject_kinds_without_definition(cluster, kinds).await?;
    if !force {
        super::fit::reject_quota_below_use(cluster, manifests).await?;
    }
    for manifest in manifests {
        if served::is_made_by_template(manifest, manifests) && !run.has_kind(manifest).await? {
            continue;
        }
        run.deliver(manifest).await?;
    }
    run.show_externally()?;
    if run.is_unchecked {
        run.outcome = run.outcome.max(Exit::Incomplete);
    }
    for namespace in &run.missing {
        let text = format!(
            "namespace {namespace} does not exist yet, so the API server could not check what goes into it"
        );
        terminal::note(&text)?;
    }
    Ok(run.outcome.allowing(delivery.allow_incomplete))
}

struct Run<'a> {
    cluster: &'a Cluster,
    delivery: &'a Delivery,
    /// Namespaces that would be made first.
    missing: BTreeSet<String>,
    /// Namespaces that could not be made.
    lost: BTreeSet<String>,
    /// Whether the API server could not check something.
    is_unchecked: bool,
    /// What shows differences in our place.
    external: Option<ExternalDiff>,
    outcome: Exit,
}

impl Run<'_> {
    /// Whether there is the kind of an object, which Gatekeeper makes of a template that was just applied; where
    /// nothing was applied, that is said.
    async fn has_kind(&mut self, manifest: &Manifest) -> anyhow::Result<bool> {
        let kind = &manifest.kind;
        let keeps_nothing = self.keeps_nothing();
        let within = if keeps_nothing { Duration::ZERO } else { UNTIL_MADE };
        if served::comes(self.cluster, kind, within).await? {
            return Ok(true);
        }
        if !keeps_nothing {
            bail!(
                "Gatekeeper has not made {} of its template yet: see the status of \
                 constrainttemplate/{}, and run the command again",
                kind.kind,
                kind.plural
            );
        }
        self.is_unchecked = true;
        let text = format!(
            "{} is not there before its template is, so the API server could not check {}",
            kind.kind,
            manifest.title()
        );
        terminal::note(&text)?;
        Ok(false)
    }

    async fn deliver(&mut self, manifest: &Manifest) -> anyhow::Result<()> {
        if manifest.namespace.as_ref().is_some_and(|it| self.lost.contains(it)) {
            return Ok(());
        }
        let path = path(manifest);
        let answer = self.cluster.ask(Method::GET, &path, "", Vec::new()).await?;
        let live = match answer.status {
            403 => return self.rejected(manifest, &answer),
            404 => None,
            _ => Some(serde_json::from_str(&answer.into_json(&path)?)?),
        };
        let is_namespace = manifest.kind == Kind::NAMESPACE;
        if self.keeps_nothing() && is_namespace && live.is_none() {
            self.missing.insert(manifest.name.clone());
        }
        let unchecked = manifest.namespace.as_ref().is_some_and(|it| self.missing.contains(it));
        if self.delivery.diff {
            let after = if unchecked {
                self.is_unchecked = true;
                Some(manifest.object.clone())
            } else {
                self.send(manifest, true).await?
            };
            let Some(after) = after else {
                return self.show_conflict(manifest, live.as_ref()).await;
            };
            let differs = self.show(manifest, live.as_ref(), &after)?;
            if !self.delivery.apply && differs {
                self.outcome = self.outcome.max(Exit::Found);
            }
        }
        if self.delivery.apply {
            self.apply(manifest, live.as_ref(), unchecked).await?;
        }
        Ok(())
    }

    /// Shows two states of an object; whether they differ.
    fn show(
        &mut self,
        manifest: &Manifest,
        live: Option<&Value>,
        after: &Value,
    ) -> anyhow::Result<bool> {
        let title = manifest.title();
        let (before, after) = difference::states(live, after);
        match &mut self.external {
            Some(external) => external.add(&title, &before, &after)?,
            None => terminal::print(&difference::render((&title, "hardened"), &before, &after))?,
        }
        if self.delivery.apply {
            self.show_externally()?;
        }
        Ok(before != after)
    }

    fn show_externally(&mut self) -> anyhow::Result<()> {
        self.external.as_mut().map_or(Ok(()), ExternalDiff::show)
    }

    /// Shows what an object would become if fields that others own were taken over; nothing where that is not
    /// why it was rejected.
    async fn show_conflict(
        &mut self,
        manifest: &Manifest,
        live: Option<&Value>,
    ) -> anyhow::Result<()> {
        if self.delivery.force_conflicts {
            return Ok(());
        }
        let answer = self.attempt(manifest, true, true).await?;
        if answer.is_success() {
            self.show(manifest, live, &answer.object())?;
        }
        Ok(())
    }

    async fn apply(
        &mut self,
        manifest: &Manifest,
        live: Option<&Value>,
        unchecked: bool,
    ) -> anyhow::Result<()> {
        let title = manifest.title();
        let (after, suffix) = match self.delivery.dry_run {
            DryRun::Client => (None, " (client dry run)"),
            DryRun::Server if unchecked => {
                self.is_unchecked = true;
                (None, " (unchecked)")
            }
            DryRun::Server => (Some(self.send(manifest, true).await?), " (server dry run)"),
            DryRun::None => (Some(self.send(manifest, false).await?), ""),
        };
        let word = match (live, &after) {
            (_, Some(None)) => return Ok(()),
            (None, _) => "created",
            (Some(_), None) => "applied",
            (Some(live), Some(Some(after))) if difference::is_same(live, after) => "unchanged",
            (Some(_), Some(Some(_))) => "configured",
        };
        terminal::print(&format!("{title} {word}{suffix}\n"))?;
        Ok(())
    }

    /// Sends the object; `None` when it was rejected, which is then reported.
    async fn send(&mut self, manifest: &Manifest, dry_run: bool) -> anyhow::Result<Option<Value>> {
        let answer = self.attempt(manifest, dry_run, self.delivery.force_conflicts).await?;
        // A dry run before the real thing would show each warning twice.
        if !(dry_run && self.delivery.apply && !self.keeps_nothing()) {
            answer.warnings.iter().try_for_each(|it| terminal::warning(it))?;
        }
        if answer.is_success() {
            return Ok(Some(answer.object()));
        }
        self.rejected(manifest, &answer)?;
        Ok(None)
    }

    /// Sends the object; whatever is answered is no error.
    async fn attempt(
        &self,
        manifest: &Manifest,
        dry_run: bool,
        force: bool,
    ) -> anyhow::Result<Answer> {
        let path = path(manifest);
        let manner = Manner { is_dry_run: dry_run, is_forced: force };
        let send = || self.cluster.apply(&path, &manifest.object, manner);
        let mut answer = send().await?;
        // A controller may make the same object (the default ServiceAccount) at the same moment.
        if answer.reason() == "AlreadyExists" {
            answer = send().await?;
        }
        Ok(answer)
    }

    fn rejected(&mut self, manifest: &Manifest, answer: &Answer) -> anyhow::Result<()> {
        self.outcome = Exit::Failed;
        if manifest.kind == Kind::NAMESPACE {
            self.lost.insert(manifest.name.clone());
        }
        terminal::error(&explain(manifest, answer))
    }

    fn keeps_nothing(&self) -> bool {
        !self.delivery.apply || self.delivery.dry_run != DryRun::None
    }
}

pub(super) fn path(manifest: &Manifest) -> String {
    let kind = (&*manifest.kind.api_version(), manifest.kind.plural);
    application::path(kind, manifest.namespace.as_deref(), Some(&manifest.name))
}

/// What was rejected, why, and how to go on.
fn explain(manifest: &Manifest, answer: &Answer) -> String {
    let title = manifest.title();
    match answer.status {
        409 if answer.reason() == "Conflict" && !answer.causes().is_empty() => {
            let lines: String = answer
                .causes()
                .iter()
                .map(|(field, message)| format!("\n  {}: {message}", field.trim_start_matches('.')))
                .collect();
            let mut text =
                format!("{title} was not changed: other field managers own fields of it{lines}");
            text.push_str("\n  --force-conflicts takes these fields over; without it, leave them to their owner (--without …)");
            text
        }
        403 => {
            let namespace = manifest
                .namespace
                .as_ref()
                .map_or_else(String::new, |it| format!(" in namespace {it}"));
            format!(
                "{title} was rejected (403): {}\n  applying needs the verbs get, create and patch on {}{namespace}",
                answer.message(),
                resource(manifest)
            )
        }
        404 if !answer.is_about("namespaces") => format!(
            "{title} was not applied (404): {}\n  the cluster has no {} of {}: install what brings its CustomResourceDefinition",
            answer.message(),
            manifest.kind.kind,
            manifest.kind.api_version()
        ),
        404 => format!(
            "{title} was not applied (404): {}\n  make the namespace first: do not leave it out with --only or --without",
            answer.message()
        ),
        status => format!("{title} was rejected ({status}): {}", answer.message()),
    }
}

fn resource(manifest: &Manifest) -> String {
    match manifest.kind.group {
        "" => manifest.kind.plural.to_owned(),
        group => format!("{}.{group}", manifest.kind.plural),
    }
}
