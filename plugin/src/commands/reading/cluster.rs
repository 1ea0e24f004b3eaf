//! Feeds what a cluster holds to one check, while it comes.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::bail;
use harden_core::check::{Incomplete, Listed, Outcome, Run, Settings, Survey};
use harden_core::inventory::Extent;
use harden_core::kubernetes::GroupKind;
use harden_core::source::{Cut, Source};
use harden_yaml::Position;

use super::Checked;
use crate::input::Unread;
use crate::listing::{End, Kind, Listing, ObjectName, Origin, Part, Reached, speaks_for_others};

/// Kinds that say something for others; they come before all that are judged.
const SPEAKING: [GroupKind; 4] = [
    GroupKind::NAMESPACE,
    GroupKind::LIMIT_RANGE,
    GroupKind::RESOURCE_QUOTA,
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"),
];

/// Where every finding is, as far as lines tell.
const START: Position = Position { line: 1, column: 1 };

/// Checks what a cluster holds; nothing of it is kept that no finding and no rule over all objects needs.
///
/// # Errors
///
/// When the server does not understand what is asked, or nothing at all may be read.
pub(crate) fn check_listing(
    listing: Listing,
    settings: Settings,
    progress: &dyn Fn(String),
) -> anyhow::Result<Checked> {
    let name: Arc<str> = format!("cluster {}", listing.origin.context).into();
    let Listing { origin, parts } = listing;
    let reads: Vec<_> = settings.rules.iter().flat_map(|it| it.reads.iter().copied()).collect();
    let mut survey = Survey::new(settings);
    let (mut first, mut unread, mut next) = (Vec::new(), Vec::new(), None);
    let mut seen = Seen::default();
    let mut read = 0;
    let mut parts = parts.inspect(|part| {
        if let Part::Objects(kind, texts) = part {
            read += texts.len();
            progress(format!("reading {}: {read} objects so far", kind.resource()));
        }
    });
    for part in parts.by_ref() {
        match part {
            Part::Objects(kind, texts) if speaks_for_others(&kind) => {
                let sources = sources(&name, texts);
                sources.iter().for_each(|it| survey.learn(it));
                first.push(sources);
            }
            Part::End(kind, end) if speaks_for_others(&kind) => {
                seen.note(&origin, &kind, &end);
                let known = SPEAKING.iter().find(|it| kind.is_of(**it));
                if let (Some(known), Some(why)) = (known, end.lack) {
                    survey.note(*known, Extent::Rejected(why));
                }
            }
            Part::Unread(what, why) => unread.push(Incomplete { what, why }),
            other => {
                next = Some(other);
                break;
            }
        }
    }
    let mut run = survey.end();
    run.expect_owners_first();
    first.into_iter().for_each(|it| run.judge(it));
    unread.into_iter().for_each(|it| run.note(it));
    let (mut selected, mut is_interrupted) = (None, false);
    for part in next.into_iter().chain(parts) {
        match part {
            Part::Objects(_, texts) => run.judge(sources(&name, texts)),
            Part::End(kind, end) => {
                seen.note(&origin, &kind, &end);
                note_lack(&mut run, &kind, end);
            }
            Part::Unread(what, why) => run.note(Incomplete { what, why }),
            Part::Selected(names) => selected = Some(names),
            Part::Interrupted => is_interrupted = true,
            Part::Invalid(why) => bail!(why),
            Part::Cut(why) => {
                // What rules read of these kinds is not known.
                for kind in reads.iter().filter(|it| !seen.has_ended(**it)) {
                    run.note_unread(kind.group, kind.kind, why.clone());
                }
                run.note(Incomplete { what: "other kinds".to_owned(), why });
            }
        }
    }
    seen.rights.expect_some(&origin)?;
    let mut outcome = run.finish();
    if let Some(names) = &selected {
        select(&mut outcome, names);
    }
    outcome.coverage.listed = seen.listed;
    // Nobody sees the texts, in which marks of another length may stand for secrets.
    let spots = outcome.findings.iter_mut().flat_map(|it| &mut it.spots);
    for spot in spots {
        (spot.start, spot.end) = (START, START);
    }
    let cluster = Some(origin.to_string());
    let reached = Some(Reached { scope: origin.scope, whole: seen.whole, selected });
    Ok(Checked { outcome, cluster, reached, is_interrupted, ..Checked::default() })
}

/// The kinds that have ended so far.
#[derive(Default)]
struct Seen {
    rights: Rights,
    listed: Vec<Listed>,
    ended: Vec<Arc<Kind>>,
    /// Those of which every object came.
    whole: Vec<Arc<Kind>>,
}

impl Seen {
    fn note(&mut self, origin: &Origin, kind: &Arc<Kind>, end: &End) {
        self.rights.note(end);
        self.listed.push(one_listed(origin, kind, end));
        self.ended.push(Arc::clone(kind));
        if end.lack.is_none() {
            self.whole.push(Arc::clone(kind));
        }
    }

    fn has_ended(&self, kind: GroupKind) -> bool {
        self.ended.iter().any(|it| it.is_of(kind))
    }
}

/// Whether anything may be read.
#[derive(Default)]
struct Rights {
    is_any: bool,
    refused: Option<String>,
}

impl Rights {
    fn note(&mut self, end: &End) {
        if end.is_forbidden {
            self.refused.clone_from(&end.lack);
        } else {
            self.is_any = true;
        }
    }

    fn expect_some(self, origin: &Origin) -> anyhow::Result<()> {
        match self.refused.filter(|_| !self.is_any) {
            Some(why) => Err(Unread::because(format!(
                "nothing of {origin} can be read: {why}; the ClusterRole `view` allows most of it"
            ))
            .into()),
            None => Ok(()),
        }
    }
}

/// Leaves what is said of objects that were selected, and of no object.
fn select(outcome: &mut Outcome<'_>, names: &HashSet<ObjectName>) {
    outcome.findings.retain(|it| {
        it.object.as_ref().is_none_or(|it| {
            let (group, _) = it.api_version.split_once('/').unwrap_or_default();
            let key = match it.namespace.as_str() {
                "" => it.name.clone(),
                namespace => format!("{namespace}/{}", it.name),
            };
            let name = ObjectName { group: group.to_owned(), kind: it.kind.clone(), key };
            names.contains(&name)
        })
    });
    if names.is_empty() {
        let why = "no object has labels that the selector matches".to_owned();
        outcome.incomplete.push(Incomplete { what: "the selection".to_owned(), why });
    }
}

pub(crate) fn one_listed(origin: &Origin, kind: &Kind, end: &End) -> Listed {
    Listed {
        resource: kind.resource(),
        objects: end.objects,
        selected: end.selected,
        command: origin.command(kind),
    }
}

fn note_lack(run: &mut Run<'_>, kind: &Kind, end: End) {
    if let Some(why) = end.lack {
        run.note_unread(&kind.group, &kind.kind, why);
    }
}

/// Objects as sources, of which no text is kept to show findings in.
pub(crate) fn sources(name: &Arc<str>, texts: Vec<String>) -> Vec<Source<'static>> {
    let source = |text| {
        let cut = Cut { start: START, list: Arc::default() };
        Source::cut(Arc::clone(name), text, cut)
    };
    texts.into_iter().map(source).collect()
}
