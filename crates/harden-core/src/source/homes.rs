//! Which of several objects of one name those belong to that name it.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use super::{Join, Nearest};

/// Objects by what they are called, with the folders that they are in. What names one belongs to those of that
/// name that are nearest; files of one folder are equally near, because they are applied together.
#[derive(Debug, Clone)]
pub struct Homes<K>(BTreeMap<K, Nearest<Folders>>);

/// Folders of files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders(BTreeSet<Box<str>>);

static NONE: Folders = Folders(BTreeSet::new());

impl Folders {
    /// Whether this is one of them.
    pub fn contains(&self, folder: &str) -> bool {
        self.0.contains(folder)
    }

    /// All of them, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| &**it)
    }
}

impl Join for Folders {
    fn join(&mut self, other: &Self) {
        self.0.extend(other.0.iter().cloned());
    }

    fn is_same(&self, other: &Self) -> bool {
        self == other
    }
}

impl<K> Default for Homes<K> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord> Homes<K> {
    /// Takes in an object of this name that is in a file.
    pub fn learn(&mut self, name: K, file: &str) {
        let folders = Folders([folder(file).into()].into());
        self.0.entry(name).or_default().learn(&stand_in(file), folders);
    }

    /// The folders of those of a name that are nearest to a file; none where there is no such object.
    pub fn around<Q: Ord + ?Sized>(&self, name: &Q, file: &str) -> &Folders
    where
        K: Borrow<Q>,
    {
        self.0.get(name).and_then(|it| it.find(&stand_in(file))).unwrap_or(&NONE)
    }
}

/// The folder of a file, empty for the uppermost.
pub fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether one of two folders is in the other, or both are the same.
pub fn is_one_tree(one: &str, other: &str) -> bool {
    let is_in = |inner: &str, outer: &str| {
        outer.is_empty()
            || inner.strip_prefix(outer).is_some_and(|it| it.is_empty() || it.starts_with('/'))
    };
    is_in(one, other) || is_in(other, one)
}

/// A file that stands for all of its folder.
fn stand_in(file: &str) -> String {
    let name = file.rsplit_once('/').map_or(file, |(_, name)| name);
    format!("{}*", file.strip_suffix(name).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_an_object_belongs_to_the_nearest_of_that_name() {
        let mut homes = Homes::default();
        homes.learn("n", "a/dev/namespace.yaml");
        homes.learn("n", "a/prod/namespace.yaml");
        homes.learn("other", "b.yaml");
        let around = |name, file| homes.around::<str>(name, file).iter().collect::<Vec<_>>();
        assert_eq!(around("n", "a/dev/web.yaml"), ["a/dev"]);
        assert_eq!(around("n", "a/prod/web/web.yaml"), ["a/prod"]);
        assert_eq!(around("n", "a/base/web.yaml"), ["a/dev", "a/prod"]);
        assert_eq!(around("n", "web.yaml"), ["a/dev", "a/prod"]);
        assert_eq!(around("other", "a/dev/web.yaml"), [""]);
        assert_eq!(around("nobody", "a/dev/web.yaml"), [""; 0]);
    }
}
