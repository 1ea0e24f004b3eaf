//! The rules of a run, sorted by what they are shown, and what they are shown it in the light of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_yaml::{Document, Span};

use super::draft::Held;
use super::profiles::Profiles;
use super::{Incomplete, Settings};
use crate::finding::{About, Finding};
use crate::ignore::Families;
use crate::inventory::{Context, Extents, Inventory, PodSummary, Wanted};
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::rule::{Check, Collector, Reporter, Rule, Target, World};
use crate::schema;
use crate::source::{Charts, Positions, Text};

/// Kinds that say something for others: what the API server cannot decode says nothing.
const SPEAKING: [GroupKind; 6] = [
    GroupKind::LIMIT_RANGE,
    GroupKind::RESOURCE_QUOTA,
    GroupKind::SERVICE_ACCOUNT,
    GroupKind::new("networking.k8s.io", "NetworkPolicy"),
    GroupKind::new("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    GroupKind::new("rbac.authorization.k8s.io", "RoleBinding"),
];

/// Everything that judging takes but the texts.
#[derive(Debug)]
pub(super) struct Checker {
    pub(super) settings: Settings,
    /// The entries of the file of ignores.
    pub(super) families: Families,
    pub(super) context: Context,
    pub(super) extents: Extents,
    /// The Helm charts among the input.
    pub(super) charts: Charts,
    pub(super) rules: RulesByCheck,
    /// What the rules that run say of themselves, in their order.
    pub(super) abouts: Vec<Arc<About>>,
    /// The Pod Security Standards in each version that pods are held to.
    pub(super) profiles: Vec<Profiles>,
    /// The kinds that rules over all objects read.
    pub(super) wanted: Wanted,
}

/// The rules that run, by what they are shown.
#[derive(Debug, Default)]
pub(super) struct RulesByCheck {
    pub(super) of_documents: Vec<ActiveRule>,
    pub(super) of_objects: Vec<ActiveRule>,
    pub(super) of_workloads: Vec<ActiveRule>,
    over_all: Vec<ActiveRule>,
    /// Those that speak for the Pod Security Standards.
    standing: Vec<(&'static str, Arc<About>)>,
}

/// A rule that runs.
#[derive(Debug)]
pub(super) struct ActiveRule {
    pub(super) check: Check,
    reads: &'static [GroupKind],
    /// What all its findings have in common.
    pub(super) about: Arc<About>,
}

impl RulesByCheck {
    fn add(&mut self, rule: &'static Rule, about: Arc<About>) {
        let Rule { check, reads, .. } = *rule;
        let rules = match check {
            Check::Document(_) => &mut self.of_documents,
            Check::Object(_) => &mut self.of_objects,
            Check::Workload(_) | Check::Held { .. } | Check::LockedWorkload { .. } => {
                &mut self.of_workloads
            }
            Check::World(_) | Check::LockedWorld { .. } => &mut self.over_all,
            Check::PodSecurity(id) => return self.standing.push((id, about)),
        };
        rules.push(ActiveRule { check, reads, about });
    }
}

/// A section of a text that holds objects which rules over all objects read.
pub(super) type Kept = (usize, Span, u32);

impl Checker {
    pub(super) fn new(
        settings: Settings,
        context: Context,
        extents: Extents,
        charts: Charts,
    ) -> Self {
        let rejected: BTreeSet<_> = extents.rejected().map(|(kind, _)| kind).collect();
        let can_run = |rule: &&&'static Rule| {
            let is_blind = extents.has_gap() && rule.check.is_over_all();
            let is_deaf = rule.check.lock().is_some() && settings.lock.is_none();
            !is_blind && !is_deaf && !rule.reads.iter().any(|it| rejected.contains(it))
        };
        let rules: Vec<_> = settings.rules.iter().filter(can_run).collect();
        let wanted = rules.iter().filter(|it| it.check.is_over_all()).flat_map(|it| it.reads);
        let wanted = wanted.copied().collect();
        let about = |rule: &&&'static Rule| {
            let severity = settings.severity_of(rule);
            Arc::new(About { severity, ..About::from(**rule) })
        };
        let abouts: Vec<_> = rules.iter().map(about).collect();
        let mut sorted = RulesByCheck::default();
        rules.iter().zip(&abouts).for_each(|(rule, about)| sorted.add(rule, Arc::clone(about)));
        let profiles = profiles(&settings, &context, &sorted);
        let families = Families::new(&settings.ignores);
        Self {
            settings,
            families,
            context,
            extents,
            charts,
            rules: sorted,
            abouts,
            profiles,
            wanted,
        }
    }

    /// Takes another context; returns what was known before.
    pub(super) fn set_context(&mut self, context: Context) -> Context {
        self.profiles = profiles(&self.settings, &context, &self.rules);
        std::mem::replace(&mut self.context, context)
    }

    /// What objects are held to.
    pub(super) fn target(&self) -> Target<'_> {
        let Settings { level, version, today, .. } = self.settings;
        let lock = self.settings.lock.as_deref();
        Target { level, version, today, context: &self.context, is_in_chart: false, lock }
    }

    /// The objects of a document: those that say what they are, and those that were meant to.
    pub(super) fn objects<'a>(
        &self,
        text: &'a Text<'_>,
        document: &'a Document<'_>,
        number: u32,
    ) -> impl Iterator<Item = Object<'a>> + use<'a> {
        let version = self.settings.version;
        let is_patch = self.context.around(text.name).patched_by().is_some();
        text.objects(document).of(text.index, number).filter_map(move |it| {
            let is_said = it.is_complete() && !schema::is_doubtful(&it);
            let object = if is_said { Some(it) } else { schema::meant(&it, version) };
            object.map(|it| it.in_patch(is_patch))
        })
    }

    /// Whether an object would say something for others, and the API server cannot decode it.
    fn says_nothing(&self, object: &Object<'_>, text: &str) -> bool {
        let speaks = SPEAKING.iter().any(|it| object.is_of(*it));
        let target = self.target();
        speaks && !schema::can_decode(&target.context.around(text).flaws(object, target.version))
    }

    /// What rules say that look at all objects. `kept` are the sections that hold those they read.
    ///
    /// Of what is held, it returns the messages of that which is confirmed, in the order of `held`.
    pub(super) fn conclude<'h>(
        &self,
        texts: &[Text<'_>],
        kept: &[Kept],
        pods: Vec<&PodSummary>,
        held: impl IntoIterator<Item = (&'h Held, &'h PodSummary)>,
    ) -> (Vec<Finding>, Vec<Option<Arc<str>>>) {
        let documents: Vec<_> = kept
            .iter()
            .filter_map(|(text, section, first)| Some((texts.get(*text)?, *section, *first)))
            .flat_map(|(text, section, first)| {
                (first..).zip(text.documents(section)).map(move |it| (text, it))
            })
            .collect();
        let objects = documents.iter().flat_map(|(text, (number, document))| {
            let all = self.objects(text, document, *number).filter(|it| !it.is_patch());
            all.filter(|it| !self.says_nothing(it, text.name()))
        });
        let files = texts.iter().map(|it| it.name).collect();
        let world = World::new(Inventory::new(&self.wanted, objects, pods, files));
        let target = self.target();
        let mut collector = Collector::default();
        let all: Vec<&dyn Positions> = texts.iter().map(|it| it as _).collect();
        for ActiveRule { check, reads, about } in &self.rules.over_all {
            if self.is_blind(reads) {
                continue;
            }
            world.allow(reads);
            let Some(mut it) = Reporter::over_all(about, target, &all, &mut collector) else {
                continue;
            };
            match (check, target.lock) {
                (Check::World(check), _) => check(&world, &mut it),
                (Check::LockedWorld { check, .. }, Some(lock)) => check(&world, lock, &mut it),
                _ => {}
            }
        }
        let findings = collector.take();
        let confirmed = held.into_iter().map(|(held, pod)| {
            let ActiveRule { check, reads, .. } = self.rules.of_workloads.get(held.rule)?;
            let Check::Held { confirm, .. } = check else { return None };
            if self.is_blind(reads) {
                return None;
            }
            world.allow(reads);
            confirm(&world, pod).map(|message| collector.text(&message))
        });
        let confirmed = confirmed.collect();
        (findings, confirmed)
    }

    /// Whether something of these kinds could not be read.
    fn is_blind(&self, reads: &[GroupKind]) -> bool {
        self.extents.rejected().any(|(kind, _)| reads.contains(&kind))
    }

    /// The kinds that could not be read, with the rules that therefore did not run. `others` are kinds that no
    /// rule needs.
    pub(super) fn not_run(&self, others: Vec<Incomplete>) -> (Vec<Incomplete>, Vec<&'static str>) {
        let mut reasons: BTreeMap<String, Vec<Lack>> = BTreeMap::new();
        for Incomplete { what, why } in others {
            reasons.entry(why).or_default().push(Lack {
                what,
                level: String::new(),
                rules: Vec::new(),
            });
        }
        let can_run =
            |it: &&&'static Rule| it.check.lock().is_none() || self.settings.lock.is_some();
        let over_all =
            self.settings.rules.iter().filter(|it| it.check.is_over_all()).filter(can_run);
        let mut ids: BTreeSet<_> =
            over_all.filter(|_| self.extents.has_gap()).map(|it| it.id).collect();
        for (kind, why) in self.extents.rejected() {
            let rules = self.settings.rules.iter().filter(can_run);
            let rules = rules.filter(|it| it.reads.contains(&kind));
            let rules: Vec<_> = rules.map(|it| it.id).collect();
            ids.extend(&rules);
            let level = match kind {
                // Which Namespace asks for more is not known, and `--level` is asked of all.
                GroupKind::NAMESPACE => format!("; pods are held to {}", self.settings.level),
                _ => String::new(),
            };
            let lack = Lack { what: kind.to_string(), level, rules };
            reasons.entry(why.to_owned()).or_default().push(lack);
        }
        let incomplete = reasons.into_iter().flat_map(|(why, lacks)| {
            if lacks.len() < TOGETHER {
                lacks.iter().map(|it| it.alone(&why)).collect()
            } else {
                vec![together(&why, lacks)]
            }
        });
        (incomplete.collect(), ids.into_iter().collect())
    }
}

