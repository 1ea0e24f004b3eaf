//! What a kustomization changes of objects: which objects, and what of them.

use harden_yaml::{Document, Kind, Place};

use super::path::{self, Spot, Step};
use super::target::Target;
use crate::object::{self, Object};
use crate::schema;

/// No patch nests deeper than this.
const DEEPEST: usize = 64;

/// What becomes of some objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    target: Target,
    touches: Vec<Touch>,
}

/// What becomes of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Touch {
    path: Vec<Step>,
    how: How,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum How {
    /// It gets a value: this one as it is written, if it is neither a map nor a list.
    Set(Option<Box<str>>),
    /// What was there gives way to what other touches set.
    Replace,
    /// Nothing is left of it.
    Remove,
}

impl Change {
    /// The same places of some objects, each given a value.
    pub(super) fn setting(target: Target, paths: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let touches = paths.into_iter().map(|path| Touch { path, how: How::Set(None) });
        Self { target, touches: touches.collect() }
    }

    /// What the text of a patch changes: objects that are laid over others, or the operations of a JSON patch,
    /// which are nothing without a target; and how many lists of operations there are.
    pub(super) fn read(text: &str, target: Option<&Target>) -> (Vec<Self>, usize) {
        let (mut changes, mut operations) = (Vec::new(), 0);
        for document in harden_yaml::documents(text).filter(Document::is_readable) {
            let root = document.root();
            if root.is_list() {
                let touches: Vec<_> = root.items().flat_map(operation).collect();
                operations += 1;
                changes.extend(target.map(|it| Self { target: it.clone(), touches }));
                continue;
            }
            for object in object::objects(root) {
                let target = target.cloned().unwrap_or_else(|| Target::of(&object));
                let mut touches = Vec::new();
                let is_custom = schema::is_custom(&object);
                lay(object.place, &mut Vec::new(), is_custom, &mut touches);
                touches.retain(|it| !is_identity(&it.path));
                changes.push(Self { target, touches });
            }
        }
        (changes, operations)
    }

    /// Whether it leaves nothing as it is of what a place of an object says, or does not say. `names` are those
    /// that the object has had by then.
    pub(super) fn covers(
        &self,
        object: &Object<'_>,
        names: &[String],
        spot: &Spot<'_, '_>,
    ) -> bool {
        self.target.is(object, names) && self.touches.iter().any(|it| it.covers(spot))
    }
}

impl Touch {
    fn covers(&self, spot: &Spot<'_, '_>) -> bool {
        let common = self.path.len().min(spot.steps.len());
        let is_on_way = self.path.iter().zip(&spot.steps).all(|(step, at)| step.is(at));
        if !is_on_way {
            return false;
        }
        let (is_below, is_above) = (self.path.len() > common, spot.steps.len() > common);
        match (&self.how, spot.place.exists()) {
            // What is not there is there if it, or something in it, is set.
            (How::Set(_), false) => !is_above,
            (How::Set(value), true) => {
                let is_same = value.as_deref().is_some_and(|it| it == spot.place.source());
                !is_below && !is_same
            }
            (How::Replace, is_there) => is_there && !is_below,
            (How::Remove, is_there) => !is_below && (is_there || is_above),
        }
    }
}

/// Whether a patch says with it only which object it means.
fn is_identity(path: &[Step]) -> bool {
    match path {
        [only] => only.is_key("apiVersion") || only.is_key("kind"),
        [metadata, key] => {
            metadata.is_key("metadata") && (key.is_key("name") || key.is_key("namespace"))
        }
        _ => false,
    }
}

/// Notes what a map or a value of a strategic merge patch does; of a custom kind, lists are replaced.
fn lay(place: Place<'_>, path: &mut Vec<Step>, is_custom: bool, touches: &mut Vec<Touch>) {
    let mut note = |how| touches.push(Touch { path: path.clone(), how });
    if path.len() > DEEPEST {
        return;
    }
    match place.kind() {
        Kind::Missing => {}
        Kind::Null => note(How::Remove),
        Kind::Map => {
            match place.at("$patch").as_str() {
                Some("delete") => return note(How::Remove),
                Some("replace") => note(How::Replace),
                _ => {}
            }
            for (key, value) in place.entries().filter(|(key, _)| !key.starts_with('$')) {
                path.push(Step::Key(key.into()));
                lay(value, path, is_custom, touches);
                path.pop();
            }
        }
        Kind::List => {
            let key = path.last().and_then(Step::key).filter(|_| !is_custom);
            let merged = key.and_then(|it| path::merge_key(it, place));
            let Some(merge_key) = merged else { return note(How::Set(None)) };
            for item in place.items() {
                let Some(value) = path::scalar(item.at(merge_key)) else { continue };
                path.push(Step::Item(merge_key.into(), value.into()));
                lay(item, path, is_custom, touches);
                path.pop();
            }
        }
        _ => note(How::Set(Some(place.source().into()))),
    }
}

/// What one operation of a JSON patch does.
fn operation(place: Place<'_>) -> Vec<Touch> {
    let steps = |key| place.at(key).as_str().map(path::of_pointer);
    let Some(path) = steps("path") else { return Vec::new() };
    // What is added to a list makes room for itself.
    let is_item = |it: &Step| it.key().is_some_and(|it| it == "-" || it.parse::<u32>().is_ok());
    let mut touches = Vec::new();
    match place.at("op").as_str() {
        Some("add") if path.last().is_some_and(is_item) => {}
        Some("add" | "replace") => {
            touches.push(Touch { path: path.clone(), how: How::Replace });
            spread(place.at("value"), &mut path.clone(), &mut touches);
        }
        Some("remove") => touches.push(Touch { path, how: How::Remove }),
        Some(op @ ("move" | "copy")) => {
            touches.push(Touch { path, how: How::Set(None) });
            let from = steps("from").filter(|_| op == "move");
            touches.extend(from.map(|path| Touch { path, how: How::Remove }));
        }
        _ => {}
    }
    touches
}

/// Notes all that a value has in it, as it takes the place of another.
fn spread(value: Place<'_>, path: &mut Vec<Step>, touches: &mut Vec<Touch>) {
    if path.len() > DEEPEST {
        return;
    }
    let mut below = |key: &str, value| {
        path.push(Step::Key(key.into()));
        spread(value, path, touches);
        path.pop();
    };
    match value.kind() {
        Kind::Missing | Kind::Null => {}
        Kind::Map => value.entries().for_each(|(key, it)| below(key, it)),
        Kind::List => {
            value.items().enumerate().for_each(|(index, it)| below(&index.to_string(), it));
        }
        _ => {
            let how = How::Set(Some(value.source().into()));
            touches.push(Touch { path: path.clone(), how });
        }
    }
    if value.is_list() || value.is_map() && value.is_empty() {
        touches.push(Touch { path: path.clone(), how: How::Set(None) });
    }
}
