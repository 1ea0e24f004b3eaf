//! What surrounds every view: the bar, notices, the editor, help.

use web_sys::{DragEvent, HtmlInputElement};
use yew::html::Scope;
use yew::prelude::*;

use super::state::{EngineState, View};
use super::{Message, Page, UNREACHABLE, bridge, check, generate, rules, simulate};

/// What the keys do.
const KEYS: [(&str, &str); 10] = [
    ("F8", "open the next finding"),
    ("Shift F8", "open the finding before"),
    ("Alt 1 … 4", "check, generate, rules, simulate"),
    ("Tab", "move on, also out of the editor"),
    ("Enter", "open or close the finding that has the focus"),
    ("Ctrl F", "search in the editor"),
    ("Ctrl Z, Ctrl Y", "undo, redo in the editor"),
    ("Ctrl Shift [", "fold, with ] unfold"),
    ("Esc", "close this"),
    ("?", "show this"),
];

pub(super) fn view(page: &Page, link: &Scope<Page>) -> Html {
    let body = match page.view {
        View::Check => check::view(page, link),
        View::Simulate => simulate::view(page, link),
        View::Generate => generate::view(page, link),
        View::Rules => rules::view(page, link),
    };
    let (drop, over) = drop_files(link);
    html! {
        <div class="page" ondrop={drop} ondragover={over}>
            { bar(page, link) }
            { notice(page, link) }
            <main id="main" tabindex="-1" class={page.view.name()}>
                <h1 class="unseen">{ page.view.title() }</h1>
                <section key="editor" class={classes!("editor", (!page.view.has_editor()).then_some("gone"))} aria-label="Manifest">
                    { check::files(page, link) }
                    <div class="host" ref={page.host.clone()}></div>
                </section>
                { body }
            </main>
            if page.has_help { { help(link) } }
        </div>
    }
}

/// The skip link must not change the address, which says what is shown.
fn skip(event: &MouseEvent) {
    event.prevent_default();
    let document = web_sys::window().and_then(|it| it.document());
    let main = document.and_then(|it| it.get_element_by_id("main"));
    if let Some(main) =
        main.and_then(|it| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(it).ok())
    {
        // Where nothing can be focused, nothing is lost.
        let _ = main.focus();
    }
}

fn bar(page: &Page, link: &Scope<Page>) -> Html {
    let theme = if page.is_dark { "Use light colours" } else { "Use dark colours" };
    html! {
        <header class="bar">
                <a class="skip" href={format!("#/{}", page.view.name())} onclick={|event: MouseEvent| skip(&event)}>{ "Skip to the content" }</a>
            <a class="brand" href="#/check">
                <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
                    <path d="M12 2 3.5 5.2v6.3c0 5 3.5 8.800 8.500 10.500 5-1.700 8.500-5.500 8.500-10.500V5.200Z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
                    <path d="m8 12 3 3 5-6" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
                </svg>
                <span>{ "kubectl " }<b>{ "harden" }</b></span>
            </a>
            <nav aria-label="Views">
                { for View::ALL.iter().map(|view| html! {
                    <a href={format!("#/{}", view.name())} aria-current={(*view == page.view).then_some("page")}>{ view.title() }</a>
                }) }
            </nav>
            <span class="space"></span>
            <span class={classes!("badge", page.is_offline.then_some("yes"))} title="No text leaves this page: its Content-Security-Policy lets it talk to nobody but where it came from.">
                { if page.is_offline { "Runs offline" } else { "Runs in this page" } }
            </span>
            <button type="button" class="icon" onclick={link.callback(|_| Message::Theme)} aria-label={theme} title={theme}>
                <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true">
                    <circle cx="12" cy="12" r="8" fill="none" stroke="currentColor" stroke-width="2" />
                    <path d="M12 4a8 8 0 0 1 0 16Z" fill="currentColor" />
                </svg>
            </button>
            <button type="button" class="icon" onclick={link.callback(|_| Message::Help(true))} aria-label="Keys and privacy" title="Keys and privacy">{ "?" }</button>
        </header>
    }
}

