//! Objects that mend findings by being there, at the end of the text.

use harden_yaml::{Span, Splice};

use serde_json::json;

use super::demands::{Demands, Unknown};
use super::{Existing, FixedText, Refused, Wanted, Why};
use crate::cluster::Facts;
use crate::finding::Companion;
use crate::generators::Generate as _;
use crate::generators::namespace::{Hard, Options, Part};
use crate::kubernetes::{Kind, PolicyVersion};
use crate::manifest::Manifest;

impl Wanted {
    /// Whether it bounds what a namespace takes.
    pub(super) fn bounds(&self) -> bool {
        self.what.iter().any(|it| matches!(it, Companion::Quota | Companion::Limits))
    }

    /// The objects themselves, for what is in the input; none for a name that is that of no namespace.
    pub fn manifests(&self, existing: &Existing<'_>) -> Vec<Manifest> {
        self.make(existing.demands(&self.namespace, None), existing).0
    }

    /// The same; says which are not made, and why.
    fn make(&self, demands: Demands, existing: &Existing<'_>) -> (Vec<Manifest>, Option<Why>) {
        let parts = self.what.iter().filter_map(|it| match it {
            Companion::DefaultDeny => Some(Part::DefaultDeny),
            Companion::AllowDns => Some(Part::Dns),
            Companion::Quota | Companion::Limits | Companion::ServiceAccount => None,
        });
        let mut manifests = self.parts(parts.collect(), Options::default());
        let (bounds, not_made) =
            if self.bounds() { self.bounding(demands, existing) } else { (Vec::new(), None) };
        manifests.extend(bounds);
        if self.what.contains(&Companion::ServiceAccount) {
            manifests.push(self.service_account());
        }
        (manifests, not_made)
    }

    /// A ResourceQuota that admits what is there, and a LimitRange that makes it fit.
    fn bounding(
        &self,
        mut demands: Demands,
        existing: &Existing<'_>,
    ) -> (Vec<Manifest>, Option<Why>) {
        let least_limits = demands.least_limits();
        let with_quota = |quota: Vec<Hard>, only: Part| {
            let options =
                Options { quota, least_limits: least_limits.clone(), ..Options::default() };
            self.parts(vec![only], options)
        };
        let mut made = with_quota(Vec::new(), Part::Limits);
        let (Some(limits), true) = (made.first(), self.what.contains(&Companion::Quota)) else {
            return (made, None);
        };
        let limits_title = limits.title();
        if !existing.has(limits) {
            demands.give(&limits.object);
        }
        let quota = with_quota(Vec::new(), Part::Quota);
        let beyond = quota.first().map_or(Ok(Vec::new()), |it| demands.beyond(&it.object));
        let quota = match beyond {
            Ok(hard) if hard.is_empty() => quota,
            Ok(hard) => with_quota(hard, Part::Quota),
            Err(Unknown::Nodes(workload)) => return (Vec::new(), Some(Why::Nodes(workload))),
            Err(Unknown::Silent) => return (Vec::new(), Some(Why::There(limits_title))),
        };
        if quota.is_empty() {
            return (Vec::new(), Some(Why::Decision));
        }
        made.splice(..0, quota);
        (made, None)
    }

    fn parts(&self, only: Vec<Part>, options: Options) -> Vec<Manifest> {
        let Some(name) = self.namespace.parse().ok().filter(|_| !only.is_empty()) else {
            return Vec::new();
        };
        let options = Options {
            names: vec![name],
            only,
            force: true,
            kubernetes_version: Some(PolicyVersion::Pinned(self.version)),
            ..options
        };
        options.generate(&Facts::default()).map_or_else(|_| Vec::new(), |it| it.manifests)
    }

    fn service_account(&self) -> Manifest {
        let Self { kind, name, namespace, .. } = self;
        let why =
            format!("The pods of {kind} {name} run as this one; bind to it what they may do.");
        let namespace = Some(namespace.as_str()).filter(|it| !it.is_empty());
        let body = json!({"automountServiceAccountToken": false});
        Manifest::new(Kind::SERVICE_ACCOUNT, namespace, name, &why, body)
    }
}

/// Objects to add to a text, each once, with the proposals that want them.
#[derive(Debug, Default)]
pub(super) struct Companions(Vec<(Manifest, Vec<usize>)>);

impl Companions {
    /// Adds what a proposal wants; says what is not added, and why.
    pub(super) fn add(
        &mut self,
        proposal: usize,
        wanted: &Wanted,
        demands: Demands,
        existing: &Existing<'_>,
    ) -> Vec<Why> {
        let (manifests, not_made) = wanted.make(demands, existing);
        let mut there: Vec<_> = not_made.into_iter().collect();
        if manifests.is_empty() && there.is_empty() {
            there.push(Why::Decision);
        }
        for manifest in manifests {
            if existing.has(&manifest) {
                there.push(Why::There(manifest.title()));
                continue;
            }
            let known = self.0.iter_mut().find(|(it, _)| it.object == manifest.object);
            match known {
                Some((_, proposals)) => proposals.push(proposal),
                None => self.0.push((manifest, vec![proposal])),
            }
        }
        there
    }

    /// Writes them as documents behind all others.
    pub(super) fn append(self, text: &str, fixed: &mut FixedText, refused: &mut [Vec<Refused>]) {
        let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with('{');
        let mut with = String::new();
        for (companion, proposals) in self.0 {
            if is_json {
                let why = Refused { path: String::new(), why: Why::Json(companion.title()) };
                for proposal in proposals {
                    if let Some(refused) = refused.get_mut(proposal) {
                        refused.push(why.clone());
                    }
                }
                continue;
            }
            let place = fixed.splices.len();
            for proposal in proposals {
                let proposal = fixed.proposals.get_mut(proposal);
                proposal.into_iter().for_each(|it| it.splices.push(place));
            }
            with.push_str("---\n");
            with.push_str(&companion.to_yaml(true));
        }
        if with.is_empty() {
            return;
        }
        let needs_feed = !text.is_empty() && !text.ends_with('\n');
        if needs_feed {
            with.insert(0, '\n');
        }
        if text.contains("\r\n") {
            with = with.replace('\n', "\r\n");
        }
        let end = text.len();
        fixed.splices.push(Splice { span: Span::new(end, end), with });
    }
}
