//! What all objects of one kind say together to the pods of a namespace.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Join, Nearest, folders};

/// What can be put together with what others of its kind say that hold beside it, in any order.
pub(super) trait Beside: Join + Default {
    /// Takes in what another says that holds, too.
    fn tighten(&mut self, other: &Self);
}

/// What the objects of one namespace say, put together as far as it is the same for all who ask.
#[derive(Debug, Clone)]
pub(super) struct Together<T> {
    /// For every file.
    everywhere: Option<T>,
    /// For the files in and below a folder.
    below: BTreeMap<Box<str>, T>,
    /// Those that say one thing to one file and another to the next.
    varied: Vec<Nearest<T>>,
}

impl<T: Beside> Together<T> {
    /// What those of all names say. Those without a namespace are for their own trees: they are `open`.
    pub(super) fn of<'l>(names: impl Iterator<Item = &'l Nearest<T>>, is_open: bool) -> Self
    where
        T: 'l,
    {
        let (mut everywhere, mut below) = (None::<T>, BTreeMap::<Box<str>, T>::new());
        // Names that are in the same files are the same way from whoever asks.
        let mut varied: BTreeMap<Vec<&str>, Nearest<T>> = BTreeMap::new();
        for name in names {
            match name.everywhere() {
                None => match varied.get_mut(&name.files().collect::<Vec<_>>()) {
                    Some(known) => known.put_beside(name, T::tighten),
                    None => drop(varied.insert(name.files().collect(), name.clone())),
                },
                Some(said) if is_open => {
                    let folders: BTreeSet<_> = name.folders().collect();
                    let is_uppermost = |it: &&&str| {
                        // A file in the folder, whose folders above it are then those of the folder, too.
                        let inside = format!("{it}/*");
                        let mut above = crate::source::folders(&inside).skip(1);
                        !above.any(|it| folders.contains(it))
                    };
                    for folder in folders.iter().filter(is_uppermost) {
                        below.entry((*folder).into()).or_default().tighten(said);
                    }
                }
                Some(said) => everywhere.get_or_insert_default().tighten(said),
            }
        }
        Self { everywhere, below, varied: varied.into_values().collect() }
    }
}

impl<T> Together<T> {
    /// The same in another form.
    pub(super) fn map<U>(self, form: impl Fn(T) -> U) -> Together<U> {
        let below = self.below.into_iter().map(|(folder, said)| (folder, form(said)));
        Together {
            below: below.collect(),
            everywhere: self.everywhere.map(&form),
            varied: self.varied.into_iter().map(|it| it.map(&form)).collect(),
        }
    }

    /// All that is said to a file.
    pub(super) fn find<'q>(
        &'q self,
        file: &'q str,
        is_open: bool,
    ) -> impl Iterator<Item = &'q T> + use<'q, T> {
        let above = folders(file).filter_map(|it| self.below.get(it));
        let varied = self.varied.iter();
        let near =
            varied.filter_map(move |it| if is_open { it.find_above(file) } else { it.find(file) });
        self.everywhere.iter().chain(above).chain(near)
    }
}
