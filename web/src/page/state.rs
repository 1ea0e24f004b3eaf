//! What the page remembers.

use std::rc::Rc;

use web::protocol::engine::{
    Aim, Catalogue, Checked, Filter, FindingKey, Listing, Planned, RulePage, Verdict,
};
use web::protocol::workbench::{Audited, Fixed, Form, Made, MakeAsk};

use super::files::Draft;

/// So many findings are drawn at once; more on demand.
pub(super) const LIMIT: usize = 100;

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Check,
    Generate,
    Rules,
    Simulate,
}

impl View {
    pub(super) const ALL: [Self; 4] = [Self::Check, Self::Generate, Self::Rules, Self::Simulate];

    /// What it is called in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Generate => "generate",
            Self::Rules => "rules",
            Self::Simulate => "simulate",
        }
    }

    /// What it is called on the page.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Check => "Check",
            Self::Generate => "Generate",
            Self::Rules => "Rules",
            Self::Simulate => "Simulate",
        }
    }

    /// Whether it shows the editor.
    pub(super) fn has_editor(self) -> bool {
        matches!(self, Self::Check | Self::Simulate)
    }

    /// Goes there, which the page hears of as of any link.
    pub(super) fn visit(self) {
        super::link::visit(&format!("#/{}", self.name()));
    }

    /// The view that the address names.
    pub(super) fn of_address() -> Self {
        let address = super::link::Address::current();
        Self::ALL.into_iter().find(|it| it.name() == address.view).unwrap_or(Self::Check)
    }
}

/// How the engine is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EngineState {
    Starting,
    Ready,
    /// It stopped, and a new one was started; why.
    Stopped(String),
}

/// The files, whose texts the editor keeps.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) list: Vec<File>,
    /// The one that is shown, by its place.
    pub(super) shown: usize,
    /// The number of the next one: numbers are never used again.
    pub(super) next: u32,
    /// What a link held that was opened over a draft: not worth the draft until it is changed.
    pub(super) linked: Option<Draft>,
}

#[derive(Debug)]
pub(super) struct File {
    pub(super) id: u32,
    pub(super) name: String,
}

/// What was checked, and what is shown of it.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub(super) is_running: bool,
    /// Whether something changed since the check that is running began.
    pub(super) is_outdated: bool,
    /// Whether the result is that of what is in the editor now.
    pub(super) is_current: bool,
    /// Whether a link is to be made as soon as it is known what it would hold.
    pub(super) awaits_link: bool,
    pub(super) result: Option<Rc<Checked>>,
    /// The findings that are shown.
    pub(super) listing: Listing,
    pub(super) filter: Filter,
    /// The finding that is open; nothing is shown for one that is gone, until it is back.
    pub(super) open: Option<FindingKey>,
    pub(super) fix: Fix,
    pub(super) verdicts: Vec<Verdict>,
    pub(super) audit: Audit,
}

/// What would mend the finding that is open.
#[derive(Debug, Default)]
pub(super) struct Fix {
    pub(super) planned: Option<Planned>,
    pub(super) shown: Option<Fixed>,
    /// Whether both are about what is in the editor now.
    pub(super) is_fresh: bool,
    /// What is to be mended as soon as the check that is running is done.
    pub(super) awaits: Option<Aim>,
    /// Where the focus goes once the next check is shown.
    pub(super) focus: Option<Focus>,
}

/// Where the focus goes after something was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Focus {
    /// The finding at this place of the list, or the last one.
    Finding(usize),
    /// What is said over the list.
    Summary,
}

/// What an audit policy is asked, and says.
#[derive(Debug)]
pub(super) struct Audit {
    /// Whether the audit policy is asked rather than Pod Security.
    pub(super) is_on: bool,
    /// The event, as JSON.
    pub(super) event: String,
    /// Whether the deciding rule is to be shown in the editor: not while somebody types there.
    pub(super) reveals: bool,
    pub(super) answer: Option<Result<Audited, String>>,
}

impl Default for Audit {
    /// The event that everybody wants to know about.
    fn default() -> Self {
        let event = include_str!("../../scenarios/event.json").trim_end().to_owned();
        Self { is_on: false, event, reveals: false, answer: None }
    }
}

/// The severities, worst first.
pub(super) const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

/// The forms, and what the one at hand comes to.
#[derive(Debug, Default)]
pub(super) struct Make {
    /// What can be generated; `None` until the workbench says so.
    pub(super) forms: Option<Rc<Vec<Form>>>,
    /// The words that choose the form at hand.
    pub(super) words: Vec<String>,
    pub(super) filled: Vec<MakeAsk>,
    /// Forms as they were, newest last.
    pub(super) before: Vec<MakeAsk>,
    pub(super) made: Made,
}

impl Make {
    /// The form at hand, as it is filled in.
    pub(super) fn current(&self) -> MakeAsk {
        let filled = self.filled.iter().find(|it| it.words == self.words);
        filled
            .cloned()
            .unwrap_or_else(|| MakeAsk { words: self.words.clone(), ..MakeAsk::default() })
    }

    /// Puts a form in the place of the one with the same words.
    pub(super) fn set(&mut self, form: MakeAsk) {
        self.words.clone_from(&form.words);
        self.filled.retain(|it| it.words != form.words);
        self.filled.push(form);
    }
}

/// The rules, and what was read of them.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) catalogue: Option<Rc<Catalogue>>,
    pub(super) pages: Vec<RulePage>,
    pub(super) query: String,
}

/// Something to tell, once.
#[derive(Debug, Default)]
pub(super) struct Notice {
    pub(super) text: String,
    /// What was there before, where that can be had back.
    pub(super) before: Option<Before>,
    /// A link that the browser did not let this page copy.
    pub(super) link: Option<String>,
}

/// What can be had back.
#[derive(Debug)]
pub(super) enum Before {
    /// Everything that was entered.
    All(Draft),
    /// A file that was closed: its place, its name and its text.
    File(usize, String, String),
    /// The texts of these files, by their numbers, before they were mended.
    Texts(Vec<u32>),
}
