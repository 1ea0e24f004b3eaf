//! What becomes of the engine's answers.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use web::protocol::{Reply, engine, workbench};
use yew::prelude::*;

use super::state::{EngineState, LIMIT, Notice};
use super::{Message, Page, bridge};

impl Page {
    /// Takes in an answer of the engine, unless a newer question of its kind was asked; whether anything
    /// changed.
    pub(super) fn hear_engine(&mut self, context: &Context<Self>, reply: &[u8]) -> bool {
        let Some((id, answer)) = self.read(reply) else { return true };
        let kind = match answer {
            engine::Answer::Catalogue(_) => "catalogue",
            engine::Answer::Checked(_) => "check",
            engine::Answer::Listed(_) => "list",
            engine::Answer::Planned(ref planned) if planned.key.is_some() => "plan",
            engine::Answer::Planned(_) => "plan all",
            engine::Answer::Simulated(_) => "simulate",
            // A page of a rule is as good whenever it comes.
            engine::Answer::Rule(_) => "",
        };
        if !self.is_newest(kind, id) {
            return false;
        }
        match answer {
            engine::Answer::Catalogue(catalogue) => {
                if let (Some(bridge), None) = (&self.bridge, &self.rules.catalogue) {
                    for rule in &catalogue.rules {
                        bridge.editor.add_rule(&rule.id, &rule.severity, &rule.why);
                    }
                }
                self.rules.catalogue = Some(Rc::new(catalogue));
                if !matches!(self.engine, EngineState::Stopped(_)) {
                    self.engine = EngineState::Ready;
                }
            }
            engine::Answer::Checked(checked) => {
                if self.check.result.is_none() {
                    keep_offline(context);
                }
                self.take_check(*checked);
                if self.check.is_current {
                    // What waited for this check: the draft, and a link.
                    self.remember_later();
                    if self.check.awaits_link {
                        self.share(context, false);
                    }
                    if let Some(aim) = self.check.fix.awaits.take() {
                        self.mend(aim);
                    }
                }
            }
            engine::Answer::Listed(listing) => self.check.listing = listing,
            engine::Answer::Planned(planned) => self.take_plan(planned),
            engine::Answer::Rule(page) => {
                if !self.rules.pages.iter().any(|it| it.id == page.id) {
                    self.rules.pages.push(*page);
                }
            }
            engine::Answer::Simulated(verdicts) => self.check.verdicts = verdicts,
        }
        true
    }

    fn take_check(&mut self, checked: engine::Checked) {
        self.check.is_running = false;
        self.check.is_current = !self.check.is_outdated;
        self.engine = EngineState::Ready;
        let objects = checked.objects.len();
        self.check.filter.object = self.check.filter.object.filter(|it| *it < objects);
        self.check.listing.clone_from(&checked.listing);
        self.check.result = Some(Rc::new(checked));
        self.mark();
        self.ask_plan();
        if self.check.is_outdated {
            self.recheck();
        }
    }

    /// The same for an answer of the workbench.
    pub(super) fn hear_workbench(&mut self, context: &Context<Self>, reply: &[u8]) -> bool {
        let Some((id, answer)) = self.read(reply) else { return true };
        let kind = match answer {
            workbench::Answer::Forms(_) => "forms",
            workbench::Answer::Made(_) => "make",
            workbench::Answer::Filled(_) => "fill",
            workbench::Answer::Audited(_) => "audit",
            workbench::Answer::Fixed(ref fixed) if fixed.shows => "show",
            workbench::Answer::Fixed(_) => "fix",
        };
        if !self.is_newest(kind, id) {
            return false;
        }
        match answer {
            workbench::Answer::Forms(forms) => {
                if self.make.words.is_empty() {
                    self.make.words = forms.first().map(|it| it.words.clone()).unwrap_or_default();
                }
                self.make.forms = Some(Rc::new(forms));
                if super::link::Address::current().key.is_empty() {
                    self.ask_make(false);
                }
            }
            workbench::Answer::Made(made) => self.make.made = made,
            workbench::Answer::Filled(Ok(form)) => {
                self.make.set(form);
                self.ask_make(false);
            }
            workbench::Answer::Filled(Err(error)) => {
                context.link().send_message(Message::Dismiss);
                self.notice = Some(Notice {
                    text: format!("This link cannot be used: {error}"),
                    before: None,
                    link: None,
                });
                self.ask_make(false);
            }
            workbench::Answer::Audited(answer) => {
                let rule = answer.as_ref().ok().and_then(|it| it.rule);
                if let Some(rule) = rule.filter(|_| self.check.audit.reveals) {
                    self.reveal(self.files.shown, rule.from, rule.to, false);
                }
                self.check.audit.answer = Some(answer);
            }
            workbench::Answer::Fixed(fixed) => self.take_fixed(fixed),
        }
        true
    }

