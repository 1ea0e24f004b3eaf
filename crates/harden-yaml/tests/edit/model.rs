//! What edits should come to, on values alone.

use harden_yaml::{Action, Edit, Kind, Place};
use serde_json::{Map, Value};

/// A value whose items keep their numbers while it changes.
#[derive(Debug, Clone)]
pub(crate) enum Model {
    Scalar(Value),
    Map(Vec<(String, Node)>),
    /// The items, and what is inserted before each and at the end.
    List(Vec<Node>, Vec<Vec<Value>>),
}

#[derive(Debug, Clone)]
pub(crate) struct Node {
    model: Model,
    is_removed: bool,
    /// The name that its key gets.
    name: Option<String>,
    /// Whether nothing was there at first, so that what changes set is put together.
    is_open: bool,
}

impl Node {
    pub(crate) fn of(place: Place<'_>) -> Self {
        let model = match place.kind() {
            Kind::Map => {
                let entries = place.entries();
                Model::Map(entries.map(|(key, it)| (key.to_owned(), Self::of(it))).collect())
            }
            Kind::List => {
                let items: Vec<Self> = place.items().map(Self::of).collect();
                let gaps = vec![Vec::new(); items.len() + 1];
                Model::List(items, gaps)
            }
            Kind::Missing | Kind::Null => Model::Scalar(Value::Null),
            Kind::Bool => Model::Scalar(place.as_bool().unwrap().into()),
            Kind::Int | Kind::Float => {
                Model::Scalar(serde_json::from_str(&place.number().unwrap()).unwrap())
            }
            Kind::String => Model::Scalar(place.as_str().unwrap().into()),
        };
        let is_open = match &model {
            Model::Scalar(value) => value.is_null(),
            Model::Map(entries) => entries.is_empty(),
            Model::List(items, _) => items.is_empty(),
        };
        Self { model, is_removed: false, name: None, is_open }
    }

    fn absent() -> Self {
        Self { model: Model::Scalar(Value::Null), is_removed: false, name: None, is_open: true }
    }

    pub(crate) fn value(&self) -> Value {
        match &self.model {
            Model::Scalar(value) => value.clone(),
            Model::Map(entries) => {
                let kept = entries.iter().filter(|(_, it)| !it.is_removed);
                let named = kept.map(|(key, it)| (it.name.as_ref().unwrap_or(key), it));
                Value::Object(named.map(|(key, it)| (key.clone(), it.value())).collect())
            }
            Model::List(items, gaps) => {
                let mut list = Vec::new();
                for (index, gap) in gaps.iter().enumerate() {
                    list.extend(gap.iter().cloned());
                    let item = items.get(index).filter(|it| !it.is_removed);
                    list.extend(item.map(Self::value));
                }
                Value::Array(list)
            }
        }
    }

    /// Makes an edit that was not refused.
    pub(crate) fn apply(&mut self, edit: &Edit) {
        let steps: Vec<_> = edit.pointer.steps().map(std::borrow::Cow::into_owned).collect();
        let mut node = self;
        for (number, step) in steps.iter().enumerate() {
            let is_last = number + 1 == steps.len();
            if let Model::List(items, gaps) = &mut node.model {
                let count = items.len();
                let index = if step == "-" { count } else { step.parse().unwrap() };
                if index == count {
                    assert!(is_last);
                    if let Action::Set(value) = &edit.action {
                        add(&mut gaps[count], value);
                    }
                    return;
                }
                let Model::List(items, _) = &mut node.model else { unreachable!() };
                node = &mut items[index];
                continue;
            }
            let is_known = matches!(&node.model, Model::Map(entries) if entries.iter().any(|(key, _)| key == step));
            if !is_known && edit.action == Action::Remove {
                return;
            }
            if !matches!(node.model, Model::Map(_)) {
                assert!(node.is_open, "{edit:?}");
                node.model = Model::Map(Vec::new());
            }
            let Model::Map(entries) = &mut node.model else { unreachable!() };
            let index = entries.iter().position(|(key, _)| key == step).unwrap_or_else(|| {
                entries.push((step.clone(), Self::absent()));
                entries.len() - 1
            });
            node = &mut entries[index].1;
        }
        match &edit.action {
            Action::Remove => node.is_removed = true,
            Action::Set(value) => node.set(value),
            Action::Append(value) => node.insert(None, value),
            Action::Insert(index, value) => node.insert(Some(*index), value),
            Action::Rename(name) => node.name = Some(name.clone()),
        }
    }

    fn set(&mut self, value: &Value) {
        match value {
            Value::Object(map) if self.is_open && !map.is_empty() => self.merge(map),
            _ if self.is_open => self.model = Model::Scalar(value.clone()),
            _ => {
                let (model, name) = (Model::Scalar(value.clone()), self.name.take());
                *self = Self { model, is_removed: false, name, is_open: false }
            }
        }
    }

    fn merge(&mut self, map: &Map<String, Value>) {
        if !matches!(self.model, Model::Map(_)) {
            self.model = Model::Map(Vec::new());
        }
        let Model::Map(entries) = &mut self.model else { unreachable!() };
        for (key, value) in map {
            let index = entries.iter().position(|(it, _)| it == key).unwrap_or_else(|| {
                entries.push((key.clone(), Self::absent()));
                entries.len() - 1
            });
            entries[index].1.set(value);
        }
    }

    fn insert(&mut self, index: Option<usize>, value: &Value) {
        if !matches!(self.model, Model::List(..)) {
            self.model = Model::List(Vec::new(), vec![Vec::new()]);
        }
        let Model::List(_, gaps) = &mut self.model else { unreachable!() };
        let last = gaps.len() - 1;
        add(&mut gaps[index.unwrap_or(last)], value);
    }
}

/// Equal items are added to one place once.
fn add(gap: &mut Vec<Value>, value: &Value) {
    if !gap.contains(value) {
        gap.push(value.clone());
    }
}
