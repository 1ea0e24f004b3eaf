//! What a rule knows while it is evaluated, and what it learns when something asks for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::entries::{self, Entry};
use super::images;
use super::situation::Situation;
use crate::kyverno::jmespath::{Expression, Failure, Scope, World, floats};
use crate::{Cluster, Object};

/// Expressions that were parsed before, by their text.
pub(in crate::kyverno) type Expressions = BTreeMap<String, Result<Expression, Failure>>;

/// What a rule knows.
#[derive(Debug)]
pub(in crate::kyverno) struct Context<'a> {
    scope: Scope,
    /// States to come back to.
    checkpoints: Vec<Scope>,
    /// What is looked up when an expression names it.
    pending: Vec<Pending<'a>>,
    situation: &'a Situation<'a>,
    world: &'a World,
    expressions: &'a Expressions,
    /// The namespace of the policy; empty for one of the cluster.
    policy_namespace: &'a str,
    /// Whether the request is to be taken for one that creates.
    is_creation: bool,
    /// Whether an entry is being looked up: how far those before it go, and how deep they are.
    limit: Option<(usize, usize)>,
    depth: usize,
}

#[derive(Debug, Clone)]
struct Pending<'a> {
    name: &'a str,
    level: usize,
    what: What<'a>,
    /// Whether it was asked for since the last reset.
    is_matched: bool,
    value: Option<Value>,
}

#[derive(Debug, Clone)]
enum What<'a> {
    Images(Object),
    Entry(&'a Entry),
}

/// How deep entries may ask for each other.
const DEPTH: usize = 32;

impl<'a> Context<'a> {
    /// What is known at first: nothing, where nothing `asks`.
    pub(in crate::kyverno) fn new(
        situation: &'a Situation<'a>,
        world: &'a World,
        expressions: &'a Expressions,
        policy_namespace: &'a str,
        asks: bool,
    ) -> Self {
        let mut context = Self {
            scope: if asks { situation.scope() } else { Scope::default() },
            checkpoints: Vec::new(),
            pending: Vec::new(),
            situation,
            world,
            expressions,
            policy_namespace,
            is_creation: false,
            limit: None,
            depth: 0,
        };
        if let Some(object) = &situation.request.object {
            let what = What::Images(object.clone());
            context.pending.push(Pending::new("images", 0, what));
        }
        context
    }

