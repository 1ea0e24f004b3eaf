//! What was read so far, and how what follows changes it.

use std::collections::BTreeSet;

use harden_yaml::Place;

use super::named::Named;
use super::{List, Macro, Order, Priority, Rule};
use crate::runtime::fields;
use crate::runtime::file::exception::Exception;
use crate::runtime::file::text::Text;
use crate::runtime::problem::{Code, Loaded, Missing, Problem};

/// What was read so far.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Collection<'d> {
    pub lists: Named<List<'d>>,
    pub macros: Named<Macro<'d>>,
    pub rules: Named<Rule<'d>>,
    pub plugins: BTreeSet<String>,
    pub requires_engine: bool,
    /// The file that is read.
    pub file: usize,
    next: usize,
}

/// A name, and where it is written.
#[derive(Debug, Clone)]
pub(in crate::runtime) struct Definition<'d> {
    pub name: String,
    pub place: Place<'d>,
}

/// A rule with all that it has to have.
#[derive(Debug)]
pub(in crate::runtime) struct NewRule<'d> {
    pub text: Text<'d>,
    pub output: Text<'d>,
    pub description: String,
    pub priority: Priority,
    pub source: String,
    pub is_enabled: bool,
    pub captures: bool,
    pub capture_duration: u32,
    pub warns_of_event_types: bool,
    pub skips_unknown: bool,
    pub tags: BTreeSet<String>,
    pub exceptions: Vec<Exception<'d>>,
}

/// What of a rule is added to, or replaced.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Update<'d> {
    pub source: String,
    pub text: Option<Text<'d>>,
    pub output: Option<Text<'d>>,
    pub description: Option<String>,
    pub priority: Option<Priority>,
    pub tags: Option<BTreeSet<String>>,
    pub exceptions: Option<Vec<Exception<'d>>>,
    pub is_enabled: Option<bool>,
    pub captures: Option<bool>,
    pub capture_duration: Option<u32>,
    pub warns_of_event_types: Option<bool>,
    pub skips_unknown: Option<bool>,
}

const NO_LIST: &str =
    "List uses 'append' or 'override.items: append' but no list by that name already exists";
const NO_MACRO: &str =
    "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists";
const NO_RULE_APPEND: &str =
    "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";
const NO_RULE_REPLACE: &str =
    "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
const NO_RULE_ENABLE: &str = "Rule has 'enabled' key but no rule by that name already exists";
const OTHER_SOURCE: &str = "Rule has been re-defined with a different source";

impl<'d> Collection<'d> {
    fn order(&mut self) -> Order {
        let index = self.next;
        self.next += 1;
        Order { index, visibility: index, file: self.file }
    }

    pub(in crate::runtime) fn define_list(&mut self, it: Definition<'d>, items: Vec<String>) {
        let order = self.order();
        let list = List { name: it.name, items, place: it.place, order, is_used: false };
        define(&mut self.lists, list, |it| &it.name, |it| &mut it.order);
    }

