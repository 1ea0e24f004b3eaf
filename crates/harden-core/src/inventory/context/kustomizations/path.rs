//! Ways to what a kustomization changes, and the places of objects that they lead to.

use harden_yaml::{Place, Pointer};

/// The lists of built-in kinds that strategic merge patches merge, and the keys by which they tell the items.
const MERGED: [(&str, &[&str]); 12] = [
    ("containers", &["name"]),
    ("env", &["name"]),
    ("ephemeralContainers", &["name"]),
    ("hostAliases", &["ip"]),
    ("imagePullSecrets", &["name"]),
    ("initContainers", &["name"]),
    ("ports", &["containerPort", "port"]),
    ("resourceClaims", &["name"]),
    ("secrets", &["name"]),
    ("topologySpreadConstraints", &["topologyKey"]),
    ("volumeMounts", &["mountPath"]),
    ("volumes", &["name"]),
];

/// One step of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To the value of a key, or to an item by its index.
    Key(Box<str>),
    /// To the item of which this key has this value.
    Item(Box<str>, Box<str>),
    /// To every value or item.
    Any,
}

impl Step {
    pub(super) fn key(&self) -> Option<&str> {
        if let Self::Key(key) = self { Some(key) } else { None }
    }

    pub(super) fn is_key(&self, key: &str) -> bool {
        self.key() == Some(key)
    }

    /// Whether it leads to a value of an object.
    pub(super) fn is(&self, at: &At<'_>) -> bool {
        match self {
            Self::Key(key) => **key == *at.key,
            Self::Item(key, value) => {
                let found = at.item.and_then(|it| it.get(key)).and_then(scalar);
                found.is_some_and(|it| *it == **value)
            }
            Self::Any => true,
        }
    }
}

/// A place of an object, and all the places on the way to it.
#[derive(Debug)]
pub(super) struct Spot<'p, 'd> {
    pub(super) place: Place<'d>,
    pub(super) steps: Vec<At<'p>>,
}

/// A place on the way to another: its key or index, and where it is an item what it is.
#[derive(Debug, Clone)]
pub(super) struct At<'p> {
    key: Box<str>,
    item: Option<Place<'p>>,
}

impl<'d> Spot<'d, 'd> {
    /// A place below another.
    pub(super) fn new(base: Place<'d>, place: Place<'d>) -> Option<Self> {
        let pointer = place.way_from(&base)?.pointer()?;
        let mut steps = Vec::new();
        let mut here = Some(base);
        for key in pointer.steps() {
            let item = |at: Place<'d>| at.items().nth(key.parse().ok()?);
            let item = here.filter(Place::is_list).and_then(item);
            here = item.or_else(|| here.and_then(|it| it.get(&key)));
            steps.push(At { key: key.into(), item });
        }
        Some(Self { place, steps })
    }

    /// The place that says the same for all containers of the pod, if this one is missing in the security
    /// context of a container.
    pub(super) fn of_pod(&self) -> Option<Self> {
        let at = self.steps.iter().position(|it| &*it.key == "securityContext")?;
        let list = self.steps.get(at.checked_sub(2)?)?;
        let is_container =
            matches!(&*list.key, "containers" | "initContainers" | "ephemeralContainers");
        if !is_container || self.place.exists() {
            return None;
        }
        let (before, after) = (self.steps.get(..at - 2)?, self.steps.get(at..)?);
        Some(Self { place: self.place, steps: [before, after].concat() })
    }
}

/// The key by which the items of a list of a patch are told, if they are.
pub(super) fn merge_key(list: &str, place: Place<'_>) -> Option<&'static str> {
    let (_, keys) = MERGED.iter().find(|(name, _)| *name == list)?;
    let have = |key: &&&str| place.items().all(|it| it.at(key).exists());
    keys.iter().find(have).copied()
}

/// A string or a number as text.
pub(super) fn scalar(place: Place<'_>) -> Option<&str> {
    let is_plain = place.exists() && !place.is_map() && !place.is_list();
    place.as_str().or_else(|| is_plain.then(|| place.source()))
}

/// The steps of a JSON pointer.
pub(super) fn of_pointer(text: &str) -> Vec<Step> {
    let unescaped = |step: &str| step.replace("~1", "/").replace("~0", "~");
    text.split('/').skip(1).map(|it| Step::Key(unescaped(it).into())).collect()
}

/// The steps of a field path of a replacement, such as `spec.containers.[name=web].image`.
pub(super) fn of_field_path(text: &str) -> Vec<Step> {
    const DOT: &str = "\u{0}";
    let escaped = text.replace("\\.", DOT);
    let mut steps = Vec::new();
    let mut rest = escaped.as_str();
    while !rest.is_empty() {
        let end = if rest.starts_with('[') {
            rest.find(']').map_or(rest.len(), |it| it + 1)
        } else {
            rest.find('.').unwrap_or(rest.len())
        };
        let (step, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = after.strip_prefix('.').unwrap_or(after);
        let step = step.replace(DOT, ".");
        let selector = step.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        steps.push(match selector.and_then(|it| it.split_once('=')) {
            Some((key, value)) => Step::Item(key.into(), value.into()),
            None if step == "*" => Step::Any,
            None => Step::Key(step.into()),
        });
    }
    steps
}

/// A key in the metadata of an object, such as one of its labels.
pub(super) fn of_metadata(before: &str, map: &str, key: &str) -> Vec<Step> {
    let pointer = Pointer::default().at("metadata").at(map).at(key);
    [of_field_path(before), of_pointer(pointer.as_str())].concat()
}
