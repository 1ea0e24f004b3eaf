//! The page: one component, whose state is everything that a visitor entered or was told.

mod answers;
mod bridge;
mod check;
mod files;
mod finding;
mod fix;
mod frame;
mod generate;
mod link;
mod rules;
mod simulate;
mod state;
mod text;

use std::collections::BTreeMap;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen::{JsCast as _, closure::IntoWasmClosure};
use web::protocol::engine::{Aim, Ask, CheckAsk, Filter, FindingKey};
use web::protocol::{Request, workbench};
use web_sys::{HtmlElement, KeyboardEvent};
use yew::prelude::*;

use files::Draft;
use state::{Check, EngineState, Files, Make, Notice, Rules, View};

/// Why a worker stopped that never came, as `connection.ts` calls it.
const UNREACHABLE: &str = "unreachable";

/// What happens to the page.
pub(crate) enum Message {
    /// The engine answered.
    Engine(Vec<u8>),
    /// The workbench answered.
    Workbench(Vec<u8>),
    /// A worker stopped; why.
    Stopped(String),
    /// The text of the shown file changed.
    Edited,
    /// Typing has rested.
    Rested,
    /// The address changed, by a link of the page or of somebody else.
    Moved,
    /// What a link held; empty when it is broken.
    Unpacked(String),
    Level(String),
    Version(String),
    /// Opens a finding, or closes it.
    Open(FindingKey),
    /// Shows the place of a finding's spot, and moves there.
    Reveal {
        file: usize,
        from: u32,
        to: u32,
    },
    /// The next finding, or the one before.
    Step(isize),
    /// Mends the finding that is open, as it is shown.
    Apply,
    /// Mends several findings at once.
    Mend(Aim),
    /// Lists other findings.
    Filter(Filter),
    Add(Vec<(String, String)>),
    Show(usize),
    Close(usize),
    Forget,
    Undo,
    Dismiss,
    Share,
    ShareAnyway,
    Packed(String),
    Copied(bool),
    /// Asks the audit policy rather than Pod Security.
    Audit(bool),
    Event(String),
    Copy(String),
    Download(String, String),
    Theme,
    Offline(bool),
    Help(bool),
    Query(String),
    Form(Vec<String>),
    Field(String, Vec<String>),
    FileText(String, String),
    FreshKeys,
    UndoForm,
    ResetForm,
    CheckMade,
    Retry,
}

/// The page.
pub(crate) struct Page {
    bridge: Option<Bridge>,
    host: NodeRef,
    engine: EngineState,
    view: View,
    files: Files,
    level: String,
    version: String,
    check: Check,
    make: Make,
    rules: Rules,
    notice: Option<Notice>,
    asks_to_share: bool,
    is_dark: bool,
    is_offline: bool,
    has_help: bool,
    asked: u32,
    /// The newest question of each kind: answers to older ones come too late.
    newest: BTreeMap<&'static str, u32>,
}

/// The JavaScript side, and what it calls.
struct Bridge {
    editor: bridge::Editor,
    engine: bridge::Connection,
    workbench: bridge::Connection,
    rested: Closure<dyn Fn()>,
    _closures: Vec<Box<dyn std::any::Any>>,
}

