//! The entries of a file of decisions, found by the objects that they are about.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHasher};

use super::FileIgnore;
use crate::object::Object;

/// The entries of a file, those that are about the same objects together, and filed so that an object is not
/// held against all of them.
#[derive(Debug, Default)]
pub(crate) struct Families {
    families: Vec<Family>,
    /// The families by one of the marks that every object has which they are about.
    by_mark: FxHashMap<Mark, Vec<usize>>,
    /// Those that can be about any object.
    unmarked: Vec<usize>,
}

/// Entries that are about the same objects.
#[derive(Debug)]
struct Family {
    /// One of them, which stands for all.
    entry: FileIgnore,
    /// Their places in the file.
    members: Vec<usize>,
}

/// What an object is found by, as a hash. That two of them are one only costs time.
type Mark = u64;

/// A field that entries are about.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Field {
    Label,
    Name,
    Path,
    Namespace,
    Kind,
}

/// So many families are gone through one by one.
const FEW: usize = 16;

/// So long is the part of a text between stars that its entry is filed by.
const PART: usize = 3;

impl Families {
    /// Sorts the entries of a file.
    pub(crate) fn new(entries: &[FileIgnore]) -> Self {
        let mut families = Self::default();
        let mut known = FxHashMap::default();
        for (index, entry) in entries.iter().enumerate() {
            let FileIgnore { kind, name, namespace, labels, path, .. } = entry;
            let next = families.families.len();
            let place = *known.entry((kind, name, namespace, labels, path)).or_insert(next);
            match families.families.get_mut(place) {
                Some(family) => family.members.push(index),
                None => families.add(Family { entry: entry.clone(), members: vec![index] }),
            }
        }
        families
    }

    fn add(&mut self, family: Family) {
        let place = self.families.len();
        let crowd = |mark: &Mark| self.by_mark.get(mark).map_or(0, Vec::len);
        match marks_of_entry(&family.entry).into_iter().min_by_key(crowd) {
            Some(mark) => self.by_mark.entry(mark).or_default().push(place),
            None => self.unmarked.push(place),
        }
        self.families.push(family);
    }

    /// The families that are about an object of a file of this name.
    pub(super) fn about(&self, object: &Object<'_>, path: &str) -> Vec<usize> {
        let is_about = |place: &usize| {
            let entry = self.families.get(*place).map(|it| &it.entry);
            entry.is_some_and(|it| it.is_about_file(path) && it.is_about(object))
        };
        if self.families.len() <= FEW {
            return (0..self.families.len()).filter(is_about).collect();
        }
        let marked = marks_of_object(object, path);
        let marked = marked.iter().filter_map(|it| self.by_mark.get(it)).flatten();
        let mut places: Vec<_> = marked.chain(&self.unmarked).copied().collect();
        places.sort_unstable();
        places.dedup();
        places.retain(is_about);
        places
    }

    /// The entries of a family, by their places in the file.
    pub(super) fn members(&self, family: usize) -> &[usize] {
        self.families.get(family).map_or(&[], |it| &it.members)
    }
}

fn marks_of_entry(entry: &FileIgnore) -> Vec<Mark> {
    let FileIgnore { kind, name, namespace, labels, path, .. } = entry;
    let fields = [
        (Field::Name, name),
        (Field::Path, path),
        (Field::Namespace, namespace),
        (Field::Kind, kind),
    ];
    let of_labels = labels.iter().map(|(key, value)| mark(Field::Label, &[key, "=", value]));
    let of_fields = fields.into_iter().flat_map(|(field, pattern)| {
        let pattern = pattern.as_deref().unwrap_or("*");
        let whole = (!pattern.contains('*')).then(|| mark(field, &[pattern]));
        let parts = pattern.split('*').filter(|_| whole.is_none());
        let parts: Vec<_> = parts.flat_map(|it| parts_of(field, it)).collect();
        whole.into_iter().chain(parts)
    });
    of_labels.chain(of_fields).collect()
}

