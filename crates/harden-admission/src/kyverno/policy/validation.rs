//! What `validate` says of an object.

mod loops;

use serde_json::Value;

use super::conditions::{Conditions, check_preconditions, join};
use super::context::Context;
use super::entries::Entry;
use super::reply::Reply;
use super::rule::{Check, Rule, Validation};
use super::seen::seen;
use super::situation::Situation;
use super::template::{Template, all_resolved, resolved};
use super::variables::substitute_text;
use crate::kyverno::pattern::{Pattern, Verdict as Matched};
use crate::{Operation, Verdict};

/// A rule that is evaluated for an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validator<'a> {
    pub policy: &'a str,
    pub rule: &'a Rule,
    pub validation: &'a Validation,
    /// The object that patterns are matched with; none where it is deleted.
    pub object: Option<&'a Value>,
    /// Whether a failure refuses the request.
    pub is_enforced: bool,
}

/// One level of a rule: the rule itself, or a loop in it.
#[derive(Debug, Clone, Copy)]
struct Level<'a, 'e> {
    context: &'a [Entry],
    preconditions: &'a Result<Conditions, String>,
    check: &'a Check,
    nesting: usize,
    at: &'a str,
    /// The element that patterns are matched with.
    element: Option<&'e Value>,
}

impl<'a> Validator<'a> {
    /// What the rule says; nothing where it says nothing of such requests.
    pub(super) fn validate(self, context: &mut Context<'a>) -> Option<Reply> {
        let reply = self.level(self.root(), context)?;
        let situation = context.situation();
        let is_update = situation.request.operation == Operation::Update
            || situation.request.object.is_some() && situation.request.old.is_some();
        if !(self.is_enforced && is_update && self.validation.allows_existing) {
            return Some(reply);
        }
        if reply.verdict != Verdict::Fail {
            return Some(reply);
        }
        match self.before(context) {
            Some(before) if before.verdict == Verdict::Fail => Some(Reply::new(
                Verdict::Skip,
                "skipping the rule evaluation as pre-existing violations are allowed",
            )),
            Some(before) if before.verdict == Verdict::NotJudged => Some(before),
            _ => Some(reply),
        }
    }

    fn root(self) -> Level<'a, 'a> {
        Level {
            context: &[],
            preconditions: &self.rule.preconditions,
            check: &self.validation.check,
            nesting: 0,
            at: "validate",
            element: None,
        }
    }

    /// What the rule says of the object as it was before, as if it were created.
    fn before(self, context: &mut Context<'a>) -> Option<Reply> {
        let situation: &'a Situation<'a> = context.situation();
        let old = situation.request.old.as_ref()?;
        // Kyverno keeps what the variables of a pattern stand for in the new object.
        let kept = match &self.validation.check {
            Check::Pattern(it) => resolved(it, context).map(|it| Kept::One(Box::new(it))),
            Check::AnyPattern(whole, all) => all_resolved(whole, all, context).map(Kept::Any),
            _ => Ok(Kept::None),
        };
        let is_meant = situation.fits_as_stranger(self.rule, context.policy_namespace(), old);
        context.checkpoint();
        context.as_created(old.json());
        let before = Self { object: Some(old.json()), ..self };
        let reply = match kept {
            _ if !is_meant => None,
            Ok(Kept::One(it)) => before.match_pattern(&it, self.root(), context),
            Ok(Kept::Any(all)) => before.match_any(&all, self.root(), context),
            Ok(Kept::None) => before.level(self.root(), context),
            Err(it) => Some(Reply::failure("variable substitution failed", &it)),
        };
        context.restore();
        context.as_requested();
        reply
    }

