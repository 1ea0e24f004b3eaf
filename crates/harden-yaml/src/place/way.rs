//! Ways from place to place, built only when somebody asks.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::place::MOST_MISSING;
use crate::tree::Id;
use crate::{Place, Pointer, is_one_word};

/// The way from one place down to another.
#[derive(Debug, Clone)]
pub struct Way<'d> {
    steps: Vec<Step<'d>>,
    /// Whether it ends in steps that nobody remembers.
    is_cut: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step<'d> {
    Key(&'d str),
    /// A key that may be a value which got there.
    Doubtful(&'d str),
    Item(usize),
}

/// Room for so many steps is made at once.
const USUAL_STEPS: usize = 8;

impl<'d> Step<'d> {
    /// The step to the value of a key.
    fn of(key: &'d str, value: Place<'d>) -> Self {
        let text = value.document.text();
        let is_block = value.key_span().is_some_and(|it| it.text(text).starts_with(['|', '>']));
        if is_block || !is_one_word(key) { Self::Doubtful(key) } else { Self::Key(key) }
    }
}

impl<'d> Place<'d> {
    /// The way here, such as `spec.containers[0].securityContext` or `metadata.labels["a.b/c"]`;
    /// empty for the root. It ends in `…` where there is no [`Place::pointer`].
    pub fn path(&self) -> String {
        self.path_from(&self.document.root())
    }

    /// The same from a place above; from the root where `base` is not above.
    pub fn path_from(&self, base: &Self) -> String {
        let way = self.way_from(base).unwrap_or_else(|| self.way_below(&self.document.root()));
        let mut path = String::new();
        way.write_path(&mut path);
        path
    }

    /// The way here as a JSON pointer; none for a place so far beyond what exists that its last steps
    /// were forgotten. Six steps are always remembered, and those of one [`Place::follow`] are one.
    pub fn pointer(&self) -> Option<Pointer> {
        self.way_below(&self.document.root()).pointer()
    }

    /// The way here from a place above, or from this one; none where `base` is neither.
    pub fn way_from(&self, base: &Self) -> Option<Way<'d>> {
        let is_inside = base.node().is_some_and(|it| (base.id..it.next).contains(&self.id))
            || base.id == self.id;
        let mut keys = self.missing_keys();
        let is_below = std::ptr::eq(self.document, base.document)
            && is_inside
            && base.missing_keys().all(|key| keys.next() == Some(key));
        is_below.then(|| self.way_below(base))
    }

    /// The way from a place that is known to be above.
    fn way_below(&self, base: &Self) -> Way<'d> {
        let mut steps = Vec::with_capacity(USUAL_STEPS);
        let mut here = Place { beyond: 0, ..*base };
        while here.id < self.id {
            let Some((step, below)) = here.step_towards(self.id) else { break };
            steps.push(step);
            here = below;
        }
        let known = base.missing_keys().count();
        steps.extend(self.missing_keys().skip(known).map(Step::Key));
        Way { steps, is_cut: usize::from(self.beyond) > MOST_MISSING }
    }

    /// The child that is or holds a node, and the step to it.
    fn step_towards(&self, inner: Id) -> Option<(Step<'d>, Self)> {
        let (tree, text) = (&self.document.tree, self.document.text());
        let leads_there = |it: &Place<'_>| it.nearest().is_some_and(|it| inner < it.next);
        match (tree.children(text, self.id), self.is_list()) {
            (Some(children), true) => {
                let (index, id) = children.around(inner)?;
                Some((Step::Item(index), Self { id, key: None, ..*self }))
            }
            (Some(children), false) => {
                let (_, key) = children.around(inner)?;
                let node = tree.node(key)?;
                let name = tree.text(text, node).unwrap_or_default();
                let below = Self { id: node.next, key: Some(key), ..*self };
                Some((Step::of(name, below), below))
            }
            (None, true) => {
                let mut items = self.items().enumerate();
                items.find(|(_, it)| leads_there(it)).map(|(index, it)| (Step::Item(index), it))
            }
            (None, false) => {
                let mut entries = self.entries();
                entries.find(|(_, it)| leads_there(it)).map(|(key, it)| (Step::of(key, it), it))
            }
        }
    }
}

impl<'d> Way<'d> {
    /// The keys on the way, from the top, that may be values which got to where keys belong: those of more than
    /// one word, and those that are written as blocks. They may be secret.
    pub fn doubtful_keys(&self) -> impl Iterator<Item = &'d str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Doubtful(key) => Some(*key),
            Step::Key(_) | Step::Item(_) => None,
        })
    }

    /// The same way with other words in the places of doubtful keys.
    #[must_use]
    pub fn without_doubtful_keys(&self, instead: &'d str) -> Self {
        let steps = self.steps.iter().map(|step| match step {
            Step::Doubtful(_) => Step::Key(instead),
            step => *step,
        });
        Self { steps: steps.collect(), ..*self }
    }

    /// Adds the way to an empty text, as [`Place::path`] writes it.
    pub fn write_path(&self, path: &mut String) {
        for step in &self.steps {
            match step {
                Step::Key(key) | Step::Doubtful(key) if is_word(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(key);
                }
                Step::Key(key) | Step::Doubtful(key) => {
                    path.push_str("[\"");
                    path.push_str(&key.replace('\\', "\\\\").replace('"', "\\\""));
                    path.push_str("\"]");
                }
                Step::Item(index) => {
                    let _ = write!(path, "[{index}]");
                }
            }
        }
        if self.is_cut {
            path.push('…');
        }
    }

    /// The way as a JSON pointer; none where [`Place::pointer`] of its end has none.
    pub fn pointer(&self) -> Option<Pointer> {
        let steps = self.steps.iter().map(|step| match step {
            Step::Key(key) | Step::Doubtful(key) => Cow::Borrowed(*key),
            Step::Item(index) => Cow::Owned(index.to_string()),
        });
        (!self.is_cut).then(|| Pointer::of("", steps))
    }
}

fn is_word(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
