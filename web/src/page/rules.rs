//! The rules: a list to look through, and a page for each.

use web::protocol::engine::{Catalogue, RuleEntry};
use web_sys::HtmlInputElement;
use yew::html::Scope;
use yew::prelude::*;

use super::finding::capitalised;
use super::link::Address;
use super::{Message, Page, check, text};

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let Some(catalogue) = &page.rules.catalogue else { return check::waiting(page) };
    let id = Address::current().rest;
    let rule = catalogue.rules.iter().find(|it| it.id == id);
    html! {
        <>
            <section class="list" aria-label="Rules">
                <input type="search" placeholder={format!("Search {} rules", catalogue.rules.len())} aria-label="Search the rules" value={page.rules.query.clone()}
                    oninput={link.callback(|event: InputEvent| Message::Query(event.target_unchecked_into::<HtmlInputElement>().value()))} />
                { list(page, catalogue, &id) }
            </section>
            <section class="text" aria-label="Rule">
                if let Some(rule) = rule { { rule_page(page, link, rule) } } else {
                    <div class="empty">
                        <p class="large">{ if id.is_empty() { "Choose a rule" } else { "There is no such rule" } }</p>
                        <p>{ "Each says why it is there, what to do, and what may break." }</p>
                    </div>
                }
            </section>
        </>
    }
}

fn list(page: &Page, catalogue: &Catalogue, id: &str) -> Html {
    let query = page.rules.query.to_ascii_lowercase();
    let is_found = |rule: &&RuleEntry| {
        query.split_whitespace().all(|word| {
            rule.id.contains(word)
                || rule.summary.to_ascii_lowercase().contains(word)
                || rule.why.to_ascii_lowercase().contains(word)
        })
    };
    check::categories(catalogue)
        .into_iter()
        .map(|category| {
            let rules: Vec<_> =
                catalogue.rules.iter().filter(|it| it.category == category).filter(is_found).collect();
            html! {
                if !rules.is_empty() {
                    <h2>{ category }</h2>
                    <ul>
                        { for rules.iter().map(|rule| html! {
                            <li key={rule.id.clone()}>
                                <a href={format!("#/rules/{}", rule.id)} aria-current={(rule.id == id).then_some("true")} class={rule.severity.clone()}>
                                    <span class="dot" aria-hidden="true"></span>
                                    <span>{ &rule.summary }</span>
                                </a>
                            </li>
                        }) }
                    </ul>
                }
            }
        })
        .collect()
}

fn rule_page(page: &Page, link: &Scope<Page>, rule: &RuleEntry) -> Html {
    let level = match rule.level.as_str() {
        "" => String::new(),
        level => format!(" · forbidden by {level}"),
    };
    let known = page.rules.pages.iter().find(|it| it.id == rule.id);
    let name = format!("{}.yaml", rule.id);
    let (bad, explain) = (rule.bad.clone(), format!("kubectl harden explain {}", rule.id));
    html! {
        <article class={rule.severity.clone()}>
            <p class="quiet"><span class="severity">{ &rule.severity }</span>{ " · " }{ &rule.category }{ level }</p>
            <h2>{ capitalised(&rule.summary) }</h2>
            <p>{ text::prose(&rule.why) }</p>
            <h3>{ "What to do" }</h3>
            <p>{ text::prose(&capitalised(&rule.remedy)) }{ "." }</p>
            if let Some(known) = known {
                if !known.breaks.is_empty() {
                    <h3>{ "What may break" }</h3>
                    <p>{ text::prose(&known.breaks) }</p>
                }
                <div class="pair">
                    <div>
                        <h3>{ "Flagged" }</h3>
                        <pre tabindex="0" aria-label="Flagged">{ text::yaml(rule.bad.trim_start()) }</pre>
                    </div>
                    <div>
                        <h3>{ "Not flagged" }</h3>
                        <pre tabindex="0" aria-label="Not flagged">{ text::yaml(known.good.trim_start()) }</pre>
                    </div>
                </div>
                <p class="row">
                    <button type="button" class="main" onclick={link.callback(move |_| { super::state::View::Check.visit(); Message::Add(vec![(name.clone(), bad.trim_start().to_owned())]) })}>{ "Try the flagged one" }</button>
                    <button type="button" onclick={link.callback(move |_| Message::Copy(explain.clone()))}>{ "Copy as command" }</button>
                </p>
                <h3>{ "Where the field says the same" }</h3>
                <ul>{ for known.references.iter().map(|it| html! { <li>{ reference(it) }</li> }) }</ul>
                <h3>{ "To leave it be" }</h3>
                <p>{ "A comment on the line or above the object, always with a reason:" }</p>
                <pre tabindex="0" aria-label="Comment">{ format!("# harden: ignore[{}] reason", rule.id) }</pre>
            }
        </article>
    }
}

fn reference(text: &str) -> Html {
    if text.starts_with("https://") {
        html! { <a href={text.to_owned()} target="_blank" rel="noreferrer">{ text }</a> }
    } else {
        html! { { text } }
    }
}
