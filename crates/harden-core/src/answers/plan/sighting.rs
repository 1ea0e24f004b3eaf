//! A pod or pod template that was seen, as far as a plan needs it.

use std::sync::Arc;

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::block::Failure;
use super::ladder::{self, Held, LEVELS};
use super::mending::{self, Mending};
use super::{Planner, Today};
use crate::kubernetes::Level;
use crate::object::Object;
use crate::rule::Workload;
use crate::source::Source;

/// What is to be known of an object before it counts as one that makes pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing.
    Stands,
    /// The kubelet has it from a file on its node, and runs it whatever the API server says.
    Static,
    /// It has ended, and starts nothing any more.
    Over,
    /// It is being deleted.
    Ending,
    /// It makes no pod, and is kept for going back to it.
    Kept,
}

impl State {
    /// Whether a level that it does not meet can be enforced all the same.
    pub(super) fn is_aside(self) -> bool {
        matches!(self, Self::Over | Self::Ending | Self::Kept)
    }

    fn of(object: &Object<'_>) -> Self {
        let (metadata, status) = (object.place.at("metadata"), object.place.at("status"));
        let is_true = |it: Place<'_>| {
            matches!(it.at("type").as_str(), Some("Complete" | "Failed"))
                && it.at("status").as_str() == Some("True")
        };
        let phase = status.at("phase").as_str();
        let mirror = metadata.at("annotations").get("kubernetes.io/config.mirror");
        match (object.group, object.kind) {
            _ if metadata.at("deletionTimestamp").as_str().is_some() => Self::Ending,
            ("", "Pod") if matches!(phase, Some("Succeeded" | "Failed")) => Self::Over,
            ("", "Pod") if mirror.is_some() => Self::Static,
            ("batch", "Job") if status.at("conditions").items().any(is_true) => Self::Over,
            ("apps", "ReplicaSet") if object.place.at("spec").at("replicas").source() == "0" => {
                Self::Kept
            }
            _ => Self::Stands,
        }
    }
}

/// The place of what is enforced today, behind those of the levels.
pub(super) const TODAY: usize = LEVELS.len();

/// A pod or pod template that was seen.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) namespace: String,
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) file: Option<Arc<str>>,
    /// Kind and name of those that made it.
    pub(super) owners: Vec<(String, String)>,
    pub(super) state: State,
    pub(super) held: Held,
    /// The runtime class that lets it off.
    pub(super) runtime_class: Option<String>,
    /// What keeps it from each level in the newest version, by [`LEVELS`], and from what is enforced today.
    failures: [Arc<[Failure]>; 3],
    pub(super) mendings: [Option<Mending>; 2],
    /// Values that the API server cannot decode, so that it does not get there.
    pub(super) undecodable: Vec<String>,
}

impl Sighting {
    /// The pods that an object is or makes; `own` is its text, where that holds nothing else.
    pub(super) fn all(
        object: &Object<'_>,
        namespace: &str,
        planner: &Planner,
        (source, own): (&Source<'_>, Option<&str>),
    ) -> Vec<Self> {
        let workloads = Workload::all(object);
        if workloads.is_empty() {
            return Vec::new();
        }
        let today = planner.gatherings.get(namespace).and_then(|it| it.today.as_ref());
        let metadata = object.place.at("metadata");
        let named = metadata.at("ownerReferences").items().filter_map(|it| {
            Some((it.at("kind").as_str()?.to_owned(), it.at("name").as_str()?.to_owned()))
        });
        let owners: Vec<_> = named.collect();
        let state = match State::of(object) {
            State::Kept if owners.is_empty() => State::Stands,
            state => state,
        };
        let reference = object.reference();
        let read = |workload: &Workload<'_>| {
            let class = workload.pod.runtime_class().filter(|it| {
                planner
                    .options
                    .configured
                    .exemptions
                    .runtime_classes
                    .iter()
                    .any(|known| known == it)
            });
            let mut sighting = Self {
                namespace: namespace.to_owned(),
                api_version: reference.api_version.clone(),
                kind: object.kind.to_owned(),
                name: reference.name.clone(),
                file: source.cut.is_none().then(|| Arc::clone(&source.name)),
                owners: owners.clone(),
                state,
                held: planner.ladder.all(),
                runtime_class: class.map(str::to_owned),
                failures: Default::default(),
                mendings: [None, None],
                undecodable: Vec::new(),
            };
            if sighting.runtime_class.is_none() {
                sighting.judge(workload, planner, today);
                if let Some(text) = own {
                    sighting.mend(object, text, planner);
                }
            }
            sighting
        };
        workloads.iter().map(read).collect()
    }

    fn judge(&mut self, workload: &Workload<'_>, planner: &Planner, today: Option<&Today>) {
        let object = workload.object.place;
        self.held = planner.ladder.held(workload);
        let failures = planner.ladder.failures(workload);
        let [baseline, restricted] = failures.map(|it| Failure::all(&it, object));
        let enforced = today.and_then(|it| it.profile.as_ref());
        let rejected = enforced.map(|it| ladder::failures(it, workload)).unwrap_or_default();
        self.failures = [baseline, restricted, Failure::all(&rejected, object)];
        let unreadable = workload.pod.unreadable();
        self.undecodable = unreadable.iter().map(|it| it.path_from(&object)).collect();
    }

    /// Finds what would mend it, where nobody else makes it.
    fn mend(&mut self, object: &Object<'_>, text: &str, planner: &Planner) {
        let is_own = self.owners.is_empty() && !self.state.is_aside();
        if !is_own || self.state == State::Static {
            return;
        }
        let version = planner.ladder.newest();
        let of = |(level, failures): (Level, &Arc<[Failure]>)| {
            let is_asked = level <= planner.options.aim && !failures.is_empty();
            is_asked.then(|| mending::mend(object, (text, self.file.is_none()), level, version))
        };
        let [baseline, restricted, _] = &self.failures;
        self.mendings = [of((LEVELS[0], baseline)), of((LEVELS[1], restricted))];
    }

    /// Shares what was seen before.
    pub(super) fn intern(&mut self, known: &mut FxHashSet<Arc<[Failure]>>) {
        for failures in &mut self.failures {
            match known.get(failures) {
                Some(it) => *failures = Arc::clone(it),
                None => drop(known.insert(Arc::clone(failures))),
            }
        }
    }

    /// Whether nothing of it needs to be remembered but that it was there.
    pub(super) fn is_sound(&self) -> bool {
        self.failures.iter().all(|it| it.is_empty())
    }

    /// What keeps it from a level, or from what is enforced [`TODAY`].
    pub(super) fn failures(&self, place: usize) -> &Arc<[Failure]> {
        let [baseline, restricted, today] = &self.failures;
        match place {
            0 => baseline,
            TODAY => today,
            _ => restricted,
        }
    }

    pub(super) fn is_pod(&self) -> bool {
        self.kind == "Pod" && self.api_version == "v1"
    }
}