impl Component for Page {
    type Message = Message;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        let version = harden_version(&bridge::kept("version"));
        Self {
            bridge: None,
            host: NodeRef::default(),
            engine: EngineState::Starting,
            view: View::of_address(),
            files: Files::of_draft(),
            level: "restricted".to_owned(),
            version,
            check: Check {
                filter: Filter { limit: state::LIMIT, ..Filter::default() },
                ..Check::default()
            },
            make: Make::default(),
            rules: Rules::default(),
            notice: None,
            asks_to_share: false,
            is_dark: bridge::paint(&bridge::kept("theme")),
            is_offline: false,
            has_help: false,
            asked: 0,
            newest: BTreeMap::new(),
        }
    }

    fn rendered(&mut self, context: &Context<Self>, first: bool) {
        if first {
            self.start(context);
        }
        self.move_focus();
    }

    fn update(&mut self, context: &Context<Self>, message: Message) -> bool {
        match message {
            Message::Engine(reply) => return self.hear_engine(context, &reply),
            Message::Workbench(reply) => return self.hear_workbench(context, &reply),
            Message::Stopped(why) => self.stop(&why),
            Message::Edited => return self.recheck(),
            Message::Rested => return self.keep_draft(),
            Message::Moved => self.moved(context),
            Message::Unpacked(text) => self.open_link(&text),
            Message::Level(level) => {
                self.level = level;
                self.recheck();
            }
            Message::Version(version) => {
                bridge::keep("version", &version);
                self.version = version;
                self.recheck();
            }
            Message::Open(key) => self.open_finding(key),
            Message::Reveal { file, from, to } => self.reveal(file, from, to, true),
            Message::Step(by) => self.step(by),
            Message::Apply => self.apply(),
            Message::Mend(aim) => self.mend(aim),
            Message::Filter(filter) => {
                self.check.filter = filter;
                self.ask("list", Ask::List(self.check.filter.clone()));
                return false;
            }
            Message::Add(files) => self.add_files(files),
            Message::Show(index) => self.show_file(index),
            Message::Close(index) => self.close_file(index),
            Message::Forget => self.forget(),
            Message::Undo => self.undo(),
            Message::Dismiss => {
                self.notice = None;
                self.asks_to_share = false;
            }
            Message::Share => self.share(context, false),
            Message::ShareAnyway => self.share(context, true),
            Message::Packed(packed) => self.packed(context, &packed),
            Message::Audit(is_on) => {
                self.check.audit.is_on = is_on;
                self.ask_audit(true);
            }
            Message::Event(event) => {
                self.check.audit.event = event;
                self.ask_audit(true);
            }
            Message::Copied(done) => self.copied(done),
            Message::Copy(text) => Self::copy(context, &text),
            Message::Download(name, text) => {
                bridge::download(&name, &text);
                return false;
            }
            Message::Theme => self.switch_theme(),
            Message::Offline(is_offline) => self.is_offline = is_offline,
            Message::Help(has_help) => self.has_help = has_help,
            Message::Query(query) => self.rules.query = query,
            Message::Form(words) => self.choose_form(words),
            Message::Field(id, values) => self.fill_field(&id, values),
            Message::FileText(name, text) => self.fill_file(&name, text),
            Message::FreshKeys => self.ask_make(true),
            Message::UndoForm => self.undo_form(),
            Message::ResetForm => self.reset_form(),
            Message::CheckMade => self.check_made(),
            Message::Retry => self.retry(),
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        frame::view(self, context.link())
    }
}

impl Page {
    /// Brings the editor and the engine to life, and listens to the window.
    fn start(&mut self, context: &Context<Self>) {
        let Some(host) = self.host.cast::<HtmlElement>() else { return };
        let link = context.link();
        let changed = closure(link.callback(|_: JsValue| Message::Edited));
        let bytes = |it: JsValue| it.dyn_into::<Uint8Array>().unwrap_or_default().to_vec();
        let engine_answered = closure(link.callback(move |it: JsValue| Message::Engine(bytes(it))));
        let workbench_answered =
            closure(link.callback(move |it: JsValue| Message::Workbench(bytes(it))));
        let stopped = closure(
            link.callback(|it: JsValue| Message::Stopped(it.as_string().unwrap_or_default())),
        );
        let editor = bridge::Editor::new(&host, changed.as_ref().unchecked_ref());
        editor.set_dark(self.is_dark);
        let connect = |name: &str, answered: &Closure<dyn Fn(JsValue)>| {
            bridge::Connection::new(
                name,
                &editor,
                answered.as_ref().unchecked_ref(),
                stopped.as_ref().unchecked_ref(),
            )
        };
        let engine = connect("engine", &engine_answered);
        let workbench = connect("workbench", &workbench_answered);
        let rest = link.callback(|()| Message::Rested);
        let rested = boxed(move || rest.emit(()));
        let move_on = link.callback(|_: JsValue| Message::Moved);
        let moved = closure(move_on);
        let press = link.batch_callback(|event: JsValue| key(&event.unchecked_into()));
        let pressed = closure(press);
        if let Some(window) = web_sys::window() {
            let hear = |name: &str, closure: &Closure<dyn Fn(JsValue)>| {
                // A window that hears nothing is of no use, and cannot be helped either.
                let _ =
                    window.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
            };
            hear("hashchange", &moved);
            hear("keydown", &pressed);
        }
        let closures: Vec<Box<dyn std::any::Any>> = vec![
            Box::new(changed),
            Box::new(engine_answered),
            Box::new(workbench_answered),
            Box::new(stopped),
            Box::new(moved),
            Box::new(pressed),
        ];
        self.bridge = Some(Bridge { editor, engine, workbench, rested, _closures: closures });
        self.ask("catalogue", Ask::Catalogue);
        self.begin(context);
        link.send_message(Message::Edited);
    }

    /// Asks the engine; answers to older questions of the same kind are dropped.
    fn ask(&mut self, kind: &'static str, ask: Ask) {
        let files: &[u32] = match &ask {
            Ask::Check(ask) | Ask::Simulate(ask) => &ask.files.clone(),
            _ => &[],
        };
        let id = self.number(kind);
        if let Some(bridge) = &self.bridge {
            bridge.engine.ask(web::protocol::write(&Request { id, ask }), files);
        }
    }

