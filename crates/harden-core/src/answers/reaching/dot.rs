//! A map as a graph for Graphviz.

use std::fmt::Write as _;

use super::map::{Map, Role, Tone, said};
use crate::report::escape::dot_label;

/// The map in the language DOT, with a frame for each namespace.
pub(super) fn to_dot(map: &Map) -> String {
    let mut out = String::from(
        "digraph network {\n  rankdir=LR;\n  node [shape=box, style=\"rounded,filled\", fillcolor=white, \
         fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for (number, (namespace, members)) in map.namespaces().iter().enumerate() {
        let is_inside = !namespace.is_empty();
        let indent = if is_inside { "    " } else { "  " };
        if is_inside {
            let label = dot_label(&[namespace]);
            let _ = writeln!(
                out,
                "  subgraph cluster_{number} {{\n    label={label};\n    style=\"rounded,filled\";\n    \
                 color=\"#d0d7de\";\n    fillcolor=\"#f6f8fa\";"
            );
        }
        for (place, group) in members {
            let style = match group.role {
                Role::Caller | Role::Called | Role::Coming | Role::Awaited => {
                    ", shape=ellipse, fillcolor=\"#fff8c5\""
                }
                Role::Controller => ", shape=hexagon, fillcolor=\"#ddf4ff\"",
                Role::Workload | Role::Namespace => "",
            };
            let label = dot_label(&group.lines());
            let _ = writeln!(out, "{indent}n{place} [label={label}{style}];");
        }
        if is_inside {
            out.push_str("  }\n");
        }
    }
    for (place, group) in map.groups.iter().enumerate() {
        for words in group.among() {
            let label = dot_label(&[&words]);
            let _ = writeln!(out, "  n{place} -> n{place} [label={label}];");
        }
    }
    for arrow in &map.arrows {
        let colour = match arrow.tone {
            Tone::Opened => ", color=\"#1a7f37\"",
            Tone::Closed => ", color=\"#cf222e\", style=dashed",
            Tone::Plain if map.is_from_outside(arrow) => ", color=\"#cf222e\"",
            Tone::Plain if arrow.lane.connections.is_all() => ", penwidth=1.6",
            Tone::Plain => "",
        };
        let label = dot_label(&[&said(arrow)]);
        let both = if arrow.is_mutual { ", dir=both" } else { "" };
        let _ = writeln!(out, "  n{} -> n{} [label={label}{colour}{both}];", arrow.from, arrow.to);
    }
    let remark = map.remark();
    if !remark.is_empty() {
        let _ = writeln!(out, "  label={};", dot_label(&[&remark]));
    }
    out.push_str("}\n");
    out
}
