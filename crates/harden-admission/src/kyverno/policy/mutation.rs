//! What `mutate` makes of an object.

mod target;

#[cfg(test)]
mod tests;

use serde_json::Value;

use super::conditions::{Conditions, check_preconditions};
use super::context::Context;
use super::entries::Entry;
use super::field::{items, text};
use super::reply::Reply;
use super::rule::Rule;
use super::variables::substitute_at;
use crate::kyverno::jmespath::{Failure, floats, marshal};
use crate::kyverno::patch;
use crate::{Object, Verdict};

use target::Target;

/// What a rule changes.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Mutation {
    patch: Patch,
    foreach: Vec<Foreach>,
    /// What is changed in the place of the object, where the rule says so.
    pub targets: Vec<Target>,
}

#[derive(Debug, Clone)]
enum Patch {
    Strategic(Value),
    /// The text of operations.
    Json(String),
    None,
}

/// A loop over elements.
#[derive(Debug, Clone)]
struct Foreach {
    list: String,
    context: Vec<Entry>,
    preconditions: Result<Conditions, String>,
    patch: Patch,
    foreach: Vec<Self>,
    /// Whether the last element comes first.
    is_descending: bool,
}

/// How deep loops may be nested.
const DEPTH: usize = 8;

impl Mutation {
    /// Reads what is at `mutate`.
    pub(in crate::kyverno) fn read(value: &Value) -> Self {
        Self {
            patch: Patch::read(value),
            foreach: Foreach::read_all(value, 0),
            targets: items(value, "targets").iter().map(Target::read).collect(),
        }
    }
}

impl Patch {
    fn read(value: &Value) -> Self {
        match value.get("patchStrategicMerge").filter(|it| !it.is_null()) {
            Some(patch) => Self::Strategic(patch.clone()),
            None => match text(value, "patchesJson6902") {
                "" => Self::None,
                patches => Self::Json(patches.to_owned()),
            },
        }
    }
}

impl Foreach {
    fn read_all(value: &Value, nesting: usize) -> Vec<Self> {
        if nesting > DEPTH {
            return Vec::new();
        }
        items(value, "foreach").iter().map(|it| Self::read(it, nesting)).collect()
    }

    fn read(value: &Value, nesting: usize) -> Self {
        let patch = Patch::read(value);
        let is_descending = match text(value, "order") {
            "" => matches!(patch, Patch::Strategic(_)),
            order => order == "Descending",
        };
        Self {
            list: text(value, "list").to_owned(),
            context: Entry::read_all(value),
            preconditions: Conditions::read(value.get("preconditions")),
            patch,
            foreach: Self::read_all(value, nesting + 1),
            is_descending,
        }
    }
}

/// What a mutation comes to.
#[derive(Debug)]
pub(super) struct Change {
    /// A pass where something changes, a skip where nothing does.
    pub reply: Reply,
    /// The object as it becomes, where that is another.
    pub object: Option<Value>,
    /// Whether the patch has failed, so that nothing is left for later rules.
    pub is_lost: bool,
}

impl Change {
    /// One of nothing.
    pub(in crate::kyverno) fn none(reply: Reply) -> Self {
        Self { reply, object: None, is_lost: false }
    }

    fn pass(message: impl Into<String>, object: Value) -> Self {
        let reply = Reply::new(Verdict::Pass, message);
        Self { reply, object: Some(object), is_lost: false }
    }

    fn skip(message: impl Into<String>) -> Self {
        Self::none(Reply::new(Verdict::Skip, message))
    }

    fn error(message: &str, failure: &Failure) -> Self {
        Self::none(Reply::failure(message, failure))
    }

    fn is_failed(&self) -> bool {
        !matches!(self.reply.verdict, Verdict::Pass | Verdict::Skip)
    }
}

/// A rule that is evaluated for an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mutator<'a> {
    pub policy: &'a str,
    pub rule: &'a Rule,
    pub mutation: &'a Mutation,
    /// Whether the object is as Kyverno's command read it: its numbers are doubles then, and a loop that
    /// leaves it as it was takes it for changed.
    pub has_doubles: bool,
}

