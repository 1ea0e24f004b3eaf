//! Labels, and what is asked of them, kept without the text.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use harden_yaml::Place;

use crate::kubernetes::{Condition, Selector};

/// The label that the API server gives every namespace.
pub(super) const NAMESPACE_NAME: &str = "kubernetes.io/metadata.name";

/// Begins the keys of what pods have beside their labels, which no label has.
const BESIDE: &str = "\0";

/// The key of the name of a pod's ServiceAccount.
pub(super) const ACCOUNT: &str = "\0account";

/// Begins the keys of the labels of a pod's ServiceAccount.
pub(super) const OF_ACCOUNT: &str = "\0account/";

/// Begins the keys of the labels of a pod's namespace.
pub(super) const OF_NAMESPACE: &str = "\0namespace/";

/// The key of what made a pod known, which is always Kubernetes.
pub(super) const ORCHESTRATOR: &str = "\0orchestrator";

/// Labels by their keys, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Labels(Vec<(Arc<str>, Arc<str>)>);

impl Labels {
    /// The labels of a map; what is no text has no value.
    pub(super) fn read(place: Place<'_>) -> Self {
        let mut this = Self::default();
        for (key, value) in place.entries() {
            this.set(key, value.as_str().unwrap_or(""));
        }
        this
    }

    pub(super) fn set(&mut self, key: &str, value: &str) {
        match self.0.binary_search_by(|(it, _)| (**it).cmp(key)) {
            Ok(at) => {
                if let Some((_, it)) = self.0.get_mut(at) {
                    *it = value.into();
                }
            }
            Err(at) => self.0.insert(at, (key.into(), value.into())),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(it, _)| (**it).cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| &**value)
    }

    /// Those whose keys are asked for.
    pub(super) fn only(&self, keys: &BTreeSet<Arc<str>>) -> Self {
        Self(self.0.iter().filter(|(key, _)| keys.contains(key)).cloned().collect())
    }

    /// Adds what is asked of a namespace and of a ServiceAccount, by its name and its labels.
    pub(super) fn add_beside(
        &mut self,
        keys: &BTreeSet<Arc<str>>,
        namespace: Option<&Self>,
        account: Option<(&str, Option<&Self>)>,
    ) {
        for key in keys.iter().take_while(|it| it.starts_with(BESIDE)) {
            let value = if let Some(own) = key.strip_prefix(OF_NAMESPACE) {
                namespace.and_then(|it| it.get(own))
            } else if let Some(own) = key.strip_prefix(OF_ACCOUNT) {
                account.and_then(|(_, labels)| labels?.get(own))
            } else if **key == *ACCOUNT {
                account.map(|(name, _)| name)
            } else {
                account.map(|_| "k8s")
            };
            if let Some(value) = value {
                self.set(key, value);
            }
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }
}

/// What labels must be like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Test {
    /// Whatever they are.
    Always,
    /// One of these values of a key.
    In(Arc<str>, Vec<Arc<str>>),
    /// Any value of a key.
    Has(Arc<str>),
    /// A value that begins, ends or goes on like this.
    Like(Arc<str>, Part, Arc<str>),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

/// Which part of a value a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    Start,
    End,
    Within,
}

impl Test {
    /// What a LabelSelector asks.
    pub(super) fn of(selector: &Selector<'_>) -> Self {
        let texts = |values: &[&str]| values.iter().map(|it| (*it).into()).collect();
        Self::all(selector.conditions().map(|(key, condition)| {
            let key: Arc<str> = key.into();
            match condition {
                Condition::Is(value) => Self::In(key, vec![(*value).into()]),
                Condition::In(values) => Self::In(key, texts(values)),
                Condition::NotIn(values) => Self::Not(Box::new(Self::In(key, texts(values)))),
                Condition::Exists => Self::Has(key),
                Condition::DoesNotExist => Self::Not(Box::new(Self::Has(key))),
            }
        }))
    }

