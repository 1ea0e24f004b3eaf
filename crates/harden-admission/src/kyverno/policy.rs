//! Kyverno's ClusterPolicies, Policies and PolicyExceptions.

mod autogen;
mod calls;
mod conditions;
mod configuration;
mod context;
mod entries;
mod exceptions;
mod expressions;
mod field;
mod flaws;
mod images;
mod kinds;
mod matching;
mod mutation;
mod operators;
mod pod_security;
mod references;
mod reply;
mod rule;
mod seen;
mod selector;
mod situation;
mod validation;
mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::kyverno::jmespath::{Failure, World};
use crate::{
    Action, Answer, Changed, Cluster, Mutated, Object, PolicyName, Reason, Request, Verdict,
};

use configuration::Configuration;
use context::Context;
use exceptions::Exception;
use expressions::Expressions;
use field::{items, text};
use matching::Fit;
use mutation::{Change, Mutation, Mutator};
use reply::Reply;
use rule::{Check, Override, Rule, Rules, Validation};
use situation::{Known, Situation};
use validation::{Validator, check_preconditions};

/// Policies of the group `kyverno.io`, read once and used for many objects.
#[derive(Debug, Default)]
pub struct Policies {
    policies: Vec<Policy>,
    exceptions: Vec<Exception>,
    refused: Vec<Answer>,
}

/// A ClusterPolicy or a Policy.
#[derive(Debug)]
struct Policy {
    name: PolicyName,
    object: Object,
    /// The rules for objects of all kinds but those below.
    rules: Vec<Arc<Rule>>,
    /// The rules for kinds that autogen makes rules for.
    rules_by_kind: Rules,
    /// `Enforce` or `Audit`.
    action: String,
    overrides: Vec<Override>,
    /// Conditions on requests; those that do not meet them are nothing to the policy.
    conditions: Option<Expressions>,
    /// Whether only the first rule that says something counts.
    applies_one: bool,
    /// Whether failures that refuse nothing are told to whoever sent the request.
    warns: bool,
    /// Whether requests are refused where a rule has an error.
    is_failing_closed: bool,
    is_for_admission: bool,
}

impl Policies {
    /// Whether an object is a policy, or goes with one.
    pub fn takes(object: &Object) -> bool {
        object.group() == "kyverno.io"
            && matches!(object.kind(), "ClusterPolicy" | "Policy" | "PolicyException")
    }

    /// Reads policies and exceptions.
    pub fn read(objects: &[Object], _: &Cluster) -> Self {
        let mut this = Self::default();
        for object in objects.iter().filter(|it| it.group() == "kyverno.io") {
            match object.kind() {
                "ClusterPolicy" | "Policy" => {
                    let policy = Policy::read(object);
                    match policy.flaw() {
                        Some(refused) => this.refused.push(refused),
                        None => this.policies.push(policy),
                    }
                }
                "PolicyException" => this.exceptions.push(Exception::read(object)),
                _ => {}
            }
        }
        this
    }

    /// Whether there is no policy.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Policies that Kyverno would refuse, or that cannot be read here.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What the policies make of an object.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        let mut mutated = Mutated::default();
        for policy in &self.policies {
            let object = mutated.object.clone().or_else(|| request.object.clone());
            let request = Request { object, ..request.clone() };
            policy.mutate(&request, &self.exceptions, &mut mutated);
        }
        mutated
    }

    /// What the policies say of an object.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        let situation = Situation::new(request);
        let mut answers = Vec::new();
        let Some(subject) = request.subject() else { return answers };
        if Configuration::read(&situation).leaves_out(subject, &situation) {
            return answers;
        }
        for policy in &self.policies {
            policy.validate(&situation, &self.exceptions, &mut answers);
        }
        answers
    }
}

