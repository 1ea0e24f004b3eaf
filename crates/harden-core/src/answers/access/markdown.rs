//! An answer as Markdown, for an issue or a pull request.

use std::fmt::Write as _;

use super::text::{closing, headline, name};
use super::through::place;
use super::{Answer, Change, Changes, Coverage, Through};
use crate::report::escape::{Code, Markdown};

/// The answer as Markdown.
pub fn to_markdown(answer: &Answer, coverage: &Coverage) -> String {
    let mut out = String::new();
    match answer {
        Answer::WhoCan(it) => {
            let _ = write!(out, "## {}\n\n", Markdown(&headline(it, coverage)));
            for note in &it.question.notes {
                let _ = write!(out, "> {}\n\n", Markdown(note));
            }
            head(&mut out, "Who");
            for holder in it.holders.iter().chain(&it.of_some_names) {
                let who = name(holder);
                if holder.is_above() {
                    let _ = writeln!(out, "| {} | everywhere | above RBAC |  |  |", Code(&who));
                }
                holder.through.iter().for_each(|it| row(&mut out, &who, it));
            }
            for near in &it.near {
                let (source, line) = &near.place;
                let place = place(source, *line);
                let _ = writeln!(
                    out,
                    "\nNearly: {} lacks {} ({}, {})",
                    Code(&near.subject),
                    Markdown(&near.missing),
                    Code(&near.binding),
                    Code(&place)
                );
            }
        }
        Answer::WhatCan(it) => {
            let _ = write!(out, "## {}\n\n", Markdown(&it.somebody.to_string()));
            if it.is_above {
                out.push_str("May do everything: `system:masters` is above RBAC.\n\n");
            }
            if let Some(it) = &it.changes {
                changes(&mut out, it);
            } else {
                head(&mut out, "As");
                it.through.iter().for_each(|it| row(&mut out, &it.subject, it));
            }
        }
        Answer::Wildcards(all) => {
            out.push_str("| Role | Rule | Where | Held by |\n|---|---|---|---|\n");
            for role in all {
                let holders: Vec<_> = role
                    .holders
                    .iter()
                    .map(|(who, namespace)| match namespace.as_str() {
                        "" => who.clone(),
                        namespace => format!("{who} in {namespace}"),
                    })
                    .collect();
                for wild in &role.rules {
                    let place = place(&wild.source, wild.line);
                    let _ = writeln!(
                        out,
                        "| {} | {} | {} | {} |",
                        Code(&role.role),
                        Code(&wild.rule.words()),
                        Code(&place),
                        Markdown(&holders.join(", "))
                    );
                }
            }
        }
        Answer::Changes(all) => {
            for it in all {
                let _ = write!(out, "## {}\n\n", Markdown(&it.somebody.to_string()));
                changes(&mut out, it);
            }
        }
    }
    for line in closing(coverage) {
        let _ = write!(out, "\n{}\n", Markdown(&line));
    }
    out
}

fn head(out: &mut String, first: &str) {
    let _ = write!(out, "| {first} | Where | Rule | Through | Source |\n|---|---|---|---|---|\n");
}

fn row(out: &mut String, who: &str, way: &Through) {
    let (scope, rule, through, place) = (way.scope(), way.rule.words(), way.way(), way.place());
    let (who, rule, place) = (Code(who), Code(&rule), Code(&place));
    let _ = writeln!(
        out,
        "| {who} | {} | {rule} | {} | {place} |",
        Markdown(&scope),
        Markdown(&through)
    );
}

fn changes(out: &mut String, changes: &Changes) {
    let mut each = |sign: &str, all: &[Change]| {
        for it in all {
            let (scope, rights) = (it.through.scope(), it.rights.join("; "));
            let (way, place) = (it.through.way(), it.through.place());
            let _ = writeln!(
                out,
                "- {sign} {}: {} by {} ({})",
                Markdown(&scope),
                Code(&rights),
                Markdown(&way),
                Code(&place)
            );
        }
    };
    each("new", &changes.gained);
    each("gone", &changes.lost);
    if changes.gained.is_empty() && changes.lost.is_empty() {
        out.push_str("Nothing is granted anew, and nothing is taken away.\n");
    }
}
