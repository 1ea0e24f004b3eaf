//! Rules of Falco: what their files say, read as Falco reads them.
//!
//! A condition is read by the grammar of Falco's own filter parser ([`condition`]), the files in load order
//! ([`rule_set`]), and what Falco says of them is a [`Problem`].

pub mod condition;
pub mod fields;
pub mod file;
mod problem;
pub mod rule_set;

pub use file::exception::{Entry, Exception};
pub use file::text::Text;
pub use file::{File, is_meant};
pub use problem::{Code, Missing, Problem};
pub use rule_set::{List, Macro, Priority, Rule, RuleSet, load};

/// The names of the rules in Falco's own files: stable, incubating, sandbox; 5.1.0.
const STOCK_RULES: &str = include_str!("runtime/stock_rules.txt");

/// Whether one of Falco's own rules has this name.
pub fn is_stock_rule(name: &str) -> bool {
    STOCK_RULES.lines().any(|it| it == name)
}
