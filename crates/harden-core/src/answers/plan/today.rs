//! What the labels of a namespace say today.

use std::collections::BTreeMap;

use super::Options;
use crate::kubernetes::Level;
use crate::object::Object;
use crate::pod_security::{
    LabelProblem, LabelProblemKind, Labels, Mode, PREFIX, Policy, Profile, Standard,
};

/// What the labels of a namespace say today.
#[derive(Debug, Clone)]
pub struct Today {
    /// What they come to, together with what the API server is configured to.
    pub policy: Policy,
    /// The labels for Pod Security, as they are.
    pub labels: BTreeMap<String, String>,
    /// What is to be known of them, as sentences.
    pub notes: Vec<String>,
    /// The checks of what is enforced; none where anything goes.
    pub(super) profile: Option<Profile>,
    /// What is enforced, in the version in which it is.
    pub(super) effective: Standard,
}

impl Today {
    pub(super) fn read(namespace: &Object<'_>, options: &Options) -> Self {
        let place = namespace.place.at("metadata").at("labels");
        let labels = Labels::read(place, options.configured.defaults);
        let own = place.entries().filter(|(key, _)| key.starts_with(PREFIX));
        let own = own.filter_map(|(key, it)| Some((key.to_owned(), it.as_str()?.to_owned())));
        let mut notes: Vec<_> = labels
            .invalid
            .iter()
            .map(|it| {
                let means = match it.label.ends_with("-version") {
                    true => "latest",
                    false if it.label == Mode::Enforce.level_label() => "restricted",
                    false => "privileged",
                };
                format!("{it}; where it is stored all the same, it means {means}")
            })
            .collect();
        for problem in LabelProblem::all(place, options.server) {
            let value = problem.place.as_str().unwrap_or_default();
            let note = match problem.kind {
                LabelProblemKind::Unknown { meant } => {
                    let key = problem.place.key().unwrap_or_default();
                    let meant = meant.map_or_else(String::new, |it| format!(": {PREFIX}{it} does"));
                    format!("the label {key} means nothing{meant}")
                }
                LabelProblemKind::Unreleased(mode) => format!(
                    "{mode}-version is {value}, which this server does not know: it goes by {}, and by more after an upgrade",
                    options.server
                ),
                LabelProblemKind::VersionWithoutLevel(mode) => {
                    format!("{mode}-version changes nothing without a level")
                }
                LabelProblemKind::Latest { mode: Mode::Enforce, .. } => {
                    "no version is pinned for enforce, so that an upgrade may reject what is let in today".to_owned()
                }
                _ => continue,
            };
            notes.push(note);
        }
        Self::of(labels.policy, own.collect(), notes, options)
    }

    fn of(
        policy: Policy,
        labels: BTreeMap<String, String>,
        notes: Vec<String>,
        options: &Options,
    ) -> Self {
        let Standard { level, version } = policy.enforce;
        let version = version.effective(options.server);
        let profile = (level > Level::Privileged).then(|| Profile::new(level, version));
        let effective = Standard { level, version: crate::pod_security::Version::Pinned(version) };
        Self { policy, labels, notes, profile, effective }
    }

    /// Takes in another Namespace of the same name: the stricter counts, and both are said.
    pub(super) fn join(&mut self, other: Self) {
        if other.labels == self.labels {
            return;
        }
        let note = "several Namespaces of this name have different labels: the strictest is taken";
        let is_stricter = other.effective > self.effective;
        let mut notes = std::mem::take(&mut self.notes);
        notes.extend(other.notes.iter().cloned());
        notes.push(note.to_owned());
        notes.sort();
        notes.dedup();
        if is_stricter {
            *self = other;
        }
        self.notes = notes;
    }
}
