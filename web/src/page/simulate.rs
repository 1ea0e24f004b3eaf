//! What the API server would answer to the files, in its own words.

use yew::html::Scope;
use yew::prelude::*;

use super::check::{pickers, waiting};
use super::{Message, Page};

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let refused = page.check.verdicts.iter().filter(|it| !it.allowed).count();
    let all = page.check.verdicts.len();
    html! {
        <section class="results" aria-label="Answers">
            <div class="tools">{ pickers(page, link) }</div>
            if page.check.result.is_none() {
                { waiting(page) }
            } else if all == 0 {
                <div class="empty">
                    <p class="large">{ "No pods here" }</p>
                    <p>{ "Pod Security judges pods, and objects that make pods. Namespaces among the files decide by their labels, wherever they stand." }</p>
                </div>
            } else {
                <div class="summary" role="status">
                    <h2 class="large">{ if refused == 0 { "Everything runs".to_owned() } else { format!("{refused} of {all} will not run") } }</h2>
                    <p>{ format!("at {}:{}, in the words of Pod Security admission", page.level, page.version) }</p>
                </div>
                <ol class="findings">
                    { for page.check.verdicts.iter().enumerate().map(|(index, it)| {
                        let (file, at) = (it.file, it.at);
                        html! {
                            <li key={index} class={classes!("finding", "open", if it.allowed { "good" } else { "critical" })}>
                                <button type="button" onclick={link.callback(move |_| Message::Reveal { file, from: at.from, to: at.to })}>
                                    <span class="dot" aria-hidden="true"></span>
                                    <span class="what">
                                        <span class="message">{ &it.object }</span>
                                        <span class="where"><span class="severity">{ &it.outcome }</span>
                                            if !it.standard.is_empty() { { " · " }{ &it.standard } }
                                            { " · line " }{ it.line }
                                        </span>
                                    </span>
                                </button>
                                <div class="details">
                                    if !it.text.is_empty() { <pre class="words" tabindex="0" aria-label="The server's words">{ &it.text }</pre> }
                                    <p class="row">
                                        { for it.spots.iter().map(|spot| {
                                            let at = spot.at;
                                            html! {
                                                <button type="button" class="plain" onclick={link.callback(move |_| Message::Reveal { file, from: at.from, to: at.to })}>
                                                    { format!("{} line {}", spot.label, spot.line) }
                                                </button>
                                            }
                                        }) }
                                    </p>
                                </div>
                            </li>
                        }
                    }) }
                </ol>
            }
        </section>
    }
}
