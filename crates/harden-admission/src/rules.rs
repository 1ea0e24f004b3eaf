//! Rules that ask an engine, beside those of the core that need none.

mod refused_expression;

use harden_core::rule::Rule;

/// The rules, in alphabetical order.
pub static RULES: &[&Rule] = &[&refused_expression::RULE];

#[cfg(test)]
mod tests {
    use harden_core::check::{Settings, check};
    use harden_core::rule::Category;

    use super::RULES;

    #[test]
    fn every_rule_flags_its_bad_manifest_and_passes_its_good_one() {
        assert!(RULES.is_sorted_by_key(|it| it.id));
        for rule in RULES {
            let count = |text: &str| check(Settings::new([*rule]), [text]).findings.len();
            assert_eq!((count(rule.bad), count(rule.good)), (1, 0), "{}", rule.id);
            assert_eq!(rule.category, Category::Admission);
            assert!(rule.why.ends_with('.') && !rule.remedy.ends_with('.'), "{}", rule.id);
        }
    }
}
