//! The lists, macros and rules of Falco's files, put together in load order as Falco puts them together.
//!
//! See `rule_loader_{reader,collector,compiler}.cpp` in falcosecurity/falco. Falco stops at the first error;
//! here the others of the same stage are told, too.

mod checks;
mod collection;
mod compilation;
mod event_types;
mod expansion;
mod macros;
mod named;
mod output;
mod priority;
mod suspicion;

use std::collections::BTreeSet;

use harden_yaml::Place;

pub use priority::Priority;

use super::condition::Condition;
use super::file::exception::Exception;
use super::file::text::Text;
use super::file::{File, item};
use super::problem::{Code, Problem};
pub(super) use collection::{Collection, Definition, NewRule, Update};

/// What files come to.
#[derive(Debug)]
pub struct RuleSet<'d> {
    /// The lists, in the order in which they are first defined.
    pub lists: Vec<List<'d>>,
    /// The macros, likewise.
    pub macros: Vec<Macro<'d>>,
    /// The rules, likewise.
    pub rules: Vec<Rule<'d>>,
    /// The plugins that the files require by name.
    pub plugins: BTreeSet<String>,
    /// Whether a file requires a version of the engine.
    pub requires_engine: bool,
    /// What Falco says of the files; the first that is an error is where Falco stops.
    pub problems: Vec<Problem<'d>>,
}

/// A list.
#[derive(Debug, Clone)]
pub struct List<'d> {
    /// Its name.
    pub name: String,
    /// What is in it; in place of the name of an earlier list, what is in that one.
    pub items: Vec<String>,
    /// Its name in the file that defined it last.
    pub place: Place<'d>,
    order: Order,
    is_used: bool,
}

/// A macro.
#[derive(Debug, Clone)]
pub struct Macro<'d> {
    /// Its name.
    pub name: String,
    /// Its condition as it is written.
    pub text: Text<'d>,
    /// Its condition with what lists and macros stand for; none where that is wrong.
    pub condition: Option<Condition>,
    /// Its name in the file that defined it last.
    pub place: Place<'d>,
    order: Order,
    is_used: bool,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule<'d> {
    /// Its name.
    pub name: String,
    /// The source of the events that it is about.
    pub source: String,
    /// Its condition as it is written, without exceptions.
    pub text: Text<'d>,
    /// Its condition with exceptions, and what lists and macros stand for; none where that is wrong.
    pub condition: Option<Condition>,
    /// What it prints.
    pub output: Text<'d>,
    /// What it is for.
    pub description: String,
    /// How bad an event is.
    pub priority: Priority,
    /// Words to find it by.
    pub tags: BTreeSet<String>,
    /// When it is silent.
    pub exceptions: Vec<Exception<'d>>,
    /// Whether it is looked at.
    pub is_enabled: bool,
    /// Whether Falco says where it is about too many types of events.
    pub warns_of_event_types: bool,
    /// Whether a field that Falco does not know only disables it.
    pub skips_unknown: bool,
    /// Whether events are recorded when it fires.
    pub captures: bool,
    /// For how many milliseconds.
    pub capture_duration: u32,
    /// Its name in the file that defined it last.
    pub place: Place<'d>,
    order: Order,
}

/// When something was defined, and when it was changed last: what is before that can be seen from it.
#[derive(Debug, Clone, Copy)]
struct Order {
    index: usize,
    visibility: usize,
    file: usize,
}

/// Reads files as Falco does that gets them in this order.
pub fn load<'d>(files: &[File<'d>]) -> RuleSet<'d> {
    let mut collection = Collection::default();
    let mut problems = Vec::new();
    let mut compiled = Vec::new();
    for (index, file) in files.iter().enumerate() {
        collection.file = index;
        let first = problems.len();
        read(file, &mut collection, &mut problems);
        for it in problems.iter_mut().skip(first) {
            it.file = index;
        }
        if problems.iter().any(|it| it.code.is_error()) {
            break;
        }
        // Every file has to make sense with those before it.
        compiled = collection.compile();
        if compiled.iter().any(|it| it.code.is_error()) {
            break;
        }
    }
    problems.append(&mut compiled);
    RuleSet {
        lists: collection.lists.all,
        macros: collection.macros.all,
        rules: collection.rules.all,
        plugins: collection.plugins,
        requires_engine: collection.requires_engine,
        problems,
    }
}

fn read<'d>(file: &File<'d>, into: &mut Collection<'d>, problems: &mut Vec<Problem<'d>>) {
    for document in file.documents {
        let root = document.root();
        if let Some(problem) = document.problems().iter().find(|_| !document.is_readable()) {
            let problem_here = Problem::new(Code::YamlParse, root, problem.message());
            problems.push(Problem { span: Some(problem.span), ..problem_here });
            return;
        }
        if document.is_empty() || root.is_null() {
            continue;
        }
        if !root.is_list() {
            let words = if root.is_map() {
                "Rules content is not yaml array of objects"
            } else {
                "Rules content is not yaml"
            };
            problems.push(Problem::new(Code::YamlValidate, root, words));
            return;
        }
        for item in root.items().filter(|it| !it.is_null()) {
            if let Err(problem) = item::read(item, into, problems) {
                problems.push(*problem);
            }
        }
    }
}

impl RuleSet<'_> {
    /// Whether Falco starts with the files.
    pub fn is_loaded(&self) -> bool {
        !self.problems.iter().any(|it| it.code.is_error())
    }

    /// The rule of this name.
    pub fn rule(&self, name: &str) -> Option<&Rule<'_>> {
        self.rules.iter().find(|it| it.name == name)
    }
}