fn notice(page: &Page, link: &Scope<Page>) -> Html {
    let close = || {
        html! {
            <button type="button" class="icon" aria-label="Dismiss" onclick={link.callback(|_| Message::Dismiss)}>{ "×" }</button>
        }
    };
    let shown = if let EngineState::Stopped(why) = &page.engine {
        let text = match why.as_str() {
            "stuck" => "The engine took too long over this text, and was started again.",
            UNREACHABLE => "The engine could not be fetched: is there a network?",
            _ => "The engine crashed, and was started again.",
        };
        html! {
            <div class="notice bad">
                <p>{ text }{ " Nothing you entered is lost." }</p>
                <button type="button" onclick={link.callback(|_| Message::Retry)}>{ "Check again" }</button>
            </div>
        }
    } else if page.asks_to_share {
        html! {
            <div class="notice bad">
                <p>{ "Your files hold a Secret, or may hold one, and whoever gets the link can read it." }</p>
                <button type="button" onclick={link.callback(|_| Message::ShareAnyway)}>{ "Make the link anyway" }</button>
                { close() }
            </div>
        }
    } else if let Some(notice) = &page.notice {
        html! {
            <div class="notice">
                <p>{ &notice.text }</p>
                if let Some(made) = &notice.link {
                    <input type="text" readonly={true} aria-label="Link" value={made.clone()} />
                }
                if notice.before.is_some() {
                    <button type="button" onclick={link.callback(|_| Message::Undo)}>{ "Undo" }</button>
                }
                { close() }
            </div>
        }
    } else {
        Html::default()
    };
    html! { <div class="notices" role="status">{ shown }</div> }
}

fn help(link: &Scope<Page>) -> Html {
    html! {
        <div class="veil" onclick={link.callback(|_| Message::Help(false))}>
            <section class="help" role="dialog" aria-modal="true" aria-label="Keys and privacy" onclick={|event: MouseEvent| event.stop_propagation()}>
                <h2>{ "Keys" }</h2>
                <dl>{ for KEYS.iter().map(|(key, what)| html! { <div><dt><kbd>{ key }</kbd></dt><dd>{ what }</dd></div> }) }</dl>
                <h2>{ "Privacy" }</h2>
                <p>{ "Everything happens in this page, by the same engine that the command kubectl harden uses. Nothing you enter is sent anywhere: turn the network off and reload to see for yourself. Drafts stay in this browser, without the documents that may hold a Secret. Keys come from the browser's own generator, and are neither kept nor shared." }</p>
                <p class="row">
                    <button type="button" onclick={link.callback(|_| Message::Forget)}>{ "Forget everything" }</button>
                    <button type="button" class="main" autofocus={true} onclick={link.callback(|_| Message::Help(false))}>{ "Close" }</button>
                </p>
            </section>
        </div>
    }
}

/// Reads files that were chosen or dropped, and opens them.
pub(super) fn open(link: &Scope<Page>, files: Option<web_sys::FileList>) {
    let read = bridge::read(files);
    link.send_future(async {
        let read = wasm_bindgen_futures::JsFuture::from(read).await;
        let strings = read.map(|it| js_sys::Array::from(&it)).unwrap_or_default();
        let strings: Vec<String> = strings.iter().filter_map(|it| it.as_string()).collect();
        let pairs = strings.chunks_exact(2).filter_map(|it| match it {
            [name, text] => Some((name.clone(), text.clone())),
            _ => None,
        });
        Message::Add(pairs.collect())
    });
}

/// What is chosen in a file input.
pub(super) fn chosen(link: &Scope<Page>) -> Callback<Event> {
    let link = link.clone();
    Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        open(&link, input.files());
        input.set_value("");
    })
}

fn drop_files(link: &Scope<Page>) -> (Callback<DragEvent>, Callback<DragEvent>) {
    let link = link.clone();
    let drop = Callback::from(move |event: DragEvent| {
        let files = event.data_transfer().and_then(|it| it.files()).filter(|it| it.length() > 0);
        if files.is_some() {
            event.prevent_default();
            open(&link, files);
        }
    });
    let over = Callback::from(|event: DragEvent| {
        let types = event.data_transfer().map(|it| it.types());
        if types.is_some_and(|it| it.iter().any(|it| it.as_string().as_deref() == Some("Files"))) {
            event.prevent_default();
        }
    });
    (drop, over)
}
