//! Mending: what the page shows of it, asks for, and does.

use web::protocol::engine::{Aim, Ask, Fixable, Planned, RuleEntry};
use web::protocol::workbench::{self, FixAsk, Fixed, FixedFile, Hunk};
use web_sys::HtmlElement;
use yew::html::Scope;
use yew::prelude::*;

use super::state::{Before, Focus, Notice};
use super::{Message, Page, text};

/// What mends several findings at once.
pub(super) fn all(page: &Page, link: &Scope<Page>, fixable: &Fixable) -> Html {
    let has_thought = !fixable.thought.is_empty();
    let button = |text: &str,
                  count: usize,
                  mend: Callback<MouseEvent>,
                  described: Option<&'static str>| {
        html! {
            if count > 0 {
                <button type="button" aria-describedby={described} onclick={mend}>{ text }{ ": " }{ count }</button>
            }
        }
    };
    if fixable.safe == 0 && fixable.level == 0 {
        return Html::default();
    }
    let reach = format!("Reach {}", page.level);
    html! {
        <div class="fixes" role="group" aria-label="Fixes">
            { button("Apply all safe", fixable.safe, link.callback(|_| Message::Mend(Aim::Safe)), None) }
            { button(&reach, fixable.level, link.callback(|_| Message::Mend(Aim::Level)), has_thought.then_some("thought")) }
            if has_thought {
                <details>
                    <summary id="thought">{ &fixable.thought }</summary>
                    <ul>{ for fixable.rules.iter().map(|it| html! { <li><a href={format!("#/rules/{it}")}>{ it }</a></li> }) }</ul>
                </details>
            }
        </div>
    }
}

/// What mends the finding that is open.
pub(super) fn one(page: &Page, link: &Scope<Page>, rule: &RuleEntry) -> Html {
    let Some(planned) = &page.check.fix.planned else { return Html::default() };
    let shown = page.check.fix.shown.as_ref();
    html! {
        <>
            if !planned.decision.is_empty() {
                <p><b>{ "This takes a decision: " }</b>{ text::prose(&planned.decision) }{ "." }</p>
            }
            if !planned.thought.is_empty() {
                <h3>{ "Think first: what may break" }</h3>
                <p>{ text::prose(&planned.thought) }</p>
            }
            if let Some(fixed) = shown {
                { for fixed.files.iter().flat_map(|it| &it.hunks).map(|it| hunk(link, it)) }
                { for fixed.refusals.iter().map(|it| html! {
                    <p class="refusal"><b>{ "Not changed here: " }</b>{ text::prose(it) }{ "." }</p>
                }) }
                if !fixed.files.is_empty() {
                    <p class="row">
                        <button type="button" class="main" aria-label={format!("Apply what mends {}", rule.id)} onclick={link.callback(|_| Message::Apply)}>{ "Apply" }</button>
                    </p>
                }
            } else if !planned.files.is_empty() {
                <p class="quiet">{ "The change is on its way…" }</p>
            }
        </>
    }
}

fn hunk(link: &Scope<Page>, hunk: &Hunk) -> Html {
    let copy = hunk.copy.clone();
    let shown = |line: &str| {
        let (sign, text) = line.split_at_checked(1).unwrap_or_default();
        let class = match sign {
            "+" => "plus",
            "-" => "minus",
            _ => "same",
        };
        html! { <span class={class}>{ text.to_owned() }</span> }
    };
    html! {
        <figure class="change">
            <figcaption>
                { &hunk.title }
                <span class="space"></span>
                if !copy.is_empty() {
                    <button type="button" onclick={link.callback(move |_| Message::Copy(copy.clone()))}>{ "Copy" }</button>
                }
            </figcaption>
            <pre tabindex="0" aria-label="Change">{ for hunk.diff.split_inclusive('\n').map(shown) }</pre>
        </figure>
    }
}

impl Page {
    /// Asks what would mend the finding that is open; nothing mends one that is ignored.
    pub(super) fn ask_plan(&mut self) {
        let Some(open) = self.check.open.clone() else { return };
        let listed = self.check.listing.findings.iter().find(|it| it.key == open);
        if listed.is_some_and(|it| it.ignored.is_some()) {
            return self.forget_fix();
        }
        self.ask("plan", Ask::Plan(Aim::One(open)));
    }

    /// Forgets what would mend the finding that was open.
    pub(super) fn forget_fix(&mut self) {
        self.outdate_fix();
        self.check.fix.planned = None;
        self.check.fix.shown = None;
    }

    /// What was asked of a text is worth nothing once it changes; says so to whoever waits for it.
    pub(super) fn outdate_fix(&mut self) {
        self.check.fix.is_fresh = false;
        for kind in ["plan", "show"] {
            self.newest.remove(kind);
        }
        if self.stop_waiting() {
            self.tell(OUTDATED);
        }
    }