impl<'a> Mutator<'a> {
    /// What becomes of the object of the request.
    pub(in crate::kyverno) fn mutate(self, object: &Value, context: &mut Context<'a>) -> Change {
        let mut change = if self.mutation.foreach.is_empty() {
            patched(&self.mutation.patch, "/mutate", object, context)
        } else {
            let has_doubles = self.has_doubles && has_numbers(object);
            self.foreach(&self.mutation.foreach, object.clone(), has_doubles, 0, context)
        };
        change.is_lost = change.reply.verdict == Verdict::Error;
        named(change)
    }

    /// What becomes of the objects that the rule is for in its place.
    pub(in crate::kyverno) fn mutate_targets(self, context: &mut Context<'a>) -> Vec<Change> {
        let mut changes = Vec::new();
        for (index, target) in self.mutation.targets.iter().enumerate() {
            let objects = match target.find(index, context) {
                Ok(objects) => objects,
                Err(it) => {
                    changes.push(Change::error("failed to load targets", &it));
                    continue;
                }
            };
            changes.extend(objects.iter().map(|it| self.mutate_target(target, it, context)));
        }
        changes
    }

    fn mutate_target(
        self,
        target: &'a Target,
        object: &Object,
        context: &mut Context<'a>,
    ) -> Change {
        context.set("target", floats(object.json().clone()));
        if let Err(it) = context.load(self.policy, &self.rule.name, &target.context) {
            return Change::error("failed to load context", &it);
        }
        match check_preconditions(&target.preconditions, context) {
            Ok(None) => self.mutate(object.json(), context),
            Ok(Some(reply)) | Err(reply) => Change::none(reply),
        }
    }

    fn foreach(
        self,
        loops: &'a [Foreach],
        mut object: Value,
        mut has_doubles: bool,
        nesting: usize,
        context: &mut Context<'a>,
    ) -> Change {
        let mut applied = 0;
        for each in loops {
            let elements = match context.query(&each.list) {
                Ok(Value::Array(elements)) => elements,
                Ok(other) => vec![other],
                Err(it) => {
                    // Kyverno says it twice.
                    let message = format!("failed to evaluate list {}: {it}", each.list);
                    return Change::error(&message, &it);
                }
            };
            context.checkpoint();
            let change = self.elements(each, &elements, (&object, has_doubles), nesting, context);
            context.restore();
            if change.is_failed() {
                let Reply { verdict, message, reasons } = change.reply;
                let message = match verdict {
                    Verdict::NotJudged => message,
                    _ => format!("failed to mutate elements: {message}"),
                };
                return Change::none(Reply { verdict, message, reasons });
            }
            if let Some(changed) = change.object {
                applied += 1;
                has_doubles = false;
                context.set_object(floats(changed.clone()));
                object = changed;
            }
        }
        let message = format!("{applied} elements processed");
        if applied == 0 {
            return Change::skip(message);
        }
        Change::pass(message, object)
    }

    fn elements(
        self,
        each: &'a Foreach,
        elements: &[Value],
        (object, has_doubles): (&Value, bool),
        nesting: usize,
        context: &mut Context<'a>,
    ) -> Change {
        let mut patched_object = object.clone();
        let mut is_patched = false;
        let mut order: Vec<usize> = (0..elements.len()).collect();
        if each.is_descending {
            order.reverse();
        }
        for index in order {
            let Some(element) = elements.get(index).filter(|it| !it.is_null()) else { continue };
            context.reset();
            context.set_element(element, index, nesting);
            if let Err(it) = context.load(self.policy, &self.rule.name, &each.context) {
                let message = format!("failed to load to mutate.foreach[{index}].context");
                return Change::error(&message, &it);
            }
            match check_preconditions(&each.preconditions, context) {
                Ok(None) => {}
                Ok(Some(_)) => continue,
                Err(mut reply) => {
                    let of_loop = format!("evaluate mutate.foreach[{index}].preconditions");
                    reply.message = reply.message.replacen("evaluate preconditions", &of_loop, 1);
                    return Change::none(reply);
                }
            }
            let change = if each.foreach.is_empty() {
                patched(&each.patch, "", &patched_object, context)
            } else {
                let (object, has_doubles) = (patched_object.clone(), has_doubles && !is_patched);
                self.foreach(&each.foreach, object, has_doubles, nesting + 1, context)
            };
            if change.is_failed() {
                return change;
            }
            is_patched |= change.object.is_some();
            patched_object = change.object.unwrap_or(patched_object);
        }
        if patched_object == *object && !(is_patched && has_doubles) {
            return Change::skip("no patches applied");
        }
        Change::pass("", patched_object)
    }
}

