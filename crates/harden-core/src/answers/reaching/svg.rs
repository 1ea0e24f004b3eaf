//! A map as a drawing.

mod arrows;
mod layout;

use std::fmt::Write as _;

use super::map::{Group, Map, Role};
use crate::report::escape::{Markup, plain};
use layout::{LINE, Layout, MARGIN, PAD, WIDTH};

/// As many characters as a line of a box holds.
const WORDS: usize = 33;

/// The map as SVG: who calls on the left, whom it calls to the right of it, each namespace in a frame.
pub(super) fn to_svg(map: &Map, title: &str) -> String {
    let layout = Layout::of(map);
    let (width, height) = (layout.width, layout.height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" font-family=\"system-ui,sans-serif\" font-size=\"12\">\n\
         <title>{}</title>\n{STYLE}",
        Markup(&plain(title))
    );
    arrows::define(&mut out);
    out.push_str("<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    for frame in &layout.frames {
        let _ = writeln!(
            out,
            "<rect class=\"frame\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/><text class=\"head\" \
             x=\"{}\" y=\"{}\">{}</text>",
            frame.x - PAD,
            frame.top,
            WIDTH + 2 * PAD,
            frame.bottom - frame.top,
            frame.x,
            frame.top + LINE,
            Markup(&plain(&cut(&frame.namespace)))
        );
    }
    arrows::draw(map, &layout, &mut out);
    for (group, spot) in map.groups.iter().zip(&layout.spots) {
        draw(group, *spot, &mut out);
    }
    let remark = map.remark();
    if !remark.is_empty() {
        let y = height - MARGIN / 2;
        let _ = writeln!(
            out,
            "<text class=\"head\" x=\"{MARGIN}\" y=\"{y}\">{}</text>",
            Markup(&remark)
        );
    }
    out.push_str("</svg>\n");
    out
}

/// Colours for light and dark grounds.
const STYLE: &str = "<style>\n\
.ground{fill:#fff}.frame{fill:#f6f8fa;stroke:#d0d7de}.head{fill:#57606a;font-weight:600}\n\
.box{fill:#fff;stroke:#57606a}.outside{fill:#fff8c5;stroke:#9a6700}.controller{fill:#ddf4ff;stroke:#0969da}\n\
.name{fill:#1f2328}.more{fill:#57606a;font-size:11px}\n\
.in{stroke:#cf222e;fill:#cf222e}.out{stroke:#8250df;fill:#8250df}.some{stroke:#1a7f37;fill:#1a7f37}\
.all{stroke:#bc4c00;fill:#bc4c00}.opened{stroke:#1a7f37;fill:#1a7f37}.closed{stroke:#cf222e;fill:#cf222e}\n\
path.closed{stroke-dasharray:5 4}path.line{fill:none;stroke-width:1.4;stroke-opacity:.75}\
.label{font-size:10px;stroke-width:3;paint-order:stroke;stroke:#fff}\n\
@media(prefers-color-scheme:dark){.ground{fill:#0d1117}.frame{fill:#161b22;stroke:#30363d}.head,.more{fill:#9198a1}\
.box{fill:#21262d;stroke:#9198a1}.outside{fill:#3b2e00;stroke:#d4a72c}.controller{fill:#0c2d6b;stroke:#58a6ff}\
.name{fill:#e6edf3}.label{stroke:#0d1117}}\n\
</style>\n";

fn draw(group: &Group, spot: layout::Spot, out: &mut String) {
    let (class, round) = match group.role {
        Role::Caller | Role::Called | Role::Coming | Role::Awaited => ("outside", spot.height / 2),
        Role::Controller => ("controller", 4),
        Role::Workload | Role::Namespace => ("box", 6),
    };
    let _ = write!(
        out,
        "<g><title>{}</title><rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{WIDTH}\" height=\"{}\" \
         rx=\"{round}\"/>",
        Markup(&plain(&group.names.join("\n"))),
        spot.x,
        spot.y,
        spot.height
    );
    let lines = group.lines();
    let named = lines.iter().map(|it| ("name", it.clone()));
    let among = group.among().into_iter().map(|it| ("more", it));
    for (index, (class, line)) in named.chain(among).enumerate() {
        let _ = write!(
            out,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            spot.x + WIDTH / 2,
            spot.y + PAD + LINE * index + LINE * 2 / 3,
            Markup(&plain(&cut(&line)))
        );
    }
    out.push_str("</g>\n");
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WORDS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
