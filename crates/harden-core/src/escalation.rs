//! Who can become whom: the ways that are known, and the graph that roles, bindings and what else is there make of
//! them.
//!
//! [`FAMILIES`] list every way as a value. [`Ways`] are the graph of one cluster.

mod catalogue;
mod cut;
mod edge;
mod facts;
mod graph;
mod page;
mod party;
mod ways;

pub use catalogue::{FAMILIES, Family, UNSEEN, edges};
pub use cut::{Cut, Item, Question};
pub use edge::{At, Difficulty, Edge, From, Names, Place, Power, Proof, Right, When};
pub use facts::{Facts, Mapping};
pub use graph::{Edge as Step, Graph, Length, Needs, Node, Onward, Paths, Routes, Way, Without};
pub use page::page;
pub use party::{MASTERS, Nobody, Party};
pub use ways::{Label, Means, Ways};
