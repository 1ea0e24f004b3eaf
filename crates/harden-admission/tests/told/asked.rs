//! Objects that engines are asked about, beside others of a cluster that is known as a whole.

use harden_admission::{Cluster, Judged, Object, Operation, Policies, Question, User, Verdict};
use harden_core::intents::Policy;
use harden_core::kubernetes::MinorVersion;
use harden_core::object::objects;
use harden_yaml::documents;

use super::{Way, asked_by, compiled, webhook};

/// An engine with the policies of an intent, in a cluster.
pub(crate) struct Asked {
    policies: Policies,
    cluster: Cluster,
    question: Question,
}

/// The objects of a text.
pub(crate) fn read(text: &str) -> Vec<Object> {
    let mut read = Vec::new();
    for document in documents(text) {
        read.extend(objects(document.root()).filter_map(|it| Object::written(&it)));
    }
    read
}

impl Asked {
    /// An engine that is told an intent; none where it has no words for it.
    pub(crate) fn new(way: Way, policy: &Policy, others: &[Object]) -> Option<Self> {
        Self::requested(way, policy, others, User::named("alice", &[]))
    }

    /// The same, asked by somebody.
    pub(crate) fn requested(
        way: Way,
        policy: &Policy,
        others: &[Object],
        user: User,
    ) -> Option<Self> {
        let told = policy.manifests(way.0, way.1).ok()?;
        let question = asked_by(user);
        let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
        cluster.is_whole = true;
        for other in others {
            cluster.add(question.place(other.clone(), &cluster));
        }
        let policies = compiled(&told, &cluster);
        Some(Self { policies, cluster, question })
    }

    /// The same, asked whether objects may go, by webhooks that are told of it.
    pub(crate) fn deleting(mut self) -> Self {
        self.cluster.add(webhook());
        self.question.operation = Some(Operation::Delete);
        self
    }

    /// An object as policies see it.
    pub(crate) fn place(&self, object: &Object) -> Object {
        self.question.place(object.clone(), &self.cluster)
    }

    /// What is said of an object, and what it becomes.
    pub(crate) fn judge(&self, object: &Object, old: Option<&Object>) -> Judged {
        let place = |it: &Object| self.place(it);
        let request = self.question.request(place(object), old.map(place), &self.cluster).unwrap();
        let judged = self.policies.judge(&request);
        let is_unsaid = |verdict| matches!(verdict, Verdict::Error | Verdict::NotJudged);
        assert!(judged.answers.iter().all(|it| !is_unsaid(it.verdict)), "{:?}", judged.answers);
        Judged { object: Some(judged.object.unwrap_or_else(|| place(object))), ..judged }
    }

    /// Whether an object is refused.
    pub(crate) fn refuses(&self, object: &Object, old: Option<&Object>) -> bool {
        self.judge(object, old).answers.iter().any(|it| it.verdict == Verdict::Fail)
    }
}
