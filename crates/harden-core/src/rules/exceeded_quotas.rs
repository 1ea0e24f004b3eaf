//! ResourceQuotas that something does not fit, in words.

use crate::inventory::{Bound, QuotaGroup};
use crate::kubernetes::Quantity;

/// So many are named; of the others it is said how many they are.
const NAMED: usize = 3;

/// The quotas that something does not fit, from the tightest.
pub(super) struct ExceededQuotas<'q> {
    named: Vec<&'q Bound>,
    count: usize,
}

impl<'q> ExceededQuotas<'q> {
    /// Those that admit of a resource at least the one amount, and less than the other.
    pub(super) fn between(
        groups: &[&'q QuotaGroup],
        resource: &str,
        at_least: Option<&Quantity>,
        below: &Quantity,
    ) -> Option<Self> {
        let mut this = Self { named: Vec::new(), count: 0 };
        for group in groups {
            let bounds = group.bounds(resource);
            let start = at_least.map_or(0, |least| bounds.partition_point(|it| it.hard < *least));
            let end = bounds.partition_point(|it| it.hard < *below);
            let exceeded = bounds.get(start..end).unwrap_or_default();
            this.count += exceeded.len();
            this.named.extend(exceeded.iter().take(NAMED));
        }
        this.named.sort();
        this.named.truncate(NAMED);
        (this.count > 0).then_some(this)
    }

    /// E.g. ``the ResourceQuota `a` admits 2``.
    pub(super) fn in_words(&self) -> String {
        if let ([only], 1) = (self.named.as_slice(), self.count) {
            return format!("the ResourceQuota `{}` admits {}", only.quota, only.hard);
        }
        let named = self.named.iter().map(|it| format!("`{}` ({})", it.quota, it.hard));
        format!("the ResourceQuotas {} admit less", together(named.collect(), self.count))
    }
}

/// The quotas of some sorted lists of names, and whether they are several.
pub(super) fn named(lists: &[&[String]]) -> (String, bool) {
    let count = lists.iter().map(|it| it.len()).sum();
    let mut names: Vec<_> = lists.iter().flat_map(|it| it.iter().take(NAMED)).collect();
    names.sort();
    names.truncate(NAMED);
    let names = names.into_iter().map(|it| format!("`{it}`")).collect();
    let plural = if count == 1 { "" } else { "s" };
    (format!("the ResourceQuota{plural} {}", together(names, count)), count != 1)
}

/// The first of so many, and how many more there are.
fn together(mut named: Vec<String>, count: usize) -> String {
    let rest = count.saturating_sub(named.len());
    let last = if rest > 0 { Some(format!("{rest} more")) } else { named.pop() };
    let last = last.unwrap_or_default();
    if named.is_empty() { last } else { format!("{} and {last}", named.join(", ")) }
}
