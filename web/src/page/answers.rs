//! What becomes of the engine's answers.

use std::rc::Rc;

use serde::Serialize;
use web::protocol::{Answer, Ask, Reply, Units};
use yew::prelude::*;

use super::state::{EngineState, LIMIT, Notice, View};
use super::{Message, Page};

/// What the editor shows of a finding.
#[derive(Serialize)]
struct Mark<'a> {
    #[serde(flatten)]
    at: Units,
    rule: usize,
    message: &'a str,
}

impl Page {
    /// Takes in an answer, unless a newer question of its kind was asked; whether anything changed.
    pub(super) fn hear(&mut self, context: &Context<Self>, reply: &str) -> bool {
        let Ok(Reply { id, answer }) = serde_json::from_str(reply) else { return false };
        let kind = match answer {
            Answer::Catalogue(_) => "catalogue",
            Answer::Checked(_) => "check",
            Answer::Mended(_) => "mend",
            Answer::Rule(_) => "rule",
            Answer::Made(_) => "make",
            Answer::Filled(_) => "fill",
            Answer::Simulated(_) => "simulate",
            Answer::Refused(_) => "",
        };
        if !kind.is_empty() && self.newest.get(kind) != Some(&id) && kind != "rule" {
            return false;
        }
        match answer {
            Answer::Catalogue(catalogue) => {
                if let (Some(bridge), Ok(rules)) =
                    (&self.bridge, serde_json::to_string(&catalogue.rules))
                {
                    bridge.editor.set_rules(&rules);
                }
                if self.make.words.is_empty() {
                    let first = catalogue.forms.first();
                    self.make.words = first.map(|it| it.words.clone()).unwrap_or_default();
                }
                self.rules.catalogue = Some(Rc::new(catalogue));
                if !matches!(self.engine, EngineState::Stopped(_)) {
                    self.engine = EngineState::Ready;
                }
                if self.view == View::Generate && super::link::Address::current().key.is_empty() {
                    self.ask_make(false);
                }
            }
            Answer::Checked(checked) => {
                self.check.is_running = false;
                self.engine = EngineState::Ready;
                self.check.limit = self.check.limit.max(LIMIT);
                let is_there = |it: &usize| *it < checked.findings.len();
                self.check.open = self.check.open.filter(is_there);
                let objects = checked.objects.len();
                self.check.object = self.check.object.filter(|it| *it < objects);
                self.check.result = Some(Rc::new(checked));
                self.mark();
                if let Some(open) = self.check.open {
                    self.ask("mend", Ask::Mend(open));
                }
                if self.check.is_outdated {
                    self.recheck();
                }
            }
            Answer::Mended(mends) => self.check.mends = mends,
            Answer::Rule(page) => {
                if !self.rules.pages.iter().any(|it| it.id == page.id) {
                    self.rules.pages.push(*page);
                }
            }
            Answer::Made(made) => self.make.made = made,
            Answer::Filled(Ok(form)) => {
                self.make.set(form);
                self.ask_make(false);
            }
            Answer::Filled(Err(error)) => {
                context.link().send_message(Message::Dismiss);
                self.notice = Some(Notice {
                    text: format!("This link cannot be used: {error}"),
                    before: None,
                });
                self.ask_make(false);
            }
            Answer::Simulated(verdicts) => self.check.verdicts = verdicts,
            Answer::Refused(error) => {
                self.check.is_running = false;
                self.tell(&error);
            }
        }
        true
    }

    /// Shows in the editor what is wrong with the file that is shown.
    pub(super) fn mark(&self) {
        let (Some(bridge), Some(checked)) = (&self.bridge, &self.check.result) else { return };
        let shown = checked
            .findings
            .iter()
            .filter(|it| it.file == self.files.shown && it.ignored.is_none())
            .flat_map(|it| {
                it.spots.iter().map(|spot| Mark {
                    at: spot.at,
                    rule: it.rule,
                    message: &it.message,
                })
            });
        if let Ok(json) = serde_json::to_string(&shown.collect::<Vec<_>>()) {
            bridge.editor.mark(&json);
        }
    }

    /// Opens a finding and shows its place, or closes it.
    pub(super) fn open_finding(&mut self, index: usize) {
        self.check.mends.clear();
        if self.check.open == Some(index) {
            self.check.open = None;
            return;
        }
        self.check.open = Some(index);
        self.ask("mend", Ask::Mend(index));
        let Some(checked) = self.check.result.clone() else { return };
        let Some(finding) = checked.findings.get(index) else { return };
        if let Some(rule) =
            self.rules.catalogue.as_ref().and_then(|it| it.rules.get(finding.rule)).cloned()
        {
            self.ask_rule(&rule.id);
        }
        if let Some(spot) = finding.spots.first() {
            self.reveal(finding.file, spot.at.from, spot.at.to, false);
        }
    }

    /// Opens the next finding that is shown, or the one before.
    pub(super) fn step(&mut self, by: isize) {
        let (Some(checked), Some(catalogue)) =
            (self.check.result.clone(), self.rules.catalogue.clone())
        else {
            return;
        };
        let shown: Vec<usize> =
            self.check.shown(&checked, &catalogue).map(|(index, _)| index).collect();
        let now = self.check.open.and_then(|open| shown.iter().position(|it| *it == open));
        let next = match (now, by) {
            (None, _) => 0,
            (Some(now), 1) => (now + 1) % shown.len().max(1),
            (Some(now), _) => now.checked_sub(1).unwrap_or(shown.len().saturating_sub(1)),
        };
        let Some(index) = shown.get(next).copied() else { return };
        self.check.limit = self.check.limit.max(next + 1);
        if self.check.open != Some(index) {
            self.open_finding(index);
        }
    }

    /// Shows a range of a file.
    pub(super) fn reveal(&mut self, file: usize, from: u32, to: u32, focus: bool) {
        if file != self.files.shown {
            self.show_file(file);
        }
        if let Some(bridge) = &self.bridge {
            bridge.editor.reveal(from, to, focus);
        }
    }
}
