//! The custom kinds that are known, by their CustomResourceDefinitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::inventory::Several;
use crate::object::Object;
use crate::schema::Crds;
use crate::source::{Join, Nearest};

/// The definitions of custom kinds, by group and kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Definitions {
    of_input: BTreeMap<String, BTreeMap<String, Nearest<Alternatives>>>,
    /// Those that are not among the input.
    given: BTreeMap<String, BTreeMap<String, Alternatives>>,
}

/// A definition of a custom kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    /// The file that it is in: of several with the same, the first by name.
    pub file: Arc<str>,
    /// What it says.
    pub crds: Crds,
}

/// Definitions of one kind that are equally near: all that differ, in the order of their files.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Alternatives(Vec<Arc<Definition>>);

impl Join for Alternatives {
    fn join(&mut self, other: &Self) {
        for definition in &other.0 {
            match self.0.iter_mut().find(|it| it.crds == definition.crds) {
                Some(known) if definition.file < known.file => *known = Arc::clone(definition),
                Some(_) => {}
                None => self.0.push(Arc::clone(definition)),
            }
        }
        self.0.sort_by(|a, b| (&a.file, a.crds.rank()).cmp(&(&b.file, b.crds.rank())));
    }

    fn is_same(&self, other: &Self) -> bool {
        self.0.iter().map(|it| &it.crds).eq(other.0.iter().map(|it| &it.crds))
    }
}

impl Definitions {
    /// Takes in a definition that is among the input.
    pub(super) fn learn(
        &mut self,
        group: String,
        kind: String,
        file: &str,
        definition: Alternatives,
    ) {
        let of_group = self.of_input.entry(group).or_default();
        of_group.entry(kind).or_default().learn(file, definition);
    }

    /// Reads a definition: its group, its kind, and what it says.
    pub(super) fn read(object: &Object<'_>, file: &str) -> Option<(String, String, Alternatives)> {
        let mut crds = Crds::default();
        crds.learn(object);
        let (group, kind) = crds.kinds().next()?;
        let (group, kind) = (group.to_owned(), kind.to_owned());
        let definition = Arc::new(Definition { file: file.into(), crds });
        Some((group, kind, Alternatives(vec![definition])))
    }

    /// Takes in a definition that is not among the input.
    pub(super) fn define(&mut self, object: &Object<'_>) {
        if let Some((group, kind, definition)) = Self::read(object, "") {
            self.given.entry(group).or_default().entry(kind).or_default().join(&definition);
        }
    }

    pub(super) fn find(&self, group: &str, kind: &str, file: &str) -> &[Arc<Definition>] {
        let near = self.of_input.get(group).and_then(|it| it.get(kind)?.find(file));
        let found = near.or_else(|| self.given.get(group)?.get(kind));
        found.map_or(&[], |it| it.0.as_slice())
    }

    pub(super) fn several(&self) -> impl Iterator<Item = Several> {
        let kinds = self.of_input.iter();
        let kinds = kinds.flat_map(|(group, it)| it.iter().map(move |it| (group, it)));
        kinds.filter_map(|(group, (kind, all))| {
            let what = format!("CustomResourceDefinition of {kind} in {group}");
            Some(Several { what, count: all.count_if_several()? })
        })
    }
}
