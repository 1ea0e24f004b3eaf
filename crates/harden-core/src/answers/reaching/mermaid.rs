//! A map as a diagram that Markdown of GitHub and GitLab shows.

use std::fmt::Write as _;

use super::map::{Map, Role, Tone, said};
use crate::report::escape::printable;

/// The map as a flowchart of Mermaid, with a frame for each namespace.
pub(super) fn to_mermaid(map: &Map) -> String {
    let mut out = String::from("flowchart LR\n");
    for (number, (namespace, members)) in map.namespaces().iter().enumerate() {
        let is_inside = !namespace.is_empty();
        let indent = if is_inside { "    " } else { "  " };
        if is_inside {
            let _ = writeln!(out, "  subgraph s{number}[{}]", quoted(namespace));
        }
        for (place, group) in members {
            let label = quoted(&group.lines().join("\n"));
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
            let label = quoted(&words);
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
        let label = quoted(&said(arrow));
        let _ = writeln!(out, "  n{} {back}{line}|{label}| n{}", arrow.from, arrow.to);
    }
    let remark = map.remark();
    if !remark.is_empty() {
        let _ = writeln!(out, "  rest[{}]", quoted(&remark));
    }
    out
}

/// Between quotes. Mermaid reads entities there, written with `#`, and Markdown between backticks.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '\n' => out.push_str("<br/>"),
            ' ' | '-' | '_' | '.' | ':' | '/' | '\'' | ',' | '@' => out.push(c),
            _ if c.is_alphanumeric() => out.push(c),
            _ => _ = write!(out, "#{};", u32::from(printable(c))),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_ends_a_label_early() {
        assert_eq!(super::quoted("a\"b]\nc[Pod]"), "\"a#34;b#93;<br/>c#91;Pod#93;\"");
    }
}
