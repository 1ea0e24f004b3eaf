//! What the API server would answer to the files, in its own words, and what it would log.

use web::protocol::workbench::{Ask, AuditAsk};
use web_sys::HtmlTextAreaElement;
use yew::html::Scope;
use yew::prelude::*;

use super::check::{pickers, waiting};
use super::{Message, Page};

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let is_audit = page.check.audit.is_on;
    let choose = |is_on: bool, text: &str| {
        html! {
            <button type="button" aria-pressed={(is_on == is_audit).to_string()} onclick={link.callback(move |_| Message::Audit(is_on))}>{ text }</button>
        }
    };
    html! {
        <section class="results" aria-label="Answers">
            <div class="tools">
                <span class="choose" role="group" aria-label="What to ask">
                    { choose(false, "Pod Security") }
                    { choose(true, "Audit policy") }
                </span>
                if !is_audit { { pickers(page, link) } }
            </div>
            { if is_audit { audit(page, link) } else { pods(page, link) } }
        </section>
    }
}

/// An event, and what the policy in the editor makes of it.
fn audit(page: &Page, link: &Scope<Page>) -> Html {
    let input = link.callback(|event: InputEvent| {
        Message::Event(event.target_unchecked_into::<HtmlTextAreaElement>().value())
    });
    let file = page.files.shown;
    let answer = match &page.check.audit.answer {
        None => Html::default(),
        Some(Err(error)) => html! {
            <>
                <p class="wrong">{ error }</p>
                <p class="row"><a class="button" href="#/generate?c=audit-policy">{ "Make an audit policy" }</a></p>
            </>
        },
        Some(Ok(audited)) => html! {
            <>
                <p class="quiet">{ &audited.title }</p>
                <pre class="words" tabindex="0" aria-label="Answer">{ &audited.text }</pre>
                if let Some(rule) = audited.rule {
                    <p class="row">
                        <button type="button" onclick={link.callback(move |_| Message::Reveal { file, from: rule.from, to: rule.to })}>{ "Show the rule that decides" }</button>
                    </p>
                }
            </>
        },
    };
    html! {
        <div class="audit">
            <label for="event">{ "An event of an audit log, as JSON" }</label>
            <textarea id="event" rows="11" spellcheck="false" autocomplete="off" value={page.check.audit.event.clone()} oninput={input} />
            <h2 class="large">{ "What the policy in the editor makes of it" }</h2>
            <div role="status">{ answer }</div>
        </div>
    }
}

impl Page {
    /// Asks the policy that is shown about the event.
    pub(super) fn ask_audit(&mut self, reveals: bool) {
        let Some(file) = self.files.list.get(self.files.shown) else { return };
        if self.check.audit.is_on {
            let (file, name) = (file.id, file.name.clone());
            self.check.audit.reveals = reveals;
            let event = self.check.audit.event.clone();
            let version = self.version.clone();
            self.ask_workbench("audit", Ask::Audit(AuditAsk { file, name, event, version }));
        }
    }
}

fn pods(page: &Page, link: &Scope<Page>) -> Html {
    let rejected = page.check.verdicts.iter().filter(|it| !it.allowed).count();
    let all = page.check.verdicts.len();
    html! {
        <>
            if page.check.result.is_none() {
                { waiting(page) }
            } else if all == 0 {
                <div class="empty">
                    <p class="large">{ "No pods here" }</p>
                    <p>{ "Pod Security judges pods, and objects that make pods. Namespaces among the files decide by their labels, wherever they stand." }</p>
                </div>
            } else {
                <div class="summary" role="status">
                    <h2 class="large">{ if rejected == 0 { "Everything runs".to_owned() } else { format!("{rejected} of {all} will not run") } }</h2>
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
        </>
    }
}
