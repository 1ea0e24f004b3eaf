//! Hides in answers what objects keep secret.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harden_core::secrecy::{self, HIDDEN, LAST_APPLIED};
use serde_json::Value;

use crate::{Answer, Object};

/// A secret of fewer characters is hidden only where it stands as a word of its own: elsewhere it is found by
/// chance, and says nothing.
const SHORT: usize = 4;

/// No text is cut short to more bytes than these.
const LONGEST: usize = 1024;

/// The secrets of some objects, to be hidden in what is said of them.
#[derive(Debug, Clone, Default)]
pub struct Veil(BTreeSet<String>);

impl Veil {
    /// Takes in the secrets of an object.
    pub fn add(&mut self, object: &Object) {
        if object.is("", "Secret") {
            self.add_secret(object.json());
        } else {
            let text = object.json().to_string();
            for span in secrecy::values(&text) {
                let value = span.text(&text);
                let quoted = format!("\"{}\"", value.trim_matches('"'));
                self.add_value(&serde_json::from_str::<String>(&quoted).unwrap_or_default());
                self.add_value(value);
            }
        }
    }

    fn add_secret(&mut self, secret: &Value) {
        for key in ["data", "stringData"] {
            let values = secret.get(key).and_then(Value::as_object).into_iter().flatten();
            values.filter_map(|(_, it)| it.as_str()).for_each(|it| self.add_value(it));
        }
        let annotations = secret.pointer("/metadata/annotations");
        let last = annotations.and_then(|it| it.get(LAST_APPLIED)?.as_str());
        if let Some(text) = last {
            self.add_value(text);
            if let Ok(before) = serde_json::from_str::<Value>(text) {
                self.add_secret(&before);
            }
        }
    }

    fn add_value(&mut self, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        if let Ok(Ok(plain)) = STANDARD.decode(value.trim()).map(String::from_utf8) {
            self.add_words(&plain);
        }
        self.0.insert(STANDARD.encode(value));
        self.add_words(value);
    }

    /// A text, and as it is written in JSON.
    fn add_words(&mut self, value: &str) {
        if value.trim().is_empty() {
            return;
        }
        let written = Value::from(value).to_string();
        self.0.extend(written.get(1..written.len() - 1).map(str::to_owned));
        self.0.insert(value.to_owned());
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Hides the secrets in what an answer quotes of objects.
    pub fn cover(&self, answer: &mut Answer) {
        if self.is_empty() {
            return;
        }
        self.cover_text(&mut answer.message);
        for reason in &mut answer.reasons {
            for (_, value) in &mut reason.values {
                self.cover_text(value);
            }
        }
    }

    fn cover_text(&self, text: &mut String) {
        // What holds another comes before it.
        let mut secrets: Vec<_> = self.0.iter().filter(|it| text.contains(it.as_str())).collect();
        secrets.sort_by_key(|it| std::cmp::Reverse(it.len()));
        for secret in secrets {
            *text = if secret.chars().count() < SHORT {
                without_word(text, secret)
            } else {
                text.replace(secret.as_str(), HIDDEN)
            };
        }
        self.cover_end(text);
    }

    /// Hides the start of a secret at the end of a text that was cut short.
    fn cover_end(&self, text: &mut String) {
        let Some(kept) = text.strip_suffix('…') else { return };
        let begins = |secret: &String| {
            let longest = secret.len().min(kept.len()).min(LONGEST);
            (SHORT..=longest)
                .rev()
                .find(|end| secret.get(..*end).is_some_and(|it| kept.ends_with(it)))
        };
        if let Some(length) = self.0.iter().filter_map(begins).max() {
            let open = kept.get(..kept.len() - length).unwrap_or_default();
            *text = format!("{open}{HIDDEN}…");
        }
    }
}

/// A text without a word, wherever it stands alone.
fn without_word(text: &str, word: &str) -> String {
    let mut covered = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, from) = rest.split_at(at);
        let (found, after) = from.split_at(word.len());
        let joins = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        let before_it = before.chars().next_back().or_else(|| covered.chars().next_back());
        covered.push_str(before);
        let is_alone = !joins(before_it) && !joins(after.chars().next());
        covered.push_str(if is_alone { HIDDEN } else { found });
        rest = after;
    }
    covered.push_str(rest);
    covered
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Action, PolicyName, Reason, Verdict};

    fn covered(object: Value, message: &str) -> Answer {
        let mut veil = Veil::default();
        veil.add(&Object::new(object));
        let mut answer = Answer {
            policy: PolicyName { kind: "a".into(), namespace: String::new(), name: "b".into() },
            rule: String::new(),
            verdict: Verdict::Fail,
            action: Action::Deny,
            message: message.to_owned(),
            reasons: vec![Reason {
                at: "/spec".into(),
                expression: "x".into(),
                values: vec![("object".into(), message.to_owned())],
            }],
        };
        veil.cover(&mut answer);
        answer
    }

    #[test]
    fn no_value_of_a_secret_is_told_in_any_form() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"},
            "data": {"password": "aHVudGVyMg==", "pin": "MTI="}, "stringData": {"token": "s3cr\"t"}});
        let said = r#"db: hunter2 aHVudGVyMg== s3cr"t s3cr\"t pin 12 of 123"#;
        let answer = covered(secret, said);
        let hidden = "db: (hidden) (hidden) (hidden) (hidden) pin (hidden) of 123";
        assert_eq!(answer.message, hidden);
        assert_eq!(answer.reasons[0].values[0].1, hidden);
    }

    #[test]
    fn the_start_of_a_secret_is_hidden_where_a_text_is_cut() {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"},
            "stringData": {"key": "m4rker-and-much-more"}});
        assert_eq!(covered(secret, "key m4rker-and…").message, "key (hidden)…");
    }

    #[test]
    fn passwords_of_other_objects_are_hidden_too() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [
            {"name": "app", "image": "web:1", "env": [{"name": "DB_PASSWORD", "value": "hunter2-prod"}]}]}});
        let answer = covered(pod, "web:1 has DB_PASSWORD=hunter2-prod");
        assert_eq!(answer.message, "web:1 has DB_PASSWORD=(hidden)");
    }
}