impl Policy {
    fn read(object: &Object) -> Self {
        let json = object.json();
        let spec = json.get("spec").unwrap_or(&Value::Null);
        let (rules, rules_by_kind) = read_rules(json, spec);
        let webhook = spec.get("webhookConfiguration").unwrap_or(&Value::Null);
        let failure_policy = match text(webhook, "failurePolicy") {
            "" => text(spec, "failurePolicy"),
            it => it,
        };
        let is_true =
            |key: &str, default: bool| spec.get(key).and_then(Value::as_bool).unwrap_or(default);
        Self {
            name: PolicyName {
                kind: object.kind().to_owned(),
                namespace: object.namespace().to_owned(),
                name: object.name().to_owned(),
            },
            object: object.clone(),
            rules,
            rules_by_kind,
            action: text(spec, "validationFailureAction").to_owned(),
            overrides: Override::read_all(spec, "validationFailureActionOverrides"),
            conditions: Some(items(webhook, "matchConditions"))
                .filter(|it| !it.is_empty())
                .map(Expressions::of_conditions),
            applies_one: text(spec, "applyRules") == "One",
            warns: is_true("emitWarning", false),
            is_failing_closed: failure_policy != "Ignore",
            is_for_admission: is_true("admission", true),
        }
    }

    /// The namespace that the policy is for; empty for all.
    fn namespace(&self) -> &str {
        match (self.name.kind.as_str(), self.name.namespace.as_str()) {
            ("Policy", "") => "default",
            ("Policy", namespace) => namespace,
            _ => "",
        }
    }

    /// The name as exceptions have it.
    fn key(&self) -> String {
        match self.name.namespace.as_str() {
            "" => self.name.name.clone(),
            namespace => format!("{namespace}/{}", self.name.name),
        }
    }

    /// The rules for a kind.
    fn rules_for(&self, kind: &str) -> &[Arc<Rule>] {
        self.rules_by_kind.get(kind).unwrap_or(&self.rules)
    }

    /// What is wrong with the policy, so that Kyverno would refuse it.
    fn flaw(&self) -> Option<Answer> {
        let flaw = flaws::first(&self.object)?;
        let expression = match self.object.at(&flaw.at) {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        };
        Some(Answer {
            policy: self.name.clone(),
            rule: String::new(),
            verdict: Verdict::Error,
            action: Action::Deny,
            message: flaw.message,
            reasons: vec![Reason { at: flaw.at, expression, values: Vec::new() }],
        })
    }

