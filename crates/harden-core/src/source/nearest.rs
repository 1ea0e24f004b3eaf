//! How near the files of a tree are to each other, and what those near a file say.

use std::collections::BTreeMap;
use std::sync::Arc;

/// What objects say of one thing, by the files that they are in. For each file that asks, those in the file
/// itself count, else those that share the most of its path, and of these the ones that are the fewest folders
/// away. Where several are equally near, they count together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest<T> {
    files: BTreeMap<Arc<str>, T>,
    /// What the nearest of those in and below a folder say, and how many folders below it they are.
    folders: BTreeMap<Box<str>, (usize, T)>,
    first: Option<T>,
    count: usize,
    differs: bool,
}

/// What can be put together with others of its kind, in any order.
pub trait Join: Clone {
    /// Takes in what another says that is equally near.
    fn join(&mut self, other: &Self);

    /// Whether both say the same, so that it is no matter which of them counts.
    fn is_same(&self, other: &Self) -> bool;
}

impl<T> Default for Nearest<T> {
    fn default() -> Self {
        let (files, folders) = (BTreeMap::new(), BTreeMap::new());
        Self { files, folders, first: None, count: 0, differs: false }
    }
}

impl<T> Nearest<T> {
    /// The same, with what is said in another form.
    pub fn map<U>(self, form: impl Fn(T) -> U) -> Nearest<U> {
        let files = self.files.into_iter().map(|(file, said)| (file, form(said)));
        let folders = self.folders.into_iter();
        let folders = folders.map(|(folder, (below, said))| (folder, (below, form(said))));
        let (files, folders) = (files.collect(), folders.collect());
        let first = self.first.map(&form);
        Nearest { files, folders, first, count: self.count, differs: self.differs }
    }

    /// What those nearest to a file say; none only where nothing was learnt.
    pub fn find(&self, file: &str) -> Option<&T> {
        let mut around = folders(file).filter_map(|it| self.folders.get(it));
        self.files.get(file).or_else(|| around.next().map(|(_, value)| value))
    }

    /// The same, only by what is in the file, in its folder, or in a folder above it: what does not say where
    /// it belongs belongs to its own tree.
    pub fn find_above(&self, file: &str) -> Option<&T> {
        let mut around = folders(file).filter_map(|it| self.folders.get(it));
        let above = || around.find(|(below, _)| *below == 0).map(|(_, value)| value);
        self.files.get(file).or_else(above)
    }
}

impl<T: Join> Nearest<T> {
    /// Takes in what an object says that is in the file of this name.
    pub fn learn(&mut self, file: &str, value: T) {
        self.count += 1;
        self.differs |= !self.first.get_or_insert_with(|| value.clone()).is_same(&value);
        for (below, folder) in folders(file).enumerate() {
            match self.folders.get_mut(folder) {
                Some((known, _)) if *known < below => {}
                Some((known, joined)) if *known == below => joined.join(&value),
                _ => drop(self.folders.insert(folder.into(), (below, value.clone()))),
            }
        }
        match self.files.get_mut(file) {
            Some(joined) => joined.join(&value),
            None => drop(self.files.insert(file.into(), value)),
        }
    }

    /// What is said to whoever asks, where it is the same for every file.
    pub fn everywhere(&self) -> Option<&T> {
        let is_one = self.files.len() == 1 || !self.differs;
        self.files.values().next().filter(|_| is_one)
    }

    /// Takes in what objects in the same files say of another thing, which holds beside this.
    pub fn put_beside(&mut self, other: &Self, tighten: impl Fn(&mut T, &T)) {
        let files = self.files.values_mut().zip(other.files.values());
        files.for_each(|(known, other)| tighten(known, other));
        let folders = self.folders.values_mut().zip(other.folders.values());
        folders.for_each(|((_, known), (_, other))| tighten(known, other));
    }

    /// The files that say something, in their order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|it| &**it)
    }

    /// The folders of the files that say something; each once for each of its files.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.files.keys().filter_map(|it| folders(it).next())
    }

    /// What is said file by file.
    pub fn by_file(&self) -> impl Iterator<Item = &T> {
        self.files.values()
    }

    /// How many objects say something, where not all say the same.
    pub fn count_if_several(&self) -> Option<usize> {
        self.differs.then_some(self.count)
    }
}

/// The folder of a file, and those above it up to the empty one.
pub fn folders(file: &str) -> impl Iterator<Item = &str> {
    let above = |path: &str| path.rsplit_once('/').map_or(0, |(folder, _)| folder.len());
    let next = move |it: &&'_ str| (!it.is_empty()).then(|| file.get(..above(it)))?;
    std::iter::successors(Some(file), next).skip(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Join for Vec<u8> {
        fn join(&mut self, other: &Self) {
            self.extend(other);
            self.sort_unstable();
        }

        fn is_same(&self, other: &Self) -> bool {
            self == other
        }
    }

    fn nearest(files: &[(&str, u8)]) -> Nearest<Vec<u8>> {
        let mut nearest = Nearest::default();
        files.iter().for_each(|(file, value)| nearest.learn(file, vec![*value]));
        nearest
    }

    #[test]
    fn the_nearest_is_in_the_file_its_folder_or_as_far_away_as_it_must() {
        let mut files = [
            ("a/x.yaml", 1),
            ("a/b/x.yaml", 2),
            ("a/b/y.yaml", 3),
            ("x.yaml", 4),
            ("c/d/x.yaml", 5),
        ];
        for _ in 0..files.len() {
            files.rotate_left(1);
            let nearest = nearest(&files);
            let find = |file: &str| nearest.find(file).cloned().unwrap_or_default();
            assert_eq!(find("a/x.yaml"), [1]);
            assert_eq!(find("a/z.yaml"), [1]);
            assert_eq!(find("a/b/z.yaml"), [2, 3]);
            assert_eq!(find("a/b/c/z.yaml"), [2, 3]);
            assert_eq!(find("a/e/z.yaml"), [1]);
            assert_eq!(find("c/z.yaml"), [5]);
            assert_eq!(find("e/z.yaml"), [4]);
            assert_eq!(find("z.yaml"), [4]);
            assert_eq!(nearest.find_above("c/z.yaml"), Some(&vec![4]));
        }
    }

    #[test]
    fn what_one_file_says_or_all_say_alike_is_the_same_everywhere() {
        let everywhere = |files| nearest(files).everywhere().cloned();
        assert_eq!(everywhere(&[]), None);
        assert_eq!(everywhere(&[("a/x.yaml", 1), ("a/x.yaml", 2)]), Some(vec![1, 2]));
        assert_eq!(everywhere(&[("a/x.yaml", 1), ("b/x.yaml", 1)]), Some(vec![1]));
        assert_eq!(everywhere(&[("a/x.yaml", 1), ("b/x.yaml", 2)]), None);
        let nearest = nearest(&[("a/x.yaml", 1), ("x.yaml", 1)]);
        assert_eq!(nearest.folders().collect::<Vec<_>>(), ["a", ""]);
    }

    #[test]
    fn other_trees_are_equally_near() {
        let nearest = nearest(&[("a/x.yaml", 1), ("b/x.yaml", 2), ("b/c/x.yaml", 3)]);
        assert_eq!(nearest.find("d/x.yaml"), Some(&vec![1, 2]));
        assert_eq!(nearest.find_above("d/x.yaml"), None);
        assert_eq!(nearest.find("/elsewhere/x.yaml"), Some(&vec![1, 2]));
    }
}
