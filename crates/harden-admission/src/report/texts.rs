//! One text of policies and objects, and what the policies say of the objects.

use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_yaml::{Problem, documents};
use serde_json::{Value, json};

use super::{Asked, Before, Summary, Written, to_json};
use crate::{Cluster, Needs, Object, Policies, Question};

/// What is said of the objects in a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts {
    /// An answer per object and rule, as in the JSON of the command.
    pub answers: Vec<Value>,
    /// How many objects were read, policies included.
    pub read: usize,
    /// What is not known, and why.
    pub incomplete: Vec<Value>,
}

impl Texts {
    /// Asks the policies in a text about the other objects in it, which are all that is at hand of the cluster.
    /// Answers name the text by `name`.
    pub fn ask(name: &str, text: &str, question: &Question, version: MinorVersion) -> Self {
        let mut cluster = Cluster::new(version);
        let (mut policies, mut others) = (Vec::new(), Vec::new());
        let mut summary = Summary::default();
        // What cannot be read may be a policy.
        let mut may_be_more = false;
        for document in documents(text) {
            if document.is_rejected() {
                let why = document.problems().first().map(Problem::message);
                summary.note(name.to_owned(), why.unwrap_or_default());
                may_be_more = true;
                continue;
            }
            for object in objects(document.root()) {
                match Object::sent(&object) {
                    Ok(None) => {}
                    Ok(Some(sent)) if Policies::takes(&sent) => policies.push(sent),
                    Ok(Some(sent)) => match sent.undecodable(&object, version) {
                        None => others.push(sent),
                        Some(why) => summary.note(name.to_owned(), why),
                    },
                    Err(why) => {
                        may_be_more = true;
                        summary.note(name.to_owned(), why);
                    }
                }
            }
        }
        let twins = question.put(vec![others.clone()], &mut cluster);
        may_be_more |= summary.note_twins(&twins, &Needs::of(&policies));
        let mut written = Written::default();
        written.add(&name.into(), text);
        let compiled = Policies::read(&policies, &cluster);
        compiled.refused().for_each(|it| summary.refuse(it, &mut written));
        let before = Before::default();
        let asked = Asked {
            policies: &compiled,
            cluster: &cluster,
            question,
            before: &before,
            may_be_more: may_be_more || compiled.refused().next().is_some(),
        };
        let mut answers = Vec::new();
        let read = policies.len() + others.len();
        for object in others {
            match asked.ask(object) {
                Ok(told) => {
                    summary.count(&told);
                    answers.extend(told.answers.iter().map(|it| to_json(&told, it, &mut written)));
                }
                Err((what, why)) => summary.note(what.to_string(), why),
            }
        }
        let lacks = summary.lacks().into_iter();
        let incomplete = lacks.map(|it| json!({"what": it.what, "why": it.why})).collect();
        Self { answers, read, incomplete }
    }
}
