//! Text as it is shown where nobody edits it: YAML with its keys and comments told apart by colour, and
//! sentences with the code in them.

use yew::prelude::*;

/// A text, line by line.
pub(super) fn yaml(text: &str) -> Html {
    text.split_inclusive('\n').map(line).collect()
}

fn line(line: &str) -> Html {
    let lead = line.len() - line.trim_start_matches([' ', '-']).len();
    let (lead, rest) = line.split_at(lead);
    if rest.starts_with('#') {
        return html! { <>{ lead }<span class="comment">{ rest }</span></> };
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./\"'".contains(c);
    match rest.split_once(':') {
        Some((key, value))
            if key.chars().all(plain) && (value.is_empty() || value.starts_with([' ', '\n'])) =>
        {
            html! { <>{ lead }<span class="key">{ key }</span>{ ":" }{ value }</> }
        }
        _ => html! { <>{ line }</> },
    }
}

/// A sentence, in which code stands between backticks.
pub(super) fn prose(text: &str) -> Html {
    let part = |(index, part): (usize, &str)| match index % 2 {
        0 => html! { { part } },
        _ => html! { <code>{ part }</code> },
    };
    text.split('`').enumerate().map(part).collect()
}
