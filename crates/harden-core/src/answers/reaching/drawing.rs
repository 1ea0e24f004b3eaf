//! An answer as a drawing, in the languages that there are for it.

use super::map::{Lane, Surveyor, Tone};
use super::{Answer, End, Record, dot, mermaid, svg};
use crate::network::{Connections, Direction};

/// What a drawing is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// The language of Graphviz.
    Dot,
    /// What Markdown of GitHub and GitLab shows.
    Mermaid,
    /// An image.
    Svg,
}

/// Draws an answer. What is alike is one box, and beyond some hundred workloads a namespace is. Of a change it shows what
/// is opened and closed; policies of workloads are no drawing, so that there is none of these.
pub fn draw(answer: &Answer<'_>, drawing: Drawing) -> Option<String> {
    let (network, title) = match answer {
        Answer::List(it) => (it.network(), "who reaches whom"),
        Answer::Changes(it) => (it.network(), "what a change opens and closes"),
        Answer::Exposures(it) => (it.network(), "who could come and reach whom"),
        Answer::Selections(_) => return None,
    };
    let mut map = Surveyor::new(network.workloads().len());
    let result = answer.each(&mut |record| {
        let lane = |it: &Connections| Lane { connections: it.clone(), words: None };
        match record {
            Record::Link(it) => map.draw(&it.from, &it.to, Tone::Plain, lane(&it.connections)),
            Record::Change(it) => {
                for (tone, all) in [(Tone::Opened, it.opened()), (Tone::Closed, it.closed())] {
                    if !all.is_empty() {
                        map.draw(&it.from, &it.to, tone, lane(&all));
                    }
                }
            }
            Record::Exposed(it) => {
                let name = it.exposure.with.to_string();
                let other = End::Newcomers(&name);
                let (from, to) = match it.direction {
                    Direction::Ingress => (&other, &it.workload),
                    Direction::Egress => (&it.workload, &other),
                };
                let words = it.exposure.to_string();
                let has_words = !it.exposure.named.is_empty() || it.exposure.is_nothing();
                let words = has_words.then_some(words);
                let connections = it.exposure.connections.clone();
                map.draw(from, to, Tone::Plain, Lane { connections, words });
            }
            Record::Selection(_) => {}
        }
        Ok(())
    });
    result.ok()?;
    let map = map.finish();
    Some(match drawing {
        Drawing::Dot => dot::to_dot(&map),
        Drawing::Mermaid => mermaid::to_mermaid(&map),
        Drawing::Svg => svg::to_svg(&map, title),
    })
}
