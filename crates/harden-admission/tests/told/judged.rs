//! What we say of many objects under the policies of one intent, as a letter for each.

use harden_admission::{Action, Answer, Object, Verdict};
use serde_json::Value;

use super::Standing;

#[allow(dead_code, reason = "some tests alone ask for letters")]
impl Standing {
    /// An object as an API server sends it to policies.
    pub(crate) fn sent(&self, object: &Value) -> Value {
        let request = self.question.request(self.place(object), None, &self.cluster).unwrap();
        request.object.unwrap().json().clone()
    }

    /// What is said of an object as it was sent: `p` that it is well, `f` that it is not, `e` that the policy has an error, `s` that its conditions leave
    /// it out, `-` that it is about others, `?` that it is not judged; the worst of several rules.
    pub(crate) fn letter(&self, object: &Value) -> char {
        let sent = Object::new(object.clone());
        let request = self.question.request(sent, None, &self.cluster).unwrap();
        let answers = self.policies.judge(&request).answers;
        let verdicts = answers.iter().filter(|it| it.action != Action::Ignore).map(verdict);
        verdicts.max_by_key(|it| "-spfe?".find(*it)).unwrap_or('-')
    }

    /// A letter for each object.
    pub(crate) fn letters(&self, objects: &[Value]) -> String {
        objects.iter().map(|it| self.letter(it)).collect()
    }
}

#[allow(dead_code, reason = "some tests alone ask for letters")]
fn verdict(answer: &Answer) -> char {
    match answer.verdict {
        Verdict::Pass => 'p',
        Verdict::Fail => 'f',
        Verdict::Skip => 's',
        Verdict::Error => 'e',
        Verdict::NotJudged => '?',
    }
}

/// Whether a request of this letter is refused: a policy whose expression fails refuses what it cannot judge.
#[allow(dead_code, reason = "some tests alone ask for letters")]
pub(crate) fn refuses(letter: char) -> bool {
    matches!(letter, 'f' | 'e')
}
