//! Objects that mend findings by being there, at the end of the text.

use harden_yaml::{Span, Splice};

use serde_json::json;

use super::{Existing, FixedText, Refused, Wanted, Why};
use crate::cluster::Facts;
use crate::finding::Companion;
use crate::generators::Generate as _;
use crate::generators::namespace::{Options, Part};
use crate::kubernetes::{Kind, PolicyVersion};
use crate::manifest::Manifest;

impl Wanted {
    /// The objects themselves; none for a name that is that of no namespace.
    pub fn manifests(&self) -> Vec<Manifest> {
        let parts = self.what.iter().filter_map(|it| match it {
            Companion::DefaultDeny => Some(Part::DefaultDeny),
            Companion::AllowDns => Some(Part::Dns),
            Companion::Quota => Some(Part::Quota),
            Companion::Limits => Some(Part::Limits),
            Companion::ServiceAccount => None,
        });
        let mut manifests = self.parts(parts.collect());
        if self.what.contains(&Companion::ServiceAccount) {
            manifests.push(self.service_account());
        }
        manifests
    }

    fn parts(&self, parts: Vec<Part>) -> Vec<Manifest> {
        let Some(name) = self.namespace.parse().ok().filter(|_| !parts.is_empty()) else {
            return Vec::new();
        };
        let options = Options {
            names: vec![name],
            only: parts,
            force: true,
            kubernetes_version: Some(PolicyVersion::Pinned(self.version)),
            ..Options::default()
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
        existing: &Existing<'_>,
    ) -> Vec<Why> {
        let mut there = Vec::new();
        let manifests = wanted.manifests();
        if manifests.is_empty() {
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
