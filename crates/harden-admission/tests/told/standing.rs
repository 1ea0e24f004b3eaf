//! Policies that are read once and asked about many objects.

use harden_admission::{
    Action, Answer, Cluster, Object, Operation, Policies, Question, User, Verdict,
};
use harden_core::Manifest;
use harden_core::kubernetes::MinorVersion;
use serde_json::Value;

use super::{asked_by, compiled, webhook};

/// Policies of an engine, in force in a cluster.
pub(crate) struct Standing {
    pub(super) policies: Policies,
    pub(super) cluster: Cluster,
    pub(super) question: Question,
}

/// What the policies say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Admitted,
    /// With the messages.
    Refused(Vec<String>),
}

impl Standing {
    pub(crate) fn new(manifests: &[Manifest]) -> Self {
        let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        cluster.add(webhook());
        let policies = compiled(manifests, &cluster);
        let question = asked_by(User::named("alice", &[]));
        Self { policies, cluster, question }
    }

    /// An object as the API server has it when it asks policies.
    pub(crate) fn place(&self, json: &Value) -> Object {
        self.question.place(Object::new(json.clone()), &self.cluster)
    }

    /// What they say of an object in its place that is created, or that becomes of another one.
    pub(crate) fn say(&self, object: Object, old: Option<Object>) -> Said {
        let request = self.question.request(object, old, &self.cluster).unwrap();
        let answers = self.policies.judge(&request).answers;
        assert!(!answers.is_empty(), "nobody says anything of {:?}", request.object);
        said(answers)
    }

    /// Whether they refuse that an object is deleted.
    pub(crate) fn refuses_deletion(&self, json: &Value) -> bool {
        let question = Question { operation: Some(Operation::Delete), ..self.question.clone() };
        let request = question.request(self.place(json), None, &self.cluster).unwrap();
        said(self.policies.judge(&request).answers) != Said::Admitted
    }

    /// Whether they refuse that somebody creates an object.
    pub(crate) fn refuses_from(&self, user: User, json: &Value) -> bool {
        let question = Question { user, ..self.question.clone() };
        let request = question.request(self.place(json), None, &self.cluster).unwrap();
        said(self.policies.judge(&request).answers) != Said::Admitted
    }

    /// Whether they refuse that an object is created.
    pub(crate) fn refuses(&self, json: &Value) -> bool {
        self.say(self.place(json), None) != Said::Admitted
    }

    /// Whether they refuse that an object becomes another one.
    pub(crate) fn refuses_update(&self, old: &Value, new: &Value) -> bool {
        self.say(self.place(new), Some(self.place(old))) != Said::Admitted
    }
}

fn said(answers: Vec<Answer>) -> Said {
    let mut messages = Vec::new();
    for answer in answers {
        match answer.verdict {
            Verdict::Pass | Verdict::Skip => {}
            Verdict::Fail if answer.action == Action::Deny => messages.push(answer.message),
            _ => panic!("{answer:#?}"),
        }
    }
    if messages.is_empty() { Said::Admitted } else { Said::Refused(messages) }
}
