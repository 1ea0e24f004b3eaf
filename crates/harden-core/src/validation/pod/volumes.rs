//! What the API server refuses of volumes.

mod kinds;
mod projected;

use harden_yaml::Place;
use rustc_hash::{FxHashMap, FxHashSet};

use super::unique;
use crate::object::{Origin, is_placeholder};
use crate::validation::names;
use crate::validation::problem::{ProblemKind, Problems};

const KIND: ProblemKind = ProblemKind::Volume;

/// The kinds of volume, in the order in which the API server looks for them.
const SOURCES: &[&str] = &[
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
    "image",
];

/// The volumes of a pod.
#[derive(Debug)]
pub(super) struct Volumes<'d> {
    list: Place<'d>,
    by_name: FxHashMap<&'d str, Volume<'d>>,
    /// Whether some names are not known before something else is filled in.
    is_open: bool,
}

/// A volume that containers may mount.
#[derive(Debug, Clone, Copy)]
pub(super) enum Volume<'d> {
    /// As it is written.
    Written(Place<'d>),
    /// Of a claim that is made for the pod.
    Claim,
}

impl Volume<'_> {
    /// Whether it is a directory that comes and goes with the pod.
    pub(super) fn is_empty_dir(self) -> bool {
        match self {
            // Without a kind it is filled in as one.
            Self::Written(place) => {
                place.at("emptyDir").exists() || !SOURCES.iter().any(|it| place.at(it).exists())
            }
            Self::Claim => false,
        }
    }

    /// Whether it is a claim, so that it may be a device.
    pub(super) fn is_claim(self) -> bool {
        match self {
            Self::Written(place) => {
                ["persistentVolumeClaim", "ephemeral"].iter().any(|it| place.at(it).exists())
            }
            Self::Claim => true,
        }
    }
}

impl<'d> Volumes<'d> {
    /// The volumes of a list, and those of claims that are made for the pod.
    pub(super) fn of(list: Place<'d>, claims: &[&'d str]) -> Self {
        let mut by_name = FxHashMap::default();
        let mut is_open = claims.iter().any(|it| is_placeholder(it));
        for volume in list.items() {
            match volume.at("name").as_str() {
                Some(name) => {
                    is_open |= is_placeholder(name);
                    by_name.entry(name).or_insert(Volume::Written(volume));
                }
                None => is_open |= volume.at("name").exists(),
            }
        }
        by_name.extend(claims.iter().map(|name| (*name, Volume::Claim)));
        is_open |= list.exists() && !list.is_list();
        Self { list, by_name, is_open }
    }

    /// The volume of a name.
    pub(super) fn find(&self, name: &str) -> Option<Volume<'d>> {
        self.by_name.get(name).copied()
    }

    /// Says that there is no volume of this name.
    pub(super) fn missing(&self, name: Place<'d>, problems: &mut Problems<'d>) {
        if self.is_open {
            return;
        }
        let mut names: Vec<_> = self.by_name.keys().copied().collect();
        names.sort_unstable();
        let hint = match names.as_slice() {
            [] => "the pod has no volumes".to_owned(),
            names if names.len() <= 8 => {
                format!("the pod has the volumes `{}`", names.join("`, `"))
            }
            names => format!("the pod has {} others", names.len()),
        };
        let message = format!("there is no volume `{}`: {hint}", name.as_str().unwrap_or_default());
        problems.add(ProblemKind::MissingVolume, name, message);
    }

    /// The volumes that are written.
    pub(super) fn check(&self, metadata: Place<'d>, origin: Origin, problems: &mut Problems<'d>) {
        let mut seen = FxHashSet::default();
        for volume in self.list.items().filter(Place::is_map) {
            let name = volume.at("name");
            unique(name, &mut seen, problems);
            problems.optional_text(ProblemKind::Name, name, names::label);
            let mut stated = SOURCES.iter().map(|it| volume.at(it)).filter(Place::exists);
            let Some(source) = stated.next() else { continue };
            if let Some(second) = stated.next() {
                let [first, other] = [source, second].map(|it| it.key().unwrap_or_default());
                let message = format!("a volume is of one kind only, not `{first}` and `{other}`");
                problems.add(KIND, second, message);
            }
            if source.is_map() {
                kinds::check(source, problems);
            }
        }
        // In a template a StatefulSet may put a claim of its own in its place.
        let claims = self.list.items().map(|it| it.at("persistentVolumeClaim"));
        for claim in claims.filter(|it| origin == Origin::Pod && it.is_map()) {
            problems.required(KIND, claim.at("claimName"), "");
        }
        let pod = metadata.at("name").as_str().filter(|_| origin == Origin::Pod);
        self.claims_of_its_own(pod.unwrap_or_default(), problems);
    }

    /// A claim that is made for an ephemeral volume cannot be that of another volume.
    fn claims_of_its_own(&self, pod: &str, problems: &mut Problems<'d>) {
        let made: FxHashSet<String> = self
            .list
            .items()
            .filter(|it| !pod.is_empty() && it.at("ephemeral").exists())
            .filter_map(|it| Some(format!("{pod}-{}", it.at("name").as_str()?)))
            .collect();
        for claim in self.list.items().map(|it| it.at("persistentVolumeClaim").at("claimName")) {
            if claim.as_str().is_some_and(|it| made.contains(it)) {
                problems.invalid(KIND, claim, "is made for an ephemeral volume of this pod");
            }
        }
    }
}
