//! The JavaScript of the page: `web/editor`, bundled into `editor.js`.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{FileList, HtmlElement};

#[wasm_bindgen(raw_module = "./editor.js")]
extern "C" {
    /// CodeMirror over several files.
    pub(super) type Editor;

    #[wasm_bindgen(constructor)]
    pub(super) fn new(parent: &HtmlElement, changed: &Function) -> Editor;

    #[wasm_bindgen(method)]
    pub(super) fn put(this: &Editor, file: u32, text: &str);

    #[wasm_bindgen(method)]
    pub(super) fn drop(this: &Editor, file: u32);

    #[wasm_bindgen(method)]
    pub(super) fn show(this: &Editor, file: u32);

    #[wasm_bindgen(method)]
    pub(super) fn text(this: &Editor, file: u32) -> String;

    #[wasm_bindgen(method, js_name = addRule)]
    pub(super) fn add_rule(this: &Editor, id: &str, severity: &str, why: &str);

    #[wasm_bindgen(method)]
    pub(super) fn mark(this: &Editor, messages: Vec<String>, numbers: &[u32]);

    #[wasm_bindgen(method)]
    pub(super) fn reveal(this: &Editor, from: u32, to: u32, focus: bool);

    /// Replaces ranges of a file in one step that can be undone; two numbers for each text.
    #[wasm_bindgen(method)]
    pub(super) fn apply(this: &Editor, file: u32, numbers: &[u32], texts: Vec<String>);

    /// Takes back what was applied to these files; false where one of them changed since.
    #[wasm_bindgen(method)]
    pub(super) fn undo(this: &Editor, files: &[u32]) -> bool;

    #[wasm_bindgen(method, js_name = setDark)]
    pub(super) fn set_dark(this: &Editor, is_dark: bool);

    /// A worker.
    pub(super) type Connection;

    #[wasm_bindgen(constructor)]
    pub(super) fn new(
        name: &str,
        editor: &Editor,
        answered: &Function,
        stopped: &Function,
    ) -> Connection;

    #[wasm_bindgen(method)]
    pub(super) fn ask(this: &Connection, request: Vec<u8>, files: &[u32]);

    /// Whether it has the text of a file as it is now.
    #[wasm_bindgen(method)]
    pub(super) fn has(this: &Connection, file: u32) -> bool;

    #[wasm_bindgen(js_name = writeDraft)]
    pub(super) fn write_draft(level: &str, version: &str, files: Vec<String>) -> String;

    #[wasm_bindgen(js_name = readDraft)]
    pub(super) fn read_draft(text: &str) -> Vec<String>;

    /// Text for a link.
    pub(super) fn pack(text: &str) -> Promise;

    /// The text of a link; empty when it is broken or too large.
    pub(super) fn unpack(packed: &str) -> Promise;

    pub(super) fn copy(text: &str) -> Promise;

    pub(super) fn download(name: &str, text: &str);

    /// Names and texts, one after the other.
    pub(super) fn read(files: Option<FileList>) -> Promise;

    pub(super) fn keep(key: &str, text: &str);

    pub(super) fn kept(key: &str) -> String;

    /// Keeps a draft for this tab.
    #[wasm_bindgen(js_name = keepDraft)]
    pub(super) fn keep_draft(text: &str);

    /// The draft of this tab, or the newest that any tab kept.
    #[wasm_bindgen(js_name = keptDraft)]
    pub(super) fn kept_draft() -> String;

    pub(super) fn forget();

    /// Chooses the theme; returns whether it is dark.
    pub(super) fn paint(theme: &str) -> bool;

    /// Calls once typing has rested.
    pub(super) fn rest(call: &Function);

    #[wasm_bindgen(js_name = keepsOffline)]
    pub(super) fn keeps_offline() -> Promise;
}
