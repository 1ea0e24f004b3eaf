//! What the page asks of its workers, and what they answer.
//!
//! A question is a [`Request`], then a number and a text for each of its files that changed, as it is, so
//! that a megabyte is never copied into it. A worker keeps texts until they are replaced, or left out of
//! a check. The answer is a [`Reply`]. Both are bytes in the format of postcard, which is small to read
//! and to write: a third of the page was code that read JSON.

pub mod engine;
pub mod plan;
pub mod workbench;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A question with its number, which the reply repeats: the page drops replies to older questions of
/// the same kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request<A> {
    /// Its number.
    pub id: u32,
    /// The question.
    pub ask: A,
}

/// A reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply<A> {
    /// The number of the request; 0 where that could not be understood.
    pub id: u32,
    /// The answer, or why there is none.
    pub answer: Result<A, String>,
}

/// A half-open range of a text in UTF-16 units, as browsers count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Units {
    /// The first unit.
    pub from: u32,
    /// The unit after the last.
    pub to: u32,
}

/// A message as bytes.
pub fn write(message: &impl Serialize) -> Vec<u8> {
    // Nothing in the messages is rejected: no maps with keys of their own, no lists of unknown length.
    postcard::to_allocvec(message).unwrap_or_default()
}

/// A message from bytes; why they are none.
///
/// # Errors
///
/// Says what is wrong with the bytes.
pub fn read<M: DeserializeOwned>(bytes: &[u8]) -> Result<M, String> {
    postcard::from_bytes(bytes).map_err(|error| error.to_string())
}
