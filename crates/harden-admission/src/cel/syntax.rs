//! The text of an expression, read into a tree.

mod escape;
mod grammar;
mod lexer;
mod macros;
mod node;
mod parser;

pub(super) use grammar::Syntax;
pub(super) use node::{Entry, Field, Fold, Kind, Literal, Node, Range};
pub(super) use parser::parse;
