//! What the rules of a policy say of an object.

use serde_json::Value;

use super::action::is_enforce;
use super::conditions::check_preconditions;
use super::context::Context;
use super::exceptions::Exception;
use super::expressions::Expressions;
use super::matching::Fit;
use super::reply::Reply;
use super::rule::{Check, Rule, Validation};
use super::situation::Situation;
use super::validation::Validator;
use super::{Policy, pod_security, seen};
use crate::cluster::stated;
use crate::kyverno::jmespath::World;
use crate::{Answer, Object, Reason, Request, Verdict};

impl Policy {
    pub(super) fn validate(
        &self,
        situation: &Situation<'_>,
        exceptions: &[Exception],
        answers: &mut Vec<Answer>,
    ) {
        let Some(subject) = situation.request.subject() else { return };
        if !self.is_for_admission && !situation.is_test() {
            return;
        }
        let namespace = self.namespace();
        if !namespace.is_empty() && subject.namespace() != namespace {
            return;
        }
        match self.conditions.as_ref().map(|it| it.hold(situation.request)) {
            None | Some(Some(true)) => {}
            Some(Some(false)) => return,
            Some(None) => {
                let why = "whether the match conditions of the policy are met cannot be said here";
                answers.push(self.unknown(why));
                return;
            }
        }
        let stated = self.stated(situation);
        let request;
        let given;
        let situation = match stated {
            // A test gives values to the object itself.
            Some((object, old)) => {
                let (object, old) = (object.map(Object::new), old.map(Object::new));
                request = Request { object, old, ..situation.request.clone() };
                given = Situation::new(&request);
                &given
            }
            None => situation,
        };
        let Some(subject) = situation.request.subject() else { return };
        let kind = situation.kind(subject)[2];
        let mut is_applied = false;
        for rule in self.rules_for(kind) {
            let Some(validation) = Self::validated(rule) else { continue };
            let reply = match rule.matching.fits(namespace, &situation.matched(subject)) {
                Fit::No => continue,
                Fit::Unknown(why) => Some(Reply::new(Verdict::NotJudged, why)),
                Fit::Yes => self.rule(rule, validation, situation, exceptions),
            };
            let Some(reply) = reply else { continue };
            is_applied |= matches!(reply.verdict, Verdict::Pass | Verdict::Fail);
            answers.push(self.answer(rule, validation, reply, situation));
            if self.applies_one && is_applied {
                break;
            }
        }
    }

    /// The objects of the request with the values that a test gives them; none where it gives none.
    fn stated(&self, situation: &Situation<'_>) -> Option<(Option<Value>, Option<Value>)> {
        let stated = situation.cluster().stated.as_ref()?;
        let subject = situation.request.subject()?;
        let values = stated.values.of(&self.name.name, subject.name());
        if !values
            .keys()
            .any(|it| it.starts_with("request.object") || it.starts_with("request.oldObject"))
        {
            return None;
        }
        let mut whole = Value::Object(serde_json::Map::new());
        let json = |it: &Option<Object>| it.as_ref().map(|it| it.json().clone());
        let request = situation.request;
        let parts = [("object", json(&request.object)), ("oldObject", json(&request.old))];
        for (key, value) in parts {
            if let Some(value) = value {
                let steps = ["request".to_owned(), key.to_owned()];
                stated::set(&mut whole, &steps, &value);
            }
        }
        for (key, value) in &values {
            stated::set(&mut whole, &stated::steps(key), value);
        }
        let of = |key: &str| whole.pointer(key).filter(|it| it.is_object()).cloned();
        Some((of("/request/object"), of("/request/oldObject")))
    }

    /// What a rule asks, where it validates something.
    fn validated(rule: &Rule) -> Option<&Validation> {
        static IMAGES: Validation = Validation {
            message: String::new(),
            action: None,
            overrides: Vec::new(),
            allows_existing: true,
            check: Check::Unjudged("signatures of images are not verified here"),
        };
        match &rule.validation {
            Some(it) => Some(it),
            None if rule.checks_images() => Some(&IMAGES),
            None => None,
        }
    }

