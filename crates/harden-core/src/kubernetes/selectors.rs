//! Many selectors, of which labels find the one that matches them.

use rustc_hash::{FxHashMap, FxHashSet};

use super::selector::{Anchor, Selector};

/// Selectors, by what labels must have to be matched: nobody asks all of them.
#[derive(Debug, Default)]
pub struct Selectors<'d> {
    all: Vec<Selector<'d>>,
    by_value: FxHashMap<(&'d str, &'d str), Vec<usize>>,
    by_key: FxHashMap<&'d str, Vec<usize>>,
    /// Those that labels may match by what they do not have.
    others: Vec<usize>,
}

impl<'d> Selectors<'d> {
    /// Takes some selectors, in their order.
    pub fn of(all: Vec<Selector<'d>>) -> Self {
        let mut values: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        let mut keys: FxHashMap<&str, usize> = FxHashMap::default();
        for anchor in all.iter().flat_map(Selector::anchors) {
            match anchor {
                Anchor::Key(key) => *keys.entry(key).or_default() += 1,
                Anchor::Values(key, of) => {
                    of.iter().for_each(|it| *values.entry((key, it)).or_default() += 1);
                }
            }
        }
        // The rarer a requirement is, the fewer labels are to be looked at that have it.
        let rarity = |anchor: &Anchor<'_, 'd>| match anchor {
            Anchor::Key(key) => keys.get(key).copied().unwrap_or_default(),
            Anchor::Values(key, of) => of.iter().filter_map(|it| values.get(&(*key, *it))).sum(),
        };
        let mut this = Self::default();
        let mut known: FxHashSet<&Selector<'_>> = FxHashSet::default();
        for (index, selector) in all.iter().enumerate() {
            if !known.insert(selector) {
                continue;
            }
            match selector.anchors().min_by_key(rarity) {
                None => this.others.push(index),
                Some(Anchor::Key(key)) => this.by_key.entry(key).or_default().push(index),
                Some(Anchor::Values(key, of)) => {
                    for value in of.iter().copied().collect::<FxHashSet<_>>() {
                        this.by_value.entry((key, value)).or_default().push(index);
                    }
                }
            }
        }
        Self { all, ..this }
    }

    /// The first that matches some labels, by its place.
    pub fn first(&self, labels: &[(String, String)]) -> Option<usize> {
        let of_labels = labels.iter().flat_map(|(key, value)| {
            let by_value = self.by_value.get(&(key.as_str(), value.as_str()));
            [by_value, self.by_key.get(key.as_str())]
        });
        let lists = of_labels.flatten().chain([&self.others]);
        let matches =
            |it: &usize| self.all.get(*it).is_some_and(|selector| selector.matches_all(labels));
        lists.filter_map(|it| it.iter().copied().find(matches)).min()
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    const SELECTORS: [&str; 9] = [
        "{matchLabels: {a: x}}",
        "{matchLabels: {a: x, b: w}}",
        "{matchExpressions: [{key: a, operator: In, values: [x, w]}]}",
        "{matchExpressions: [{key: b, operator: NotIn, values: [w]}]}",
        "{matchExpressions: [{key: c, operator: Exists}]}",
        "{matchExpressions: [{key: a, operator: DoesNotExist}]}",
        "{matchLabels: {b: z}, matchExpressions: [{key: c, operator: Exists}]}",
        "{matchLabels: {a: x}}",
        "{}",
    ];

    #[test]
    fn labels_find_the_selector_that_is_found_one_by_one() {
        let documents = SELECTORS.map(Document::parse_yaml);
        let read = |it: usize| Selector::read(documents[it].root()).unwrap().unwrap();
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        for choice in 0..2_000_usize {
            // Each number is a choice of selectors and labels.
            let pick = |of: usize, salt: usize| (choice * 31 + salt * 17).pow(2) / 7 % of;
            let all: Vec<_> = (0..choice % 6).map(|it| read(pick(SELECTORS.len(), it))).collect();
            let labels: Vec<_> = ["a", "b", "c"]
                .into_iter()
                .zip([7, 8, 9])
                .filter_map(|(key, salt)| {
                    let value = ["x", "w", "z", ""][pick(4, salt)];
                    (!value.is_empty()).then(|| label(key, value))
                })
                .collect();
            let one_by_one = all.iter().position(|it| it.matches_all(&labels));
            assert_eq!(Selectors::of(all).first(&labels), one_by_one, "{choice}");
        }
    }
}
