//! JSON patches (RFC 6902).

use harden_yaml::Pointer;
use serde_json::{Map, Value, json};

use super::lists::{Step, align, telling};

/// Below these keys texts may be secret, so that none is repeated only to be compared.
const CONFIDENTIAL: [&str; 6] = ["args", "command", "value", "data", "stringData", "annotations"];

/// The operations that make one object of another, in their order. Each item of a list that is changed or
/// removed is told by a test first, so that none is hit that is another by now.
pub(super) fn operations(before: &Value, after: &Value) -> Value {
    let mut patch = Operations::default();
    patch.compare(&Way::default(), before, after);
    Value::Array(patch.0)
}

/// The labels and annotations that a patch writes as a whole, whatever there is of them.
pub(super) fn replaced(patch: &Value) -> impl Iterator<Item = &'static str> {
    ["/metadata/labels", "/metadata/annotations"].into_iter().filter(|path| {
        let operations = patch.as_array().into_iter().flatten();
        operations.filter(|it| it["op"] == "add").any(|it| it["path"] == **path)
    })
}

#[derive(Default)]
struct Operations(Vec<Value>);

/// The way to a value.
#[derive(Clone, Default)]
struct Way {
    pointer: Pointer,
    /// Whether it leads through an item without a name, of which what is replaced must tell it.
    is_nameless: bool,
    /// Whether texts there may be secret.
    is_confidential: bool,
}

impl Way {
    fn at(&self, key: &str) -> Self {
        let is_confidential = self.is_confidential || CONFIDENTIAL.contains(&key);
        Self { pointer: self.pointer.at(key), is_confidential, ..self.clone() }
    }

    fn item(&self, index: usize) -> Self {
        Self { pointer: self.pointer.at(&index.to_string()), ..self.clone() }
    }
}

impl Operations {
    fn push(&mut self, name: &str, way: &Way, value: Option<&Value>) {
        let mut operation = Map::new();
        operation.insert("op".to_owned(), name.into());
        operation.insert("path".to_owned(), way.pointer.as_str().into());
        operation.extend(value.map(|it| ("value".to_owned(), it.clone())));
        self.0.push(operation.into());
    }

    /// Tells a value that is about to be replaced, where nothing else does.
    fn tell(&mut self, way: &Way, value: &Value) {
        let is_short =
            is_simple(value) || value.as_array().is_some_and(|it| it.iter().all(is_simple));
        if way.is_nameless && is_short && !way.is_confidential {
            self.push("test", way, Some(value));
        }
    }

    fn compare(&mut self, way: &Way, before: &Value, after: &Value) {
        match (before, after) {
            _ if before == after => {}
            // What is empty in a file need not be there in the cluster.
            _ if is_empty(before) => self.push("add", way, Some(after)),
            (Value::Object(old), Value::Object(new)) => self.compare_maps(way, old, new),
            (Value::Array(old), Value::Array(new)) => self.compare_lists(way, old, new),
            _ => {
                self.tell(way, before);
                self.push("replace", way, Some(after));
            }
        }
    }

    fn compare_maps(&mut self, way: &Way, old: &Map<String, Value>, new: &Map<String, Value>) {
        for (key, before) in old {
            let way = way.at(key);
            if let Some(after) = new.get(key) {
                self.compare(&way, before, after);
            } else {
                self.tell(&way, before);
                self.push("remove", &way, None);
            }
        }
        for (key, after) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
            self.push("add", &way.at(key), Some(after));
        }
    }

    fn compare_lists(&mut self, way: &Way, old: &[Value], new: &[Value]) {
        if old.iter().chain(new).all(is_simple) && !way.is_confidential {
            self.tell(way, &json!(old));
            return self.push("replace", way, Some(&json!(new)));
        }
        let steps = align(old, new);
        // From the end, so that places before stay what they are; what comes behind all is in its order.
        let last = steps.iter().rposition(|it| !matches!(it, Step::Add(_)));
        let (inner, end) = steps.split_at(last.map_or(0, |it| it + 1));
        let added = |it: &Step| if let Step::Add(at) = it { new.get(*at) } else { None };
        let end_of_list = way.at("-");
        end.iter().filter_map(added).for_each(|it| self.push("add", &end_of_list, Some(it)));
        // Where the next item goes, and the one that it goes before, where that is told by nothing else.
        let (mut next, mut follower) = (old.len(), None);
        for step in inner.iter().rev() {
            match *step {
                Step::Keep(at, other) => {
                    (next, follower) = (at, new.get(other));
                    if let Some((before, after)) = old.get(at).zip(new.get(other)) {
                        self.compare_items(&way.item(at), before, after);
                    }
                }
                Step::Remove(at) => {
                    (next, follower) = (at, None);
                    let way = way.item(at);
                    old.get(at).into_iter().for_each(|it| self.name(&way, it));
                    self.push("remove", &way, None);
                }
                Step::Add(_) => {
                    let way = way.item(next);
                    follower.take().into_iter().for_each(|it| self.name(&way, it));
                    added(step).into_iter().for_each(|it| self.push("add", &way, Some(it)));
                }
            }
        }
    }

    fn compare_items(&mut self, way: &Way, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        match telling(before) {
            // To add an item is to put it before another, so that one without anything is replaced.
            None if is_empty(before) => self.push("replace", way, Some(after)),
            Some(_) => {
                self.name(way, before);
                self.compare(&Way { is_nameless: false, ..way.clone() }, before, after);
            }
            None => self.compare(&Way { is_nameless: true, ..way.clone() }, before, after),
        }
    }

    /// Tells an item of a list by its name, or by what it is.
    fn name(&mut self, way: &Way, item: &Value) {
        match telling(item) {
            Some((key, value)) => self.push("test", &way.at(key), Some(value)),
            None => self.tell(&Way { is_nameless: true, ..way.clone() }, item),
        }
    }
}

fn is_simple(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}
