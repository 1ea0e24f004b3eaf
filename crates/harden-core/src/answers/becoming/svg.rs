//! The answer as a drawing.

use std::fmt::Write as _;

use super::Becoming;
use super::drawing::{Arrow, Drawing, Node, Role};
use crate::escalation::Difficulty;
use crate::report::escape::{Markup, plain};

const WIDTH: usize = 250;
const HEIGHT: usize = 34;
const GAP: usize = 150;
const LINE: usize = 58;
const MARGIN: usize = 20;
/// As many characters as a box holds.
const WORDS: usize = 36;

/// The answer as SVG: the target on the right, everybody to the left of what they become.
pub fn to_svg(answer: &Becoming) -> String {
    let drawing = Drawing::of(answer);
    let most = |of: fn(&Node) -> usize| drawing.nodes.iter().map(of).max().unwrap_or(0) + 1;
    let width = most(|it| it.column) * (WIDTH + GAP) - GAP + 2 * MARGIN;
    let height = most(|it| it.row) * LINE + 2 * MARGIN;
    let title = format!("who can become {}", answer.options.target);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n<title>{}</title>\n\
         <defs><marker id=\"end\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#555\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n",
        Markup(&plain(&title))
    );
    for arrow in &drawing.arrows {
        draw_arrow(&drawing, arrow, &mut out);
    }
    for node in &drawing.nodes {
        draw_node(node, &mut out);
    }
    if drawing.left_out > 0 {
        let _ = writeln!(
            out,
            "<text x=\"{MARGIN}\" y=\"{}\" fill=\"#555\">{} more are not drawn</text>",
            height - 6,
            drawing.left_out
        );
    }
    out.push_str("</svg>\n");
    out
}

fn place(node: &Node) -> (usize, usize) {
    (MARGIN + node.column * (WIDTH + GAP), MARGIN + node.row * LINE)
}

fn draw_node(node: &Node, out: &mut String) {
    let (x, y) = place(node);
    let (fill, round) = match node.role {
        Role::Start => ("#e8f0fe", 0),
        Role::Between => ("#f5f5f5", 12),
        Role::Target => ("#fde7e7", 0),
    };
    let mut words: String = node.words.chars().take(WORDS).collect();
    if words.len() < node.words.len() {
        words.push('…');
    }
    let _ = writeln!(
        out,
        "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"{round}\" \
         fill=\"{fill}\" stroke=\"#555\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text></g>",
        Markup(&plain(&node.words)),
        x + WIDTH / 2,
        y + HEIGHT / 2 + 4,
        Markup(&plain(&words))
    );
}

fn draw_arrow(drawing: &Drawing, arrow: &Arrow, out: &mut String) {
    let ends = drawing.nodes.get(arrow.from).zip(drawing.nodes.get(arrow.to));
    let Some((from, to)) = ends else { return };
    let ((x, y), (to_x, to_y)) = (place(from), place(to));
    let (x, y, to_y) = (x + WIDTH, y + HEIGHT / 2, to_y + HEIGHT / 2);
    let colour = match arrow.difficulty {
        Difficulty::None => "#999",
        Difficulty::Easy => "#c0392b",
        Difficulty::Moderate => "#d68910",
        Difficulty::Hard => "#7d6608",
    };
    let dashes = if arrow.is_prevented { " stroke-dasharray=\"4 4\"" } else { "" };
    let (bend, back) = (x + GAP / 2, to_x.saturating_sub(GAP / 2));
    let _ = writeln!(
        out,
        "<path d=\"M{x} {y}C{bend} {y} {back} {to_y} {to_x} {to_y}\" fill=\"none\" stroke=\"{colour}\" \
         marker-end=\"url(#end)\"{dashes}/><text x=\"{}\" y=\"{}\" fill=\"{colour}\" font-size=\"10\">{}</text>",
        x + 6,
        y - 4,
        Markup(&arrow.words)
    );
}
