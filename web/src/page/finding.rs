//! One finding in the list, and what opens below it.

use web::protocol::engine::{Catalogue, Finding, FindingKey, RuleEntry, Spot};
use yew::html::Scope;
use yew::prelude::*;

use super::{Message, Page, fix, text};

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
        <li key={name(&key)} class={classes!("finding", rule.severity.clone(), is_open.then_some("open"), finding.ignored.is_some().then_some("ignored"))}>
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

/// Tells a finding from all others.
fn name(key: &FindingKey) -> String {
    let FindingKey { rule, file, document, object, path, nth } = key;
    format!("{rule} {file} {document} {} {path} {nth}", object.as_deref().unwrap_or("-"))
}

fn details(page: &Page, link: &Scope<Page>, rule: &RuleEntry, finding: &Finding) -> Html {
    let known = page.rules.pages.iter().find(|it| it.id == rule.id);
    // Before what is to be applied it is said there.
    let is_said = page.check.fix.planned.as_ref().is_some_and(|it| !it.thought.is_empty());
    let breaks = known.map(|it| it.breaks.clone()).filter(|it| !it.is_empty() && !is_said);
    let file = finding.key.file;
    html! {
        <div class="details">
            if let Some(reason) = &finding.ignored {
                <p><b>{ "Ignored: " }</b>{ reason }</p>
            }
            <p>{ text::prose(&rule.why) }</p>
            <p class="row">{ for finding.spots.iter().map(|it| place(link, it, file)) }</p>
            <h3>{ "What would make it pass" }</h3>
            <p>{ text::prose(&capitalised(&rule.remedy)) }{ "." }</p>
            if let Some(breaks) = breaks {
                <h3>{ "What may break" }</h3>
                <p>{ text::prose(&breaks) }</p>
            }
            if finding.ignored.is_none() { { fix::one(page, link, rule) } }
            <p class="row">
                <a class="button" href={format!("#/rules/{}", rule.id)}>{ "Explain " }{ &rule.id }</a>
            </p>
        </div>
    }
}

/// Leads to a spot in the editor.
fn place(link: &Scope<Page>, spot: &Spot, file: usize) -> Html {
    let (from, to) = (spot.at.from, spot.at.to);
    let title = if spot.label.is_empty() {
        format!("Line {}", spot.line)
    } else {
        format!("Line {}, {}", spot.line, spot.label)
    };
    let reveal = link.callback(move |_| Message::Reveal { file, from, to });
    html! { <button type="button" class="plain" onclick={reveal}>{ title }</button> }
}

pub(super) fn capitalised(text: &str) -> String {
    let mut text = text.to_owned();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}
