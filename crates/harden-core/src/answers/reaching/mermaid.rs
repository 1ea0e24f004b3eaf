//! A map as a diagram that Markdown of GitHub and GitLab shows.

use std::fmt::Write as _;

use super::map::{Map, Role, Tone, said};
use crate::report::escape::mermaid_label;

/// The map as a flowchart of Mermaid, with a frame for each namespace.
pub(super) fn to_mermaid(map: &Map) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, (namespace, members)) in map.namespaces().iter().enumerate() {
        let is_inside = !namespace.is_empty();
        let indent = if is_inside { "    " } else { "  " };
        if is_inside {
            let _ = writeln!(out, "  subgraph s{number}[{}]", mermaid_label(&[namespace]));
        }
        for (place, group) in members {
            let label = mermaid_label(&group.lines());
            let _ = match group.role {
                Role::Caller | Role::Called | Role::Coming | Role::Awaited => {
                    writeln!(out, "{indent}n{place}([{label}])")
                }
                Role::Controller => writeln!(out, "{indent}n{place}{{{{{label}}}}}"),
                Role::Workload | Role::Namespace => writeln!(out, "{indent}n{place}[{label}]"),
            };
        }
        if is_inside {
            out.push_str("  end\n");
        }
    }
    for (place, group) in map.groups.iter().enumerate() {
        for words in group.among() {
            let label = mermaid_label(&[&words]);
            let _ = writeln!(out, "  n{place} -->|{label}| n{place}");
        }
    }
    for arrow in &map.arrows {
        let back = if arrow.is_mutual { "<" } else { "" };
        let line = match arrow.tone {
            Tone::Closed => "-.->",
            _ if arrow.lane.connections.is_all() => "==>",
            _ => "-->",
        };
        let label = mermaid_label(&[&said(arrow)]);
        let _ = writeln!(out, "  n{} {back}{line}|{label}| n{}", arrow.from, arrow.to);
    }
    let remark = map.remark();
    if !remark.is_empty() {
        let _ = writeln!(out, "  rest[{}]", mermaid_label(&[&remark]));
    }
    out
}
