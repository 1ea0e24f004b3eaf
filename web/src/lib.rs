//! The browser playground: what the page and its engine say to each other, and the engine.
//!
//! The page (`main.rs`) draws; the engine (`bin/engine.rs`) runs in a worker and is the only part that
//! knows what hardened means. They share nothing but [`protocol`].

pub mod engine;
pub mod protocol;