/// How many values there are in a value, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        _ => 0,
    }
}

/// How many elements its longest list has.
fn longest(value: &Value) -> usize {
    let within = |values: &mut dyn Iterator<Item = &Value>| values.map(longest).max().unwrap_or(0);
    match value {
        Value::Array(items) => items.len().max(within(&mut items.iter())),
        Value::Object(map) => within(&mut map.values()),
        _ => 0,
    }
}

fn has_numbers(value: &Value) -> bool {
    match value {
        Value::Number(_) => true,
        Value::Array(items) => items.iter().any(has_numbers),
        Value::Object(map) => map.values().any(has_numbers),
        _ => false,
    }
}

/// An object with a patch, which is at a path.
fn patched(patch: &Patch, at: &str, object: &Value, context: &mut Context<'_>) -> Change {
    const FAILED: &str = "variable substitution failed";
    // A patch looks at the whole object; one that merges compares the elements of its lists.
    let merging = match patch {
        Patch::Strategic(_) => longest(object).saturating_pow(2) / 8,
        Patch::Json(_) | Patch::None => 0,
    };
    if let Err(it) = context.world().spend(size(object).saturating_add(merging)) {
        return Change::error(FAILED, &it);
    }
    let result = match patch {
        Patch::Strategic(patch) => {
            match substitute_at(&format!("{at}/patchStrategicMerge"), patch, context) {
                Ok(patch) => patch::merge(object, &written(patch)),
                Err(it) => return Change::error(FAILED, &it),
            }
        }
        Patch::Json(text) => {
            let text = Value::String(text.clone());
            match substitute_at(&format!("{at}/patchesJson6902"), &text, context) {
                Ok(Value::String(text)) => patch::apply(object, &text),
                Ok(_) => return Change::none(Reply::new(Verdict::Error, "empty mutate rule")),
                Err(it) => return Change::error(FAILED, &it),
            }
        }
        Patch::None => return Change::none(Reply::new(Verdict::Error, "empty mutate rule")),
    };
    match result {
        Ok(changed) if changed == *object => Change::skip("no patches applied"),
        Ok(changed) if !changed.is_object() => {
            Change::none(Reply::new(Verdict::Error, "failed to unmarshal patched resource"))
        }
        Ok(changed) => Change::pass("resource patched", changed),
        Err(patch::Failure::NotJudged(why)) => Change::none(Reply::new(Verdict::NotJudged, why)),
        Err(patch::Failure::Error(why)) => {
            let message = format!("failed to patch resource: {why}");
            Change::none(Reply::new(Verdict::Error, message))
        }
    }
}

/// A value as it is once it was written: doubles of expressions that are whole are whole numbers.
fn written(value: Value) -> Value {
    serde_json::from_str(&marshal(&value)).unwrap_or(value)
}

/// A change with Kyverno's message of what was changed.
fn named(change: Change) -> Change {
    let Some(object) = &change.object else { return change };
    let of = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let (kind, name) = (of("/kind"), of("/metadata/name"));
    let message = match of("/metadata/namespace") {
        "" => format!("mutated {kind}/{name}"),
        namespace => format!("mutated {kind}/{name} in namespace {namespace}"),
    };
    Change { reply: Reply { message, ..change.reply }, ..change }
}