    /// What a rule knows, where its context loads and its preconditions hold; else what it says at once.
    pub(super) fn prepare<'a>(
        &'a self,
        rule: &'a Rule,
        situation: &'a Situation<'a>,
        world: &'a World,
    ) -> Result<Context<'a>, Reply> {
        let asks = rule.asks || situation.is_test();
        let mut context = Context::new(situation, world, &rule.expressions, self.namespace(), asks);
        self.give(&mut context, situation);
        context.checkpoint();
        context
            .load(&self.name.name, &rule.name, &rule.context)
            .map_err(|it| Reply::failure("failed to load context", &it))?;
        match check_preconditions(&rule.preconditions, &mut context)? {
            None => Ok(context),
            Some(skip) => Err(skip),
        }
    }

    fn rule(
        &self,
        rule: &Rule,
        validation: &Validation,
        situation: &Situation<'_>,
        exceptions: &[Exception],
    ) -> Option<Reply> {
        let world = World::new(situation.cluster().now);
        let mut context = match self.prepare(rule, situation, &world) {
            Ok(context) => context,
            Err(reply) => return Some(reply),
        };
        let excepting = match self.exceptions(rule, exceptions, &mut context) {
            Ok(it) => it,
            Err(it) => return Some(Reply::failure("failed to get exceptions", &it)),
        };
        let names: Vec<&str> = excepting.iter().map(|it| it.name.as_str()).collect();
        let skip = |space: &str| {
            let names = names.join(", ");
            Reply::new(
                Verdict::Skip,
                format!("rule is skipped due to policy exceptions{space}{names}"),
            )
        };
        match &validation.check {
            Check::PodSecurity(standard) => {
                if situation.is_delete() {
                    return None;
                }
                if let Some(it) = excepting.iter().find(|it| it.controls.is_empty()) {
                    let message = format!("rule is skipped due to policy exception {}", it.name);
                    return Some(Reply::new(Verdict::Skip, message));
                }
                Some(self.pod_security(rule, validation, standard, &excepting, &mut context))
            }
            _ if !excepting.is_empty() => Some(skip("")),
            Check::Expressions => {
                let compiled = rule.compiled.get_or_init(|| Expressions::of_rule(&rule.json));
                Some(compiled.judge(&rule.name, &rule.at, situation.request))
            }
            _ => {
                let validator = Validator {
                    policy: &self.name.name,
                    rule,
                    validation,
                    object: situation.request.object.as_ref().map(Object::json),
                    is_enforced: is_enforce(validation.action.as_deref().unwrap_or(&self.action)),
                };
                validator.validate(&mut context)
            }
        }
    }

    fn pod_security(
        &self,
        rule: &Rule,
        validation: &Validation,
        standard: &Value,
        excepting: &[&Exception],
        context: &mut Context<'_>,
    ) -> Reply {
        let situation = context.situation();
        let controls: Vec<Value> = excepting.iter().flat_map(|it| it.controls.clone()).collect();
        let names: Vec<&str> = excepting.iter().map(|it| it.name.as_str()).collect();
        let judge = |it: &Object| {
            pod_security::judge(&rule.name, standard, it.json(), &controls, &names.join(", "))
        };
        let Some(object) = situation.request.subject() else {
            return Reply::new(Verdict::NotJudged, "there is no object");
        };
        let mut reply = judge(object);
        for reason in &mut reply.reasons {
            reason.at = format!("{}/validate/podSecurity", rule.at);
        }
        let is_enforced = is_enforce(validation.action.as_deref().unwrap_or(&self.action));
        if reply.verdict != Verdict::Fail || !is_enforced || !validation.allows_existing {
            return reply;
        }
        let Some(old) =
            situation.request.old.as_ref().filter(|_| situation.request.object.is_some())
        else {
            return reply;
        };
        let is_meant = situation.fits_as_stranger(rule, self.namespace(), old);
        if is_meant && judge(old).verdict == Verdict::Fail {
            let message = "skipping the rule evaluation as pre-existing violations are allowed";
            return Reply::new(Verdict::Skip, message);
        }
        reply
    }

    fn answer(
        &self,
        rule: &Rule,
        validation: &Validation,
        reply: Reply,
        situation: &Situation<'_>,
    ) -> Answer {
        let mut reasons = reply.reasons;
        let mut message = seen::hide(&reply.message, situation);
        if rule.reads_secrets {
            seen::hide_all(&mut message, &mut reasons, situation.cluster());
        }
        for reason in &mut reasons {
            if reason.at.is_empty() {
                reason.at = format!("{}/preconditions", rule.at);
            }
        }
        if reasons.is_empty() {
            let at = rule.at.clone();
            reasons.push(Reason { at, expression: String::new(), values: Vec::new() });
        }
        Answer {
            policy: self.name.clone(),
            rule: rule.name.clone(),
            verdict: reply.verdict,
            action: self.action(reply.verdict, validation, situation),
            message,
            reasons,
        }
    }
}
