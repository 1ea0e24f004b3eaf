//! Asks all policies about objects, and says it without secrets.

use std::collections::BTreeMap;

use super::{Subject, Told, Veil};
use crate::{Answer, Cluster, Object, Policies, Question};

/// Objects by group, kind, namespace and name.
#[derive(Debug, Clone, Default)]
pub struct Before(BTreeMap<[String; 4], Object>);

impl Before {
    /// Takes in an object in its place; says whether there was another of its name, which is not like it.
    pub fn add(&mut self, object: Object) -> bool {
        let json = object.clone();
        let other = self.0.insert(key(&object), object);
        other.is_some_and(|it| it.json() != json.json())
    }

    /// What an object was before.
    pub fn get(&self, object: &Object) -> Option<&Object> {
        self.0.get(&key(object))
    }
}

fn key(object: &Object) -> [String; 4] {
    [object.group(), object.kind(), object.namespace(), object.name()].map(str::to_owned)
}

/// Whom is asked what.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "compiled policies have nothing to show")]
pub struct Asked<'a> {
    /// The policies.
    pub policies: &'a Policies,
    /// Where they are asked.
    pub cluster: &'a Cluster,
    /// What is asked about each object.
    pub question: &'a Question,
    /// What objects were before.
    pub before: &'a Before,
    /// Whether there may be policies that could not be read, or are not in force.
    pub may_be_more: bool,
}

impl Asked<'_> {
    /// What the policies say of an object as it is written.
    ///
    /// # Errors
    ///
    /// The object, and a sentence, where it cannot be asked about.
    pub fn ask(&self, object: Object) -> Result<Told, (Subject, String)> {
        let object = self.question.place(object, self.cluster);
        let about = Subject::of(&object);
        let before = self.before.get(&object).cloned();
        let request = match self.question.request(object, before, self.cluster) {
            Ok(request) => request,
            Err(why) => return Err((about, why)),
        };
        let mut judged = self.policies.judge(&request);
        let quotes = |it: &Answer| {
            !it.message.is_empty() || it.reasons.iter().any(|it| !it.values.is_empty())
        };
        let quotes = judged.answers.iter().any(quotes);
        if quotes {
            let mut veil = Veil::default();
            let secrets = self.cluster.list("", "Secret", None);
            let of_request = [&request.object, &request.old, &judged.object];
            secrets.chain(of_request.into_iter().flatten()).for_each(|it| veil.add(it));
            judged.answers.iter_mut().for_each(|it| veil.cover(it));
        }
        let (changed_by, answers) = (judged.changed_by, judged.answers);
        Ok(Told { about, changed_by, answers, may_be_more: self.may_be_more })
    }
}