    fn validate(
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

    /// Changes an object by each rule in turn.
    fn mutate(&self, request: &Request<'_>, exceptions: &[Exception], mutated: &mut Mutated) {
        let Some(subject) = request.subject() else { return };
        let namespace = self.namespace();
        let is_test = request.cluster.stated.is_some();
        if !self.is_for_admission && !is_test
            || !namespace.is_empty() && subject.namespace() != namespace
        {
            return;
        }
        match self.conditions.as_ref().map(|it| it.hold(request)) {
            None | Some(Some(true)) => {}
            Some(Some(false)) => return,
            Some(None) => {
                let why = "whether the match conditions of the policy are met cannot be said here";
                mutated.answers.push(self.unknown(why));
                return;
            }
        }
        let mut object = request.object.clone();
        let mut is_changed = false;
        let kind = Situation::new(request).kind(subject)[2].to_owned();
        for rule in self.rules_for(&kind) {
            let Some(mutation) = &rule.mutation else { continue };
            // What rules for other objects change is changed later, by another controller.
            if !mutation.targets.is_empty() && !is_test {
                continue;
            }
            let request = Request { object: object.clone(), ..request.clone() };
            let situation = Situation::new(&request);
            let Some(subject) = request.subject() else { continue };
            let changes = match rule.matching.fits(namespace, &situation.matched(subject)) {
                Fit::No => continue,
                Fit::Unknown(why) => vec![Change::none(Reply::new(Verdict::NotJudged, why))],
                Fit::Yes => {
                    let has_doubles = is_test && !is_changed;
                    self.changes(rule, mutation, has_doubles, &situation, exceptions)
                }
            };
            let is_applied = changes.iter().any(|it| it.reply.verdict == Verdict::Pass);
            for change in changes {
                let changed = change.object.map(Object::new);
                mutated.answers.push(self.mutation_answer(rule, change.reply, &situation));
                let Some(changed) = changed else { continue };
                if mutation.targets.is_empty() {
                    object = Some(changed.clone());
                    is_changed = true;
                    mutated.object = Some(changed);
                } else {
                    let (policy, rule) = (self.name.clone(), rule.name.clone());
                    mutated.others.push(Changed { policy, rule, object: changed });
                }
            }
            if self.applies_one && is_applied {
                break;
            }
        }
    }

    /// What a rule changes of the object, or of those that it is for in its place.
    fn changes(
        &self,
        rule: &Rule,
        mutation: &Mutation,
        has_doubles: bool,
        situation: &Situation<'_>,
        exceptions: &[Exception],
    ) -> Vec<Change> {
        let none = |reply| vec![Change::none(reply)];
        let world = World::new(situation.cluster().now);
        let mut context = Context::new(
            situation,
            &world,
            &rule.expressions,
            self.namespace(),
            rule.asks || situation.is_test(),
        );
        self.give(&mut context, situation);
        context.checkpoint();
        if let Err(it) = context.load(&self.name.name, &rule.name, &rule.context) {
            return none(Reply::failure("failed to load context", &it));
        }
        match check_preconditions(&rule.preconditions, &mut context) {
            Ok(None) => {}
            Ok(Some(reply)) | Err(reply) => return none(reply),
        }
        let excepting = match self.exceptions(rule, exceptions, &mut context) {
            Ok(it) => it,
            Err(it) => return none(Reply::failure("failed to get exceptions", &it)),
        };
        if !excepting.is_empty() {
            let names: Vec<&str> = excepting.iter().map(|it| it.name.as_str()).collect();
            let names = names.join(", ");
            let message = format!("rule is skipped due to policy exceptions{names}");
            return none(Reply::new(Verdict::Skip, message));
        }
        let mutator = Mutator { policy: &self.name.name, rule, mutation, has_doubles };
        if !mutation.targets.is_empty() {
            return mutator.mutate_targets(&mut context);
        }
        match &situation.request.object {
            Some(object) => vec![mutator.mutate(object.json(), &mut context)],
            // Nothing becomes of what is deleted.
            None => Vec::new(),
        }
    }

    fn mutation_answer(&self, rule: &Rule, reply: Reply, situation: &Situation<'_>) -> Answer {
        let action = match reply.verdict {
            Verdict::Error if self.is_failing_closed => Action::Deny,
            _ => Action::Ignore,
        };
        let message = seen::hide(&reply.message, situation);
        let mut reasons = reply.reasons;
        if reasons.is_empty() {
            let at = format!("{}/mutate", rule.at);
            reasons.push(Reason { at, expression: String::new(), values: Vec::new() });
        }
        let (policy, rule) = (self.name.clone(), rule.name.clone());
        Answer { policy, rule, verdict: reply.verdict, action, message, reasons }
    }

    /// An answer of the policy as a whole that cannot be given.
    fn unknown(&self, why: &str) -> Answer {
        let at = "/spec/webhookConfiguration/matchConditions".to_owned();
        Answer {
            policy: self.name.clone(),
            rule: String::new(),
            verdict: Verdict::NotJudged,
            action: Action::Deny,
            message: why.to_owned(),
            reasons: vec![Reason { at, expression: String::new(), values: Vec::new() }],
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
                crate::cluster::stated::set(&mut whole, &steps, &value);
            }
        }
        for (key, value) in &values {
            crate::cluster::stated::set(&mut whole, &crate::cluster::stated::steps(key), value);
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

    fn rule(
        &self,
        rule: &Rule,
        validation: &Validation,
        situation: &Situation<'_>,
        exceptions: &[Exception],
    ) -> Option<Reply> {
        let world = World::new(situation.cluster().now);
        let mut context = Context::new(
            situation,
            &world,
            &rule.expressions,
            self.namespace(),
            rule.asks || situation.is_test(),
        );
        self.give(&mut context, situation);
        context.checkpoint();
        if let Err(it) = context.load(&self.name.name, &rule.name, &rule.context) {
            return Some(Reply::failure("failed to load context", &it));
        }
        match check_preconditions(&rule.preconditions, &mut context) {
            Ok(None) => {}
            Ok(Some(skip)) => return Some(skip),
            Err(error) => return Some(error),
        }
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

    /// Sets the values that a test gives to the policy.
    fn give(&self, context: &mut Context<'_>, situation: &Situation<'_>) {
        let Some(stated) = &situation.cluster().stated else { return };
        let name = situation.request.subject().map(Object::name).unwrap_or_default();
        for (key, value) in &stated.values.of(&self.name.name, name) {
            context.set_at(&crate::cluster::stated::steps(key), value);
        }
    }

    /// The exceptions from a rule that are about the object.
    fn exceptions<'e>(
        &self,
        rule: &Rule,
        exceptions: &'e [Exception],
        context: &mut Context<'_>,
    ) -> Result<Vec<&'e Exception>, Failure> {
        let key = self.key();
        let mut excepting = Vec::new();
        for it in exceptions.iter().filter(|it| it.names(&key, &rule.name)) {
            if it.excepts(context)? {
                excepting.push(it);
            }
        }
        Ok(excepting)
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

    /// Whether the webhook waits for what some rule says; all others are judged after the request.
    fn enforces(&self) -> bool {
        let of_rules = self.rules.iter().filter_map(|it| it.validation.as_ref());
        let mut overrides = of_rules.clone().flat_map(|it| &it.overrides).chain(&self.overrides);
        is_enforce(&self.action)
            || of_rules.filter_map(|it| it.action.as_deref()).any(is_enforce)
            || overrides.any(|it| is_enforce(&it.action))
    }

    /// What follows of a verdict.
    fn action(
        &self,
        verdict: Verdict,
        validation: &Validation,
        situation: &Situation<'_>,
    ) -> Action {
        if verdict == Verdict::Error && self.enforces() {
            return if self.is_failing_closed { Action::Deny } else { Action::Ignore };
        }
        let of_rule = validation.action.as_deref();
        let overrides = if validation.overrides.is_empty() && of_rule.is_none() {
            &self.overrides
        } else {
            &validation.overrides
        };
        let namespace = situation.request.subject().map(Object::namespace).unwrap_or_default();
        let over = overrides.iter().find(|it| {
            let is_named = it
                .namespaces
                .iter()
                .any(|wanted| crate::kyverno::pattern::wildcard::matches_text(wanted, namespace));
            let is_selected =
                it.selector.as_ref().map(|selector| match situation.namespace_labels() {
                    Known::Yes(labels) => selector.matches(labels),
                    Known::No(_) => false,
                });
            match (it.namespaces.is_empty(), is_selected) {
                (true, selected) => selected.unwrap_or_default(),
                (false, None) => is_named,
                (false, Some(is_selected)) => is_named && is_selected,
            }
        });
        let action = over.map_or(of_rule.unwrap_or(&self.action), |it| it.action.as_str());
        match action {
            it if is_enforce(it) => Action::Deny,
            _ if self.warns => Action::Warn,
            _ => Action::Audit,
        }
    }
}

fn is_enforce(action: &str) -> bool {
    action.eq_ignore_ascii_case("enforce")
}

/// The rules of a policy, and those for kinds that autogen makes rules for.
fn read_rules(policy: &Value, spec: &Value) -> (Vec<Arc<Rule>>, Rules) {
    let written = items(spec, "rules");
    let at = |index: usize| format!("/spec/rules/{index}");
    let rules: Vec<Arc<Rule>> = written
        .iter()
        .enumerate()
        .map(|(index, it)| Arc::new(Rule::read(it, &at(index))))
        .collect();
    let mut by_kind = BTreeMap::new();
    for kind in autogen::kinds(policy) {
        let made: Vec<Arc<Rule>> = written
            .iter()
            .enumerate()
            .filter_map(|(index, it)| {
                let made = autogen::for_kind(it, &kind)?;
                Some(Arc::new(Rule::read(&made, &at(index))))
            })
            .collect();
        if made.is_empty() {
            continue;
        }
        let own = rules.iter().filter(|it| !it.name.starts_with("autogen-")).cloned();
        by_kind.insert(kind, own.chain(made).collect());
    }
    (rules, by_kind)
}

impl crate::kyverno::suite::Policies for Policies {
    fn refused(&self) -> &[Answer] {
        self.refused()
    }

    fn mutate(&self, request: &Request<'_>) -> Mutated {
        self.mutate(request)
    }

    fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.validate(request)
    }
}
