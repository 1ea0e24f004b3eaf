//! What all LimitRanges of a namespace say together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Limits;
use crate::inventory::Several;
use crate::inventory::context::of_namespaces::OfNamespaces;
use crate::inventory::context::together::{Beside, Together};

/// What LimitRanges say, by their namespaces and names.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct LimitRanges {
    all: OfNamespaces<Limits>,
    together: BTreeMap<String, Together<Limits>>,
}

impl LimitRanges {
    /// Takes in what a LimitRange says that is in the file of this name. [`LimitRanges::settle`] ends it.
    pub(in super::super) fn learn(
        &mut self,
        namespace: &str,
        name: String,
        file: &str,
        limits: Limits,
    ) {
        self.all.learn(namespace, name, file, limits);
    }

    /// Puts together what was learnt, once for all the pods that ask for it.
    pub(in super::super) fn settle(&mut self) {
        let namespaces = self.all.by_namespaces();
        let together = namespaces.map(|(namespace, names)| {
            (namespace.to_owned(), Together::of(names, namespace.is_empty()))
        });
        self.together = together.collect();
    }

    /// Whether nobody says anything.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What those of a namespace say for a file, if there are any. Of one name the nearest count; those of
    /// different names all do. One without a namespace is for its own tree.
    pub(in super::super) fn together<'q>(
        &'q self,
        namespace: &str,
        file: &'q str,
    ) -> Option<Cow<'q, Limits>> {
        // There is hardly ever one, and this is asked for every pod.
        let together = if self.together.is_empty() { None } else { self.together.get(namespace) };
        let mut found: Option<Cow<'q, Limits>> = None;
        for limits in together?.find(file, namespace.is_empty()) {
            match &mut found {
                Some(known) => known.to_mut().tighten(limits),
                None => found = Some(Cow::Borrowed(limits)),
            }
        }
        found
    }

    /// Those of one name of which not all say the same.
    pub(in super::super) fn several(&self) -> impl Iterator<Item = Several> {
        self.all.several("LimitRange")
    }

    /// The namespaces of which the other says something else.
    pub(in super::super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        self.all.namespaces_that_differ(&other.all)
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;
    use crate::source::Nearest;

    const FILES: [&str; 6] = ["x.yaml", "a/x.yaml", "a/b/x.yaml", "a/b/y.yaml", "c/x.yaml", "-"];

    fn limits(memory: usize, resource: &str) -> Limits {
        let text = format!(
            "{{apiVersion: v1, kind: LimitRange, metadata: {{name: l}}, spec: {{limits: [{{type: Container, \
             max: {{{resource}: {memory}Gi}}, default: {{cpu: 1}}}}]}}}}"
        );
        let document = Document::parse_yaml(&text);
        let read = objects(document.root()).next().map(|it| Limits::read(&it));
        read.unwrap_or_default()
    }

    /// What the LimitRanges say one after the other.
    fn one_by_one(ranges: &LimitRanges, namespace: &str, file: &str) -> Option<Limits> {
        let names = ranges.all.by_namespaces().filter(|(it, _)| *it == namespace);
        let near = |it: &Nearest<Limits>| {
            if namespace.is_empty() { it.find_above(file) } else { it.find(file) }.cloned()
        };
        names.flat_map(|(_, names)| names).filter_map(near).reduce(|mut known, it| {
            known.tighten(&it);
            known
        })
    }

    #[test]
    fn together_they_say_what_they_say_one_by_one() {
        // Each number is a choice of names and files.
        for choice in 0..3_000_usize {
            let mut ranges = LimitRanges::default();
            for index in 0..=(choice % 4) {
                let pick =
                    |of: usize, salt: usize| (choice / 4 * 31 + index * 17 + salt).pow(2) / 7 % of;
                let namespace = ["", "team"][pick(2, 1)];
                let name = ["l", "m", "n"][pick(3, 2)].to_owned();
                let resource = ["memory", "ephemeral-storage"][pick(2, 3)];
                ranges.learn(namespace, name, FILES[pick(6, 4)], limits(1 + pick(3, 5), resource));
            }
            ranges.settle();
            for file in FILES.into_iter().chain(["a/z.yaml", "a/b/c/z.yaml", "d/z.yaml", "/x.yaml"])
            {
                for namespace in ["", "team", "other"] {
                    let together = ranges.together(namespace, file).map(Cow::into_owned);
                    assert_eq!(together, one_by_one(&ranges, namespace, file), "{choice} {file}");
                }
            }
        }
    }
}
