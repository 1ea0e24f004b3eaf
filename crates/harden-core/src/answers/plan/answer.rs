//! What a plan says of each namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::block::{Block, Member, reasons};
use super::gathering::Gathering;
use super::ladder::LEVELS;
use super::sighting::{Sighting, TODAY};
use super::{Options, Planner, Stage, State, Today, owners, stages};
use crate::check::{Incomplete, SYSTEM_NAMESPACES};
use crate::pod_security::{Standard, Version, go_quoted};

/// What to do about all namespaces that were asked about.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is to be reached.
    pub aim: Standard,
    /// The context that commands name; none where no cluster was read.
    pub context: Option<String>,
    /// Each namespace, by its name.
    pub answers: Vec<Answer>,
    /// Namespaces of Kubernetes itself that are set aside.
    pub system: Vec<Answer>,
    /// Namespaces that were asked about and of which nothing was seen.
    pub unseen: Vec<String>,
    /// What could not be read.
    pub incomplete: Vec<Incomplete>,
    /// How many objects were looked at.
    pub objects: usize,
}

/// What to do about one namespace.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its name.
    pub namespace: String,
    /// Whether the API server's configuration exempts it, so that labels change nothing.
    pub is_exempt: bool,
    /// What its labels say; none where its Namespace was not seen.
    pub today: Option<Today>,
    /// How many objects with pod templates are there that no other made.
    pub templates: usize,
    /// How many Pods are there.
    pub pods: usize,
    /// The highest standard that everything in it meets.
    pub holds: Standard,
    /// What is still to be reached, from below; empty where all meets the aim.
    pub steps: Vec<Step>,
    /// What does not meet the aim, where that keeps nobody from enforcing it: the API server warns about its pods.
    pub aside: Vec<Aside>,
    /// What today's labels reject already.
    pub rejected: Option<Rejected>,
    /// Runtime classes that let pods off, and how many.
    pub let_off: BTreeMap<String, usize>,
    /// Users who are let off for the pods that they create themselves.
    pub users: Vec<String>,
    /// How to get there.
    pub stages: Vec<Stage>,
}

/// A standard that is not met yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The standard.
    pub standard: Standard,
    /// What blocks it.
    pub blocks: Vec<Block>,
    /// What does not meet it, and keeps nobody from enforcing it.
    pub aside: Vec<Aside>,
    /// What the API server warns about when the label is set with `--dry-run=server`, in its words.
    pub warnings: Vec<String>,
}

/// What does not meet a standard, and why that keeps nobody from enforcing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aside {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Why.
    pub state: State,
}

/// What today's labels reject.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejected {
    /// What is enforced.
    pub standard: Standard,
    /// What does not meet it.
    pub blocks: Vec<Block>,
}

impl Answer {
    /// Whether everything in it meets the aim, or nothing is judged.
    pub fn is_reached(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether it is there already: everything meets the aim, and labels hold it to that.
    pub fn is_there(&self) -> bool {
        self.is_reached() && self.stages.is_empty()
    }

    /// How many objects block a step, those that make others counted once.
    pub fn blocking(step: &Step) -> usize {
        step.blocks.iter().map(|it| it.members.len()).sum()
    }
}

impl Plan {
    /// Whether something in a namespace does not meet the aim.
    pub fn is_blocked(&self) -> bool {
        self.answers.iter().any(|it| !it.is_reached())
    }
}

impl Planner {
    /// Puts together what was seen. `incomplete` is what the caller could not read.
    pub fn finish(mut self, mut incomplete: Vec<Incomplete>) -> Plan {
        let gatherings = std::mem::take(&mut self.gatherings);
        let version = Version::Pinned(self.ladder.newest());
        let aim = Standard { level: self.options.aim, version };
        let broken = self.broken.iter().map(|(what, count)| Incomplete {
            what: what.to_string(),
            why: match count {
                1 => "a document could not be read".to_owned(),
                several => format!("{several} documents could not be read"),
            },
        });
        incomplete.extend(broken);
        let (mut answers, mut system, mut unseen) = (Vec::new(), Vec::new(), Vec::new());
        for (namespace, gathering) in gatherings {
            if gathering.is_empty() && !self.is_exempt(&namespace) {
                unseen.push(namespace);
                continue;
            }
            for it in gathering.sightings.iter().filter(|it| !it.undecodable.is_empty()) {
                let file = it.file.as_ref().map_or_else(String::new, |it| format!(" of {it}"));
                let fields = it.undecodable.join(", ");
                incomplete.push(Incomplete {
                    what: format!("{} {namespace}/{}{file}", it.kind, it.name),
                    why: format!("the API server cannot decode {fields}"),
                });
            }
            let is_asked = self.options.asked.contains(&namespace);
            let is_system = SYSTEM_NAMESPACES.contains(&namespace.as_str());
            let answer = self.answer(namespace, gathering);
            let is_shown = !is_system || is_asked || self.options.has_system;
            if is_shown { &mut answers } else { &mut system }.push(answer);
        }
        incomplete.sort();
        incomplete.dedup();
        let Self { options: Options { context, .. }, objects, .. } = self;
        Plan { aim, context, answers, system, unseen, incomplete, objects }
    }