    /// All of these.
    pub(super) fn all(tests: impl IntoIterator<Item = Self>) -> Self {
        let mut tests: Vec<_> = tests.into_iter().filter(|it| *it != Self::Always).collect();
        match tests.len() {
            0 => Self::Always,
            1 => tests.swap_remove(0),
            _ => {
                tests.sort_unstable();
                tests.dedup();
                Self::All(tests)
            }
        }
    }

    /// Nothing.
    pub(super) fn never() -> Self {
        Self::Not(Box::new(Self::Always))
    }

    /// What is not like this.
    pub(super) fn not(test: Self) -> Self {
        match test {
            Self::Not(test) => *test,
            test => Self::Not(Box::new(test)),
        }
    }

    /// Pods of a namespace, which may be asked where pods of several are.
    pub(super) fn in_namespace(name: &str) -> Self {
        Self::is(&format!("{OF_NAMESPACE}{NAMESPACE_NAME}"), name)
    }

    /// A key with this value.
    pub(super) fn is(key: &str, value: &str) -> Self {
        Self::In(key.into(), vec![value.into()])
    }

    /// Whether it asks for more than labels of the pods themselves: their namespace or ServiceAccount.
    pub(super) fn asks_beside(&self) -> bool {
        let mut keys = BTreeSet::new();
        self.keys(&mut keys);
        keys.first().is_some_and(|it| it.starts_with(BESIDE))
    }

    /// Adds the keys that are asked for.
    pub(super) fn keys(&self, keys: &mut BTreeSet<Arc<str>>) {
        match self {
            Self::Always => {}
            Self::In(key, _) | Self::Has(key) | Self::Like(key, ..) => {
                keys.insert(Arc::clone(key));
            }
            Self::Not(test) => test.keys(keys),
            Self::All(tests) | Self::Any(tests) => tests.iter().for_each(|it| it.keys(keys)),
        }
    }

    pub(super) fn holds(&self, labels: &Labels) -> bool {
        match self {
            Self::Always => true,
            Self::In(key, values) => {
                labels.get(key).is_some_and(|it| values.iter().any(|value| **value == *it))
            }
            Self::Has(key) => labels.get(key).is_some(),
            Self::Like(key, part, text) => labels.get(key).is_some_and(|it| match part {
                Part::Start => it.starts_with(&**text),
                Part::End => it.ends_with(&**text),
                Part::Within => it.contains(&**text),
            }),
            Self::Not(test) => !test.holds(labels),
            Self::All(tests) => tests.iter().all(|it| it.holds(labels)),
            Self::Any(tests) => tests.iter().any(|it| it.holds(labels)),
        }
    }
}

/// The test as kubectl takes selectors, with its parts in the order of their words.
impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let several = |values: &[Arc<str>]| {
            let mut values: Vec<&str> = values.iter().map(|it| &**it).collect();
            values.sort_unstable();
            values.join(",")
        };
        let parts = |tests: &[Self], between: &str| {
            let mut words: Vec<_> = tests.iter().map(Self::to_string).collect();
            words.sort_unstable();
            words.join(between)
        };
        match self {
            Self::Always => Ok(()),
            Self::In(key, values) => match values.as_slice() {
                [value] => write!(f, "{key}={value}"),
                values => write!(f, "{key} in ({})", several(values)),
            },
            Self::Has(key) => f.write_str(key),
            Self::Like(key, Part::Start, text) => write!(f, "{key}={text}*"),
            Self::Like(key, Part::End, text) => write!(f, "{key}=*{text}"),
            Self::Like(key, Part::Within, text) => write!(f, "{key}=*{text}*"),
            Self::Not(test) => match &**test {
                Self::In(key, values) => write!(f, "{key} notin ({})", several(values)),
                Self::Has(key) => write!(f, "!{key}"),
                test => write!(f, "!({test})"),
            },
            Self::All(tests) => f.write_str(&parts(tests, ",")),
            Self::Any(tests) => write!(f, "({})", parts(tests, " or ")),
        }
    }
}
