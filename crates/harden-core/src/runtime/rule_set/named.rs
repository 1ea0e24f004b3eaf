//! Things in the order in which they came, found by their names.

use rustc_hash::FxHashMap;

/// Things, each with a name of its own.
#[derive(Debug)]
pub(in crate::runtime) struct Named<T> {
    pub all: Vec<T>,
    indices: FxHashMap<String, usize>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { all: Vec::new(), indices: FxHashMap::default() }
    }
}

impl<T> Named<T> {
    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.indices.get(name).copied()
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.all.get(self.index(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let index = self.index(name)?;
        self.all.get_mut(index)
    }

    pub(super) fn push(&mut self, name: String, new: T) {
        self.indices.insert(name, self.all.len());
        self.all.push(new);
    }
}
