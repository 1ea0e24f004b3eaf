//! The policies of all engines, asked in the order in which an API server asks them.

mod engine;
mod kinds;
mod needs;
mod shape;
mod twins;

pub use needs::Needs;
pub(crate) use shape::metadata_flaw;

use harden_core::kubernetes::MinorVersion;

use crate::kyverno::suite;
use crate::report::Tested;
use crate::{Action, Answer, Cluster, Object, PolicyName, Request, Verdict, gatekeeper};
use engine::{ENGINES, Engine, OF_KYVERNO};

/// Policies of all engines, read and compiled once.
pub struct Policies {
    engines: Vec<Box<dyn Engine>>,
    count: usize,
    /// Those that no engine takes, and those that no API server decodes.
    others: Vec<Answer>,
}

/// What all policies answer to a request.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the mutations made of the object; none where nothing changed it.
    pub object: Option<Object>,
    /// The policies that did.
    pub changed_by: Vec<PolicyName>,
    /// What the rules say: mutations first, then what is said of what they made.
    pub answers: Vec<Answer>,
}

impl Policies {
    /// Whether an object is a policy, or belongs to policies: bindings, templates, exceptions, configurations.
    pub fn takes(object: &Object) -> bool {
        kinds::decides(object) || is_taken(object)
    }

    /// Whether policies, or what belongs to them, are in an API group.
    pub fn may_be_in(group: &str) -> bool {
        const ENDS: [&str; 3] = ["admissionregistration.k8s.io", "gatekeeper.sh", "kyverno.io"];
        ENDS.iter().any(|it| group.ends_with(it))
    }

    /// Reads the policies among some objects, in the order of their names; what else they speak of is in the
    /// cluster. Of several of one name that are not alike, none is asked.
    pub fn read(objects: &[Object], cluster: &Cluster) -> Self {
        let (objects, mut others) = twins::part(objects);
        let twins = others.iter().filter(|it| !kinds::is_beside(&it.policy.kind)).count();
        let is_sound = |object: &&&Object| match shape::flaw(object) {
            Some(flaw) => {
                others.push(flaw);
                false
            }
            None => true,
        };
        let taken = objects.iter().filter(|it| is_taken(it));
        let sound: Vec<&Object> = taken.filter(is_sound).copied().collect();
        let engines = ENGINES.iter().map(|it| {
            let own = sound.iter().filter(|object| (it.takes)(object));
            let own: Vec<Object> = own.map(|object| (*object).clone()).collect();
            (it.read)(&own, cluster)
        });
        let engines = engines.filter(|it| !it.is_empty() || !it.refused().is_empty()).collect();
        let unknown = objects.iter().filter(|it| kinds::decides(it) && !is_taken(it));
        others.extend(unknown.map(|it| kinds::not_judged(it)));
        let count = objects.iter().filter(|it| kinds::is_policy(it)).count() + twins;
        Self { engines, count, others }
    }

    /// Runs the tests of a file of Kyverno's.
    ///
    /// # Errors
    ///
    /// When the file, or one that it names, cannot be read.
    pub fn test_kyverno(
        files: &dyn suite::Files,
        path: &str,
        version: MinorVersion,
    ) -> Result<Vec<Tested>, suite::Failure> {
        let outcomes = suite::run(files, path, &OF_KYVERNO, version)?;
        Ok(outcomes.into_iter().map(Tested::from).collect())
    }

    /// Runs the tests of a file of gator's.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn test_gatekeeper(
        files: &dyn suite::Files,
        path: &str,
        version: MinorVersion,
    ) -> Result<Vec<Tested>, gatekeeper::suite::Failure> {
        let outcomes = gatekeeper::suite::run(files, path, version)?;
        Ok(outcomes.into_iter().map(Tested::from).collect())
    }

    /// How many policies there are, those that are not in force included.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no policy.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The policies that the API server or their engine would refuse, and those that cannot be read here. None
    /// of these judges anything.
    pub fn refused(&self) -> impl Iterator<Item = &Answer> {
        self.engines.iter().flat_map(|it| it.refused()).chain(&self.others)
    }

    /// What they answer to a request. As in an API server, each mutation is made of what those before it made,
    /// and validations judge what the last one made.
    pub fn judge(&self, request: &Request<'_>) -> Judged {
        let mut request = request.clone();
        let mut answers = Vec::new();
        let mut changed_by = Vec::new();
        let mut is_changed = false;
        for engine in &self.engines {
            let mutated = engine.mutate(&request);
            if let Some(object) = mutated.object {
                request.object = Some(object);
                is_changed = true;
                let changes = mutated.answers.iter().filter(|it| it.verdict == Verdict::Pass);
                changed_by.extend(changes.map(|it| it.policy.clone()));
            }
            answers.extend(mutated.answers.into_iter().map(of_mutation));
        }
        changed_by.dedup();
        answers.extend(self.engines.iter().flat_map(|it| it.validate(&request)));
        Judged { object: request.object.filter(|_| is_changed), changed_by, answers }
    }
}

/// What would have been made may be refused, whatever follows of the mutation itself.
fn of_mutation(answer: Answer) -> Answer {
    match answer.verdict {
        Verdict::NotJudged => Answer { action: Action::Deny, ..answer },
        _ => answer,
    }
}

fn is_taken(object: &Object) -> bool {
    ENGINES.iter().any(|it| (it.takes)(object))
}