    /// The number and the answer of a reply; tells where there is none.
    fn read<A: DeserializeOwned>(&mut self, reply: &[u8]) -> Option<(u32, A)> {
        let reply = web::protocol::read::<Reply<A>>(reply);
        match reply.and_then(|Reply { id, answer }| Ok((id, answer?))) {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.check.is_running = false;
                self.tell(&error);
                None
            }
        }
    }

    fn is_newest(&self, kind: &str, id: u32) -> bool {
        kind.is_empty() || self.newest.get(kind) == Some(&id)
    }

    /// Shows in the editor what is wrong with the file that is shown.
    pub(super) fn mark(&self) {
        let (Some(bridge), Some(checked)) = (&self.bridge, &self.check.result) else { return };
        let shown = self.files.shown;
        let marks = checked.marks.iter().filter(|it| it.file == shown);
        let place =
            |it: &engine::Mark| [it.at.from, it.at.to, it.rule.try_into().unwrap_or(u32::MAX)];
        let numbers: Vec<u32> = marks.clone().flat_map(place).collect();
        bridge.editor.mark(marks.map(|it| it.message.clone()).collect(), &numbers);
    }

    /// Opens a finding and shows its place, or closes it.
    pub(super) fn open_finding(&mut self, key: engine::FindingKey) {
        self.forget_fix();
        if self.check.open.as_ref() == Some(&key) {
            self.check.open = None;
            return;
        }
        let shown = self.check.listing.findings.iter().find(|it| it.key == key).cloned();
        self.check.open = Some(key);
        self.ask_plan();
        let Some(finding) = shown else { return };
        if let Some(rule) =
            self.rules.catalogue.as_ref().and_then(|it| it.rules.get(finding.rule)).cloned()
        {
            self.ask_rule(&rule.id);
        }
        if let Some(spot) = finding.spots.first() {
            self.reveal(finding.key.file, spot.at.from, spot.at.to, false);
        }
    }

    /// Opens the next finding that is listed, or the one before.
    pub(super) fn step(&mut self, by: isize) {
        let listing = &self.check.listing;
        let listed: Vec<_> = listing.findings.iter().map(|it| &it.key).collect();
        let now = self.check.open.as_ref();
        let now = now.and_then(|open| listed.iter().position(|it| *it == open));
        let next = match (now, by) {
            (None, _) => 0,
            (Some(now), 1) => now + 1,
            (Some(now), _) => now.checked_sub(1).unwrap_or(listed.len().saturating_sub(1)),
        };
        if next >= listed.len() && listed.len() < listing.total {
            self.check.filter.limit += LIMIT;
            self.ask("list", engine::Ask::List(self.check.filter.clone()));
            return;
        }
        let key = listed.get(next).or_else(|| listed.first()).copied();
        if let Some(key) = key.filter(|it| self.check.open.as_ref() != Some(*it)).cloned() {
            self.open_finding(key);
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

/// Has everything kept for use without a network: after the first findings, which it would slow down.
fn keep_offline(context: &Context<Page>) {
    context.link().send_future(async {
        let kept = wasm_bindgen_futures::JsFuture::from(bridge::keeps_offline()).await;
        Message::Offline(kept.is_ok_and(|it| it.is_truthy()))
    });
}
