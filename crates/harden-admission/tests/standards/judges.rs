//! The intents of every level and version as one engine is told them, each policy read once.

use std::collections::BTreeMap;

use harden_core::intents::{self, Intent};
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::rule::Check;
use serde_json::Value;

use super::fixtures::Pods;
use crate::told::{Standing, Way, policy};

/// Policies of one way; those that are the same in several versions are one.
pub(super) struct Judges {
    way: Way,
    by_text: BTreeMap<String, usize>,
    by_intent: BTreeMap<(&'static str, MinorVersion), usize>,
    standing: Vec<Standing>,
    verdicts: BTreeMap<(usize, usize), bool>,
}

impl Judges {
    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            by_text: BTreeMap::new(),
            by_intent: BTreeMap::new(),
            standing: Vec::new(),
            verdicts: BTreeMap::new(),
        }
    }

    /// Upstream's checks whose intents refuse a pod, sorted.
    pub(super) fn checks(
        &mut self,
        level: Level,
        version: MinorVersion,
        pods: &Pods,
        pod: usize,
    ) -> Vec<String> {
        let mut checks = Vec::new();
        for intent in intents::of_level(level, version) {
            let judge = self.judge(intent, version);
            let standing = &self.standing[judge];
            let verdict = self.verdicts.entry((judge, pod));
            if *verdict.or_insert_with(|| standing.refuses(pods.get(pod))) {
                checks.push(check(intent).to_owned());
            }
        }
        checks.sort_unstable();
        checks
    }

    /// Whether the intents of a level refuse an object, or that it becomes of another one.
    pub(super) fn refuse(
        &mut self,
        level: Level,
        version: MinorVersion,
        old: Option<&Value>,
        object: &Value,
    ) -> bool {
        let judges: Vec<_> = intents::of_level(level, version)
            .into_iter()
            .map(|intent| self.judge(intent, version))
            .collect();
        judges.into_iter().any(|it| match old {
            Some(old) => self.standing[it].refuses_update(old, object),
            None => self.standing[it].refuses(object),
        })
    }

    fn judge(&mut self, intent: &'static Intent, version: MinorVersion) -> usize {
        if let Some(&known) = self.by_intent.get(&(intent.id, version)) {
            return known;
        }
        let manifests = policy(intent, version).manifests(self.way.0, self.way.1).unwrap();
        let text = manifests.iter().map(|it| it.object.to_string()).collect();
        let standing = &mut self.standing;
        let judge = *self.by_text.entry(text).or_insert_with(|| {
            standing.push(Standing::new(&manifests));
            standing.len() - 1
        });
        self.by_intent.insert((intent.id, version), judge);
        judge
    }
}

fn check(intent: &Intent) -> &'static str {
    match intent.rule().unwrap().check {
        Check::PodSecurity(id) => id,
        _ => panic!("{} is no check of the standards", intent.id),
    }
}
