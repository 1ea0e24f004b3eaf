//! One finding in the list, and what opens below it.

use web::protocol::engine::{Catalogue, Finding, Mend, RuleEntry};
use yew::html::Scope;
use yew::prelude::*;

use super::{Message, Page, text};

pub(super) fn item(
    page: &Page,
    link: &Scope<Page>,
    catalogue: &Catalogue,
    finding: &Finding,
) -> Html {
    let Some(rule) = catalogue.rules.get(finding.rule) else { return Html::default() };
    let is_open = page.check.open.as_ref() == Some(&finding.key);
    let key = finding.key.clone();
    let file = page.files.list.get(finding.key.file).filter(|_| page.files.list.len() > 1);
    let first = finding.spots.first().map_or(0, |it| it.line);
    html! {
        <li key={format!("{key:?}")} class={classes!("finding", rule.severity.clone(), is_open.then_some("open"), finding.ignored.is_some().then_some("ignored"))}>
            <button type="button" aria-expanded={is_open.to_string()} onclick={link.callback(move |_| Message::Open(key.clone()))}>
                <span class="dot" aria-hidden="true"></span>
                <span class="what">
                    <span class="message">{ text::prose(&finding.message) }</span>
                    <span class="where">
                        <span class="severity">{ &rule.severity }</span>
                        { " · line " }{ first }
                        if let Some(file) = file { { " of " }{ &file.name } }
                        if let Some(object) = &finding.object { { " · " }{ object } }
                    </span>
                </span>
            </button>
            if is_open { { details(page, link, rule, finding) } }
        </li>
    }
}

fn details(page: &Page, link: &Scope<Page>, rule: &RuleEntry, finding: &Finding) -> Html {
    let known = page.rules.pages.iter().find(|it| it.id == rule.id);
    let breaks = known.map(|it| it.breaks.clone()).filter(|it| !it.is_empty());
    let places = page.check.mends.iter().zip(&finding.spots);
    html! {
        <div class="details">
            if let Some(reason) = &finding.ignored {
                <p><b>{ "Ignored: " }</b>{ reason }</p>
            }
            <p>{ text::prose(&rule.why) }</p>
            <h3>{ "What would make it pass" }</h3>
            <p>{ text::prose(&capitalised(&rule.remedy)) }{ "." }</p>
            { for places.map(|(mend, spot)| change(link, mend, finding.key.file, spot.at.from, spot.at.to)) }
            if let Some(breaks) = breaks {
                <h3>{ "What may break" }</h3>
                <p>{ text::prose(&breaks) }</p>
            }
            <p class="row">
                <a class="button" href={format!("#/rules/{}", rule.id)}>{ "Explain " }{ &rule.id }</a>
            </p>
        </div>
    }
}

/// What to write at one spot, beside what is there.
fn change(link: &Scope<Page>, mend: &Mend, file: usize, from: u32, to: u32) -> Html {
    let title = if mend.label.is_empty() {
        format!("Line {}", mend.line)
    } else {
        format!("Line {}, {}", mend.line, mend.label)
    };
    let yaml = format!("{}\n", mend.lines.join("\n"));
    let reveal = link.callback(move |_| Message::Reveal { file, from, to });
    html! {
        <figure class="change">
            <figcaption>
                <button type="button" class="plain" onclick={reveal}>{ title }</button>
                if !mend.path.is_empty() { <code>{ &mend.path }</code> }
                <span class="space"></span>
                if !mend.lines.is_empty() {
                    <button type="button" onclick={link.callback(move |_| Message::Copy(yaml.clone()))}>{ "Copy" }</button>
                }
            </figcaption>
            if !mend.lines.is_empty() {
                <pre tabindex="0" aria-label="Change">
                    <span class={if mend.replaces { "minus" } else { "same" }}>{ format!("{}\n", mend.before) }</span>
                    { for mend.lines.iter().map(|it| html! { <span class="plus">{ format!("{it}\n") }</span> }) }
                </pre>
            }
        </figure>
    }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
