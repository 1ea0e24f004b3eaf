//! `who-can`: who may do something, and through what.

mod ask;

#[cfg(feature = "live")]
pub(crate) use ask::answer;
pub(crate) use ask::{Options, run};