    pub(in crate::runtime) fn append_list(
        &mut self,
        it: Definition<'d>,
        items: Vec<String>,
    ) -> Loaded<'d, ()> {
        let visibility = self.order().visibility;
        let Some(earlier) = self.lists.get_mut(&it.name) else {
            return Err(missing(NO_LIST, it.place, Missing::List(it.name)));
        };
        earlier.items.extend(items);
        earlier.order.visibility = visibility;
        Ok(())
    }

    pub(in crate::runtime) fn define_macro(&mut self, it: Definition<'d>, text: Text<'d>) {
        let order = self.order();
        let Definition { name, place } = it;
        let item = Macro { name, text, condition: None, place, order, is_used: false };
        define(&mut self.macros, item, |it| &it.name, |it| &mut it.order);
    }

    pub(in crate::runtime) fn append_macro(
        &mut self,
        it: Definition<'d>,
        text: &Text<'d>,
    ) -> Loaded<'d, ()> {
        let visibility = self.order().visibility;
        let Some(earlier) = self.macros.get_mut(&it.name) else {
            return Err(missing(NO_MACRO, it.place, Missing::Macro(it.name)));
        };
        earlier.text.append(text);
        earlier.order.visibility = visibility;
        Ok(())
    }

    pub(in crate::runtime) fn define_rule(
        &mut self,
        it: Definition<'d>,
        new: NewRule<'d>,
        problems: &mut Vec<Problem<'d>>,
    ) -> Loaded<'d, ()> {
        self.check_source(&it, &new.source)?;
        let source = new.source;
        if !fields::SOURCES.contains(&&*source) && !fields::ELSEWHERE.contains(&&*source) {
            let words = format!("Unknown source {source}, skipping");
            problems.push(Problem::new(Code::UnknownSource, it.place, words));
        }
        let mut exceptions = new.exceptions;
        for exception in &mut exceptions {
            exception.complete(&source)?;
        }
        let order = self.order();
        let rule = Rule {
            name: it.name,
            source,
            text: new.text,
            condition: None,
            output: new.output,
            description: new.description,
            priority: new.priority,
            tags: new.tags,
            exceptions,
            is_enabled: new.is_enabled,
            warns_of_event_types: new.warns_of_event_types,
            skips_unknown: new.skips_unknown,
            captures: new.captures,
            capture_duration: new.capture_duration,
            place: it.place,
            order,
        };
        define(&mut self.rules, rule, |it| &it.name, |it| &mut it.order);
        Ok(())
    }

    pub(in crate::runtime) fn append_rule(
        &mut self,
        it: Definition<'d>,
        update: Update<'d>,
    ) -> Loaded<'d, ()> {
        self.check_source(&it, &update.source)?;
        let visibility = self.order().visibility;
        let place = it.place;
        let Some(rule) = self.rules.get_mut(&it.name) else {
            return Err(missing(NO_RULE_APPEND, place, Missing::Rule(it.name)));
        };
        if update.is_empty() {
            let words = "Appended rule must have exceptions or condition property";
            return Err(Problem::boxed(Code::Validate, place, words));
        }
        if let Some(text) = update.text {
            rule.text.append(&text);
        }
        if let Some(text) = update.output {
            rule.output.append(&text);
        }
        if let Some(text) = update.description {
            rule.description.push(' ');
            rule.description.push_str(&text);
        }
        rule.tags.extend(update.tags.into_iter().flatten());
        for exception in update.exceptions.into_iter().flatten() {
            append_exception(rule, exception)?;
        }
        rule.order.visibility = visibility;
        Ok(())
    }

    pub(in crate::runtime) fn replace_rule(
        &mut self,
        it: Definition<'d>,
        update: Update<'d>,
    ) -> Loaded<'d, ()> {
        self.check_source(&it, &update.source)?;
        let visibility = self.order().visibility;
        let Some(rule) = self.rules.get_mut(&it.name) else {
            return Err(missing(NO_RULE_REPLACE, it.place, Missing::Rule(it.name)));
        };
        let Update { text, output, description, priority, tags, exceptions, .. } = update;
        rule.text = text.unwrap_or_else(|| rule.text.clone());
        rule.output = output.unwrap_or_else(|| rule.output.clone());
        rule.description = description.unwrap_or_else(|| rule.description.clone());
        rule.priority = priority.unwrap_or(rule.priority);
        rule.tags = tags.unwrap_or_else(|| rule.tags.clone());
        rule.exceptions = exceptions.unwrap_or_else(|| rule.exceptions.clone());
        rule.is_enabled = update.is_enabled.unwrap_or(rule.is_enabled);
        rule.captures = update.captures.unwrap_or(rule.captures);
        rule.capture_duration = update.capture_duration.unwrap_or(rule.capture_duration);
        rule.warns_of_event_types =
            update.warns_of_event_types.unwrap_or(rule.warns_of_event_types);
        rule.skips_unknown = update.skips_unknown.unwrap_or(rule.skips_unknown);
        rule.order.visibility = visibility;
        Ok(())
    }

    pub(in crate::runtime) fn enable(
        &mut self,
        it: Definition<'d>,
        is_enabled: bool,
    ) -> Loaded<'d, ()> {
        let Some(rule) = self.rules.get_mut(&it.name) else {
            return Err(missing(NO_RULE_ENABLE, it.place, Missing::Rule(it.name)));
        };
        rule.is_enabled = is_enabled;
        Ok(())
    }

    fn check_source(&self, it: &Definition<'d>, source: &str) -> Loaded<'d, ()> {
        let earlier = self.rules.get(&it.name);
        if earlier.is_some_and(|rule| !source.is_empty() && rule.source != source) {
            return Err(Problem::boxed(Code::Validate, it.place, OTHER_SOURCE));
        }
        Ok(())
    }
}

fn append_exception<'d>(rule: &mut Rule<'d>, mut new: Exception<'d>) -> Loaded<'d, ()> {
    let place = new.place;
    let wrong = |words: &str| Err(Problem::boxed(Code::Validate, place, words));
    let Some(earlier) = rule.exceptions.iter_mut().find(|it| it.name == new.name) else {
        if new.fields.is_none() {
            return wrong("Rule exception must have fields property with a list of fields");
        }
        if new.values.is_empty() {
            return wrong("Rule exception must have values property with a list of values");
        }
        new.complete(&rule.source)?;
        rule.exceptions.push(new);
        return Ok(());
    };
    if new.fields.is_some() {
        return wrong("Can not append exception fields to existing exception, only values");
    }
    if new.comps.is_some() {
        return wrong("Can not append exception comps to existing exception, only values");
    }
    earlier.values.append(&mut new.values);
    Ok(())
}

/// Puts something in the place of what has its name, where it is as old as that; else behind all.
fn define<T>(
    all: &mut Named<T>,
    mut new: T,
    name: impl Fn(&T) -> &String,
    order: impl Fn(&mut T) -> &mut Order,
) {
    match all.get_mut(name(&new)) {
        Some(earlier) => {
            order(&mut new).index = order(earlier).index;
            *earlier = new;
        }
        None => all.push(name(&new).clone(), new),
    }
}

#[allow(clippy::unnecessary_box_returns, reason = "it is large only where addresses are")]
fn missing<'d>(words: &str, place: Place<'d>, what: Missing) -> Box<Problem<'d>> {
    Box::new(Problem { missing: Some(what), ..Problem::new(Code::Validate, place, words) })
}

impl Update<'_> {
    fn is_empty(&self) -> bool {
        self.text.is_none()
            && self.output.is_none()
            && self.description.is_none()
            && self.tags.is_none()
            && self.exceptions.is_none()
    }
}