    fn level(self, level: Level<'a, '_>, context: &mut Context<'a>) -> Option<Reply> {
        if let Err(it) = context.load(self.policy, &self.rule.name, level.context) {
            return Some(Reply::failure("failed to load context", &it));
        }
        match check_preconditions(level.preconditions, context) {
            Ok(None) => {}
            Ok(Some(skip)) => return Some(skip),
            Err(error) => return Some(error),
        }
        match level.check {
            Check::Deny(conditions) => Some(self.deny(conditions, level, context)),
            Check::Pattern(template) => self.pattern(template, level, context),
            Check::AnyPattern(whole, templates) => {
                self.any_pattern(whole, templates, level, context)
            }
            Check::Foreach(loops) => self.foreach(loops, level, context),
            Check::Unjudged(why) => Some(Reply::new(Verdict::NotJudged, *why)),
            Check::PodSecurity(_) | Check::Expressions | Check::None => None,
        }
    }

    fn at(self, level: Level<'_, '_>, part: &str) -> String {
        format!("{}/{}/{part}", self.rule.at, level.at)
    }

    fn deny(
        self,
        conditions: &Result<Conditions, String>,
        level: Level<'_, '_>,
        context: &mut Context<'_>,
    ) -> Reply {
        let failed = "failed to check deny conditions";
        let conditions = match conditions {
            Ok(it) => it,
            Err(why) => {
                let why = format!("{failed}: failed to parse deny conditions: {why}");
                return Reply::new(Verdict::Error, why);
            }
        };
        let outcome = match conditions.evaluate(context) {
            Ok(it) => it,
            Err(it) => return Reply::failure(failed, &it),
        };
        let name = &self.rule.name;
        let reply = if outcome.holds {
            let text = &self.validation.message;
            let message = if text.is_empty() && outcome.message.is_empty() {
                format!("validation error: rule {name} failed")
            } else {
                let text = join(&[text, &outcome.message], "; ");
                match substitute_text(&text, context) {
                    Ok(Value::String(text)) => text,
                    Ok(_) => "the produced message didn't resolve to a string, check your policy definition."
                        .to_owned(),
                    Err(_) => outcome.message,
                }
            };
            Reply::new(Verdict::Fail, message)
        } else {
            Reply::new(Verdict::Pass, format!("validation rule '{name}' passed."))
        };
        let at = self.at(level, "deny/conditions");
        let values = seen(&outcome.seen, context.situation());
        reply.with(&at, "", values)
    }

