//! Addresses: what is shown is in the hash, which no server sees.

use web::protocol::{engine, workbench};
use yew::prelude::*;

use super::files::Draft;
use super::state::{Before, EngineState, Notice, View};
use super::{Message, Page, bridge};

/// Links that are longer are cut off by chats and mail.
const LONG: usize = 8000;

/// What a hash says: `#/view/rest?key=value`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) view: String,
    pub(super) rest: String,
    pub(super) key: String,
    pub(super) value: String,
}

impl Address {
    /// The one of the page.
    pub(super) fn current() -> Self {
        let hash = web_sys::window().and_then(|it| it.location().hash().ok());
        Self::read(&hash.unwrap_or_default())
    }

    fn read(hash: &str) -> Self {
        let path = hash.trim_start_matches(['#', '/']);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (view, rest) = path.split_once('/').unwrap_or((path, ""));
        let (key, value) = query.split_once('=').unwrap_or((query, ""));
        let plain =
            |text: &str| js_sys::decode_uri_component(text).map(String::from).unwrap_or_default();
        Self { view: plain(view), rest: plain(rest), key: plain(key), value: plain(value) }
    }
}

/// Goes to an address of the page.
pub(super) fn visit(hash: &str) {
    if let Some(window) = web_sys::window() {
        // Only a browser that is closing rejects.
        let _ = window.location().set_hash(hash);
    }
}

/// The address of a form that is filled in; files that it names are not in it.
pub(super) fn to_form(words: &[String]) -> String {
    let href = web_sys::window().and_then(|it| it.location().href().ok()).unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    let words = js_sys::encode_uri_component(&words.join("\n"));
    format!("{page}#/generate?c={words}")
}

impl Page {
    /// Takes in what the address says when the page begins.
    pub(super) fn begin(&mut self, context: &Context<Self>) {
        let address = Address::current();
        self.restore_draft();
        self.follow(context, &address);
    }

    /// Follows a link.
    pub(super) fn moved(&mut self, context: &Context<Self>) {
        let address = Address::current();
        self.view = View::of_address();
        self.asks_to_share = false;
        self.follow(context, &address);
    }

    fn follow(&mut self, context: &Context<Self>, address: &Address) {
        match (self.view, address.key.as_str()) {
            (View::Check, "s") => {
                let packed = address.value.clone();
                context.link().send_future(async move {
                    let text = wasm_bindgen_futures::JsFuture::from(bridge::unpack(&packed)).await;
                    Message::Unpacked(text.ok().and_then(|it| it.as_string()).unwrap_or_default())
                });
            }
            (View::Generate, "c") => {
                let words = address.value.lines().map(str::to_owned).collect();
                self.ask_forms();
                self.ask_workbench("fill", workbench::Ask::Fill(words));
            }
            (View::Generate, _) => {
                self.ask_forms();
                self.ask_make(false);
            }
            (View::Rules, _) => self.ask_rule(&address.rest),
            (View::Simulate, _) => drop(self.recheck()),
            (View::Check, _) => {}
        }
    }

    /// Asks for all there is to say of a rule, unless that is known.
    pub(super) fn ask_rule(&mut self, id: &str) {
        if !id.is_empty() && !self.rules.pages.iter().any(|it| it.id == id) {
            self.ask("rule", engine::Ask::Rule(id.to_owned()));
        }
    }

    /// Opens what a link holds, in place of the files that are there.
    pub(super) fn open_link(&mut self, text: &str) {
        let Some(draft) = Draft::read(text) else {
            self.tell("This link is broken or holds too much: nothing was opened.");
            return;
        };
        let before = self.draft();
        self.adopt(draft);
        self.files.linked = (!before.is_empty()).then(|| self.draft());
        let before = (!before.is_empty()).then_some(Before::All(before));
        self.notice = Some(Notice { text: "Opened from a link.".to_owned(), before, link: None });
        // What is edited from here on is no longer what the link holds.
        replace_address("#/check");
    }

    /// Makes a link, after a warning where it may hold secrets. While the check of what was just entered runs,
    /// that is not known, and the link waits for it.
    pub(super) fn share(&mut self, context: &Context<Self>, anyway: bool) {
        let is_working = !matches!(self.engine, EngineState::Stopped(_));
        self.check.awaits_link = !anyway && self.check.is_running && is_working;
        if self.check.awaits_link {
            return;
        }
        let result = self.check.result.as_ref().filter(|_| self.check.is_current);
        self.asks_to_share = !anyway && result.is_none_or(|it| it.has_secrets());
        if self.asks_to_share {
            return;
        }
        let text = self.draft().write();
        context.link().send_future(async move {
            let packed = wasm_bindgen_futures::JsFuture::from(bridge::pack(&text)).await;
            Message::Packed(packed.ok().and_then(|it| it.as_string()).unwrap_or_default())
        });
    }

    /// Copies a link that was made. It never becomes the address: there it would stay in the history, and come
    /// back in place of what was edited since.
    pub(super) fn packed(&mut self, context: &Context<Self>, packed: &str) {
        let Some(location) = web_sys::window().map(|it| it.location()) else { return };
        let href = location.href().unwrap_or_default();
        let page = href.split('#').next().unwrap_or_default();
        let link = format!("{page}#/check?s={packed}");
        let is_long = link.len() > LONG;
        Self::copy(context, &link);
        self.tell(if is_long {
            "The link is copied. It is long: some chats cut such links, a file may travel better."
        } else {
            "The link is copied. It holds your files; no server sees them."
        });
        if let Some(notice) = &mut self.notice {
            notice.link = Some(link);
        }
    }

    pub(super) fn copy(context: &Context<Self>, text: &str) {
        let copied = bridge::copy(text);
        context.link().send_future(async {
            let done = wasm_bindgen_futures::JsFuture::from(copied).await;
            Message::Copied(done.is_ok_and(|it| it.is_truthy()))
        });
    }

    pub(super) fn copied(&mut self, done: bool) {
        let link = self.notice.as_mut().and_then(|it| it.link.take());
        if !done {
            self.tell(
                "The browser does not let this page copy: select the text and copy it yourself.",
            );
            if let Some(notice) = &mut self.notice {
                notice.link = link;
            }
        } else if self.notice.is_none() {
            self.tell("Copied.");
        }
    }

    pub(super) fn tell(&mut self, text: &str) {
        self.notice = Some(Notice { text: text.to_owned(), before: None, link: None });
    }
}

/// Changes the address without going anywhere.
fn replace_address(hash: &str) {
    let history = web_sys::window().and_then(|it| it.history().ok());
    if let Some(history) = history {
        let null = wasm_bindgen::JsValue::NULL;
        // An address that cannot be changed is only an older one.
        let _ = history.replace_state_with_url(&null, "", Some(hash));
    }
}
