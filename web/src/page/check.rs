//! Checking: the files, what is wrong with them, and what would make them pass.

use web::protocol::engine::{Catalogue, Checked, Filter};
use web_sys::HtmlSelectElement;
use yew::html::Scope;
use yew::prelude::*;

use super::state::{EngineState, LIMIT, SEVERITIES};
use super::{Message, Page, UNREACHABLE, finding, fix, frame};

/// The levels, strictest first.
const LEVELS: [&str; 3] = ["restricted", "baseline", "privileged"];

/// The tabs of the files, and where more come from.
pub(super) fn files(page: &Page, link: &Scope<Page>) -> Html {
    let can_close = page.files.list.len() > 1;
    html! {
        <div class="tools">
            <ul class="files" aria-label="Files">
                { for page.files.list.iter().enumerate().map(|(index, file)| html! {
                    <li key={file.id} class={classes!((index == page.files.shown).then_some("shown"))}>
                        <button type="button" aria-pressed={(index == page.files.shown).to_string()} onclick={link.callback(move |_| Message::Show(index))}>{ &file.name }</button>
                        if can_close {
                            <button type="button" class="icon" aria-label={format!("Close {}", file.name)} onclick={link.callback(move |_| Message::Close(index))}>{ "×" }</button>
                        }
                    </li>
                }) }
                <li><button type="button" class="icon" aria-label="New file" title="New file" onclick={link.callback(new_file(page))}>{ "+" }</button></li>
            </ul>
            <span class="space"></span>
            <label class="button">
                { "Open…" }
                <input class="unseen" type="file" multiple={true} onchange={frame::chosen(link)} />
            </label>
            { examples(page, link) }
        </div>
    }
}

fn new_file(page: &Page) -> impl Fn(MouseEvent) -> Message + 'static {
    let name = format!("manifest-{}.yaml", page.files.next + 1);
    move |_| Message::Add(vec![(name.clone(), String::new())])
}

/// The scenarios, and the bad manifests of all rules.
fn examples(page: &Page, link: &Scope<Page>) -> Html {
    let Some(catalogue) = page.rules.catalogue.clone() else {
        return html! { <select key="none" aria-label="Examples" disabled={true}><option>{ "Examples" }</option></select> };
    };
    let known = catalogue.clone();
    let choose = link.batch_callback(move |event: Event| {
        let select = event.target_unchecked_into::<HtmlSelectElement>();
        let value = select.value();
        select.set_value("");
        if let Some(scenario) = known.scenarios.iter().find(|it| it.name == value) {
            return Some(Message::Add(vec![(scenario.name.clone(), scenario.text.clone())]));
        }
        let rule = known.rules.iter().find(|it| it.id == value)?;
        Some(Message::Add(vec![(format!("{}.yaml", rule.id), rule.bad.clone())]))
    });
    html! {
        <select key="examples" aria-label="Examples" onchange={choose}>
            <option value="" selected={true}>{ "Examples" }</option>
            <optgroup label="Scenarios">
                { for catalogue.scenarios.iter().map(|it| html! { <option value={it.name.clone()}>{ &it.title }</option> }) }
            </optgroup>
            { for categories(&catalogue).into_iter().map(|category| html! {
                <optgroup label={category.to_owned()}>
                    { for catalogue.rules.iter().filter(|it| it.category == category).map(|it| html! {
                        <option value={it.id.clone()}>{ &it.summary }</option>
                    }) }
                </optgroup>
            }) }
        </select>
    }
}

/// The categories, in the order of the rules.
pub(super) fn categories(catalogue: &Catalogue) -> Vec<&str> {
    let mut categories: Vec<&str> = catalogue.rules.iter().map(|it| it.category.as_str()).collect();
    categories.dedup();
    categories
}

/// What pods are held to.
pub(super) fn pickers(page: &Page, link: &Scope<Page>) -> Html {
    let value = |event: &Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let versions = page.rules.catalogue.as_ref().map(|it| it.versions.clone()).unwrap_or_default();
    html! {
        <>
            <label>{ "Level" }
                <select onchange={link.callback(move |event: Event| Message::Level(value(&event)))}>
                    { for LEVELS.iter().map(|it| html! { <option selected={page.level == **it}>{ *it }</option> }) }
                </select>
            </label>
            <label>{ "Kubernetes" }
                <select onchange={link.callback(move |event: Event| Message::Version(value(&event)))}>
                    <option selected={page.version == "latest"}>{ "latest" }</option>
                    { for versions.into_iter().map(|it| html! { <option selected={page.version == it}>{ it.clone() }</option> }) }
                </select>
            </label>
        </>
    }
}

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let found = match (&page.check.result, &page.rules.catalogue) {
        (Some(checked), Some(catalogue)) => results(page, link, checked, catalogue),
        _ => waiting(page),
    };
    html! {
        <section class="results" aria-label="Findings">
            <div class="tools">
                { pickers(page, link) }
                <span class="space"></span>
                <button type="button" onclick={link.callback(|_| Message::Share)}>{ "Share" }</button>
            </div>
            { found }
        </section>
    }
}

