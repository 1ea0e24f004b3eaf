//! Whether an edited text says what it should, and nothing else.

use serde_json::Value;

use super::plan::Plan;
use crate::scanner::Ending;
use crate::tree::{Id, Node, NodeKind, Tree};
use crate::{Document, Span, Syntax, sections};

/// Whether the text of a document, edited by a plan, reads as the document with what was planned, and has all of
/// its comments.
pub(super) fn is_proved(old: &Document<'_>, text: &str, plan: &Plan) -> bool {
    let Some(new) = read(old, text) else { return false };
    let new_problem = new.is_rejected()
        || new.is_rejected_by_strict() && !old.is_rejected_by_strict()
        || new.problems().len() > old.problems().len();
    !new_problem && comments(old).eq(comments(&new)) && is_as_planned(old, &new, plan)
}

fn comments<'t>(document: &'t Document<'_>) -> impl Iterator<Item = &'t str> {
    document.comment_spans().iter().map(|span| span.text(document.text()))
}

/// Whether the value at a node is this one, the order of keys included.
pub(super) fn is_value(document: &Document<'_>, id: Id, value: &Value) -> bool {
    let mut walk = Walk { open: vec![Pair::Is(value, id)] };
    walk.agrees(None, document)
}

/// Reads what a document became, as it was read itself; none where it is not the only document of its text.
fn read<'t>(old: &Document<'_>, text: &'t str) -> Option<Document<'t>> {
    let span = Span::new(0, text.len());
    let was = old.span().text(old.text());
    let begins = |part: &str| part.trim_start().starts_with('{');
    if old.syntax() == Syntax::Json {
        let (new, end) = Document::json_part(text, span);
        return (end == text.len() && begins(text) == begins(was)).then_some(new);
    }
    let is_json = |part: &str| {
        begins(part) && !Document::json_part(part, Span::new(0, part.len())).0.is_rejected()
    };
    if old.ending == Ending::LineBreak {
        let before = old.text().get(..old.span().start as usize).unwrap_or_default();
        let is_first = before.trim_start_matches('\u{feff}').is_empty();
        let is_last = old.span().end as usize >= old.text().len();
        // A text that begins with a bracket is read as JSON at first.
        if is_first && begins(text) != begins(was) || is_json(text) && !is_json(was) {
            return None;
        }
        if !is_last && !text.ends_with('\n') {
            return None;
        }
        if !begins(text) && sections(text).len() > 1 {
            return None;
        }
    }
    Some(Document::yaml_part(text, span, old.ending, None))
}

/// Whether a document is an older one with what was planned.
fn is_as_planned(old: &Document<'_>, new: &Document<'_>, plan: &Plan) -> bool {
    let mut walk = Walk { open: vec![Pair::Same(0, 0)] };
    walk.agrees(Some((old, plan)), new)
}

/// Values of the new document that are still to be compared.
struct Walk<'v> {
    open: Vec<Pair<'v>>,
}

enum Pair<'v> {
    /// With a node of the old document, and what is planned there.
    Same(Id, Id),
    /// With a value.
    Is(&'v Value, Id),
}

/// A child that a collection should have.
enum Child<'v> {
    Old(Id),
    New(&'v Value),
}

