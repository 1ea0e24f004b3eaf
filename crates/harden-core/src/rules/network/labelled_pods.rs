//! The pods of one namespace, by their labels.

use rustc_hash::FxHashMap;

use crate::inventory::PodSummary;
use crate::kubernetes::{Anchor, Selector};

/// The pods of one namespace, by their labels: no selector asks all of them that names what they must have.
#[derive(Debug, Default)]
pub(super) struct LabelledPods<'w> {
    all: Vec<&'w PodSummary>,
    /// Their places, in their order.
    by_value: FxHashMap<(&'w str, &'w str), Vec<usize>>,
    by_key: FxHashMap<&'w str, Vec<usize>>,
}

impl<'w> LabelledPods<'w> {
    pub(super) fn of(all: &[&'w PodSummary]) -> Self {
        let mut this = Self { all: all.to_vec(), ..Self::default() };
        for (index, pod) in all.iter().enumerate() {
            for (key, value) in &pod.labels {
                this.by_value.entry((key, value)).or_default().push(index);
                this.by_key.entry(key).or_default().push(index);
            }
        }
        this
    }

    /// Whether a selector matches any.
    pub(super) fn has_any(&self, selector: &Selector<'_>) -> bool {
        let lists = selector.anchors().map(|it| self.lists(it));
        let fewest = lists.min_by_key(|it| it.iter().map(|it| it.len()).sum::<usize>());
        let matches = |it: &PodSummary| selector.matches_all(&it.labels);
        match fewest {
            None => self.all.iter().any(|it| matches(it)),
            Some(lists) => {
                let mut pods = lists.into_iter().flatten().filter_map(|it| self.all.get(*it));
                pods.any(|it| matches(it))
            }
        }
    }

    /// Those with a label, in their order.
    pub(super) fn with<'s>(
        &'s self,
        key: &'s str,
        value: &'s str,
    ) -> impl Iterator<Item = (usize, &'w PodSummary)> + use<'s, 'w> {
        let places = self.by_value.get(&(key, value)).into_iter().flatten();
        places.filter_map(|it| Some((*it, *self.all.get(*it)?)))
    }

    /// All labels that any of them has, each once.
    pub(super) fn labels(&self) -> impl Iterator<Item = (&'w str, &'w str)> {
        self.by_value.keys().copied()
    }

    fn lists<'s>(&'s self, anchor: Anchor<'_, 's>) -> Vec<&'s [usize]> {
        match anchor {
            Anchor::Key(key) => vec![self.by_key.get(key).map_or(&[][..], Vec::as_slice)],
            Anchor::Values(key, values) => values
                .iter()
                .map(|it| self.by_value.get(&(key, *it)).map_or(&[][..], Vec::as_slice))
                .collect(),
        }
    }
}
