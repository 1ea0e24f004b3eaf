//! What a case says of the violations.

use regex_lite::Regex;
use serde_json::Value;

use crate::cel;

/// How many violations there are, of those with a message.
#[derive(Debug)]
pub(super) struct Assertion {
    violations: Violations,
    message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Violations {
    Some,
    None,
    Number(u64),
}

/// What is wrong, or why nobody can say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unlike {
    Wrong(String),
    NotJudged(String),
}

impl Assertion {
    pub(super) fn read(it: &Value) -> Result<Self, String> {
        let violations = match it.get("violations") {
            None | Some(Value::Null) => Violations::Some,
            Some(Value::String(it)) if it == "yes" => Violations::Some,
            Some(Value::String(it)) if it == "no" => Violations::None,
            // `yes` and `no` without quotes, as YAML reads them.
            Some(Value::Bool(it)) => {
                if *it {
                    Violations::Some
                } else {
                    Violations::None
                }
            }
            Some(Value::Number(it)) if it.is_u64() => Violations::Number(it.as_u64().unwrap_or(0)),
            Some(_) => {
                let what = "violations must be a number that is not negative, \"yes\" or \"no\"";
                return Err(what.to_owned());
            }
        };
        let message = it.get("message").and_then(Value::as_str).map(str::to_owned);
        Ok(Self { violations, message })
    }

    /// Whether the messages of the violations are as it says.
    pub(super) fn check(&self, messages: &[String]) -> Result<(), Unlike> {
        let count = match &self.message {
            None => messages.len(),
            Some(pattern) => {
                let regex = Self::regex(pattern)?;
                messages.iter().filter(|it| regex.is_match(it)).count()
            }
        };
        let wanted = match self.violations {
            Violations::Some if count > 0 => return Ok(()),
            Violations::None if count == 0 => return Ok(()),
            Violations::Number(it) if usize::try_from(it) == Ok(count) => return Ok(()),
            Violations::Some => "at least 1".to_owned(),
            Violations::None => "none".to_owned(),
            Violations::Number(it) => format!("exactly {it}"),
        };
        let of = match &self.message {
            Some(pattern) => format!("violations containing {pattern:?}"),
            None => "violations".to_owned(),
        };
        Err(Unlike::Wrong(format!(
            "unexpected number of violations: got {count} {of} but want {wanted}: got messages {messages:?}"
        )))
    }

    fn regex(pattern: &str) -> Result<Regex, Unlike> {
        cel::regex(pattern).map_err(|failure| match failure {
            cel::Failure::NotJudged(why) => Unlike::NotJudged(why),
            other => Unlike::Wrong(format!("message contains invalid regular expression: {other}")),
        })
    }

    /// Whether it looks at messages.
    pub(super) fn reads_messages(&self) -> bool {
        self.message.is_some()
    }
}
