//! Conditions with everything put in that lists, macros and exceptions stand for.

use harden_yaml::Place;

use super::checks::{at, check_condition, check_output};
use super::collection::Collection;
use super::expansion::expand;
use super::macros::{Replacement, Unreplaced};
use super::named::Named;
use super::{List, Macro, Rule};
use crate::runtime::condition::{Condition, Family, Kind, TermKind};
use crate::runtime::file::text::Text;
use crate::runtime::problem::{Code, Loaded, Missing, Problem};

/// A condition that was read, and the lists in it.
type Compiled = (Condition, Vec<usize>);

impl<'d> Collection<'d> {
    /// Puts everything together, and says what is wrong with that. Lists are put in as they are after all
    /// files; what they were stays for the next file.
    pub(super) fn compile(&mut self) -> Vec<Problem<'d>> {
        let mut problems = Vec::new();
        let lists = self.lists_in_lists();
        let mut conditions = self.read_macros(&lists, &mut problems);
        self.replace_macros(&mut conditions, &mut problems);
        for (item, condition) in self.macros.all.iter_mut().zip(conditions) {
            item.condition = condition;
        }
        if problems.iter().any(|it| it.code.is_error()) {
            return problems;
        }
        for index in 0..self.rules.all.len() {
            self.compile_rule(index, &lists, &mut problems);
        }
        if !problems.iter().any(|it| it.code.is_error()) {
            self.tell_unused(&mut problems);
        }
        problems
    }

    /// The lists with what is in those that they name. One level, as Falco has it: what a list within names
    /// is put into conditions later, as text.
    fn lists_in_lists(&mut self) -> Named<List<'d>> {
        let mut all = Named::default();
        let mut used = Vec::new();
        for list in &self.lists.all {
            let mut items = Vec::with_capacity(list.items.len());
            for item in &list.items {
                let seen =
                    self.lists.index(item).and_then(|it| Some((it, self.lists.all.get(it)?)));
                match seen.filter(|it| it.1.order.index < list.order.visibility) {
                    Some((index, inner)) => {
                        used.push(index);
                        items.extend(inner.items.iter().cloned());
                    }
                    None => items.push(item.clone()),
                }
            }
            all.push(list.name.clone(), List { items, is_used: false, ..list.clone() });
        }
        for (index, list) in self.lists.all.iter_mut().enumerate() {
            list.is_used = used.contains(&index);
        }
        self.macros.all.iter_mut().for_each(|it| it.is_used = false);
        all
    }

    fn read_macros(
        &mut self,
        lists: &Named<List<'d>>,
        problems: &mut Vec<Problem<'d>>,
    ) -> Vec<Option<Condition>> {
        let mut conditions = Vec::new();
        let mut used = Vec::new();
        for item in &self.macros.all {
            let read = read(item.text.text.clone(), &item.text, lists);
            conditions.push(match read {
                Ok((condition, its)) => {
                    used.extend(its);
                    Some(condition)
                }
                Err(problem) => {
                    problems.push(Problem { file: item.order.file, ..*problem });
                    None
                }
            });
        }
        self.use_lists(&used);
        conditions
    }

    fn use_lists(&mut self, used: &[usize]) {
        for index in used {
            if let Some(list) = self.lists.all.get_mut(*index) {
                list.is_used = true;
            }
        }
    }

    fn use_macros(&mut self, used: &[String]) {
        for name in used {
            if let Some(item) = self.macros.get_mut(name) {
                item.is_used = true;
            }
        }
    }

    fn replace_macros(
        &mut self,
        conditions: &mut [Option<Condition>],
        problems: &mut Vec<Problem<'d>>,
    ) {
        for index in 0..conditions.len() {
            let Some(item) = self.macros.all.get(index) else { continue };
            let Some(own) = conditions.get(index).and_then(Option::as_ref) else { continue };
            let before = |name: &str| {
                let other = self.macros.index(name)?;
                let is_seen = self.macros.all.get(other)?.order.index < item.order.visibility;
                conditions.get(other)?.as_ref().filter(|_| is_seen)
            };
            let mut replacement = Replacement::new(&before);
            match replacement.replace(own) {
                Ok(condition) => {
                    let used = replacement.used;
                    if let Some(own) = conditions.get_mut(index) {
                        *own = Some(condition);
                    }
                    self.use_macros(&used);
                }
                Err(why) => {
                    // What is wrong with the other macro was said of it.
                    let is_told = why.is_unknown
                        && self
                            .macros
                            .index(&why.name)
                            .is_some_and(|it| conditions.get(it).is_some_and(Option::is_none));
                    let problem = unreplaced(why, item);
                    if !is_told {
                        problems.push(problem);
                    }
                    if let Some(own) = conditions.get_mut(index) {
                        *own = None;
                    }
                }
            }
        }
    }

    fn compile_rule(
        &mut self,
        index: usize,
        lists: &Named<List<'d>>,
        problems: &mut Vec<Problem<'d>>,
    ) {
        let Some(rule) = self.rules.all.get(index) else { return };
        let mut found = Vec::new();
        let mut used_macros = Vec::new();
        let result = with_exceptions(rule).and_then(|text| read(text, &rule.text, lists));
        let compiled: Option<Compiled> = result.map_err(|it| found.push(*it)).ok();
        check_output(rule, &mut found);
        let mut condition = None;
        let mut used_lists = Vec::new();
        if let Some((read, its)) = compiled {
            used_lists = its;
            let every = |name: &str| self.macros.get(name)?.condition.as_ref();
            let mut replacement = Replacement::new(&every);
            match replacement.replace(&read) {
                Ok(it) => condition = Some(it),
                Err(why) => found.push(unreplaced_in(why, &rule.text, rule.place)),
            }
            used_macros = replacement.used;
        }
        if let Some(condition) = &condition {
            check_condition(rule, condition, &mut found);
        }
        let file = rule.order.file;
        problems.extend(found.into_iter().map(|it| Problem { file, ..it }));
        if let Some(rule) = self.rules.all.get_mut(index) {
            rule.condition = condition;
        }
        self.use_lists(&used_lists);
        self.use_macros(&used_macros);
    }

    fn tell_unused(&self, problems: &mut Vec<Problem<'d>>) {
        for it in self.macros.all.iter().filter(|it| !it.is_used) {
            let words = "Macro not referred to by any other rule/macro";
            let problem = Problem::new(Code::UnusedMacro, it.place, words);
            problems.push(Problem { file: it.order.file, ..problem });
        }
        for it in self.lists.all.iter().filter(|it| !it.is_used) {
            let words = "List not referred to by any other rule/macro";
            let problem = Problem::new(Code::UnusedList, it.place, words);
            problems.push(Problem { file: it.order.file, ..problem });
        }
    }
}