/// Before the engine has said anything.
pub(super) fn waiting(page: &Page) -> Html {
    let text = match page.engine {
        EngineState::Stopped(ref why) if why == UNREACHABLE => "The engine is not here.",
        EngineState::Stopped(_) => "The engine starts again…",
        _ => "The engine is on its way…",
    };
    html! { <p class="empty" role="status">{ text }</p> }
}

fn results(page: &Page, link: &Scope<Page>, checked: &Checked, catalogue: &Catalogue) -> Html {
    let count: usize = checked.severities.iter().sum();
    if checked.read == 0 && count == 0 {
        return nothing(checked);
    }
    let listing = &page.check.listing;
    let more = listing.total.saturating_sub(listing.findings.len());
    let filter = &page.check.filter;
    let further = Filter { limit: filter.limit + LIMIT, ..filter.clone() };
    html! {
        <>
            { summary(page, checked) }
            { fix::all(page, link, &checked.fixable) }
            if count == 0 {
                <div class="empty good">
                    <p class="large">{ "Nothing to object to" }</p>
                    <p>{ "Every rule looked at this and is content. The API server has the last word." }</p>
                </div>
            } else {
                { filters(filter, link, checked) }
                if listing.findings.is_empty() { <p class="empty">{ "The filters leave nothing to show." }</p> }
                <ol class="findings">
                    { for listing.findings.iter().map(|it| finding::item(page, link, catalogue, it)) }
                </ol>
                if more > 0 {
                    <button type="button" class="more" onclick={link.callback(move |_| Message::Filter(further.clone()))}>{ format!("Show more of {more} others") }</button>
                }
            }
            { for checked.unused.iter().map(|it| html! { <p class="aside">{ it }</p> }) }
        </>
    }
}

fn nothing(checked: &Checked) -> Html {
    html! {
        <div class="empty">
            if checked.foreign > 0 {
                <p class="large">{ "No Kubernetes object here" }</p>
                <p>{ "Objects have an apiVersion and a kind." }</p>
            } else {
                <p class="large">{ "Paste a manifest" }</p>
                <p>{ "or drop files anywhere on this page, or choose an example above. Nothing leaves this page." }</p>
            }
        </div>
    }
}

/// `1 workload: 0 restricted, 1 baseline, 0 neither`, and how far that is from what was asked for.
fn summary(page: &Page, checked: &Checked) -> Html {
    let distance = match checked.standing {
        0 => String::new(),
        1 => format!("; 1 finding from {}", page.level),
        several => format!("; {several} findings from {}", page.level),
    };
    html! {
        <div class="summary" role="status">
            <h2 class="large" tabindex="-1">{ &checked.headline }</h2>
            if !checked.levels.is_empty() { <p>{ &checked.levels }{ distance }</p> }
            <p class="quiet">{ checked.coverage.join(" · ") }</p>
            { for checked.incomplete.iter().map(|it| html! { <p>{ "not judged: " }{ it }</p> }) }
        </div>
    }
}

fn filters(filter: &Filter, link: &Scope<Page>, checked: &Checked) -> Html {
    let chosen = |event: &Event| event.target_unchecked_into::<HtmlSelectElement>().value();
    let choose = |change: fn(&mut Filter, String)| {
        let filter = filter.clone();
        link.callback(move |event: Event| {
            let mut filter = Filter { limit: LIMIT, ..filter.clone() };
            change(&mut filter, chosen(&event));
            Message::Filter(filter)
        })
    };
    let severities = SEVERITIES.iter().zip(checked.severities).zip(filter.hidden);
    html! {
        <div class="filters" role="group" aria-label="Filters">
            { for severities.enumerate().map(|(index, ((severity, count), is_hidden))| {
                let mut toggled = Filter { limit: LIMIT, ..filter.clone() };
                if let Some(hidden) = toggled.hidden.get_mut(index) {
                    *hidden = !*hidden;
                }
                html! {
                    <button type="button" class={classes!("chip", *severity)} aria-pressed={(!is_hidden).to_string()} onclick={link.callback(move |_| Message::Filter(toggled.clone()))}>
                        { format!("{count} {severity}") }
                    </button>
                }
            }) }
            <select aria-label="Standard" onchange={choose(|filter, it| filter.standard = it)}>
                <option value="" selected={filter.standard.is_empty()}>{ "All standards" }</option>
                { for ["baseline", "restricted", "beyond"].map(|it| html! { <option value={it} selected={filter.standard == it}>{ it }</option> }) }
            </select>
            <select aria-label="Object" onchange={choose(|filter, it| filter.object = it.parse().ok())}>
                <option value="" selected={filter.object.is_none()}>{ "All objects" }</option>
                { for checked.objects.iter().enumerate().map(|(index, it)| html! {
                    <option value={index.to_string()} selected={filter.object == Some(index)}>{ it }</option>
                }) }
            </select>
        </div>
    }
}
