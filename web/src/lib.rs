//! The browser playground: what the page and its workers say to each other, and the workers.
//!
//! The page (`main.rs`) draws. The [`engine`] knows what hardened means; the [`workbench`], which is
//! fetched when somebody first wants it, makes things. Each runs in a worker, and shares nothing with the
//! page but the [`protocol`].

pub mod engine;
pub mod protocol;
mod texts;
mod units;
pub mod workbench;
pub mod worker;
