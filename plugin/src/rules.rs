//! Every rule that the command runs: those of the core, and those that ask an engine of admission.

use harden_core::rule::Rule;
pub(crate) use harden_core::rules::{CATEGORIES, is_on_request};

/// Every rule.
pub(crate) fn all() -> impl Iterator<Item = &'static Rule> {
    harden_core::rules::all().chain(harden_admission::rules::RULES.iter().copied())
}

/// The rule of this id.
pub(crate) fn find(id: &str) -> Option<&'static Rule> {
    all().find(|it| it.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rules_that_others_may_be_without_are_known_to_them() {
        let known: BTreeSet<_> = harden_core::rules::ELSEWHERE.iter().copied().collect();
        let mut own = all().filter(|it| it.category == harden_core::rule::Category::Admission);
        assert!(own.all(|it| known.contains(it.id)));
        assert!(known.iter().all(|id| all().any(|it| it.id == *id)));
        assert_eq!(all().map(|it| it.id).collect::<BTreeSet<_>>().len(), all().count());
    }
}
