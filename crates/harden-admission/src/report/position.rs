//! Where policies are written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use harden_core::object::{Object, objects};
use harden_yaml::{Lines, Place, Pointer, documents};

use crate::{Policies, PolicyName};

/// A line of a file, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Position {
    pub file: Arc<str>,
    pub line: u32,
}

/// The texts that policies were read from.
#[derive(Debug, Default)]
pub struct Written {
    texts: Vec<(Arc<str>, Box<str>)>,
    /// The text, the document in it and the way through the document.
    policies: BTreeMap<PolicyName, (usize, u32, Pointer)>,
    known: BTreeMap<PolicyName, BTreeMap<String, Option<u32>>>,
}

impl Written {
    /// Takes in a text. Where two hold a policy of one name, the last counts, as it does where they are applied.
    pub fn add(&mut self, name: &Arc<str>, text: &str) {
        let index = self.texts.len();
        self.texts.push((Arc::clone(name), text.into()));
        for (document, number) in documents(text).zip(0..) {
            // What is no policy may be called like one.
            let may_be = |it: &Object<'_>| Policies::may_be_in(it.group);
            for object in objects(document.root()).filter(may_be) {
                let reference = object.reference();
                let name = PolicyName {
                    kind: reference.kind.clone(),
                    namespace: reference.namespace.clone(),
                    name: reference.name.clone(),
                };
                self.policies.insert(name, (index, number, reference.pointer.clone()));
            }
        }
    }

    /// Where a part of a policy is written, or what is nearest to it; `at` is a JSON pointer in the policy, or in
    /// the template of a constraint. None where it is in no text.
    pub fn find(&mut self, policy: &PolicyName, at: &str) -> Option<Position> {
        let policy = &*home(policy, at);
        let (index, _, _) = self.policies.get(policy)?;
        let file = Arc::clone(&self.texts.get(*index)?.0);
        let line = if let Some(line) = self.known.get(policy).and_then(|it| it.get(at)) {
            *line
        } else {
            let line = self.look(policy, at);
            self.known.entry(policy.clone()).or_default().insert(at.to_owned(), line);
            line
        };
        Some(Position { file, line: line? })
    }

    fn look(&self, policy: &PolicyName, at: &str) -> Option<u32> {
        let (index, number, pointer) = self.policies.get(policy)?;
        let (_, text) = self.texts.get(*index)?;
        let document = documents(text).nth(*number as usize)?;
        let mut place = document.root();
        for step in pointer.steps() {
            place = place.step(&step)?;
        }
        for step in at.split('/').skip(1) {
            match place.step(&step.replace("~1", "/").replace("~0", "~")) {
                Some(below) => place = below,
                None => break,
            }
        }
        Some(Lines::new(text).position(start(place)).line)
    }
}

/// The object that a pointer leads into: the policy, or the template that says what a constraint asks.
pub(super) fn home<'p>(policy: &'p PolicyName, at: &str) -> Cow<'p, PolicyName> {
    if policy.kind == TEMPLATE || !at.starts_with("/spec/targets/") {
        return Cow::Borrowed(policy);
    }
    Cow::Owned(PolicyName {
        kind: TEMPLATE.to_owned(),
        namespace: String::new(),
        name: policy.kind.to_lowercase(),
    })
}

const TEMPLATE: &str = "ConstraintTemplate";

/// Where a reader looks for a value: at its key, where it has one.
fn start(place: Place<'_>) -> u32 {
    place.key_span().unwrap_or_else(|| place.span()).start
}
