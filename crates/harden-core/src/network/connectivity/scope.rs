//! What labels may be where a test holds, key by key, so that one test can be held against another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::labels::Test;

/// What the values of some keys may be; of all others they may be anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scope(BTreeMap<Arc<str>, Values>);

/// What the value of a key may be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Values {
    /// Whether the key may be missing.
    may_lack: bool,
    named: BTreeSet<Arc<str>>,
    /// Whether the value may be any but those that are named, rather than one of them.
    is_rest: bool,
}

impl Values {
    fn any() -> Self {
        Self { may_lack: true, named: BTreeSet::new(), is_rest: true }
    }

    fn intersection(&self, other: &Self) -> Self {
        let (named, is_rest) = match (self.is_rest, other.is_rest) {
            (true, true) => (self.named.union(&other.named).cloned().collect(), true),
            (true, false) => (other.named.difference(&self.named).cloned().collect(), false),
            (false, true) => (self.named.difference(&other.named).cloned().collect(), false),
            (false, false) => (self.named.intersection(&other.named).cloned().collect(), false),
        };
        Self { may_lack: self.may_lack && other.may_lack, named, is_rest }
    }

    fn is_none(&self) -> bool {
        !self.may_lack && !self.is_rest && self.named.is_empty()
    }
}

impl Scope {
    /// Where a test holds; none where that cannot be said key by key.
    pub(super) fn of(test: &Test) -> Option<Self> {
        let mut this = Self::default();
        match test {
            Test::Always => {}
            Test::All(tests) => {
                for it in tests {
                    this = this.intersection(&Self::of(it)?);
                }
            }
            Test::In(key, values) => this.set(key, false, values, false),
            Test::Has(key) => this.set(key, false, &[], true),
            Test::Not(test) => match &**test {
                Test::In(key, values) => this.set(key, true, values, true),
                Test::Has(key) => this.set(key, true, &[], false),
                _ => return None,
            },
            Test::Like(..) | Test::Any(_) => return None,
        }
        Some(this)
    }

    fn set(&mut self, key: &Arc<str>, may_lack: bool, named: &[Arc<str>], is_rest: bool) {
        let named = named.iter().cloned().collect();
        self.0.insert(Arc::clone(key), Values { may_lack, named, is_rest });
    }

    fn intersection(mut self, other: &Self) -> Self {
        for (key, values) in &other.0 {
            let own = self.0.entry(Arc::clone(key)).or_insert_with(Values::any);
            *own = own.intersection(values);
        }
        self
    }

    /// The keys that have one value in all that is in it, each with this.
    pub(super) fn values(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().filter_map(|(key, values)| {
            let is_one = !values.may_lack && !values.is_rest && values.named.len() == 1;
            Some((key, values.named.first().filter(|_| is_one)?))
        })
    }

    /// Whether no labels are in it.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().any(Values::is_none)
    }

    /// Whether all labels that are in it are in the other.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.is_empty()
            || other.0.iter().all(|(key, values)| {
                let own = self.0.get(key).cloned().unwrap_or_else(Values::any);
                own.intersection(values) == own
            })
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::kubernetes::Selector;

    fn scope(selector: &str) -> Scope {
        let document = Document::parse_yaml(selector);
        let selector = Selector::read(document.root()).unwrap().unwrap();
        Scope::of(&Test::of(&selector)).unwrap()
    }

    fn expression(key: &str, operator: &str, values: &str) -> String {
        format!("{{matchExpressions: [{{key: {key}, operator: {operator}, values: {values}}}]}}")
    }

    #[test]
    fn what_is_asked_for_more_is_within_what_is_asked_for_less() {
        let web = "{matchLabels: {app: web}}";
        let both = "{matchLabels: {app: web, tier: front}}";
        let one_of = expression("app", "In", "[web, db]");
        let no_db = expression("app", "NotIn", "[db]");
        let (has, lacks) =
            (expression("app", "Exists", "[]"), expression("app", "DoesNotExist", "[]"));
        for (narrow, wide) in [
            (both, web),
            (web, &one_of),
            (web, &no_db),
            (web, &has),
            (&one_of, &has),
            (&lacks, &no_db),
            (web, "{}"),
            (web, web),
        ] {
            assert!(scope(narrow).is_within(&scope(wide)), "{narrow} in {wide}");
            assert!(narrow == wide || !scope(wide).is_within(&scope(narrow)), "{wide} in {narrow}");
        }
        for (one, other) in [(web, &lacks), (&no_db, &has), (&no_db, &one_of)] {
            assert!(!scope(one).is_within(&scope(other)), "{one} in {other}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_empty() {
        let twice = "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: NotIn, values: [web]}]}";
        assert!(scope(twice).is_empty());
        assert!(!scope("{}").is_empty());
    }
}
