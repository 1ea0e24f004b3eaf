//! Policies that ask for what was seen: a lock says who signed which image.

use std::collections::{BTreeMap, BTreeSet};

use super::attestation::{Attestation, Origin, PROVENANCE, is_plain_url, named};
use super::engine::{SignatureFormat, Unmatched, Written};
use super::images::Registries;
use super::plan::{NAME, Plan};
use super::signer::{Named, Signer};
use super::versions::{self, Asked};
use super::{Options, annotate, limits};
use crate::cluster::Facts;
use crate::generators::{Generated, OptionError, Verdict, stages};
use crate::intents::{self, ImagePrefix};
use crate::lock::{Found, Identity, Lock, Locked, Signer as Seen};

/// The statement as which cosign 3 signs an image: no statement about it.
const SIGNATURE: &str = "https://sigstore.dev/cosign/sign/v1";

/// The issuer of workflows of GitHub.
const GITHUB: &str = "https://token.actions.githubusercontent.com";

/// The images that have signers, by their repositories.
type Signed<'l> = BTreeMap<ImagePrefix, Vec<&'l Locked>>;

/// What is the same for several repositories.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Wanted<'l> {
    signers: Vec<&'l Seen>,
    predicates: Vec<&'l str>,
    builder: Option<&'l str>,
    source: Option<&'l str>,
}

impl Options {
    /// One policy for each group of repositories whose images were signed alike.
    pub(super) fn of_lock(
        &self,
        written: Written,
        lock: &Lock,
        facts: &Facts,
    ) -> Result<Generated, OptionError> {
        self.reject_signers()?;
        let exempt = self.exemptions(written, facts)?;
        let mut notes = Vec::new();
        let (repositories, unknown) = self.of_repositories(lock)?;
        let is_whole = unknown.is_empty();
        notes.extend(unknown);
        let mut groups: BTreeMap<Wanted<'_>, Vec<ImagePrefix>> = BTreeMap::new();
        for (repository, images) in repositories {
            let wanted = Wanted::of(&images);
            notes.extend(wanted.notes(&repository, &images));
            groups.entry(wanted).or_default().push(repository);
        }
        if groups.is_empty() {
            let rule = "it has no verified signer of any image of the manifests: verify them, and write it again";
            return Err(OptionError::new("--lock", self.lock.as_deref().unwrap_or_default(), rule));
        }
        let is_one = groups.len() == 1;
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by(|a, b| a.1.cmp(&b.1));
        let mut names = BTreeSet::new();
        let mut manifests = Vec::new();
        for (wanted, listed) in &groups {
            let signers = wanted.signers(self)?;
            for signer in &signers {
                limits::check_key(written, *signer)?;
                self.check_root(written, *signer)?;
                let (format, has_root) = (self.signature_format, self.root.is_some());
                let asked = Asked { written, signer: *signer, format, has_root };
                notes.extend(
                    versions::notes(self.verifier_version, &asked)
                        .map_err(|rule| OptionError::new("--verifier", "", rule))?,
                );
            }
            let attestations = wanted.attestations();
            if written == Written::ClusterImagePolicy
                && self.signature_format == SignatureFormat::Legacy
                && signers.len() > 1
                && !attestations.is_empty()
            {
                let rule = "policy-controller cannot ask for statements of one of several signers in this format: use bundle";
                return Err(OptionError::new("--signature-format", "legacy", rule));
            }
            let counts = listed.iter().map(|it| (it.clone(), 0)).collect();
            let registries = Registries { listed: listed.clone(), counts, others: Vec::new() };
            let why = format!(
                "Lets images of {} in that are signed as the lock says.",
                registries.title()
            );
            let plan = Plan {
                name: if is_one { NAME.to_owned() } else { name(listed, &mut names) },
                signers,
                attestations,
                origin: Origin { builder: wanted.builder, source: wanted.source },
                format: self.signature_format,
                is_logged: wanted.signers.iter().all(|it| it.log) && !self.without_log,
                trusted_root: self.root.as_ref(),
                unmatched: if is_one { self.unmatched } else { Unmatched::Allow },
                mode: self.mode,
                exempt_namespaces: intents::namespaces(&exempt),
                why,
                registries,
            };
            manifests.extend(written.manifests(&plan));
        }
        let mut known = BTreeSet::new();
        let refuses = written == Written::ClusterImagePolicy && self.unmatched == Unmatched::Refuse;
        manifests.retain(|it| {
            let is_for_others = it.name == "harden-other-images" && refuses;
            !is_for_others && known.insert((it.kind.kind, it.name.clone()))
        });
        annotate(&mut manifests, &exempt);
        if !is_one && self.unmatched == Unmatched::Refuse && !refuses {
            notes.push(
                "with several policies, images of other repositories are let in without a signature: refuse them with \
                 kubectl harden admission-policy unlisted-registry"
                    .to_owned(),
            );
        }
        notes.extend(stages::next(self.mode));
        let mut said = BTreeSet::new();
        notes.retain(|it| said.insert(it.clone()));
        let verdict = if is_whole { Verdict::Yes } else { Verdict::Unknown };
        Ok(Generated { manifests, notes, verdict, ..Generated::default() })
    }