/// From so many kinds on that could not be read for the same reason, they are one line.
const TOGETHER: usize = 4;

/// A kind that could not be read.
struct Lack {
    what: String,
    /// What that means for the levels of pods.
    level: String,
    /// The rules that did not run.
    rules: Vec<&'static str>,
}

impl Lack {
    fn alone(&self, why: &str) -> Incomplete {
        let Self { what, level, rules } = self;
        let why = format!("{why}{level}{}", not_run(rules));
        Incomplete { what: what.clone(), why }
    }
}

fn not_run(rules: &[&'static str]) -> String {
    match rules.len() {
        0 => String::new(),
        1 => format!("; not run: {}", rules.join(", ")),
        count => format!("; {count} rules not run: {}", rules.join(", ")),
    }
}

/// Kinds that could not be read for the same reason.
fn together(why: &str, mut lacks: Vec<Lack>) -> Incomplete {
    lacks.sort_by(|a, b| a.what.cmp(&b.what));
    let kinds: Vec<_> = lacks.iter().map(|it| it.what.as_str()).collect();
    let level: String = lacks.iter().map(|it| it.level.as_str()).collect();
    let rules: BTreeSet<_> = lacks.iter().flat_map(|it| &it.rules).copied().collect();
    let rules: Vec<_> = rules.into_iter().collect();
    let why = format!("{why}: {}{level}{}", kinds.join(", "), not_run(&rules));
    Incomplete { what: format!("{} kinds", lacks.len()), why }
}

fn profiles(settings: &Settings, context: &Context, rules: &RulesByCheck) -> Vec<Profiles> {
    let server = settings.version;
    let mut versions: Vec<_> = context.standards().map(|it| it.version.effective(server)).collect();
    versions.sort();
    versions.dedup();
    versions.retain(|it| *it != server);
    let versions = [server].into_iter().chain(versions);
    versions.map(|version| Profiles::new(rules.standing.clone(), version)).collect()
}
