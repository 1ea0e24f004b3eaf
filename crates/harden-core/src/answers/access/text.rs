//! An answer for a terminal.

use super::through::place;
use super::{
    Answer, Change, Changes, Coverage, Holder, NearMiss, Through, UNSEEN, WhatCan, WhoCan, Wildcard,
};
use crate::report::escape::plain;

/// What of an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// Whether it is shown what Kubernetes makes for itself.
    pub has_system: bool,
}

/// The answer as lines.
pub fn to_text(answer: &Answer, coverage: &Coverage, view: View) -> String {
    let mut out = String::new();
    match answer {
        Answer::WhoCan(it) => who_can(&mut out, it, coverage, view),
        Answer::WhatCan(it) => what_can(&mut out, it),
        Answer::Wildcards(all) => wildcards(&mut out, all, view),
        Answer::Changes(all) if all.is_empty() => {
            out.push_str("Nothing is granted anew, and nothing is taken away.\n");
        }
        Answer::Changes(all) => {
            for it in all {
                say(&mut out, &it.somebody.to_string());
                changes(&mut out, it);
            }
        }
    }
    out.push('\n');
    closing(coverage).iter().for_each(|it| {
        say(&mut out, it);
    });
    out
}

/// A line that is safe for a terminal: names may be anything.
fn say(out: &mut String, text: &str) {
    out.push_str(&plain(text));
    out.push('\n');
}

/// What an answer ends with: what it is made of, and what it could not see.
pub(super) fn closing(coverage: &Coverage) -> Vec<String> {
    let mut lines: Vec<_> = coverage.notes.iter().map(|it| format!("Note: {it}.")).collect();
    lines.push(format!("{}.", coverage.sentence()));
    lines.push(format!("Not seen: {}.", UNSEEN.join("; ")));
    lines.extend(coverage.incomplete.iter().map(|it| format!("Not read: {}: {}", it.what, it.why)));
    lines
}

/// What is said before the list of those who may.
pub(super) fn headline(answer: &WhoCan, coverage: &Coverage) -> String {
    match answer.holders.iter().filter(|it| !it.is_above()).count() {
        0 if coverage.is_incomplete() => format!(
            "Nobody of those who were read may {}, but something was not read.",
            answer.question
        ),
        0 => format!("Nobody may {}, but who is in system:masters.", answer.question),
        _ => format!("Who may {}:", answer.question),
    }
}

fn who_can(out: &mut String, answer: &WhoCan, coverage: &Coverage, view: View) {
    say(out, &headline(answer, coverage));
    for note in &answer.question.notes {
        say(out, &format!("Note: {note}."));
    }
    let is_shown = |it: &&Holder| view.has_system || it.is_above() || !it.is_system();
    for it in answer.holders.iter().filter(is_shown) {
        holder(out, it, view);
    }
    let system = answer.holders.iter().filter(|it| !is_shown(it));
    let names: Vec<_> = system.map(name).collect();
    if !names.is_empty() {
        out.push('\n');
        say(
            out,
            &format!(
                "{} that Kubernetes itself lets (--include-system shows how): {}",
                if names.len() == 1 {
                    "1 more".to_owned()
                } else {
                    format!("{} more", names.len())
                },
                names.join(", ")
            ),
        );
    }
    let some: Vec<_> = answer.of_some_names.iter().filter(is_shown).collect();
    if !some.is_empty() {
        out.push('\n');
        say(out, "For some names only:");
        some.into_iter().for_each(|it| holder(out, it, view));
    }
    if !answer.near.is_empty() {
        out.push('\n');
        say(out, "Nearly:");
        answer.near.iter().for_each(|it| near(out, it));
    }
}

/// Kind and name of somebody.
pub(super) fn name(holder: &Holder) -> String {
    match holder.namespace.as_str() {
        "" => format!("{} {}", holder.kind, holder.name),
        namespace => format!("{} {namespace}/{}", holder.kind, holder.name),
    }
}