/// The condition of a rule as it is written, with that of its exceptions.
fn with_exceptions<'d>(rule: &Rule<'d>) -> Loaded<'d, String> {
    if rule.exceptions.is_empty() {
        return Ok(rule.text.text.clone());
    }
    let mut text = format!("({})", rule.text.text);
    for exception in &rule.exceptions {
        let added = exception.condition()?;
        if !added.is_empty() {
            text.push_str(" and not ");
            text.push_str(&added);
        }
    }
    Ok(text)
}

/// Reads a condition after lists were put in.
fn read<'d>(mut text: String, written: &Text<'d>, lists: &Named<List<'d>>) -> Loaded<'d, Compiled> {
    let Some(used) = expand(&mut text, lists) else {
        let words = "the lists in the condition come to more than 16 MiB";
        return Err(Box::new(at(written, 0, Code::CompileCondition, words)));
    };
    Condition::read(&text).map(|it| (it, used)).map_err(|problem| {
        let code = Code::CompileCondition;
        Box::new(match Condition::read(&written.text) {
            // The place is known where the text as it is written is wrong in the same way.
            Err(own) if own.text == problem.text => at(written, own.offset, code, own.text),
            Err(_) => Problem { span: None, ..at(written, 0, code, problem.text) },
            Ok(own) => match list_as_text(&own, lists) {
                Some((name, offset)) => {
                    let here = at(written, offset, code, problem.text);
                    Problem { list: Some(name), ..here }
                }
                None => Problem { span: None, ..at(written, 0, code, problem.text) },
            },
        })
    })
}

/// The first list that is compared with as one text is, and where.
fn list_as_text(condition: &Condition, lists: &Named<List<'_>>) -> Option<(String, usize)> {
    let mut found = None;
    condition.visit(&mut |it| {
        let Kind::Check(check) = &it.kind else { return };
        let TermKind::Value(name) = &check.right.kind else { return };
        if check.operator.family() == Family::Text && lists.index(name).is_some() {
            found.get_or_insert((name.clone(), check.right.span.start));
        }
    });
    found
}

fn unreplaced<'d>(why: Unreplaced, item: &Macro<'d>) -> Problem<'d> {
    let problem = unreplaced_in(why, &item.text, item.place);
    Problem { file: item.order.file, ..problem }
}

fn unreplaced_in<'d>(why: Unreplaced, text: &Text<'d>, place: Place<'d>) -> Problem<'d> {
    let mut offset = None;
    if let Ok(written) = Condition::read(&text.text) {
        written.visit(&mut |it| {
            if it.kind == Kind::Macro(why.name.clone()) {
                offset.get_or_insert(it.span.start);
            }
        });
    }
    let missing = why.is_unknown.then_some(Missing::Macro(why.name));
    let problem = match offset {
        Some(offset) => at(text, offset, Code::Validate, why.words),
        None => Problem::new(Code::Validate, place, why.words),
    };
    Problem { missing, ..problem }
}