    /// Waits no longer for what mends several findings; whether it was waited for.
    fn stop_waiting(&mut self) -> bool {
        let waited = ["plan all", "fix"].map(|it| self.newest.remove(it));
        waited.iter().any(Option::is_some)
    }

    /// Takes in what is to be changed, and has the workbench change it.
    pub(super) fn take_plan(&mut self, planned: Planned) {
        let shows = planned.key.is_some();
        if !shows {
            self.stop_waiting();
        }
        let (files, plan) = (planned.files.clone(), planned.plan.clone());
        if shows {
            self.check.fix.is_fresh = files.is_empty();
            self.check.fix.planned = Some(planned);
        }
        match (files.is_empty(), shows) {
            (true, true) => self.check.fix.shown = None,
            (true, false) => self.tell("There is nothing to mend."),
            (false, _) => {
                let kind = if shows { "show" } else { "fix" };
                self.ask_workbench(kind, workbench::Ask::Fix(FixAsk { files, plan, shows }));
            }
        }
    }

    /// Takes in what is changed, and changes it unless it is only shown.
    pub(super) fn take_fixed(&mut self, fixed: Fixed) {
        if fixed.shows {
            self.check.fix.shown = Some(fixed);
            self.check.fix.is_fresh = true;
        } else {
            self.stop_waiting();
            self.change(&fixed, Focus::Summary);
        }
    }

    /// Mends several findings, as soon as it is known what they are.
    pub(super) fn mend(&mut self, aim: Aim) {
        if self.check.is_current {
            self.ask("plan all", Ask::Plan(aim));
        } else {
            self.check.fix.awaits = Some(aim);
        }
    }

    /// Makes the change that is shown.
    pub(super) fn apply(&mut self) {
        let Some(fixed) = self.check.fix.shown.take().filter(|_| self.check.fix.is_fresh) else {
            self.tell(OUTDATED);
            return;
        };
        let listed = &self.check.listing.findings;
        let place = listed.iter().position(|it| Some(&it.key) == self.check.open.as_ref());
        if self.change(&fixed, Focus::Finding(place.unwrap_or_default())) {
            self.check.open = None;
            self.forget_fix();
        }
    }

    /// Changes the texts in the editor, each in one step that can be undone, and says what was done; false
    /// where nothing changes.
    fn change(&mut self, fixed: &Fixed, focus: Focus) -> bool {
        let Some(bridge) = &self.bridge else { return false };
        if !fixed.files.iter().all(|it| bridge.workbench.has(it.file)) {
            self.tell(OUTDATED);
            return false;
        }
        for FixedFile { file, ends, texts, .. } in &fixed.files {
            bridge.editor.apply(*file, ends, texts.clone());
        }
        let files: Vec<_> = fixed.files.iter().map(|it| it.file).collect();
        let is_changed = !files.is_empty();
        let before = is_changed.then_some(Before::Texts(files));
        self.notice = Some(Notice { text: fixed.outcome.clone(), before, link: None });
        if is_changed {
            self.await_check(focus);
        }
        is_changed
    }

    /// Has the texts as they were before they were mended.
    pub(super) fn undo_fix(&mut self, files: &[u32]) {
        let is_back = self.bridge.as_ref().is_some_and(|it| it.editor.undo(files));
        self.tell(if is_back {
            "What was mended is as it was before."
        } else {
            "The text changed since then: Ctrl Z in the editor goes back step by step."
        });
        if is_back {
            self.await_check(Focus::Summary);
        }
    }

    /// Moves the focus once the check of what just changed is shown.
    fn await_check(&mut self, focus: Focus) {
        self.check.is_current = false;
        self.check.fix.focus = Some(focus);
    }

    /// Moves the focus to where it is to be, once that is there.
    pub(super) fn move_focus(&mut self) {
        if !self.check.is_current {
            return;
        }
        let Some(focus) = self.check.fix.focus.take() else { return };
        let listed = self.check.listing.findings.len();
        let place = match focus {
            Focus::Finding(place) if listed > 0 => {
                format!(".findings > li:nth-child({}) > button", place.min(listed - 1) + 1)
            }
            _ => ".summary h2".to_owned(),
        };
        let document = web_sys::window().and_then(|it| it.document());
        let element = document.and_then(|it| it.query_selector(&place).ok().flatten());
        let element = element.and_then(|it| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(it).ok());
        if let Some(element) = element {
            // Where nothing can be focused, nothing is lost.
            let _ = element.focus();
        }
    }
}

const OUTDATED: &str = "The text changed meanwhile, and nothing was mended: look again.";