    /// Rejects what says whose signatures are taken, which the lock says.
    fn reject_signers(&self) -> Result<(), OptionError> {
        let given = [
            ("--key", self.key.is_some()),
            ("--issuer", self.issuer.is_some()),
            ("--issuer-regexp", self.issuer_regexp.is_some()),
            ("--subject", self.subject.is_some()),
            ("--subject-regexp", self.subject_regexp.is_some()),
            ("--attestation", !self.attestation.is_empty()),
            ("--builder", self.builder.is_some()),
            ("--source", self.source.is_some()),
            ("--registry", !self.registry.is_empty()),
        ];
        match given.into_iter().find(|it| it.1) {
            Some((option, _)) => {
                let rule = "is what the lock says: leave it or --lock out";
                Err(OptionError::new(option, "", rule))
            }
            None => Ok(()),
        }
    }

    /// The images of the manifests that have signers, by their repositories; and what is to be said of the others.
    fn of_repositories<'l>(
        &self,
        lock: &'l Lock,
    ) -> Result<(Signed<'l>, Vec<String>), OptionError> {
        if self.images.is_empty() {
            let rule = "name manifests whose images are verified: the lock says who signed them";
            return Err(OptionError::new("--filename", "", rule));
        }
        let mut all = Signed::new();
        let mut notes = Vec::new();
        for image in &self.images.containers {
            let Some(repository) = ImagePrefix::repository(image) else { continue };
            match lock.find(image) {
                Found::Same(locked) if !locked.signers.is_empty() => {
                    all.entry(repository).or_default().push(locked);
                }
                Found::Same(_) => notes
                    .push(format!("left out, as the lock has no verified signer of it: {image}")),
                Found::Moved(_) => notes
                    .push(format!("left out, as the lock has another digest for its tag: {image}")),
                Found::Unknown | Found::Foreign => {
                    notes.push(format!("left out, as the lock does not have it: {image}"));
                }
            }
        }
        for images in all.values_mut() {
            images.dedup();
        }
        Ok((all, notes))
    }
}