    pub(in crate::kyverno) fn world(&self) -> &'a World {
        self.world
    }

    pub(in crate::kyverno) fn situation(&self) -> &'a Situation<'a> {
        self.situation
    }

    pub(in crate::kyverno) fn cluster(&self) -> &'a Cluster {
        self.situation.cluster()
    }

    pub(in crate::kyverno) fn policy_namespace(&self) -> &'a str {
        self.policy_namespace
    }

    /// Whether something is deleted.
    pub(in crate::kyverno) fn is_delete(&self) -> bool {
        !self.is_creation && self.situation.is_delete()
    }

    /// Gives a name a value; a map is added to the map that the name has.
    pub(in crate::kyverno) fn add(&mut self, name: &str, value: Value) {
        self.scope.add(name, value);
    }

    /// Gives a name a value, whatever it had.
    pub(in crate::kyverno) fn set(&mut self, name: &str, value: Value) {
        self.scope.set(name, Arc::new(value));
    }

    /// Gives what is at some steps a value, as test files do.
    pub(in crate::kyverno) fn set_at(&mut self, steps: &[String], value: &Value) {
        let Some((first, rest)) = steps.split_first() else { return };
        let mut whole = self.scope.get(first).cloned().unwrap_or_default();
        crate::cluster::stated::set(&mut whole, rest, value);
        self.set(first, whole);
    }

    /// Replaces the objects of the request, which is taken for one that creates from now on.
    pub(in crate::kyverno) fn as_created(&mut self, object: &Value) {
        let mut request = self.scope.get("request").cloned().unwrap_or_default();
        if let Some(map) = request.as_object_mut() {
            map.insert("object".to_owned(), object.clone());
            map.insert("oldObject".to_owned(), json!({}));
            map.insert("operation".to_owned(), "CREATE".into());
        }
        self.set("request", request);
        self.is_creation = true;
    }

    /// Takes the request for what it is again.
    pub(in crate::kyverno) fn as_requested(&mut self) {
        self.is_creation = false;
    }

    /// Gives the request a new object, as a mutation leaves it.
    pub(in crate::kyverno) fn set_object(&mut self, object: Value) {
        let mut request = self.scope.get("request").cloned().unwrap_or_default();
        if let Some(map) = request.as_object_mut() {
            map.insert("object".to_owned(), object);
        }
        self.set("request", request);
    }

    /// Sets the element of a loop.
    pub(in crate::kyverno) fn set_element(
        &mut self,
        element: &Value,
        index: usize,
        nesting: usize,
    ) {
        let index: Value = json!(index);
        self.set("element", element.clone());
        self.set(&format!("element{nesting}"), element.clone());
        self.set("elementIndex", index.clone());
        self.set(&format!("elementIndex{nesting}"), index);
    }

    /// Remembers what is known.
    pub(in crate::kyverno) fn checkpoint(&mut self) {
        self.checkpoints.push(self.scope.clone());
    }

    /// Comes back to what was known, and forgets it.
    pub(in crate::kyverno) fn restore(&mut self) {
        if let Some(scope) = self.checkpoints.pop() {
            self.scope = scope;
            self.forget(true);
        }
    }

    /// Comes back to what was known.
    pub(in crate::kyverno) fn reset(&mut self) {
        if let Some(scope) = self.checkpoints.last() {
            self.scope = scope.clone();
            self.forget(false);
        }
    }

    /// Leaves out entries that came later than what is known, and has the others again.
    fn forget(&mut self, is_restore: bool) {
        let level = self.checkpoints.len();
        for it in &mut self.pending {
            it.is_matched = false;
        }
        for it in
            self.pending.iter().filter(|it| it.level < level || is_restore && it.level == level)
        {
            if let Some(value) = &it.value {
                self.scope.set(it.name, Arc::new(value.clone()));
            }
        }
        self.pending
            .retain(|it| it.level < level || it.level == level && it.value.is_none() && is_restore);
    }

    /// Reads the entries of a context: each is looked up when something asks for it.
    ///
    /// # Errors
    ///
    /// Kyverno does not get beyond one of them.
    pub(in crate::kyverno) fn load(
        &mut self,
        policy: &str,
        rule: &str,
        all: &'a [Entry],
    ) -> Result<(), Failure> {
        if let Some(stated) = &self.cluster().stated
            && let Some(values) = stated.values.rule(policy, rule)
        {
            for (key, value) in &values.values {
                self.set_at(&crate::cluster::stated::steps(key), value);
            }
            for (key, value) in &values.foreach {
                self.set_at(&crate::cluster::stated::steps(key), value);
            }
        }
        for entry in all {
            let is_given = self.scope.get(&entry.name).is_some();
            if entries::is_answered(entry, self)?
                || entries::is_left_out(entry, self.cluster(), is_given)
            {
                continue;
            }
            let level = self.checkpoints.len();
            self.pending.push(Pending::new(&entry.name, level, What::Entry(entry)));
        }
        Ok(())
    }

    /// The value of an expression.
    ///
    /// # Errors
    ///
    /// It has none.
    pub(in crate::kyverno) fn query(&mut self, text: &str) -> Result<Value, Failure> {
        self.look_up(text)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(Failure::Error("invalid query (nil)".to_owned()));
        }
        let parsed;
        let expression = if let Some(known) = self.expressions.get(text) {
            known.as_ref()
        } else {
            parsed = Expression::parse(text);
            parsed.as_ref()
        };
        let expression = expression.map_err(|it| match it {
            Failure::NotJudged(_) => it.clone(),
            other => Failure::Error(format!("incorrect query {text}: {other}")),
        })?;
        expression.search(&self.scope, self.world).map_err(|it| match it {
            Failure::NotJudged(_) => it,
            other => Failure::Error(format!("JMESPath query failed: {other}")),
        })
    }

    /// Looks up all entries that an expression names.
    fn look_up(&mut self, text: &str) -> Result<(), Failure> {
        if self.pending.iter().all(|it| it.is_matched || it.value.is_some()) {
            return Ok(());
        }
        if self.depth > DEPTH {
            return Err(Failure::NotJudged("entries of the context ask for each other".to_owned()));
        }
        let (end, level) = self.limit.unwrap_or((self.pending.len(), self.checkpoints.len()));
        for index in 0..end {
            let Some(it) = self.pending.get_mut(index) else { break };
            if it.is_matched || it.value.is_some() || it.level > level || !names(text, it.name) {
                continue;
            }
            it.is_matched = true;
            let (name, what, level) = (it.name, it.what.clone(), it.level);
            let before = self.limit.replace((index, level));
            self.depth += 1;
            let value = match &what {
                What::Images(object) => images::infos(object),
                What::Entry(entry) => entries::value(entry, self),
            };
            self.depth -= 1;
            self.limit = before;
            let value = value?;
            match &what {
                What::Images(_) if value.is_null() => {}
                What::Entry(entry) if entry.replaces() => self.set(name, value.clone()),
                _ => self.add(name, value.clone()),
            }
            if let Some(it) = self.pending.get_mut(index) {
                it.value = Some(value);
            }
        }
        Ok(())
    }
}

impl<'a> Pending<'a> {
    fn new(name: &'a str, level: usize, what: What<'a>) -> Self {
        Self { name, level, what, is_matched: false, value: None }
    }
}

/// Whether an expression names an entry: not behind a dot, and as a whole word.
fn names(text: &str, name: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
            let ends_word = name.chars().next_back().is_some_and(is_word);
            before.is_none_or(|it| !it.is_ascii_alphanumeric() && it != '.')
                && after.is_some_and(is_word) != ends_word
        })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn an_entry_is_named_by_a_whole_word() {
        assert!(names("foo.bar", "foo"));
        assert!(names("length(foo)", "foo"));
        assert!(!names("a.foo", "foo"));
        assert!(!names("food", "foo"));
        assert!(names("x | foo", "foo"));
    }
}
