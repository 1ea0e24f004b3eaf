//! Ways from place to place, built only when somebody asks.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::place::MOST_MISSING;
use crate::tree::{Id, Node, NodeKind, Tree};
use crate::{Document, Place, Pointer, is_one_word};

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
    fn of(tree: &'d Tree, text: &'d str, key: &Node) -> Self {
        let name = tree.text(text, key).unwrap_or_default();
        let is_block = key.span.text(text).starts_with(['|', '>']);
        if is_block || !is_one_word(name) { Self::Doubtful(name) } else { Self::Key(name) }
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
        let mut here = base.id;
        while here < self.id {
            let Some((step, below)) = self.document.step_towards(here, self.id) else { break };
            steps.push(step);
            here = below;
        }
        if self.beyond > 0 {
            let known = base.missing_keys().count();
            steps.extend(self.missing_keys().skip(known).map(Step::Key));
        }
        Way { steps, is_cut: usize::from(self.beyond) > MOST_MISSING }
    }
}

impl Document<'_> {
    /// The child of a collection that is or holds a node, and the step to it.
    fn step_towards(&self, from: Id, inner: Id) -> Option<(Step<'_>, Id)> {
        let (tree, text) = (&self.tree, self.text());
        let collection = tree.node(from)?;
        let is_map = match collection.kind {
            NodeKind::Map => true,
            NodeKind::List => false,
            _ => return None,
        };
        let step = |index, child| {
            let node = tree.node(child)?;
            Some(if is_map {
                (Step::of(tree, text, node), node.next)
            } else {
                (Step::Item(index), child)
            })
        };
        if let Some(children) = tree.children(text, from) {
            let (index, child) = children.around(inner)?;
            return step(index, child);
        }
        let (mut index, mut child) = (0, from + 1);
        while child < collection.next {
            let value = if is_map { tree.node(child)?.next } else { child };
            let next = tree.node(value)?.next;
            if inner < next {
                return step(index, child);
            }
            (index, child) = (index + 1, next);
        }
        None
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
