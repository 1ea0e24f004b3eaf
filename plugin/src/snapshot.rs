//! A cluster in a file: what was read of it, without secrets, to be judged later and elsewhere. The format is in
//! `docs/snapshot.md`.

mod line;
mod reader;
mod writer;

pub(crate) use reader::read;
pub(crate) use writer::{Written, write};
