//! What is read for questions about the network.

use std::path::PathBuf;

use anyhow::bail;
use harden_core::answers::reaching::Coverage;
use harden_core::check::Incomplete;
use harden_core::kubernetes::{GroupKind, PolicyVersion};
use harden_core::network::connectivity::{self, Network, Origin, Reader, Settings};
use harden_core::network::wanted::{self, Wanted};

use super::Options;
use crate::commands::reading::{
    Exclude, Inputs, Lack, Request, Seen, Whole, is_snapshot, read_whole,
};
use crate::listing::{Kind, Listing, Scope};
use crate::snapshot;
use crate::terminal;

/// What was read.
pub(super) struct Gathered {
    pub(super) network: Network,
    /// What manifests want, where that is asked.
    pub(super) wanted: Wanted,
    pub(super) coverage: Coverage,
    /// Whether something was not read, so that there may be other policies.
    pub(super) has_unread: bool,
    /// Whether something that was named is not there.
    pub(super) has_failed: bool,
}

impl Gathered {
    fn new(reader: Reader, seen: Vec<harden_core::check::Listed>, unread: Vec<Incomplete>) -> Self {
        let network = reader.finish();
        let has_unread = !unread.is_empty()
            || network.broken().next().is_some()
            || network.skipped().next().is_some();
        let coverage = Coverage::of(&network, seen, unread);
        Self { network, wanted: Wanted::default(), coverage, has_unread, has_failed: false }
    }

    /// What is not known of an earlier state, in the words of the one now.
    pub(super) fn lacks_of_earlier(&self) -> impl Iterator<Item = Incomplete> {
        let lacks = self.coverage.incomplete.iter();
        lacks.map(|it| Incomplete { what: format!("earlier: {}", it.what), why: it.why.clone() })
    }
}

impl Options {
    /// Reads what there is, and says what is not.
    pub(super) fn gather(&self) -> anyhow::Result<Gathered> {
        if self.reach.selector.is_some() {
            bail!(
                "--selector picks objects, and who reaches whom follows from all pods and policies"
            );
        }
        let (inputs, exclude) = (self.inputs(), Exclude::default());
        if inputs.is_empty() {
            return self.of_cluster(|listing| {
                terminal::note(&format!("reading {}", listing.origin))?;
                Ok(listing)
            });
        }
        self.reach.reject_snapshot()?;
        let names = inputs.names("ask about")?;
        let whole = read_whole(self.request(&inputs, &names, &exclude));
        whole.errors.iter().try_for_each(|it| terminal::error(it))?;
        whole.notes.iter().try_for_each(|it| terminal::note(it))?;
        let has_failed = !whole.errors.is_empty();
        let gathered = self.of_files(whole)?;
        Ok(Gathered { has_failed, ..gathered })
    }

    /// What was there earlier, as `--against` names it.
    pub(super) fn earlier(&self) -> anyhow::Result<Option<Gathered>> {
        if let Some(path) = self.against.path().filter(|it| is_snapshot(it)) {
            return Ok(Some(self.of_listing(snapshot::read(path, None)?)));
        }
        let (inputs, exclude) = (self.inputs(), Exclude::default());
        let names = if inputs.is_empty() { Vec::new() } else { inputs.names("compare")? };
        let Some(old) = self.against.find(&names, &inputs)? else { return Ok(None) };
        let whole = old.read(self.request(&inputs, &names, &exclude))?;
        if let Some(error) = whole.errors.first() {
            bail!("--against: {error}");
        }
        self.of_files(whole).map(Some)
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

    fn of_files(&self, whole: Whole) -> anyhow::Result<Gathered> {
        let version = self.connection.version(self.kubernetes_version)?;
        let mut reader = self.reader(Origin::Files(version));
        whole.sources.iter().for_each(|it| reader.learn(it));
        let mut wants = self.wants();
        whole.sources.iter().for_each(|it| wants.iter_mut().for_each(|wants| wants.learn(it)));
        let wanted = wants.map(wanted::Reader::finish).unwrap_or_default();
        Ok(Gathered { wanted, ..Gathered::new(reader, Vec::new(), whole.incomplete) })
    }

    /// What a cluster or a snapshot holds; the listing is handed over before it is read.
    pub(super) fn of_cluster(
        &self,
        heed: impl Fn(Listing) -> anyhow::Result<Listing>,
    ) -> anyhow::Result<Gathered> {
        if !matches!(self.kubernetes_version, None | Some(PolicyVersion::Cluster)) {
            bail!(
                "--kubernetes-version is for files: what a cluster has, its API server has taken"
            );
        }
        let now = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
        // Whom a namespace reaches, and who reaches it, is a matter of all of them.
        let scope = self.reach.snapshot.is_none().then_some(Scope::Cluster);
        let listing = self.reach.list_of(&self.connection, &now, scope, self.kinds())?;
        Ok(self.of_listing(heed(listing)?))
    }

    fn of_listing(&self, listing: Listing) -> Gathered {
        let mut reader = self.reader(Origin::Cluster);
        let mut wants = self.wants().map(wanted::Reader::of_cluster);
        let mut seen = Seen::default();
        seen.take(listing, self.kinds(), |_, sources| {
            for source in &sources {
                reader.learn(source);
                wants.iter_mut().for_each(|it| it.learn(source));
            }
        });
        let missing = seen.missing(connectivity::NEEDED.iter());
        let mut unread: Vec<_> = seen.lacks.into_iter().filter(is_needed).map(Lack::told).collect();
        unread.extend(missing);
        let wanted = wants.map(wanted::Reader::finish).unwrap_or_default();
        Gathered { wanted, ..Gathered::new(reader, seen.listed, unread) }
    }

    /// Who learns what manifests want, where a log of refusals is held against it.
    fn wants(&self) -> Option<wanted::Reader> {
        let namespace = self.reach.span.namespace.as_ref();
        let namespace = namespace.map_or_else(|| "default".to_owned(), ToString::to_string);
        (!self.denied.is_empty()).then(|| wanted::Reader::new(namespace))
    }

    /// Which kinds are read.
    fn kinds(&self) -> fn(&Kind) -> bool {
        if self.denied.is_empty() { is_read } else { is_read_or_wanted }
    }

    fn reader(&self, origin: Origin) -> Reader {
        let namespace = self.reach.span.namespace.as_ref();
        let namespace = namespace.map_or_else(|| "default".to_owned(), ToString::to_string);
        Reader::new(Settings { origin, namespace, ip_blocks_include_pods: false })
    }
}

fn is_read(kind: &Kind) -> bool {
    connectivity::reads(&kind.group, &kind.kind)
}

fn is_read_or_wanted(kind: &Kind) -> bool {
    let is_wanted = |it: &GroupKind| it.group == kind.group && it.kind == kind.kind;
    is_read(kind) || wanted::KINDS.iter().any(is_wanted)
}

/// Whether answers depend on what was not read: of the APIs of Kubernetes itself, only those that are asked.
fn is_needed(lack: &Lack) -> bool {
    match lack {
        Lack::Kind(..) | Lack::Rest(_) => true,
        Lack::Api(what, _) => connectivity::reads_group(what.split('/').next().unwrap_or(what)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_apis_that_cannot_be_read_do_not_matter() {
        let api = |it: &str| is_needed(&Lack::Api(it.to_owned(), String::new()));
        assert!(api("networking.k8s.io/v1"));
        assert!(!api("metrics.k8s.io/v1beta1"));
    }
}
