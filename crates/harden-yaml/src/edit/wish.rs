//! What several changes want of one place where nothing is yet.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// What is wanted of one place, and by which changes.
#[derive(Debug, Default)]
pub(super) struct Wish {
    form: Form,
    pub(super) changes: Vec<usize>,
    /// A change that wanted something else.
    rival: Option<usize>,
}

#[derive(Debug, Default)]
enum Form {
    /// Nothing is known yet.
    #[default]
    Open,
    /// Nothing is wanted there.
    Gone,
    Leaf(Value),
    Map(Wishes),
    List(Items),
}

/// Entries, in the order in which they were wished for.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    entries: Vec<(String, Wish)>,
    names: BTreeMap<String, usize>,
}

/// Items to add, each once.
#[derive(Debug, Default)]
pub(super) struct Items {
    items: Vec<(Value, Vec<usize>)>,
    known: BTreeMap<String, usize>,
}

/// What a change wants of a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want<'v> {
    Gone,
    /// Just this.
    Whole(&'v Value),
    /// This, or if it is a map, what it says and whatever others want beside it.
    Within(&'v Value),
    /// This item in a list.
    Item(&'v Value),
}

/// Pairs of changes that exclude each other are reported here.
pub(super) type Rivals<'r> = &'r mut dyn FnMut(usize, usize);

impl Wish {
    /// Takes in what a change wants below this place.
    pub(super) fn take(
        &mut self,
        change: usize,
        keys: &[String],
        want: Want<'_>,
        rivals: Rivals<'_>,
    ) {
        let mut wish = self;
        for key in keys {
            wish.joined(change, rivals);
            if matches!(wish.form, Form::Open) {
                wish.form = Form::Map(Wishes::default());
            }
            match wish.form {
                Form::Map(ref mut below) => wish = below.at(key),
                _ => return wish.contest(change, rivals),
            }
        }
        wish.want(change, want, rivals);
    }

    fn want(&mut self, change: usize, want: Want<'_>, rivals: Rivals<'_>) {
        self.joined(change, rivals);
        match (want, &mut self.form) {
            (Want::Within(Value::Object(map)), Form::Open | Form::Map(_)) if !map.is_empty() => {
                if matches!(self.form, Form::Open) {
                    self.form = Form::Map(Wishes::default());
                }
                if let Form::Map(below) = &mut self.form {
                    for (key, value) in map {
                        below.at(key).want(change, Want::Within(value), rivals);
                    }
                }
            }
            (Want::Gone, form @ Form::Open) => *form = Form::Gone,
            (Want::Gone, Form::Gone) => {}
            (Want::Whole(value) | Want::Within(value), form @ Form::Open) => {
                *form = Form::Leaf(value.clone());
            }
            (Want::Whole(value) | Want::Within(value), Form::Leaf(known)) if known == value => {}
            (Want::Item(value), form @ (Form::Open | Form::List(_))) => {
                if matches!(form, Form::Open) {
                    *form = Form::List(Items::default());
                }
                if let Form::List(items) = form {
                    items.add(change, value);
                }
            }
            _ => self.contest(change, rivals),
        }
    }

    /// Notes that a change takes part, and that it cannot where others are at odds.
    fn joined(&mut self, change: usize, rivals: Rivals<'_>) {
        if let Some(rival) = self.rival {
            rivals(change, rival);
        }
        if self.changes.last() != Some(&change) {
            self.changes.push(change);
        }
    }

    fn contest(&mut self, change: usize, rivals: Rivals<'_>) {
        if let Some(rival) = self.rival {
            return rivals(change, rival);
        }
        let mut alone = true;
        for other in self.changes.iter().copied().filter(|it| *it != change) {
            rivals(change, other);
            alone = false;
        }
        if alone {
            rivals(change, change);
        }
        self.rival = Some(change);
    }

    /// What comes to be there; none where nothing does.
    pub(super) fn value(&self) -> Option<Value> {
        match &self.form {
            Form::Open | Form::Gone => None,
            Form::Leaf(value) => Some(value.clone()),
            Form::Map(wishes) => {
                let map = wishes.map();
                (!map.is_empty()).then_some(Value::Object(map))
            }
            Form::List(items) => Some(Value::Array(items.values())),
        }
    }
}

impl Wishes {
    /// What is wanted of a key.
    pub(super) fn at(&mut self, key: &str) -> &mut Wish {
        let index = self.names.get(key).copied().unwrap_or_else(|| {
            self.names.insert(key.to_owned(), self.entries.len());
            self.entries.push((key.to_owned(), Wish::default()));
            self.entries.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index is that of an entry")]
        &mut self.entries[index].1
    }

    /// The entries that come to be there.
    pub(super) fn map(&self) -> Map<String, Value> {
        let entries = self.entries.iter();
        entries.filter_map(|(key, wish)| Some((key.clone(), wish.value()?))).collect()
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = usize> {
        self.entries.iter().flat_map(|(_, wish)| wish.changes.iter().copied())
    }
}

impl Items {
    /// Takes in an item that a change wants.
    pub(super) fn add(&mut self, change: usize, value: &Value) {
        let index = *self.known.entry(value.to_string()).or_insert_with(|| {
            self.items.push((value.clone(), Vec::new()));
            self.items.len() - 1
        });
        if let Some((_, changes)) = self.items.get_mut(index)
            && changes.last() != Some(&change)
        {
            changes.push(change);
        }
    }

    pub(super) fn values(&self) -> Vec<Value> {
        self.items.iter().map(|(value, _)| value.clone()).collect()
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = usize> {
        self.items.iter().flat_map(|(_, changes)| changes.iter().copied())
    }
}
