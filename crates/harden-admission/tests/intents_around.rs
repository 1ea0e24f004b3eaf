//! Each intent refuses what the rule of its name finds, or its twin where it is no rule, of objects around its
//! manifests. `HARDEN_RANDOM_INTENTS` (100) says how many of each, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![allow(dead_code, reason = "tests share what is told and random")]

#[path = "told/around.rs"]
mod around;
#[path = "random/dice.rs"]
mod dice;
mod told;
#[path = "told/twins.rs"]
mod twins;

use dice::{number, report, seed};
use harden_admission::{Cluster, Object, Policies, User, Verdict};
use harden_core::check::{Settings, check};
use harden_core::intents::{self as intent, Demand, Intent};
use harden_core::kubernetes::MinorVersion;
use harden_core::rule::{Category, Rule};
use serde_json::Value;

use crate::told::{WAYS, Way, asked_by, compiled, policy};

/// An intent as an engine is told it, read once.
struct Asked {
    way: Way,
    policies: Policies,
}

/// What knows the flaw without the policy.
enum Knows {
    Rule(&'static Rule),
    Twin(fn(&Value) -> bool),
}

#[test]
fn an_intent_refuses_what_its_rule_finds() {
    let count = number("HARDEN_RANDOM_INTENTS").map_or(100, |it| usize::try_from(it).unwrap());
    let only = std::env::var("HARDEN_RANDOM_INTENT").ok();
    let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    let mut wrong = Vec::new();
    // The standards of Pod Security have cases of upstream's own.
    let beyond = intent::all().filter(|it| {
        it.category() != Category::PodSecurity && matches!(it.demand, Demand::Hold(_))
    });
    for intent in beyond.filter(|it| only.as_ref().is_none_or(|only| only == it.id)) {
        let Some(knows) = Knows::of(intent) else { panic!("{}: no rule and no twin", intent.id) };
        let told: Vec<_> = WAYS.iter().filter_map(|it| Asked::new(*it, intent, &cluster)).collect();
        let (mut refused, mut differ) = (0, 0);
        for object in around::around(intent, count, seed()) {
            let expected = knows.finds(&object);
            refused += usize::from(expected);
            for asked in &told {
                let answer = asked.refuses(&object, &cluster);
                if answer != Ok(expected) {
                    differ += 1;
                    if differ <= 3 {
                        let way = asked.way;
                        wrong.push(format!(
                            "{} {way:?}: {answer:?}, not {expected}: {object}",
                            intent.id
                        ));
                    }
                }
            }
        }
        report(&format!("{}: {refused} of {count} refused, {differ} answers differ", intent.id));
        if refused * 20 < count || (count - refused) * 20 < count {
            wrong.push(format!("{}: {refused} of {count} refused tells little", intent.id));
        }
    }
    assert!(wrong.is_empty(), "HARDEN_RANDOM_SEED={}:\n{}", seed(), wrong.join("\n"));
}

#[test]
fn the_objects_of_an_intent_are_the_same_each_time() {
    for intent in intent::all().take(5) {
        let of = |seed| around::around(intent, 20, seed);
        assert_eq!(of(1), of(1), "{}", intent.id);
        assert_ne!(of(1), of(2), "{}", intent.id);
    }
}

impl Knows {
    fn of(intent: &Intent) -> Option<Self> {
        intent.rule().map(Self::Rule).or_else(|| twins::twin(intent.id).map(Self::Twin))
    }

    fn finds(&self, object: &Value) -> bool {
        match self {
            Self::Rule(rule) => {
                let settings = Settings::new([*rule]);
                !check(settings, [object.to_string()]).findings.is_empty()
            }
            Self::Twin(twin) => twin(object),
        }
    }
}

impl Asked {
    fn new(way: Way, intent: &'static Intent, cluster: &Cluster) -> Option<Self> {
        let manifests = policy(intent, MinorVersion::NEWEST_KNOWN).manifests(way.0, way.1).ok()?;
        let policies = compiled(&manifests, cluster);
        Some(Self { way, policies })
    }

    /// Whether the engine refuses to create an object.
    fn refuses(&self, object: &Value, cluster: &Cluster) -> Result<bool, String> {
        let question = asked_by(User::named("alice", &[]));
        let object = question.place(Object::new(object.clone()), cluster);
        let request = question.request(object, None, cluster)?;
        let answers = self.policies.judge(&request).answers;
        let unknown =
            answers.iter().find(|it| matches!(it.verdict, Verdict::Error | Verdict::NotJudged));
        match unknown {
            Some(answer) => Err(format!("{answer:?}")),
            None => Ok(answers.iter().any(|it| it.verdict == Verdict::Fail)),
        }
    }
}
