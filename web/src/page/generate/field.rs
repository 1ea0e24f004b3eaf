//! One field of a form, after what the option can hold.

use web::protocol::workbench::{Field, FieldKind, Made, MakeAsk};
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement};
use yew::html::Scope;
use yew::prelude::*;

use super::super::{Message, Page};

pub(super) fn view(link: &Scope<Page>, field: &Field, entered: &MakeAsk, made: &Made) -> Html {
    let values = entered.values.iter().find(|(id, _)| *id == field.id);
    let is_set = values.is_some();
    let values = values.map_or(&field.default, |(_, values)| values);
    let is_wrong = !made.field.is_empty() && made.field == field.flag;
    let name = format!("field-{}", field.id);
    let help = format!("{name}-help");
    let control = match &field.kind {
        FieldKind::Switch => switch(link, field, is_set, &name, &help),
        FieldKind::Choice(choices) => choice(link, field, choices, values, &name, &help),
        FieldKind::Choices(all) => return choices(link, field, all, values),
        FieldKind::Text => text(link, field, values, is_wrong, &name, &help),
        FieldKind::Texts => texts(link, field, values, is_wrong, &name, &help),
        FieldKind::File => file(link, field, values, entered, &name, &help),
    };
    let is_switch = field.kind == FieldKind::Switch;
    html! {
        <div key={field.id.clone()} class={classes!("field", is_switch.then_some("switch"), is_wrong.then_some("wrong"))}>
            if is_switch { { control.clone() } }
            <label for={name}>{ title(field) }</label>
            if !is_switch { { control } }
            <p id={help} class="help">{ &field.help }</p>
        </div>
    }
}

/// `--allow-from` as people say it; the flag itself is in the command.
fn title(field: &Field) -> String {
    let words = field.flag.trim_start_matches('-').replace('-', " ").to_ascii_lowercase();
    super::super::finding::capitalised(&words)
}

fn switch(link: &Scope<Page>, field: &Field, is_on: bool, name: &str, help: &str) -> Html {
    let id = field.id.clone();
    let change = link.callback(move |event: Event| {
        let is_on = event.target_unchecked_into::<HtmlInputElement>().checked();
        Message::Field(id.clone(), if is_on { vec![String::new()] } else { Vec::new() })
    });
    html! { <input id={name.to_owned()} type="checkbox" checked={is_on} aria-describedby={help.to_owned()} onchange={change} /> }
}

fn choice(
    link: &Scope<Page>,
    field: &Field,
    choices: &[(String, String)],
    values: &[String],
    name: &str,
    help: &str,
) -> Html {
    let (id, default) = (field.id.clone(), field.default.clone());
    let change = link.callback(move |event: Event| {
        let value = event.target_unchecked_into::<HtmlSelectElement>().value();
        let is_default = value.is_empty() || default.first() == Some(&value);
        Message::Field(id.clone(), if is_default { Vec::new() } else { vec![value] })
    });
    html! {
        <select id={name.to_owned()} aria-describedby={help.to_owned()} onchange={change}>
            if field.default.is_empty() { <option value="" selected={values.is_empty()}>{ "(default)" }</option> }
            { for choices.iter().map(|(value, about)| html! {
                <option value={value.clone()} selected={values.contains(value)}>
                    { if about.is_empty() { value.clone() } else { format!("{value}: {about}") } }
                </option>
            }) }
        </select>
    }
}

fn choices(link: &Scope<Page>, field: &Field, all: &[(String, String)], values: &[String]) -> Html {
    html! {
        <fieldset key={field.id.clone()} class="choices">
            <legend>{ title(field) }</legend>
            <p class="help">{ &field.help }</p>
            { for all.iter().map(|(value, about)| {
                let (id, value, now, default) = (field.id.clone(), value.clone(), values.to_vec(), field.default.clone());
                let is_on = now.contains(&value);
                let label = value.clone();
                let order: Vec<String> = all.iter().map(|(it, _)| it.clone()).collect();
                let change = link.callback(move |_: Event| {
                    let is_kept = |it: &String| if *it == value { !is_on } else { now.contains(it) };
                    let chosen: Vec<_> = order.iter().filter(|it| is_kept(it)).cloned().collect();
                    Message::Field(id.clone(), if chosen == default { Vec::new() } else { chosen })
                });
                html! {
                    <label class="choice" title={about.clone()}>
                        <input type="checkbox" checked={is_on} onchange={change} />
                        <span>{ label }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}

fn text(
    link: &Scope<Page>,
    field: &Field,
    values: &[String],
    is_wrong: bool,
    name: &str,
    help: &str,
) -> Html {
    let (id, default) = (field.id.clone(), field.default.clone());
    let input = link.callback(move |event: InputEvent| {
        let value = event.target_unchecked_into::<HtmlInputElement>().value();
        let is_default = value.is_empty() || default.first() == Some(&value);
        Message::Field(id.clone(), if is_default { Vec::new() } else { vec![value] })
    });
    html! {
        <input id={name.to_owned()} value={values.first().cloned().unwrap_or_default()} placeholder={field.placeholder.clone()}
            aria-describedby={help.to_owned()} aria-invalid={is_wrong.then_some("true")} required={field.required}
            autocomplete="off" spellcheck="false" oninput={input} />
    }
}

/// The lines as they are typed, blank ones included, which the engine leaves out.
fn texts(
    link: &Scope<Page>,
    field: &Field,
    values: &[String],
    is_wrong: bool,
    name: &str,
    help: &str,
) -> Html {
    let id = field.id.clone();
    let input = link.callback(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        let lines = text.split('\n').map(str::to_owned);
        Message::Field(id.clone(), if text.is_empty() { Vec::new() } else { lines.collect() })
    });
    let rows = (values.len() + 1).clamp(1, 8);
    html! {
        <textarea id={name.to_owned()} rows={rows.to_string()} placeholder={field.placeholder.clone()} value={values.join("\n")}
            aria-describedby={help.to_owned()} aria-invalid={is_wrong.then_some("true")}
            autocomplete="off" spellcheck="false" oninput={input} />
    }
}

fn file(
    link: &Scope<Page>,
    field: &Field,
    values: &[String],
    entered: &MakeAsk,
    name: &str,
    help: &str,
) -> Html {
    let file = values.first().cloned().unwrap_or_else(|| format!("{}.txt", field.id));
    let text = entered.texts.iter().find(|(it, _)| *it == file);
    let id = field.id.clone();
    let named = file.clone();
    let input = link.batch_callback(move |event: InputEvent| {
        let text = event.target_unchecked_into::<HtmlTextAreaElement>().value();
        let values = if text.is_empty() { Vec::new() } else { vec![named.clone()] };
        vec![Message::FileText(named.clone(), text), Message::Field(id.clone(), values)]
    });
    html! {
        <textarea id={name.to_owned()} rows="3" placeholder={format!("The text of {file}")} value={text.map(|(_, text)| text.clone()).unwrap_or_default()}
            aria-describedby={help.to_owned()} autocomplete="off" spellcheck="false" oninput={input} />
    }
}
