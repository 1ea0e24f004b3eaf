//! `--watch`: judges a cluster again when something changed, and prints what came of it.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::bail;
use harden_core::check::{Baseline, Outcome, Settings};
use harden_core::comparison::Earlier;
use harden_core::report::{News, Report, ReportSource, View};

use super::{Options, exit_of};
use crate::cluster::interrupt::Interrupt;
use crate::cluster::store::Shared;
use crate::cluster::watch::{self, Event};
use crate::commands;
use crate::commands::reading::{self, Checked, Judged};
use crate::listing::{Listing, Origin};
use crate::terminal::{self, Exit};

/// For so long nothing is to change before all is judged again.
const QUIET: Duration = Duration::from_secs(1);
/// Nobody waits longer for quiet.
const LONGEST: Duration = Duration::from_secs(10);
/// After it was judged, nothing is for so many times as long as that took.
const REST: u32 = 3;
/// So many kinds are named in a note.
const NAMED: usize = 3;

/// A cluster that is watched, and what was found last.
pub(super) struct Watch<'o> {
    options: &'o Options,
    settings: Settings,
    store: Shared,
    origin: Origin,
    baseline: Option<Baseline>,
    /// What `--against` names.
    old: Option<Earlier>,
    before: Earlier,
    /// When all may be judged again.
    rested: Instant,
    /// From here on, Ctrl-C is waited for.
    _interrupt: Interrupt,
}

/// What happened in a while.
#[derive(Default)]
struct Happened {
    is_changed: bool,
    is_over: bool,
    /// Kinds, with why what changes of them is not known; with nothing where it is again.
    lines: BTreeMap<String, Option<String>>,
    notes: Vec<String>,
}

impl<'o> Watch<'o> {
    /// Keeps what comes of a listing, if it is to be watched.
    pub(super) fn over(
        options: &'o Options,
        settings: &Settings,
        listing: Option<Listing>,
        baseline: Option<&Baseline>,
        old: Option<&Judged<'_>>,
    ) -> anyhow::Result<(Option<Listing>, Option<Self>)> {
        let listing = match listing {
            Some(listing) if options.watch => listing,
            other => return Ok((other, None)),
        };
        let store = Shared::default();
        let watch = Self {
            options,
            settings: settings.clone(),
            store: store.clone(),
            origin: listing.origin.clone(),
            baseline: baseline.cloned(),
            old: old.map(Judged::earlier),
            before: Earlier::default(),
            rested: Instant::now(),
            _interrupt: Interrupt::listen()?,
        };
        Ok((Some(store.keep(listing)), Some(watch)))
    }

    /// With what was found first.
    pub(super) fn after(self, outcome: &Outcome<'_>) -> Self {
        Self { before: Earlier::of(outcome), ..self }
    }

    /// Watches until the user or the reader has seen enough; `exit` is what the first check came to.
    pub(super) fn run(mut self, mut exit: Exit) -> commands::Result {
        let reach = &self.options.reach;
        let wish = (self.origin.scope.clone(), reach.span.chunk());
        let events = watch::follow(&self.options.connection, wish, self.store.clone())?;
        if !self.options.is_quiet() {
            terminal::note("watching for changes; Ctrl-C ends it")?;
        }
        loop {
            let happened = self.wait(&events);
            happened.tell()?;
            if happened.is_over {
                return Ok(exit);
            }
            if happened.is_changed {
                let began = Instant::now();
                let (now, is_read) = self.judge()?;
                exit = now;
                if !is_read {
                    return Ok(exit);
                }
                let now = Instant::now();
                self.rested = now + (now - began) * REST;
            }
        }
    }

    /// What happens until it is quiet.
    fn wait(&self, events: &Receiver<Event>) -> Happened {
        let mut happened = Happened::default();
        match events.recv() {
            Ok(event) => happened.note(event),
            Err(_) => happened.is_over = true,
        }
        let end = self.rested.max(Instant::now() + LONGEST);
        while !happened.is_over {
            let now = Instant::now();
            let rest = self.rested.saturating_duration_since(now).max(QUIET);
            match events.recv_timeout(rest.min(end.saturating_duration_since(now))) {
                Ok(event) => happened.note(event),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => happened.is_over = true,
            }
        }
        happened
    }

    /// Judges what there is now, and prints what changed; returns what it comes to, and whether somebody reads it.
    fn judge(&mut self) -> anyhow::Result<(Exit, bool)> {
        let options = self.options;
        let time = jiff::Timestamp::now().round(jiff::Unit::Second)?.to_string();
        let listing = self.store.listing(Origin { time: time.clone(), ..self.origin.clone() });
        let checked = reading::check_listing(listing, self.settings.clone(), &|_| {})?;
        let Checked { mut outcome, errors, cluster, .. } = checked;
        if !options.reach.shows_system(&self.origin.scope) {
            outcome.set_system_aside();
        }
        let ran = |id: &str| self.settings.rules.iter().any(|it| it.id == id);
        let baseline = self.baseline.clone();
        let compared = baseline.map(|it| it.subtract(&mut outcome.findings, ran));
        // The exit code is about what is new since then.
        if let Some(old) = self.old.clone() {
            old.compare(&mut outcome, |_| true);
        }
        let exit = exit_of(options, &errors, &outcome);
        let before = std::mem::replace(&mut self.before, Earlier::of(&outcome));
        let comparison = before.compare(&mut outcome, |_| true);
        options.order(options.outputs.output).sort(&mut outcome.findings);
        let sources = ReportSource::of_cluster(&outcome);
        let view = View { compared, cluster: cluster.as_deref(), ..View::default() };
        let report = Report {
            version: env!("CARGO_PKG_VERSION"),
            now: Some(&time),
            view,
            ..Report::of(&outcome, &self.settings, &sources)
        };
        let news = News { report, comparison: &comparison };
        let is_read = news.is_empty() || print(&news, options)?;
        Ok((exit, is_read))
    }
}

/// Prints what changed; says whether somebody reads it.
fn print(news: &News<'_>, options: &Options) -> anyhow::Result<bool> {
    let mut text = Vec::new();
    news.write(options.outputs.output, terminal::colours(), &mut text)?;
    let mut out = io::stdout().lock();
    match out.write_all(&text).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => bail!("failed to write standard output: {error}"),
    }
}

impl Happened {
    fn note(&mut self, event: Event) {
        match event {
            Event::Changed => self.is_changed = true,
            Event::Away(kind, why) => drop(self.lines.insert(kind, Some(why))),
            Event::Back(kind) => drop(self.lines.insert(kind, None)),
            Event::Served(kind) => self.notes.push(format!("{kind} is served now")),
            Event::Unserved(kind) => self.notes.push(format!("{kind} is served no more")),
            Event::Interrupted => self.is_over = true,
        }
    }

    /// Says what is no finding.
    fn tell(&self) -> anyhow::Result<()> {
        self.notes.iter().try_for_each(|it| terminal::note(it))?;
        let mut groups: BTreeMap<Option<&str>, Vec<&str>> = BTreeMap::new();
        for (kind, why) in &self.lines {
            groups.entry(why.as_deref()).or_default().push(kind);
        }
        for (why, kinds) in groups {
            let named = kinds.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
            let more = match kinds.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!(" and {more} more kinds"),
            };
            terminal::note(&match why {
                Some(why) => format!("changes of {named}{more} are not seen at the moment: {why}"),
                None => format!("changes of {named}{more} are seen again"),
            })?;
        }
        Ok(())
    }
}
