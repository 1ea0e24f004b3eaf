//! JSON: reading it into the same tree, printing it as Go does, and splitting large lists.

mod list;
mod print;
mod read;

pub use list::ListSplitter;
pub use print::quoted;

pub(crate) use print::write_json;
pub(crate) use read::{read, read_commented};