    /// What patterns are matched with; none where something is deleted.
    fn resource<'e>(self, level: Level<'_, 'e>, context: &Context<'_>) -> Option<&'e Value>
    where
        'a: 'e,
    {
        match level.element {
            Some(element) => Some(element),
            None if context.is_delete() => None,
            None => self.object,
        }
    }

    fn pattern(
        self,
        template: &Template,
        level: Level<'a, '_>,
        context: &mut Context<'_>,
    ) -> Option<Reply> {
        let pattern = match resolved(template, context) {
            Ok(it) => it,
            Err(it) => return Some(Reply::failure("variable substitution failed", &it)),
        };
        self.match_pattern(&pattern, level, context)
    }

    fn match_pattern(
        self,
        pattern: &Pattern,
        level: Level<'a, '_>,
        context: &mut Context<'_>,
    ) -> Option<Reply> {
        let resource = self.resource(level, context)?;
        let name = &self.rule.name;
        let reply = match pattern.judge(resource) {
            Matched::Pass => Reply::new(Verdict::Pass, format!("validation rule '{name}' passed.")),
            Matched::Skip { message } => Reply::new(Verdict::Skip, message),
            Matched::Fail { path, message } => {
                let value = value_at(resource, &path);
                let values = seen(&[(path.clone(), value)], context.situation());
                let at = self.at(level, "pattern");
                let text = self.error(&message, &path, context);
                Reply::new(Verdict::Fail, text).with(&at, "", values)
            }
            Matched::Error { message } => {
                Reply::new(Verdict::Error, self.error(&message, "", context))
            }
        };
        Some(reply)
    }

    fn any_pattern(
        self,
        whole: &Value,
        templates: &[Template],
        level: Level<'a, '_>,
        context: &mut Context<'_>,
    ) -> Option<Reply> {
        let patterns = match all_resolved(whole, templates, context) {
            Ok(it) => it,
            Err(it) => return Some(Reply::failure("variable substitution failed", &it)),
        };
        self.match_any(&patterns, level, context)
    }

    fn match_any(
        self,
        patterns: &[Pattern],
        level: Level<'a, '_>,
        context: &mut Context<'_>,
    ) -> Option<Reply> {
        let resource = self.resource(level, context)?;
        let name = &self.rule.name;
        let (mut failed, mut skipped) = (Vec::new(), Vec::new());
        for (index, pattern) in patterns.iter().enumerate() {
            match pattern.judge(resource) {
                Matched::Pass => {
                    let message = format!("validation rule '{name}' anyPattern[{index}] passed.");
                    return Some(Reply::new(Verdict::Pass, message));
                }
                Matched::Skip { message } => {
                    skipped.push(format!("rule {name}[{index}] skipped: {message}"));
                }
                Matched::Fail { path, .. } => {
                    failed.push(format!("rule {name}[{index}] failed at path {path}"));
                }
                Matched::Error { message } => {
                    failed.push(format!("rule {name}[{index}] failed: {message}"));
                }
            }
        }
        if failed.is_empty() {
            return Some(if skipped.is_empty() {
                Reply::new(Verdict::Pass, self.validation.message.as_str())
            } else {
                Reply::new(Verdict::Skip, skipped.join(" "))
            });
        }
        let why = failed.join(" ");
        let message = match self.message(context) {
            Ok(None) => format!("validation error: {why}"),
            Ok(Some(text)) if text.ends_with('.') => format!("validation error: {text} {why}"),
            Ok(Some(text)) => format!("validation error: {text}. {why}"),
            Err(()) => format!(
                "validation error: variables substitution error in rule {name} execution error: {why}"
            ),
        };
        let at = self.at(level, "anyPattern");
        Some(Reply::new(Verdict::Fail, message).with(&at, "", Vec::new()))
    }

    /// The message of the rule; an error where its variables stand for nothing.
    fn message(self, context: &mut Context<'_>) -> Result<Option<String>, ()> {
        if self.validation.message.is_empty() {
            return Ok(None);
        }
        match substitute_text(&self.validation.message, context) {
            Ok(Value::String(text)) => Ok(Some(text)),
            Ok(_) | Err(_) => Err(()),
        }
    }

    /// What Kyverno says where a pattern does not match.
    fn error(self, why: &str, path: &str, context: &mut Context<'_>) -> String {
        let name = &self.rule.name;
        match self.message(context) {
            Ok(None) if path.is_empty() => {
                format!("validation error: rule {name} execution error: {why}")
            }
            Ok(None) => format!("validation error: rule {name} failed at path {path}"),
            Ok(Some(text)) => {
                let dot = if text.ends_with('.') { "" } else { "." };
                if path.is_empty() {
                    format!("validation error: {text}{dot} rule {name} execution error: {why}")
                } else {
                    format!("validation error: {text}{dot} rule {name} failed at path {path}")
                }
            }
            Err(()) => format!(
                "validation error: variables substitution error in rule {name} execution error: {why}"
            ),
        }
    }
}

/// The patterns of a rule, which are kept for the old object.
enum Kept {
    One(Box<Pattern>),
    Any(Vec<Pattern>),
    None,
}

/// What is at a path of a pattern in a resource.
fn value_at(resource: &Value, path: &str) -> String {
    let mut value = resource;
    for part in path.split('/').filter(|it| !it.is_empty()) {
        let next = match value {
            Value::Array(items) => part.parse::<usize>().ok().and_then(|it| items.get(it)),
            other => other.get(part),
        };
        match next {
            Some(it) => value = it,
            None => return "absent".to_owned(),
        }
    }
    value.to_string()
}
