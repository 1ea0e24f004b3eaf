//! Upstream's fixtures of the Pod Security Standards, as the engines are asked about them.

use std::collections::{BTreeMap, BTreeSet};

use harden_core::Manifest;
use harden_core::intents::{self, Engine};
use harden_core::kubernetes::MinorVersion;

use crate::fixtures;
use crate::records::Question;
use crate::told::{Standing, WAYS, policy};

/// The pods of every level and version, each asked once under each policy that says something of it; none without the
/// fixtures.
pub(crate) fn questions(engine: Engine) -> Option<Vec<Question>> {
    let (pods, cases) = fixtures::upstream()?;
    let mut questions = Vec::new();
    for way in WAYS.into_iter().filter(|it| it.0 == engine) {
        // The same policy may stand for several versions.
        let mut places: BTreeMap<(&str, MinorVersion), usize> = BTreeMap::new();
        let mut told: Vec<(String, Vec<Manifest>, BTreeSet<usize>)> = Vec::new();
        for case in &cases {
            for intent in intents::of_level(case.level, case.version) {
                let place = *places.entry((intent.id, case.version)).or_insert_with(|| {
                    let manifests = policy(intent, case.version).manifests(way.0, way.1).unwrap();
                    let known = told.iter().position(|it| it.1 == manifests);
                    known.unwrap_or_else(|| {
                        let name = format!("{} {} {way:?}", intent.id, case.version);
                        told.push((name, manifests, BTreeSet::new()));
                        told.len() - 1
                    })
                });
                told[place].2.insert(case.pod);
            }
        }
        questions.extend(told.into_iter().map(|(name, manifests, asked)| {
            let standing = Standing::new(&manifests);
            let objects = asked.into_iter().map(|it| standing.sent(pods.get(it))).collect();
            let policies = manifests.into_iter().map(|it| it.object).collect();
            Question { name, engine, policies, standing, objects }
        }));
    }
    Some(questions)
}