impl<'v> Walk<'v> {
    fn agrees(&mut self, old: Option<(&'v Document<'v>, &'v Plan)>, new: &Document<'_>) -> bool {
        // No recursion: a document may be 10,000 levels deep.
        while let Some(pair) = self.open.pop() {
            let agrees = match pair {
                Pair::Is(value, id) => self.is(value, new, id),
                Pair::Same(from, id) => {
                    old.is_some_and(|(old, plan)| self.is_same((old, from), (new, id), plan))
                }
            };
            if !agrees {
                return false;
            }
        }
        true
    }

    fn is(&mut self, value: &'v Value, new: &Document<'_>, id: Id) -> bool {
        let Some(node) = new.tree.node(id) else { return false };
        match (value, node.kind) {
            (Value::Null, NodeKind::Null) => true,
            (Value::Bool(value), NodeKind::Bool) => *value == (node.payload != 0),
            (Value::Number(value), NodeKind::Int) => {
                value.as_i64() == Some(node.payload.cast_signed())
            }
            (Value::Number(value), NodeKind::Uint) => value.as_u64() == Some(node.payload),
            (Value::Number(value), NodeKind::Float) => {
                value.as_i64().is_none()
                    && value.as_f64().is_some_and(|it| it.to_bits() == node.payload)
            }
            (Value::String(value), NodeKind::Borrowed | NodeKind::Buffered) => {
                new.tree.is_text(new.text(), node, value)
            }
            (Value::Array(items), NodeKind::List) => {
                self.has_items(items.iter().map(Child::New), &new.tree, id)
            }
            (Value::Object(entries), NodeKind::Map) => {
                let entries = entries.iter().map(|(key, it)| (key.as_str(), Child::New(it)));
                self.has_entries(entries, new, id)
            }
            _ => false,
        }
    }

    fn is_same(
        &mut self,
        (old, from): (&'v Document<'v>, Id),
        (new, id): (&Document<'_>, Id),
        plan: &'v Plan,
    ) -> bool {
        if let Some(operation) = plan.replaced.get(&from) {
            self.open.push(Pair::Is(&operation.what, id));
            return true;
        }
        let (Some(was), Some(is)) = (old.tree.node(from), new.tree.node(id)) else { return false };
        let stays = |id: &Id| !plan.removed.contains_key(id);
        match was.kind {
            NodeKind::List => {
                let inserted = plan.inserted.get(&from);
                let added = |index: usize| {
                    let items = inserted.and_then(|it| it.get(&index));
                    items.into_iter().flat_map(|it| &it.what).map(Child::New)
                };
                let count = usize::try_from(was.count()).unwrap_or(usize::MAX);
                let children = Children { tree: &old.tree, next: from + 1, end: was.next };
                let items = children.enumerate().flat_map(|(index, item)| {
                    added(index).chain(Some(item).filter(stays).map(Child::Old))
                });
                self.has_items(items.chain(added(count)), &new.tree, id)
            }
            NodeKind::Map => {
                let children = Children { tree: &old.tree, next: from + 1, end: was.next };
                let mut children = children.peekable();
                let entries =
                    std::iter::from_fn(move || Some((children.next()?, children.next()?)));
                let entries = entries.filter(|(_, value)| stays(value)).map(|(key, value)| {
                    if let Some(operation) = plan.renamed.get(&value) {
                        return (operation.what.as_str(), Child::Old(value));
                    }
                    let key = old.tree.node(key);
                    let key = key.and_then(|it| old.tree.text(old.text(), it)).unwrap_or_default();
                    (key, Child::Old(value))
                });
                let added = plan.added.get(&from).into_iter().flat_map(|it| &it.what);
                let added = added.map(|(key, it)| (key.as_str(), Child::New(it)));
                self.has_entries(entries.chain(added), new, id)
            }
            NodeKind::Borrowed | NodeKind::Buffered => {
                let text = new.tree.text(new.text(), is);
                text.is_some() && text == old.tree.text(old.text(), was)
            }
            kind => kind == is.kind && (kind == NodeKind::Null || was.payload == is.payload),
        }
    }

    fn has_items(
        &mut self,
        wanted: impl Iterator<Item = Child<'v>>,
        tree: &Tree,
        list: Id,
    ) -> bool {
        let Some(mut items) = Children::of(tree, list, NodeKind::List) else { return false };
        for child in wanted {
            let Some(item) = items.next() else { return false };
            self.open.push(child.against(item));
        }
        items.next().is_none()
    }

    fn has_entries<'k>(
        &mut self,
        wanted: impl Iterator<Item = (&'k str, Child<'v>)>,
        new: &Document<'_>,
        map: Id,
    ) -> bool {
        let Some(mut parts) = Children::of(&new.tree, map, NodeKind::Map) else { return false };
        for (key, child) in wanted {
            let (Some(found), Some(value)) = (parts.next(), parts.next()) else { return false };
            let found = new.tree.node(found);
            if !found.is_some_and(|found| new.tree.is_text(new.text(), found, key)) {
                return false;
            }
            self.open.push(child.against(value));
        }
        parts.next().is_none()
    }
}

impl<'v> Child<'v> {
    fn against(self, id: Id) -> Pair<'v> {
        match self {
            Self::Old(from) => Pair::Same(from, id),
            Self::New(value) => Pair::Is(value, id),
        }
    }
}

/// The items of a list, or the keys and values of a map in turn.
struct Children<'t> {
    tree: &'t Tree,
    next: Id,
    end: Id,
}

impl<'t> Children<'t> {
    fn of(tree: &'t Tree, id: Id, kind: NodeKind) -> Option<Self> {
        let node: &Node = tree.node(id)?;
        (node.kind == kind).then_some(Self { tree, next: id + 1, end: node.next })
    }
}

impl Iterator for Children<'_> {
    type Item = Id;

    fn next(&mut self) -> Option<Id> {
        let id = self.next;
        self.next = self.tree.node(id).filter(|_| id < self.end)?.next;
        Some(id)
    }
}