impl<'l> Wanted<'l> {
    /// What the images of a repository have in common, and whoever signed one of them.
    fn of(images: &[&'l Locked]) -> Self {
        let signers: BTreeSet<_> = images.iter().flat_map(|it| &it.signers).collect();
        let first = images.first().map_or(&[][..], |it| &it.attestations);
        let is_of_all = |predicate: &str| {
            images.iter().all(|image| {
                image.attestations.iter().any(|it| it.predicate == predicate && it.signer.is_some())
            })
        };
        let predicates: BTreeSet<_> = first
            .iter()
            .map(|it| it.predicate.as_str())
            .filter(|it| *it != SIGNATURE && is_plain_url(it) && is_of_all(it))
            .collect();
        let provenance: Vec<_> = images
            .iter()
            .flat_map(|it| &it.attestations)
            .filter(|it| it.predicate == PROVENANCE && it.signer.is_some())
            .collect();
        let is_asked = predicates.contains(PROVENANCE);
        let same = |of: fn(&'l crate::lock::Attestation) -> Option<&'l str>| {
            let mut values = provenance.iter().map(|it| of(it));
            let first = values.next().flatten().filter(|it| is_asked && is_plain_url(it))?;
            values.all(|it| it == Some(first)).then_some(first)
        };
        Self {
            signers: signers.into_iter().collect(),
            predicates: predicates.into_iter().collect(),
            builder: same(|it| it.builder.as_deref()),
            source: same(|it| it.source.as_deref()),
        }
    }

    /// Whose signatures a policy takes.
    fn signers(&self, options: &Options) -> Result<Vec<Signer<'l>>, OptionError> {
        let reject = |text: &str, rule: &str| {
            let file = options.lock.as_deref().unwrap_or_default();
            Err(OptionError::new("--lock", file, format!("{text} {rule}")))
        };
        let mut signers = Vec::new();
        for Seen { identity, log } in &self.signers {
            signers.push(match identity {
                Identity::Key { public: Some(pem), .. } => Signer::Key(pem),
                Identity::Key { digest, public: None } => {
                    return reject(
                        digest,
                        "has no publicKey beside it, without which no policy can be written",
                    );
                }
                Identity::Keyless { subject, .. } if !log => {
                    return reject(subject, "signed without a log, by which engines tell when");
                }
                Identity::Keyless { issuer, subject } => {
                    if [issuer, subject]
                        .iter()
                        .any(|it| it.trim().is_empty() || it.contains(['*', '?', '\n']))
                    {
                        return reject(subject, "is no name in full, and would let others in");
                    }
                    Signer::Keyless { issuer: Named::Exact(issuer), subject: Named::Exact(subject) }
                }
            });
        }
        Ok(signers)
    }

    fn attestations(&self) -> Vec<Attestation> {
        let named = self.predicates.iter().enumerate().map(|(at, it)| named(it, at));
        named.collect()
    }

    /// What whoever applies the policy has to know of a repository.
    fn notes(&self, repository: &ImagePrefix, images: &[&Locked]) -> Vec<String> {
        let mut notes = Vec::new();
        if self.signers.len() > 1 {
            notes.push(format!(
                "{repository}: any one of {} signers is enough, as each signed an image of it",
                self.signers.len()
            ));
        }
        for Seen { identity, .. } in &self.signers {
            let Identity::Keyless { issuer, subject } = identity else { continue };
            if let Some((_, reference)) = subject.split_once("@refs/tags/") {
                notes.push(format!(
                    "{repository}: the signer is named with the tag {reference}, so that the next release is refused: \
                     write the lock and the policy again with it"
                ));
            } else if issuer == GITHUB && !subject.contains("/.github/workflows/") {
                notes.push(format!(
                    "{repository}: {subject} is more than one workflow: whoever may run any of them may sign"
                ));
            }
        }
        let drops = |it: &&&Locked| it.attestations.iter().any(|it| it.signer.is_none());
        if let Some(image) = images.iter().find(drops) {
            notes.push(format!(
                "{}: statements that were not verified are not asked for",
                image.image
            ));
        }
        notes
    }
}

/// A name of its own for the policy of repositories.
fn name(listed: &[ImagePrefix], taken: &mut BTreeSet<String>) -> String {
    let first = listed.first().map(ToString::to_string).unwrap_or_default();
    let last = first.rsplit('/').next().unwrap_or_default().replace(['_', '.'], "-");
    let stem = format!("harden-signed-{last}");
    let mut name = stem.clone();
    let mut number = 1;
    while !taken.insert(name.clone()) {
        number += 1;
        name = format!("{stem}-{number}");
    }
    name
}
