//! Generating: a form for every generator, and what it comes to.

mod field;

use web::protocol::workbench::{Ask, Form, MakeAsk};
use yew::html::Scope;
use yew::prelude::*;

use super::state::View;
use super::{Message, Page, check};

/// So many steps can be taken back.
const STEPS: usize = 100;

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let Some(forms) = &page.make.forms else { return check::waiting(page) };
    let form = forms.iter().find(|it| it.words == page.make.words);
    html! {
        <>
            <section class="list" aria-label="Generator">
                <ul class="forms">
                    { for forms.iter().map(|it| {
                        let words = it.words.clone();
                        let is_chosen = it.words == page.make.words;
                        html! {
                            <li key={it.words.join(" ")}>
                                <button type="button" aria-pressed={is_chosen.to_string()} onclick={link.callback(move |_| Message::Form(words.clone()))}>
                                    { it.words.join(" ") }
                                </button>
                            </li>
                        }
                    }) }
                </ul>
                if let Some(form) = form { { fields(page, link, form) } }
            </section>
            { made(page, link) }
        </>
    }
}

fn fields(page: &Page, link: &Scope<Page>, form: &Form) -> Html {
    let mut headings: Vec<&str> = Vec::new();
    for field in &form.fields {
        if !headings.contains(&field.heading.as_str()) {
            headings.push(&field.heading);
        }
    }
    let entered = page.make.current();
    html! {
        <form key={form.words.join(" ")} onsubmit={|event: SubmitEvent| event.prevent_default()}>
            <p class="quiet">{ &form.about }</p>
            { for headings.into_iter().map(|heading| {
                let inside = form.fields.iter().filter(|it| it.heading == heading);
                let count = inside.clone().filter(|it| entered.values.iter().any(|(id, _)| *id == it.id)).count();
                let fields = inside.map(|it| field::view(link, it, &entered, &page.make.made));
                if heading.is_empty() {
                    html! { <fieldset class="first"><legend class="unseen">{ "What" }</legend>{ for fields }</fieldset> }
                } else {
                    html! {
                        <details key={heading.to_owned()}>
                            <summary>{ heading } if count > 0 { <span class="count">{ count }</span> }</summary>
                            <fieldset><legend class="unseen">{ heading }</legend>{ for fields }</fieldset>
                        </details>
                    }
                }
            }) }
            <p class="row">
                <button type="button" disabled={page.make.before.is_empty()} onclick={link.callback(|_| Message::UndoForm)}>{ "Undo" }</button>
                <button type="button" disabled={entered.values.is_empty()} onclick={link.callback(|_| Message::ResetForm)}>{ "Start over" }</button>
            </p>
        </form>
    }
}

fn made(page: &Page, link: &Scope<Page>) -> Html {
    let made = &page.make.made;
    let (command, text, name) = (made.command.clone(), made.text.clone(), made.name.clone());
    let (copied, words) = (text.clone(), made.words.clone());
    html! {
        <section class="text" aria-label="Result">
            <div class="command">
                <code id="command">{ &made.command }</code>
                <button type="button" onclick={link.callback(move |_| Message::Copy(command.clone()))}>{ "Copy as command" }</button>
            </div>
            <div role="status">
                if !made.error.is_empty() { <p class="wrong">{ &made.error }</p> }
                { for made.notes.iter().map(|it| html! { <p class="aside">{ it }</p> }) }
                if made.is_secret {
                    <p class="wrong">{ "This holds keys, made in this browser. They are neither kept nor shared: save them where only their owner can read them." }</p>
                }
            </div>
            if !made.text.is_empty() {
                <div class="tools">
                    <span class="quiet">{ &made.name }</span>
                    <span class="space"></span>
                    if made.is_secret {
                        <button type="button" onclick={link.callback(|_| Message::FreshKeys)}>{ "New keys" }</button>
                    } else {
                        <button type="button" onclick={link.callback(|_| Message::CheckMade)}>{ "Check it" }</button>
                    }
                    <button type="button" onclick={link.callback(move |_| Message::Copy(super::link::to_form(&words)))}>{ "Copy link" }</button>
                    <button type="button" onclick={link.callback(move |_| Message::Copy(copied.clone()))}>{ "Copy" }</button>
                    <button type="button" onclick={link.callback(move |_| Message::Download(name.clone(), text.clone()))}>{ "Save" }</button>
                </div>
                <pre id="made" tabindex="0" aria-label="Generated">{ super::text::yaml(&made.text) }</pre>
            } else if made.error.is_empty() {
                <p class="empty">{ "…" }</p>
            }
        </section>
    }
}

impl Page {
    pub(super) fn choose_form(&mut self, words: Vec<String>) {
        self.make.words = words;
        self.make.before.clear();
        self.ask_make(false);
    }

    /// Fills in a field; no values empty it.
    pub(super) fn fill_field(&mut self, id: &str, values: Vec<String>) {
        let mut form = self.make.current();
        form.values.retain(|(it, _)| it != id);
        if !values.is_empty() {
            form.values.push((id.to_owned(), values));
        }
        self.change_form(form);
    }

    /// Gives the text of a file that a field names.
    pub(super) fn fill_file(&mut self, name: &str, text: String) {
        let mut form = self.make.current();
        form.texts.retain(|(it, _)| it != name);
        if !text.is_empty() {
            form.texts.push((name.to_owned(), text));
        }
        self.change_form(form);
    }

    fn change_form(&mut self, mut form: MakeAsk) {
        form.values.sort();
        let before = self.make.current();
        if form == before {
            return;
        }
        self.make.before.push(before);
        if self.make.before.len() > STEPS {
            self.make.before.remove(0);
        }
        self.make.set(form);
        self.ask_make(false);
    }

    pub(super) fn undo_form(&mut self) {
        if let Some(before) = self.make.before.pop() {
            self.make.set(before);
            self.ask_make(false);
        }
    }

    pub(super) fn reset_form(&mut self) {
        self.change_form(MakeAsk { words: self.make.words.clone(), ..MakeAsk::default() });
    }

    /// Opens what was made beside the files, to be checked.
    pub(super) fn check_made(&mut self) {
        let made = &self.make.made;
        let file = (made.name.clone(), made.text.clone());
        View::Check.visit();
        self.add_files(vec![file]);
    }

    /// Asks what can be generated, unless that is known.
    pub(super) fn ask_forms(&mut self) {
        if self.make.forms.is_none() {
            self.ask_workbench("forms", Ask::Forms);
        }
    }

    /// What the form at hand comes to, once the engine says so.
    pub(super) fn ask_make(&mut self, fresh: bool) {
        if !self.make.words.is_empty() {
            let ask = MakeAsk { fresh, ..self.make.current() };
            self.ask_workbench("make", Ask::Make(ask));
        }
    }
}
