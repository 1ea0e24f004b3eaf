//! Names of macros in a condition, and the conditions that they stand for.

use crate::runtime::condition::{Condition, Kind};

/// How deep conditions in conditions may get, and of how many parts one may be. Falco knows no bound.
const DEPTH: usize = 400;
const PARTS: usize = 1 << 20;

/// What a macro stands for, by its name.
pub(super) type Lookup<'l> = &'l dyn Fn(&str) -> Option<&'l Condition>;

/// Replaces macros.
pub(super) struct Replacement<'l> {
    lookup: Lookup<'l>,
    /// The macros that are being replaced, the outermost first.
    path: Vec<String>,
    /// The macros that were replaced.
    pub used: Vec<String>,
    parts: usize,
    depth: usize,
}

/// Why a macro is not replaced: Falco's words, and its name.
#[derive(Debug, Clone)]
pub(super) struct Unreplaced {
    pub words: String,
    pub name: String,
    /// Whether there is no such macro.
    pub is_unknown: bool,
}

impl<'l> Replacement<'l> {
    pub(super) fn new(lookup: Lookup<'l>) -> Self {
        Self { lookup, path: Vec::new(), used: Vec::new(), parts: 0, depth: 0 }
    }

    /// The condition with what its macros stand for. A loop is told before what is unknown.
    pub(super) fn replace(&mut self, condition: &Condition) -> Result<Condition, Unreplaced> {
        let mut unknown = None;
        let replaced = self.part(condition, &mut unknown)?;
        unknown.map_or(Ok(replaced), Err)
    }

    fn part(
        &mut self,
        condition: &Condition,
        unknown: &mut Option<Unreplaced>,
    ) -> Result<Condition, Unreplaced> {
        self.parts += 1;
        self.depth += 1;
        if self.parts > PARTS || self.depth > DEPTH {
            let words = String::from("the macros in the condition come to too much");
            let name = self.path.first().cloned().unwrap_or_default();
            return Err(Unreplaced { words, name, is_unknown: false });
        }
        let kind = match &condition.kind {
            Kind::And(all) => Kind::And(self.parts(all, unknown)?),
            Kind::Or(all) => Kind::Or(self.parts(all, unknown)?),
            Kind::Not(inner) => Kind::Not(Box::new(self.part(inner, unknown)?)),
            Kind::Macro(name) => self.named(name, condition, unknown)?.kind,
            other => other.clone(),
        };
        self.depth -= 1;
        Ok(Condition { span: condition.span, kind })
    }

    fn parts(
        &mut self,
        all: &[Condition],
        unknown: &mut Option<Unreplaced>,
    ) -> Result<Vec<Condition>, Unreplaced> {
        all.iter().map(|it| self.part(it, unknown)).collect()
    }

    fn named(
        &mut self,
        name: &str,
        condition: &Condition,
        unknown: &mut Option<Unreplaced>,
    ) -> Result<Condition, Unreplaced> {
        let name = name.to_owned();
        let Some(found) = (self.lookup)(&name) else {
            let words = format!("Undefined macro '{name}' used in filter.");
            unknown.get_or_insert(Unreplaced { words, name, is_unknown: true });
            return Ok(condition.clone());
        };
        if self.path.contains(&name) {
            let words = format!("reference loop in macro '{name}'");
            return Err(Unreplaced { words, name, is_unknown: false });
        }
        self.path.push(name);
        let replaced = self.part(found, unknown)?;
        self.used.extend(self.path.pop());
        Ok(replaced)
    }
}
