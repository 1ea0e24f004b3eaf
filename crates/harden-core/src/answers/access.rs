//! Who may do something, and what somebody may do, with the binding, the role and the rule that say so.
//!
//! [`who_can()`] answers a [`Question`], [`what_can()`] says all that somebody may do, [`changes()`] what of it is new, and
//! [`wildcards()`] which roles have a `*` and who holds them. [`crate::rbac::authorization`] decides. Each answer comes
//! with its [`Coverage`], so that what could not be seen is never taken for nothing.

mod coverage;
mod csv;
mod json;
mod markdown;
mod near_miss;
mod question;
mod served;
mod somebody;
mod text;
mod through;
mod what_can;
mod who_can;
mod wildcards;

pub use coverage::{Coverage, UNSEEN};
pub use csv::to_csv;
pub use json::to_json;
pub use markdown::to_markdown;
pub use near_miss::{NearMiss, near_misses};
pub use question::{Question, Unclear};
pub use served::Served;
pub use somebody::Somebody;
pub use text::{View, to_text};
pub use through::{Through, Whole};
pub use what_can::{Change, Changes, WhatCan, changes, changes_of_all, what_can};
pub use who_can::{Holder, WhoCan, who_can};
pub use wildcards::{Wildcard, wildcards};

/// What was answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Who may do something.
    WhoCan(WhoCan),
    /// What somebody may do.
    WhatCan(WhatCan),
    /// Which roles have a `*`, and who holds them.
    Wildcards(Vec<Wildcard>),
    /// What was granted anew to whom, and what was taken away.
    Changes(Vec<Changes>),
}

impl Answer {
    /// Whether the answer is no: nobody may, there is nothing, or something is granted anew. Where something was
    /// not read, nobody knows that there is nothing.
    pub fn is_no(&self, is_incomplete: bool) -> bool {
        match self {
            Self::WhoCan(it) => !is_incomplete && it.is_nobody(),
            Self::WhatCan(it) => match &it.changes {
                Some(changes) => !changes.gained.is_empty(),
                None => !is_incomplete && !it.is_above && it.through.is_empty(),
            },
            Self::Wildcards(_) => false,
            Self::Changes(all) => all.iter().any(|it| !it.gained.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests;
