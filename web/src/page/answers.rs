//! What becomes of the engine's answers.

use std::rc::Rc;

use web::protocol::{Answer, Ask, Mark, Reply};
use yew::prelude::*;

use super::state::{EngineState, LIMIT, Notice, View};
use super::{Message, Page};

impl Page {
    /// Takes in an answer, unless a newer question of its kind was asked; whether anything changed.
    pub(super) fn hear(&mut self, context: &Context<Self>, reply: &str) -> bool {
        let Ok(Reply { id, answer }) = serde_json::from_str(reply) else { return false };
        let kind = match answer {
            Answer::Catalogue(_) => "catalogue",
            Answer::Checked(_) => "check",
            Answer::Listed(_) => "list",
            Answer::Mended(_) => "mend",
            Answer::Rule(_) => "rule",
            Answer::Made(_) => "make",
            Answer::Filled(_) => "fill",
            Answer::Simulated(_) => "simulate",
            Answer::Audited(_) => "audit",
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
                let count = checked.severities.iter().sum();
                self.check.open = self.check.open.filter(|it| *it < count);
                let objects = checked.objects.len();
                self.check.filter.object = self.check.filter.object.filter(|it| *it < objects);
                self.check.listing.clone_from(&checked.listing);
                self.check.result = Some(Rc::new(checked));
                self.mark();
                if let Some(open) = self.check.open {
                    self.ask("mend", Ask::Mend(open));
                }
                if self.check.is_outdated {
                    self.recheck();
                }
            }
            Answer::Listed(listing) => self.check.listing = listing,
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
            Answer::Audited(answer) => {
                let rule = answer.as_ref().ok().and_then(|it| it.rule);
                if let Some(rule) = rule.filter(|_| self.check.audit.reveals) {
                    self.reveal(self.files.shown, rule.from, rule.to, false);
                }
                self.check.audit.answer = Some(answer);
            }
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
        let shown = self.files.shown;
        let marks: Vec<&Mark> = checked.marks.iter().filter(|it| it.file == shown).collect();
        if let Ok(json) = serde_json::to_string(&marks) {
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
        let shown = self.check.listing.findings.iter().find(|it| it.index == index);
        let Some(finding) = shown.cloned() else { return };
        if let Some(rule) =
            self.rules.catalogue.as_ref().and_then(|it| it.rules.get(finding.rule)).cloned()
        {
            self.ask_rule(&rule.id);
        }
        if let Some(spot) = finding.spots.first() {
            self.reveal(finding.file, spot.at.from, spot.at.to, false);
        }
    }

    /// Opens the next finding that is listed, or the one before.
    pub(super) fn step(&mut self, by: isize) {
        let listing = &self.check.listing;
        let listed: Vec<usize> = listing.findings.iter().map(|it| it.index).collect();
        let now = self.check.open.and_then(|open| listed.iter().position(|it| *it == open));
        let next = match (now, by) {
            (None, _) => 0,
            (Some(now), 1) => now + 1,
            (Some(now), _) => now.checked_sub(1).unwrap_or(listed.len().saturating_sub(1)),
        };
        if next >= listed.len() && listed.len() < listing.total {
            self.check.filter.limit += LIMIT;
            self.ask("list", Ask::List(self.check.filter.clone()));
            return;
        }
        let index = listed.get(next).or_else(|| listed.first()).copied();
        if let Some(index) = index.filter(|it| self.check.open != Some(*it)) {
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
