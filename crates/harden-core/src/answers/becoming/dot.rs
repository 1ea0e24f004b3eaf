//! The answer as a graph for Graphviz.

use std::fmt::Write as _;

use super::Becoming;
use super::drawing::{Drawing, Role};
use crate::report::escape::dot_label;

/// The answer in the language DOT.
pub fn to_dot(answer: &Becoming) -> String {
    let drawing = Drawing::of(answer);
    let mut out = String::from(
        "digraph become {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n",
    );
    for (number, node) in drawing.nodes.iter().enumerate() {
        let style = match node.role {
            Role::Start => "",
            Role::Between => ", style=rounded",
            Role::Target => ", shape=doubleoctagon",
        };
        let _ = writeln!(out, "  n{number} [label={}{style}];", dot_label(&[&node.words]));
    }
    for arrow in &drawing.arrows {
        let style = if arrow.is_prevented { ", style=dashed, color=gray" } else { "" };
        let words = dot_label(&[&arrow.words]);
        let _ = writeln!(out, "  n{} -> n{} [label={words}{style}];", arrow.from, arrow.to);
    }
    if drawing.left_out > 0 {
        let _ = writeln!(out, "  label=\"{} more are not drawn\";", drawing.left_out);
    }
    out.push_str("}\n");
    out
}