fn holder(out: &mut String, holder: &Holder, view: View) {
    let members = if holder.kind == "Group" { " (its members are not known)" } else { "" };
    out.push('\n');
    say(out, &format!("{}{members}", name(holder)));
    if holder.is_above() {
        say(
            out,
            "  everywhere, because the API server lets this group do everything before it asks RBAC",
        );
    }
    let is_shown = |it: &&Through| view.has_system || !holder.is_above() || !it.is_built_in;
    holder.through.iter().filter(is_shown).for_each(|it| way(out, it));
}

fn way(out: &mut String, way: &Through) {
    say(out, &format!("  {}, through {} ({})", way.scope(), way.way(), way.place()));
    say(out, &format!("    {}", way.rule.words()));
}

fn near(out: &mut String, near: &NearMiss) {
    let (source, line) = &near.place;
    out.push('\n');
    say(out, &near.subject);
    say(out, &format!("  lacks {}", near.missing));
    match &near.through {
        Some(it) => way(out, it),
        None => {
            say(out, &format!("  through {} ({})", near.binding, place(source, *line)));
        }
    }
}

fn what_can(out: &mut String, answer: &WhatCan) {
    let groups = answer.groups.join(", ");
    say(out, &format!("{}, in the groups {groups}", answer.somebody));
    if answer.is_above {
        say(
            out,
            "May do everything: the API server lets system:masters do so before it asks RBAC.",
        );
    }
    if !answer.is_known {
        say(out, &format!("No binding that was read names this {}.", answer.somebody.kind()));
    }
    if let Some(changes_) = &answer.changes {
        return changes(out, changes_);
    }
    if answer.through.is_empty() && !answer.is_above {
        say(out, "Nothing that was read lets them do anything.");
    }
    let mut above = None;
    for it in &answer.through {
        if above != Some(&it.namespace) {
            let heading = match it.namespace.as_str() {
                "" => "Everywhere".to_owned(),
                namespace => format!("In namespace {namespace}"),
            };
            out.push('\n');
            say(out, &format!("{heading}:"));
            above = Some(&it.namespace);
        }
        say(out, &format!("  {}", it.rule.words()));
        let who = if it.subject.starts_with("Group ") {
            format!("{}: ", it.subject)
        } else {
            String::new()
        };
        say(out, &format!("    {who}{} ({})", it.way(), it.place()));
    }
}

fn changes(out: &mut String, changes: &Changes) {
    if changes.gained.is_empty() && changes.lost.is_empty() {
        say(out, "Nothing is granted anew, and nothing is taken away.");
    }
    let mut each = |sign: char, all: &[Change]| {
        for it in all {
            say(out, &format!("{sign} {}, {}", it.through.scope(), it.rights.join("; ")));
            say(out, &format!("    {} ({})", it.through.way(), it.through.place()));
        }
    };
    each('+', &changes.gained);
    each('-', &changes.lost);
}

fn wildcards(out: &mut String, all: &[Wildcard], view: View) {
    let is_shown = |it: &&Wildcard| {
        view.has_system || !it.is_built_in || it.role == "ClusterRole cluster-admin"
    };
    for it in all.iter().filter(is_shown) {
        say(out, &it.role);
        for wild in &it.rules {
            let place = place(&wild.source, wild.line);
            say(out, &format!("  * as {}: {} ({place})", wild.of.join(", "), wild.rule.words()));
        }
        if it.holders.is_empty() {
            say(out, "  held by nobody");
        }
        for (who, namespace) in &it.holders {
            let place = if namespace.is_empty() {
                "everywhere".to_owned()
            } else {
                format!("in namespace {namespace}")
            };
            say(out, &format!("  held by {who} {place}"));
        }
    }
    let hidden = all.iter().filter(|it| !is_shown(it)).count();
    if hidden > 0 {
        say(
            out,
            &format!("{hidden} more that Kubernetes itself makes (--include-system shows them)"),
        );
    }
}