    fn answer(&self, namespace: String, mut gathering: Gathering) -> Answer {
        let is_exempt = self.is_exempt(&namespace);
        for it in &mut gathering.sightings {
            let is_kept = it.owners.iter().any(|owner| gathering.makers.contains(owner));
            if it.state == State::Kept && !is_kept {
                it.state = State::Stands;
            }
        }
        let sightings: Vec<_> = gathering.sightings.iter().collect();
        let standing = sightings.iter().filter(|it| !it.state.is_aside());
        let sound = gathering.held.unwrap_or(self.ladder.all());
        let held = standing.fold(sound, |[one, other], it| [one & it.held[0], other & it.held[1]]);
        let holds = self.ladder.highest(held);
        let version = Version::Pinned(self.ladder.newest());
        let open = LEVELS.into_iter().enumerate().filter_map(|(place, level)| {
            let standard = Standard { level, version };
            let is_open = level <= self.options.aim && holds < standard && !is_exempt;
            is_open.then_some((place, standard))
        });
        let step = |(place, standard)| step(&namespace, &sightings, place, standard);
        let steps: Vec<_> = open.map(step).collect();
        let top = LEVELS.iter().position(|it| *it == self.options.aim).unwrap_or_default();
        let aim = Standard { level: self.options.aim, version };
        let aside = self::step(&namespace, &sightings, top, aim).aside;
        let enforced = gathering.today.as_ref().filter(|_| !is_exempt).map(|it| it.effective);
        let rejected = enforced.and_then(|standard| {
            let mut blocks = owners::blocks(&sightings, TODAY);
            let _ = set_aside(&mut blocks);
            (!blocks.is_empty()).then_some(Rejected { standard, blocks })
        });
        let mut answer = Answer {
            namespace,
            is_exempt,
            today: gathering.today.clone(),
            templates: gathering.templates,
            pods: gathering.pods,
            holds,
            steps,
            aside,
            rejected,
            let_off: gathering.let_off.clone(),
            users: self.options.configured.exemptions.usernames.clone(),
            stages: Vec::new(),
        };
        if !is_exempt {
            answer.stages =
                stages::of(&answer, Standard { level: self.options.aim, version }, &self.options);
        }
        answer
    }
}

fn step(namespace: &str, sightings: &[&Sighting], place: usize, standard: Standard) -> Step {
    let mut blocks = owners::blocks(sightings, place);
    let aside = set_aside(&mut blocks);
    Step { standard, blocks, aside, warnings: warnings(namespace, sightings, place, standard) }
}

/// Takes out what keeps nobody from enforcing a level.
fn set_aside(blocks: &mut Vec<Block>) -> Vec<Aside> {
    let mut aside = BTreeSet::new();
    for block in blocks.iter_mut() {
        block.members.retain(|it: &Member| {
            let is_aside = it.state.is_aside();
            if is_aside {
                aside.insert((it.kind.clone(), it.name.clone(), it.state));
            }
            !is_aside
        });
        if let Some(first) = block.members.first() {
            block.failures = Arc::clone(&first.failures);
        }
    }
    blocks.retain(|it| !it.members.is_empty());
    aside.into_iter().map(|(kind, name, state)| Aside { kind, name, state }).collect()
}

/// What the API server warns about when a namespace is labelled to enforce a standard: the Pods that are there,
/// whatever becomes of them.
fn warnings(
    namespace: &str,
    sightings: &[&Sighting],
    place: usize,
    standard: Standard,
) -> Vec<String> {
    let mut pods: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for it in sightings.iter().filter(|it| it.is_pod()) {
        let failures = it.failures(place);
        if failures.is_empty() {
            continue;
        }
        let (first, count) = pods.entry(reasons(failures)).or_insert((&it.name, 0));
        *first = (*first).min(&it.name);
        *count += 1;
    }
    let line = |(reasons, (first, count)): (String, (&str, usize))| match count {
        1 => format!("{first}: {reasons}"),
        2 => format!("{first} (and 1 other pod): {reasons}"),
        _ => format!("{first} (and {} other pods): {reasons}", count - 1),
    };
    let mut lines: Vec<_> = pods.into_iter().map(line).collect();
    lines.sort();
    let head = (!lines.is_empty()).then(|| {
        let (namespace, standard) = (go_quoted(namespace), go_quoted(&standard.to_string()));
        format!("existing pods in namespace {namespace} violate the new PodSecurity enforce level {standard}")
    });
    head.into_iter().chain(lines).collect()
}
