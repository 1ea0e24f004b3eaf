//! The answer as a diagram that Markdown of GitHub and GitLab shows.

use std::fmt::Write as _;

use super::Becoming;
use super::drawing::{Drawing, Role};
use crate::report::escape::mermaid_label;

/// The answer as a flowchart of Mermaid.
pub fn to_mermaid(answer: &Becoming) -> String {
    let drawing = Drawing::of(answer);
    let mut out = String::from("flowchart LR\n");
    for (number, node) in drawing.nodes.iter().enumerate() {
        let words = mermaid_label(&[&node.words]);
        let _ = match node.role {
            Role::Start => writeln!(out, "  n{number}[{words}]"),
            Role::Between => writeln!(out, "  n{number}({words})"),
            Role::Target => writeln!(out, "  n{number}{{{{{words}}}}}"),
        };
    }
    for arrow in &drawing.arrows {
        let line = if arrow.is_prevented { "-.->" } else { "-->" };
        let _ = writeln!(
            out,
            "  n{} {line}|{}| n{}",
            arrow.from,
            mermaid_label(&[&arrow.words]),
            arrow.to
        );
    }
    if drawing.left_out > 0 {
        let _ = writeln!(out, "  rest[\"{} more are not drawn\"]", drawing.left_out);
    }
    out
}