    /// The same of the workbench, which is fetched when it is first asked.
    fn ask_workbench(&mut self, kind: &'static str, ask: workbench::Ask) {
        let files: Vec<u32> = match &ask {
            workbench::Ask::Audit(ask) => vec![ask.file],
            workbench::Ask::Fix(ask) => ask.files.clone(),
            _ => Vec::new(),
        };
        let id = self.number(kind);
        if let Some(bridge) = &self.bridge {
            bridge.workbench.ask(web::protocol::write(&Request { id, ask }), &files);
        }
    }

    /// A number for the newest question of a kind.
    fn number(&mut self, kind: &'static str) -> u32 {
        self.asked += 1;
        self.newest.insert(kind, self.asked);
        self.asked
    }

    /// Checks what is in the editor, as soon as the check that is running is done.
    fn recheck(&mut self) -> bool {
        self.check.is_current = false;
        self.outdate_fix();
        if self.check.is_running {
            self.check.is_outdated = true;
            return false;
        }
        self.check.is_running = true;
        self.check.is_outdated = false;
        let ask = CheckAsk {
            files: self.files.list.iter().map(|it| it.id).collect(),
            names: self.files.list.iter().map(|it| it.name.clone()).collect(),
            level: self.level.clone(),
            version: self.version.clone(),
            filter: self.check.filter.clone(),
        };
        self.ask("check", Ask::Check(ask.clone()));
        if self.view == View::Simulate {
            self.ask("simulate", Ask::Simulate(ask));
            self.ask_audit(false);
        }
        self.remember_later();
        false
    }

    fn remember_later(&self) {
        if let Some(bridge) = &self.bridge {
            bridge::rest(bridge.rested.as_ref().unchecked_ref());
        }
    }

    fn stop(&mut self, why: &str) {
        self.check.is_running = false;
        self.check.is_outdated = false;
        self.check.is_current = false;
        self.check.awaits_link = false;
        self.engine = EngineState::Stopped(why.to_owned());
        if self.rules.catalogue.is_none() && why != UNREACHABLE {
            self.ask("catalogue", Ask::Catalogue);
        }
    }

    /// Asks again what a worker that stopped left unanswered.
    fn retry(&mut self) {
        self.engine = EngineState::Starting;
        self.ask("catalogue", Ask::Catalogue);
        if self.view == View::Generate {
            self.ask_forms();
            self.ask_make(false);
        }
        self.recheck();
    }

    fn switch_theme(&mut self) {
        let theme = if self.is_dark { "light" } else { "dark" };
        bridge::keep("theme", theme);
        self.is_dark = bridge::paint(theme);
        if let Some(bridge) = &self.bridge {
            bridge.editor.set_dark(self.is_dark);
        }
    }

    fn draft(&self) -> Draft {
        let text = |id| self.bridge.as_ref().map_or_else(String::new, |it| it.editor.text(id));
        Draft {
            level: self.level.clone(),
            version: self.version.clone(),
            files: self.files.list.iter().map(|it| (it.name.clone(), text(it.id))).collect(),
        }
    }
}

fn harden_version(kept: &str) -> String {
    if kept.is_empty() { "latest".to_owned() } else { kept.to_owned() }
}

/// A callback as JavaScript calls it.
fn closure(callback: Callback<JsValue>) -> Closure<dyn Fn(JsValue)> {
    boxed1(move |value| callback.emit(value))
}

fn boxed(call: impl IntoWasmClosure<dyn Fn()> + Fn() + 'static) -> Closure<dyn Fn()> {
    Closure::new(call)
}

fn boxed1(
    call: impl IntoWasmClosure<dyn Fn(JsValue)> + Fn(JsValue) + 'static,
) -> Closure<dyn Fn(JsValue)> {
    Closure::new(call)
}

/// What a key does, wherever the focus is.
fn key(event: &KeyboardEvent) -> Option<Message> {
    if event.default_prevented() {
        return None;
    }
    let target = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let types = target.is_some_and(|it| {
        ["INPUT", "TEXTAREA", "SELECT"].contains(&it.tag_name().as_str())
            || it.shadow_root().is_some()
    });
    let view = |index: usize| View::ALL.get(index).map(|it| it.visit());
    match (event.key().as_str(), event.alt_key()) {
        ("F8", _) => {
            event.prevent_default();
            Some(Message::Step(if event.shift_key() { -1 } else { 1 }))
        }
        ("Escape", _) => Some(Message::Help(false)),
        ("?", false) if !types => Some(Message::Help(true)),
        (digit @ ("1" | "2" | "3" | "4"), true) => {
            event.prevent_default();
            view(digit.parse::<usize>().unwrap_or(1) - 1);
            None
        }
        _ => None,
    }
}