fn marks_of_object(object: &Object<'_>, path: &str) -> Vec<Mark> {
    let labels = object.place.at("metadata").at("labels").entries();
    let labels = labels.filter_map(|(key, value)| Some((key, value.as_str()?)));
    let of_labels = labels.map(|(key, value)| mark(Field::Label, &[key, "=", value]));
    let fields = [
        (Field::Name, object.name()),
        (Field::Path, path),
        (Field::Namespace, object.namespace().unwrap_or_default()),
        (Field::Kind, object.kind),
    ];
    let of_fields = fields.into_iter().flat_map(|(field, text)| {
        std::iter::once(mark(field, &[text])).chain(parts_of(field, text))
    });
    of_labels.chain(of_fields).collect()
}

fn parts_of(field: Field, text: &str) -> impl Iterator<Item = Mark> {
    text.as_bytes().windows(PART).map(move |part| {
        let mut hasher = FxHasher::default();
        (field, part).hash(&mut hasher);
        hasher.finish()
    })
}

fn mark(field: Field, texts: &[&str]) -> Mark {
    let mut hasher = FxHasher::default();
    (field, texts).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    fn entry(field: usize, pattern: &str) -> FileIgnore {
        let mut entry = FileIgnore::default();
        let fields = [&mut entry.kind, &mut entry.name, &mut entry.namespace, &mut entry.path];
        if let Some(field) = fields.into_iter().nth(field) {
            *field = Some(pattern.to_owned());
        } else {
            entry.labels = vec![("app".to_owned(), pattern.to_owned())];
        }
        entry
    }

    #[test]
    fn the_families_of_an_object_are_those_that_are_about_it() {
        let patterns =
            ["", "*", "a", "web-1", "web-*", "*b-1", "*eb*1", "**", "a*", "Pod", "d/*.yaml"];
        let mut entries: Vec<_> =
            (0..5).flat_map(|field| patterns.map(|it| entry(field, it))).collect();
        let both = entries.iter().take(22).cloned().zip(entries.iter().skip(22).cloned());
        let both = both.map(|(one, other)| FileIgnore { kind: one.kind, name: one.name, ..other });
        let both: Vec<_> = both.collect();
        entries.extend(both);
        let families = Families::new(&entries);
        assert!(families.families.len() > FEW);
        for (name, namespace, label) in
            [("web-1", "a", "web-1"), ("", "", ""), ("b", "web-12", "x")]
        {
            let text = format!(
                "{{kind: Pod, metadata: {{name: '{name}', namespace: '{namespace}', labels: {{app: '{label}'}}}}}}"
            );
            let document = Document::parse_yaml(&text);
            for (object, path) in objects(document.root()).zip(["d/e.yaml"]) {
                let found = families.about(&object, path);
                let mut found: Vec<_> =
                    found.into_iter().flat_map(|it| families.members(it)).copied().collect();
                found.sort_unstable();
                let is_about = |it: &FileIgnore| it.is_about(&object) && it.is_about_file(path);
                let all = entries.iter().enumerate().filter(|(_, it)| is_about(it));
                assert_eq!(found, all.map(|(index, _)| index).collect::<Vec<_>>(), "{text}");
            }
        }
    }

    #[test]
    fn an_object_is_held_against_few_of_many_families() {
        for pattern in ["p-#", "*p-#*", "*-#"] {
            let numbered = |number: usize| entry(1, &pattern.replace('#', &number.to_string()));
            let entries: Vec<_> = (10_000..20_000).map(numbered).collect();
            let families = Families::new(&entries);
            let document = Document::parse_yaml("{kind: Pod, metadata: {name: p-12345}}");
            for object in objects(document.root()) {
                let marks = marks_of_object(&object, "a.yaml");
                let held: usize =
                    marks.iter().filter_map(|it| families.by_mark.get(it)).map(Vec::len).sum();
                assert!(families.unmarked.is_empty() && held < 300, "{pattern}: {held}");
            }
        }
    }
}
